"""The rules as a screen lists them: what stands in the files, whether their examples hold, and what they took of late.

Rules are edited in their files; nothing here changes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from monitor.config.validation import did_you_mean
from monitor.errors import BasewatchError
from monitor.model.feedback import Feedback
from monitor.model.item import StoredItem
from monitor.rules.model import Rule
from monitor.store.paging import ItemFilter
from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.examples import ExampleResult, try_examples

#: what a rule took is counted over this time
LATELY = timedelta(days=30)
#: items shown of a rule in the list, and on its own
NEWEST, MORE = 3, 20


@dataclass(frozen=True, kw_only=True)
class RuleShown:
    """A rule with what it does."""

    rule: Rule
    file: str
    #: 1-based
    line: int
    #: what changes it: the file of one's own, in words; empty: nothing does
    changed_by: str = ""
    #: none where it is off
    examples: tuple[ExampleResult, ...] = ()
    #: items of the last 30 days that are filed under it: of all rules that took an item the most urgent
    taken: int = 0
    #: the last of them
    newest: tuple[StoredItem, ...] = ()
    #: what people said of items that it took, the last given first
    feedback: tuple[Feedback, ...] = ()

    @property
    def failing(self) -> int:
        """How many of its examples do not hold."""
        return sum(not one.holds for one in self.examples)


def rules_shown(tx: Transaction, rules: RuleSet, *, now: datetime) -> tuple[RuleShown, ...]:
    """Every rule in the order of the files."""
    taken, said = tx.counts_by_rule(now - LATELY), _feedback(tx)
    return tuple(_shown(tx, rule, rules, taken, said, NEWEST, now) for rule in rules.rules)


def rule_shown(tx: Transaction, rules: RuleSet, rule_id: str, *, now: datetime) -> RuleShown:
    """One rule; `BasewatchError` where there is none of this name."""
    rule = next((one for one in rules.rules if one.id == rule_id), None)
    if rule is None:
        hint = did_you_mean(rule_id, [one.id for one in rules.rules])
        raise BasewatchError(f"there is no rule {rule_id[:80]!r}; {hint}".rstrip("; "))
    return _shown(tx, rule, rules, tx.counts_by_rule(now - LATELY), _feedback(tx), MORE, now)


def _shown(
    tx: Transaction,
    rule: Rule,
    rules: RuleSet,
    taken: Mapping[str, int],
    said: Mapping[str, Sequence[Feedback]],
    most: int,
    now: datetime,
) -> RuleShown:
    document, override = rules.documents[rule.id], rules.override_of(rule.id)
    newest = tx.items_page(ItemFilter(rule=rule.id, since=now - LATELY), limit=most) if taken.get(rule.id) else []
    return RuleShown(
        rule=rule, file=str(document.path), line=document.line("rule"), changed_by=str(override) if override else "",
        examples=examples_of(rules, now=now).get(rule.id, ()), taken=taken.get(rule.id, 0), newest=tuple(newest),
        feedback=tuple(said.get(rule.id, ())),
    )  # fmt: skip


def _feedback(tx: Transaction) -> dict[str, list[Feedback]]:
    found: dict[str, list[Feedback]] = {}
    for one in tx.feedback():
        if one.rule:
            found.setdefault(one.rule, []).append(one)
    return found


#: how the examples of the last rules went, by the hash of their files: they are run once, not for each page
_TRIED: dict[str, dict[str, tuple[ExampleResult, ...]]] = {}
_ONE = Lock()


def examples_of(rules: RuleSet, *, now: datetime) -> Mapping[str, tuple[ExampleResult, ...]]:
    """How the examples of each rule go, by its id; the first time it takes half a millisecond for each of them."""
    with _ONE:
        if (known := _TRIED.get(rules.hash)) is None:
            known = {}
            for one in try_examples(rules, now=now):
                known[one.rule or ""] = (*known.get(one.rule or "", ()), one)
            _TRIED.clear()
            _TRIED[rules.hash] = known
        return known
