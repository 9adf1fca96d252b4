"""What a word that decided stands for, in plain words for people who are woken by it. Pure.

Alerts show only words whose meaning is plain; those that connect ("at", "after") stay with `explain`, which is for the
authors of rules and speaks of their lists by name.
"""

from __future__ import annotations

from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit

#: tags of the lists by what their words mean; the first meaning that fits counts
_MEANINGS = (
    ("interception", ("intercept", "stopped")),
    ("claim", ("claim",)),
    ("blame", ("blamed",)),
    ("harm", ("harmed", "killed", "wounded", "hurt", "hurt-elsewhere", "unhurt", "unharmed")),
    ("weapon", ("weapon", "flying", "vbied", "suicide_bombing")),
    ("attacker", ("foe",)),
    ("target", ("target", "base-target", "diplomatic-target", "base-place", "base-word", "base-thing", "base-name",
                "home-base", "diplomatic-place", "diplomatic-word", "troops", "troops-of", "troop-word",
                "guest-troops", "un", "us-behind")),
    ("place", ("country", "far-country", "town", "loose-place")),
    ("attack", ("strike-noun", "hit", "bare-hit", "under-attack", "launch", "explosion", "burning", "airstrike",
                "strike-back", "ground_assault")),
    ("threat", ("vow",)),
    ("exercise", ("exercise",)),
)  # fmt: skip


class Meanings:
    """Plain meanings of the words of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        #: names of tags that were asked for before
        self._names: dict[int, str] = {}
        self._masks = tuple((meaning, vocabulary.bits_of(*tags)) for meaning, tags in _MEANINGS)

    def of(self, hit: Hit, asked: int) -> str:
        """What a hit stands for where it was asked for as `asked`; empty where its meaning is not plain."""
        for tags in (hit.tags & asked, hit.tags):
            for meaning, mask in self._masks:
                if tags & mask:
                    return meaning
        return ""

    def speaks_for(self, tags: int) -> str:
        """The list that tags are of, for the authors of rules; `phrase` for words that a template itself brings."""
        if tags not in self._names:
            self._names[tags] = next(iter(self._vocabulary.names(tags)), "phrase")
        return self._names[tags]
