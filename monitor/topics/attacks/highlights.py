"""What people are shown of a report: the sentences to quote, and what each word that decided stands for.

Who is woken reads the headline and wants the next thing: is anybody hurt, was it shot down, who says so. So of the lead
a sentence with such words goes before one without, and one that only repeats the headline is passed over. Of the words
alerts show only those whose meaning is plain; those that connect ("at", "after") stay with `explain`, which is for the
authors of rules and speaks of their lists by name.
"""

from __future__ import annotations

from monitor.model.report import Span
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence

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
#: tags of the words that make a sentence worth reading, the most telling first
_TELLING = (
    ("intercept", "stopped", "harmed", "killed", "wounded", "unharmed", "unhurt"),
    ("claim", "no-claim", "blamed", "denied"),
    ("target", "weapon", "strike-noun", "hit"),
)
#: words that a sentence without such words must add to the headline; with them, one does ("No casualties.")
_NEW_WORDS = 3
#: ranks below this tell what became of it and who says so
_TELLS_NEWS = 2


class Highlights:
    """Chooses words and sentences with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        #: names of tags that were asked for before
        self._names: dict[int, str] = {}
        self._meanings = [(meaning, vocabulary.bits_of(*tags)) for meaning, tags in _MEANINGS]
        self._telling = [vocabulary.bits_of(*tags) for tags in _TELLING]

    def meaning_of(self, hit: Hit, asked: int) -> str:
        """What a hit stands for where it was asked for as `asked`; empty where its meaning is not plain."""
        for tags in (hit.tags & asked, hit.tags):
            for meaning, bits in self._meanings:
                if tags & bits:
                    return meaning
        return ""

    def list_of(self, tags: int) -> str:
        """The list that tags are of, for the authors of rules; `phrase` for words that a template itself brings."""
        if tags not in self._names:
            self._names[tags] = next(iter(self._vocabulary.names(tags)), "phrase")
        return self._names[tags]

    def lead(self, reading: Reading, deciding: Sentence | None) -> Span | None:
        """The sentence of the lead that says most beside headline and deciding sentence; None where none does."""
        told = [s for s in reading.sentences if s.field == "title" or s is deciding]
        known = {word for sentence in told for word in _words(sentence)}
        fresh = [
            sentence
            for sentence in reading.opening
            if sentence.field != "title"
            and sentence is not deciding
            and len(_words(sentence) - known) >= (1 if self._rank(sentence) < _TELLS_NEWS else _NEW_WORDS)
        ]
        best = min(fresh, key=self._rank, default=None)
        return best.span if best is not None else None

    def _rank(self, sentence: Sentence) -> int:
        """0 for the most telling; the first of equals is taken."""
        return next((i for i, bits in enumerate(self._telling) if sentence.tags & bits), len(self._telling))


def _words(sentence: Sentence) -> frozenset[str]:
    return frozenset(sentence.text.words[sentence.start : sentence.end].split())
