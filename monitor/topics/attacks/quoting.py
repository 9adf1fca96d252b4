"""Which sentences of an item an alert quotes: the one that decided, and the one of the lead that says most beside it.

Who is woken reads the headline and wants the next thing: is anybody hurt, was it shot down, who says so. So of the lead
a sentence with such words goes before one without, and one that only repeats the headline is passed over. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model.report import Span
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence

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


class Quotes:
    """Chooses the sentences with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._telling = tuple(vocabulary.bits_of(*tags) for tags in _TELLING)

    def lead(self, reading: Reading, deciding: Sentence | None) -> Span | None:
        """The sentence of the lead that says most beside headline and deciding sentence; None where none does."""
        told = [s for s in reading.sentences if s.field == "title" or s is deciding]
        known = {word for sentence in told for word in _words(sentence)}
        fresh = [
            s for s in reading.sentences
            if s.field != "title" and s.section != "body" and s is not deciding
            and len(_words(s) - known) >= (1 if self._rank(s) < _TELLS_NEWS else _NEW_WORDS)
        ]  # fmt: skip
        best = min(fresh, key=self._rank, default=None)
        return best.span if best is not None else None

    def _rank(self, sentence: Sentence) -> int:
        """0 for the most telling; the first of equals is taken."""
        return next((i for i, mask in enumerate(self._telling) if sentence.tags & mask), len(self._telling))


def deciding_sentence(matched: Sentence | None, own_words: Sequence[Hit], reading: Reading) -> Sentence | None:
    """The sentence of the pattern that decided; where none did, that of the rule's own first word."""
    if matched is not None or not own_words:
        return matched
    return next((s for s in reading.sentences if any(hit is own_words[0] for hit in s.hits)), None)


def _words(sentence: Sentence) -> frozenset[str]:
    return frozenset(sentence.text.words[sentence.start : sentence.end].split())
