"""The languages that the list files of a rules folder read: of the words as they are loaded, or of the files alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from monitor.config.feedlanguages import languages_read
from monitor.rules.vocabulary import Vocabulary
from monitor.text.languages import LanguagesRead

_TAG = "language:"
_COMMENT = re.compile(r"(?m)^\s*#.*$")


@lru_cache(maxsize=2)  # every letter of a hundred thousand words is looked at
def read_by(vocabulary: Vocabulary) -> LanguagesRead:
    """What these words read; kept for the two that were asked for last."""
    languages = (name.removeprefix(_TAG) for name in vocabulary.bits if name.startswith(_TAG))
    return LanguagesRead.of(languages, (term.words for term in vocabulary.terms))


def read_by_files(rules: Path) -> LanguagesRead:
    """The same without loading the rules, for commands that must answer at once."""
    return LanguagesRead.of(languages_read(rules), _texts(rules))


def _texts(rules: Path) -> Iterator[str]:
    for path in sorted((rules / "lists").glob("*.yaml")):
        try:
            yield _COMMENT.sub("", path.read_text(encoding="utf-8-sig", errors="replace"))
        except OSError:
            continue
