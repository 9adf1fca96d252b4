"""What the rules may learn of each word that they contradict: how the item is read, and the proposals, those first that
change least of the past. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.errors import ConfigError
from monitor.model.feedback import Feedback
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.rules.ruleset import RuleFiles
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.diff import Change, Comparison
from monitor.workbench.examples import try_examples
from monitor.workbench.learning.additions import Addition
from monitor.workbench.learning.readings import Misread, misread
from monitor.workbench.learning.search import Candidate, Question, candidates

#: proposals that are shown of one item
SHOWN = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """What may be added, what the item becomes with it, and what else changes of the past."""

    addition: Addition
    why: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """A word of a person that the rules contradict, how they read the item, and what may be added."""

    said: Feedback
    #: what the rules do with it now, and why
    but: str
    misread: Misread
    proposals: tuple[Proposal, ...]
    #: candidates that silence by a word which stands in no other item; they are not proposed
    unique: tuple[str, ...] = ()


@dataclass(kw_only=True, eq=False)
class _Tried:
    """A candidate on its way through the past."""

    said: Feedback
    candidate: Candidate
    comparison: Comparison
    changes: list[Change] = field(default_factory=list)
    #: other items in which its word stands
    elsewhere: int = 0

    def meet(self, item: Item, told: Callable[[], bool]) -> None:
        """The next item of the past."""
        word = self.candidate.word
        if item.id == self.said.item.id or not (self.candidate.may_change(item) if word else told()):
            return
        self.elsewhere += 1
        if (change := self.comparison.compare(item)) is not None:
            self.changes.append(change)


def questions(
    rules: RuleSet,
    files: RuleFiles,
    feedback: Sequence[Feedback],
    incidents: Sequence[Incident],
    pasts: Mapping[str, Sequence[Incident]],
    copy: Callable[[Addition], RuleSet],
    *,
    now: datetime,
) -> Iterator[tuple[Question, str]]:
    """Each feedback that the rules contradict, with what they do instead."""
    results = try_examples(rules, feedback, incidents, pasts, now=now)
    for result in results:
        if result.feedback is not None and not result.holds:
            others = [one for one in feedback if one is not result.feedback]
            yield Question(
                said=result.feedback, rules=rules, files=files, feedback=others, incidents=incidents, pasts=pasts,
                results=[one for one in results if one.feedback is not result.feedback or one.feedback is None],
                copy=copy, now=now,
            ), result.why  # fmt: skip


def learn(
    asked: Iterable[tuple[Question, str]], past: Iterable[Item], known: Sequence[Incident] = ()
) -> tuple[list[Lesson], int]:
    """A lesson for each question, and how many items of the past were looked at; they are passed once, for all.

    `known` are the incidents that were known before the first item.
    """
    asked = list(asked)
    tried = [
        [
            _Tried(said=one.said, candidate=found, comparison=Comparison(one.rules, found.rules(), known))
            for found in candidates(one)
        ]
        for one, _ in asked
    ]
    items = 0
    every = [one for some in tried for one in some]
    for item in past:
        items += 1
        told = _once(item, asked[0][0].rules) if asked else bool
        for one in every:
            one.meet(item, told)
    return [_lesson(one, but, some) for (one, but), some in zip(asked, tried, strict=True)], items


def _once(item: Item, rules: RuleSet) -> Callable[[], bool]:
    """Whether the rules tell an item; asked at most once."""
    answer: list[bool] = []

    def told() -> bool:
        if not answer:
            answer.append(classify(item, rules).tells)
        return answer[0]

    return told


def _lesson(question: Question, but: str, tried: Sequence[_Tried]) -> Lesson:
    general = [one for one in tried if not _is_unique(one)]
    proposals: list[Proposal] = []
    for one in sorted(general, key=lambda one: len(one.changes)):
        if len(proposals) < SHOWN and _holds_on_copy(question, one.candidate):
            changes = tuple(one.changes)
            proposals.append(Proposal(addition=one.candidate.addition, why=one.candidate.why, changes=changes))
    return Lesson(
        said=question.said, but=but, misread=misread(question.said, question.rules, question.files),
        proposals=tuple(proposals),
        unique=tuple(dict.fromkeys(one.candidate.word for one in tried if _is_unique(one))),
    )  # fmt: skip


def _is_unique(one: _Tried) -> bool:
    """It would silence by a word that no other item has."""
    return one.candidate.silences and bool(one.candidate.word) and not one.elsewhere


def _holds_on_copy(question: Question, candidate: Candidate) -> bool:
    """The addition as it would be written does what the trial said."""
    try:
        rules = question.copy(candidate.addition)
    except ConfigError:
        return False
    return question.solved_by(rules) and not question.spoiled_by(rules)
