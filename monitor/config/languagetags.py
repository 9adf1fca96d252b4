"""How languages are named by tags (BCP 47): `ar-IQ` is `ar`, and two tags may be for one language."""

from __future__ import annotations

import re

#: the files of words that say no language are English
ENGLISH = "en"
#: a list file with it holds wordings for the words of all languages, and no words: it reads none by itself
NO_LANGUAGE = "any"
#: tags for one language, or for one of which another is a part
_SAME = (
    {"ku", "ckb", "kmr"}, {"he", "iw"}, {"id", "in"}, {"no", "nb", "nn"}, {"zh", "cmn"}, {"fa", "prs"}, {"tl", "fil"},
)  # fmt: skip


def same_language(one: str, other: str) -> bool:
    """Whether two tags are for one language, as far as its words are read: `ckb` is a `ku`."""
    return one == other or any(one in same and other in same for same in _SAME)


def primary_of(tag: str | None) -> str:
    """`ar` of `ar-IQ` and of `ar_IQ`; empty where none is said."""
    return re.split("[-_]", tag.strip())[0].casefold() if tag else ""
