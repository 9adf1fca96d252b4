"""Languages of feeds: how a tag (BCP 47) is written, and feeds in a language that no list of the rules reads.

The items of such feeds are taken, and nearly nothing is seen in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.config.languagetags import ENGLISH, NO_LANGUAGE, primary_of, same_language
from monitor.config.yamlfile import Document, close_match, read
from monitor.errors import Problem
from monitor.model.feed import Feed

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: names that people write instead of a tag, for the languages of the shipped lists and feeds
_BY_NAME = {
    "arabic": "ar", "english": "en", "french": "fr", "german": "de", "hebrew": "he", "italian": "it",
    "kurdish": "ku", "pashto": "ps", "persian": "fa", "farsi": "fa", "portuguese": "pt", "russian": "ru",
    "polish": "pl", "romanian": "ro", "sorani": "ckb", "spanish": "es", "turkish": "tr", "ukrainian": "uk",
    "urdu": "ur",
}  # fmt: skip
_OF_LISTS = re.compile(r"(?m)^language:[ ]*[\"']?([A-Za-z]{2,3})\b")


def check_language(text: str) -> str:
    """`text` itself; raises `ValueError("what is wrong; what to write")` where it is no language tag."""
    if _TAG.fullmatch(text):
        return text
    near = close_match(text, _BY_NAME)
    raise ValueError(
        f"{text[:40]!r} is no language tag; write for instance: language: {_BY_NAME[near] if near else 'en'}"
    )


def languages_read(rules: Path) -> frozenset[str]:
    """The languages of the list files of a rules folder."""
    out = {ENGLISH}
    for path in sorted((rules / "lists").glob("*.yaml")):
        try:
            found = _OF_LISTS.search(path.read_text(encoding="utf-8-sig", errors="replace"))
        except OSError:
            continue
        out |= {found[1].casefold()} - {NO_LANGUAGE} if found else set()
    return frozenset(out)


def unread_languages(
    config: Path, feeds: Sequence[Feed], known: frozenset[str], stored: Mapping[str, str]
) -> list[Problem]:
    """A warning for each language that is not among `known`, at the first feed of it.

    `stored`: the language that most stored items of a feed are in, by the feed's name; feeds.yaml is heard too.
    """
    feeds_in: dict[str, list[int]] = {}
    for i, feed in enumerate(feeds):
        for spoken in {primary_of(feed.language), primary_of(stored.get(feed.name))} - {""}:
            if any(same_language(spoken, read_one) for read_one in known):
                continue
            feeds_in.setdefault(spoken, []).append(i)
    return [_warning(read(config), feeds, spoken, at) for spoken, at in feeds_in.items()]


def _warning(document: Document, feeds: Sequence[Feed], spoken: str, at: Sequence[int]) -> Problem:
    names = ", ".join(feeds[i].name for i in at[:4]) + (", …" if len(at) > 4 else "")
    which = f"the feed {names} is" if len(at) == 1 else f"{len(at)} feeds ({names}) are"
    said = (
        f"{which} in the language {spoken}, and no list reads it: in such items only English words and the names"
        " of places and actors are seen, so most attacks that they report are missed"
    )
    hint = f"add a list file with language: {spoken} to lists/ (see docs/rules.md), or expect little of it"
    loc: tuple[str | int, ...] = ("feeds", at[0], "language")
    if primary_of(feeds[at[0]].language) != spoken:  # only its documents say so
        loc = ("feeds", at[0], "name")
    elif loc not in document.lines:
        loc = ("defaults", "language")
    return document.problem(said, *loc, hint=hint, severity="warning")
