"""A template for a headline that no pattern reads: the slots that were recognised, and the words that nothing knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.rules.vocabulary import Vocabulary
from monitor.text.reading import Sentence
from monitor.workbench.proposing.sharing import Headline, unknown_in

#: slots of templates, most telling first: a word that fills several stands for the first
_SLOTS = (
    "target", "weapon", "foe", "explosion", "intercept", "stopped", "claim", "launch", "hit", "strike-noun", "harmed",
    "toward",
)  # fmt: skip
#: words between two parts that the shipped patterns bridge without `...`
_GAP = 4
_MOST_PARTS = 6


@dataclass(frozen=True, kw_only=True)
class ProposedTemplate:
    """What a headline that no pattern reads would need."""

    text: str
    #: for a pattern of the act `attack`; empty where no base or troops were recognised in it
    template: str = ""
    #: words that no list knows
    unknown: tuple[str, ...] = ()
    #: the unknown word that stands where an attacker or a weapon meets the target: it may belong to the list `hit`
    verb: str = ""


@dataclass(frozen=True)
class _Part:
    start: int
    end: int
    written: str

    @property
    def is_slot(self) -> bool:
        return self.written.startswith("{")


def wording_of(headline: Headline, vocabulary: Vocabulary) -> ProposedTemplate:
    """The template that would read `headline` as an attack, as far as its words are known."""
    target = vocabulary.bits_of("target")
    sentences = headline.case.reading.sentences
    sentence = next((s for s in sentences if s.tags & target), sentences[0] if sentences else None)
    if sentence is None:
        return ProposedTemplate(text=headline.text)
    unknown = unknown_in(sentence)
    words = tuple(dict.fromkeys(word for _, word in unknown))
    parts = _around_target(_parts(sentence, unknown, vocabulary))
    if len(parts) < 2:
        return ProposedTemplate(text=headline.text, unknown=words)
    return ProposedTemplate(text=headline.text, template=_written(parts, sentence), unknown=words, verb=_verb(parts))


def _parts(sentence: Sentence, unknown: Sequence[tuple[int, str]], vocabulary: Vocabulary) -> list[_Part]:
    """Recognised slots and unknown words in the order of the sentence; of overlapping hits the most telling one."""
    slots = [(name, vocabulary.bits_of(name)) for name in _SLOTS]
    ranked = sorted(
        (rank, hit.start - hit.end, hit.start, hit.end, name)
        for hit in sentence.hits
        for rank, (name, mask) in enumerate(slots)
        if hit.tags & mask and hit.end > hit.start
    )
    taken: list[_Part] = []
    for _, _, start, end, name in ranked:
        if all(end <= part.start or part.end <= start for part in taken):
            taken.append(_Part(start, end, f"{{{name}}}"))
    return sorted([*taken, *(_Part(at, at + len(w), w) for at, w in unknown)], key=lambda part: part.start)


def _around_target(parts: list[_Part]) -> list[_Part]:
    """From the first slot to the target; where nothing stands before the target, the part beside it."""
    at = next((i for i, part in enumerate(parts) if part.written == "{target}"), None)
    if at is None:
        return []
    first = next(i for i, part in enumerate(parts) if part.is_slot)
    if first < at:
        return parts[max(first, at + 1 - _MOST_PARTS) : at + 1]
    return parts[at - 1 : at + 1] if at > 0 else parts[at : at + 2]


def _written(parts: Sequence[_Part], sentence: Sentence) -> str:
    out = [parts[0].written]
    for before, part in pairwise(parts):
        if len(sentence.text.words[before.end : part.start].split()) > _GAP:
            out.append("...")
        out.append(part.written)
    return " ".join(out)


def _verb(parts: Sequence[_Part]) -> str:
    """The one unknown word between the first slot and the target."""
    inner = [part.written for part in parts[:-1] if not part.is_slot]
    return inner[0] if len(inner) == 1 and parts[0].is_slot and parts[-1].written == "{target}" else ""
