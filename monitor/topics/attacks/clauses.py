"""The clauses of an item with their readings, for people: who does what to whom, where, when, and how sure it is.

The act of an item follows from these readings in one order: headline first, then lead, then body; within a sentence a
report that is taken back, then a new attack that any main, "as" or "while" clause tells of, then the first clause that
tells of something else. A clause that only names a cause never counts (`acts`).
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.report import INCIDENT_ACTS, Act, Certainty, ClauseReading
from monitor.rules.vocabulary import Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.topics.attacks.acts import SENTENCES, ActClassifier, ActResult
from monitor.topics.attacks.lists import AttackLists

#: how sure a clause is by what it does, where no frame says more
_CERTAINTY: dict[Act, Certainty] = {
    Act.CLAIM: "claimed", Act.THREAT: "threatened", Act.EXERCISE: "rehearsed", Act.BACKGROUND: "remembered",
    Act.RETRACTION: "denied",
}  # fmt: skip


#: how sure a clause is by its words, where no wording of an act stands in it
_WORDS: tuple[tuple[str, Certainty], ...] = (
    ("denied", "denied"), ("question", "asked"), ("vow", "threatened"), ("unreal", "planned"),
    ("exercise", "rehearsed"), ("past", "remembered"),
)  # fmt: skip


class ClauseReader:
    """Reads clauses with one vocabulary."""

    def __init__(self, acts: ActClassifier, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._acts = acts
        self._words_of = tuple((vocabulary.bits_of(name), certainty) for name, certainty in _WORDS)
        self._who = lists.foe | lists.own | lists.says
        self._does = (
            lists.hit | lists.launch | lists.strike_noun | lists.explosion | lists.intercept | lists.stopped
            | lists.claim | lists.harmed | lists.blamed
        )  # fmt: skip
        self._to = lists.target | lists.any_base
        self._when = lists.yesterday | lists.year | lists.day_part

    def read(self, reading: Reading, decided: ActResult) -> tuple[ClauseReading, ...]:
        """Every clause of the sentences that are searched for the act; those that decide are marked."""
        return tuple(
            clause for sentence in reading.sentences[:SENTENCES] for clause in self._clauses(sentence, reading, decided)
        )

    def _clauses(self, sentence: Sentence, reading: Reading, decided: ActResult) -> Iterator[ClauseReading]:
        results = self._acts.results(sentence, reading, anybody=decided.anybody)
        spans = sentence.clause_spans
        for start, end in spans:
            words = sentence.text.words[start:end]
            if not words.strip():
                continue
            hits = [hit for hit in sentence.hits if start <= hit.start < end and hit.end > hit.start]
            inside = [one for one in results if one.match is not None and start <= one.match.hits[0].start < end]
            best = inside[0] if inside else None
            if decided.match is not None and decided.match.sentence is sentence and inside:
                best = next((one for one in inside if _is_same(one, decided)), best)
            yield self._reading(sentence, (start, end), hits, best, decided)

    def _reading(
        self, sentence: Sentence, span: tuple[int, int], hits: list[Hit], best: ActResult | None, decided: ActResult
    ) -> ClauseReading:
        is_cause = bool(hits) and all(sentence.is_cause(hit) for hit in hits)
        act = best.act if best is not None else Act.OTHER
        why = "it only names a cause" if is_cause and best is None else ""
        certainty: Certainty = "cause" if is_cause and best is None else _CERTAINTY.get(act, "reported")
        if best is not None and best.match is not None:
            why = best.frame.why if best.frame is not None else best.match.pattern.why
            if best.frame is not None:
                certainty = best.frame.certainty
        own = best.match.hits if best is not None and best.match is not None else ()
        where = sentence.span_of(*span)
        return ClauseReading(
            field=where.field,
            start=where.start,
            end=where.end,
            text=sentence.text.original[where.start : where.end],
            act=act if best is not None else None,
            certainty=certainty if best is not None or is_cause else self._by_words(hits),
            why=why,
            who=self._words(sentence, hits, self._who),
            does=self._words(sentence, [*own, *hits], self._does),
            to=self._words(sentence, hits, self._to),
            where=tuple(
                dict.fromkeys(name for hit in hits for kind, name in hit.names if kind in ("place", "country"))
            ),
            when=self._words(sentence, hits, self._when),
            decides=best is not None and _is_same(best, decided),
        )

    def _by_words(self, hits: list[Hit]) -> Certainty | None:
        return next((sure for bits, sure in self._words_of if any(hit.tags & bits for hit in hits)), None)

    @staticmethod
    def _words(sentence: Sentence, hits: list[Hit], tags: int) -> tuple[str, ...]:
        """The longest words with any of these tags, as they stand in the item."""
        found = [hit for hit in hits if hit.tags & tags]
        outer = [
            hit for hit in found if not any(hit.is_in(o) and (o.start, o.end) != (hit.start, hit.end) for o in found)
        ]
        spans = (sentence.text.span(hit.start, hit.end) for hit in outer)
        return tuple(dict.fromkeys(sentence.text.original[start:end] for start, end in spans))


def _is_same(one: ActResult, decided: ActResult) -> bool:
    first, second = one.match, decided.match
    return (
        first is not None
        and second is not None
        and (first.pattern, first.hits, first.sentence) == (second.pattern, second.hits, second.sentence)
        and (one.act in INCIDENT_ACTS) == (decided.act in INCIDENT_ACTS)
    )
