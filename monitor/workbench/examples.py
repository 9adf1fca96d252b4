"""Do the rules do as they were told? The examples that stand in them, and what people said of real items. Pure.

An example is about its own rule: under `alert` that rule must take the text, at its level or higher; under `quiet` it
must leave it alone, whatever other rules do. Feedback is about all rules together: does any of them want the item
told, or none; and are its facts read as they should be?
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.alerts.policy import raised
from monitor.evaluation import Ledger
from monitor.model.feedback import NONE, Correction, Fact, Feedback
from monitor.model.incident import Incident
from monitor.model.item import Item, Novelty
from monitor.model.report import Classification
from monitor.rules.model import Rule
from monitor.rules.overrides import Override
from monitor.topics.attacks.classifier import classify, consider
from monitor.topics.attacks.topic import RuleSet


class Origin(StrEnum):
    """Where it stands what must be done with a text."""

    EXAMPLE = "example"
    FEEDBACK = "feedback"


@dataclass(frozen=True, kw_only=True)
class ExampleResult:
    """One text, what the rules must do with it, whether they do, and what becomes of it."""

    origin: Origin
    text: str
    #: None where feedback asks for facts alone
    must_alert: bool | None
    #: what must be done with it, for people: `alert`, `stay quiet; act exercise`
    must: str
    holds: bool
    #: the rule whose example it is; of feedback the one that takes the item now, None where none does
    rule: str | None
    #: a sentence for people: what the rules do with it, and why
    why: str
    #: what was said of it; None for an example
    feedback: Feedback | None = None
    #: it is an example of a rule that this override changes, and without the override it holds: no failure
    changed_by: Override | None = None


def try_examples(
    rules: RuleSet,
    feedback: Iterable[Feedback] = (),
    incidents: Sequence[Incident] = (),
    pasts: Mapping[str, Sequence[Incident]] | None = None,
    *,
    now: datetime,
) -> list[ExampleResult]:
    """Every example of every rule that is not off, then all feedback, in the order given.

    An example is judged as if it came `now`, feedback as of the time at which its item came: of `incidents`, for rules
    that ask what happened before, only those count that were known by then. `pasts` has, by the id of an item, the
    incidents as they were before it, where it is asked which of them it belongs to.
    """
    examples = [
        _try_example(rule, text, must_alert, rules, now)
        for rule in rules.rules
        if rule.status != "off"
        for must_alert, texts in ((True, rule.examples.alert), (False, rule.examples.quiet))
        for text in texts
    ]
    return examples + [try_feedback(one, (pasts or {}).get(one.item.id, incidents), rules) for one in feedback]


def meant_by_overrides(
    results: Iterable[ExampleResult], rules: RuleSet, plain: Callable[[], RuleSet], *, now: datetime
) -> list[ExampleResult]:
    """The results, where examples that a rule of another file brought and that only its override changes are marked so.

    `plain` makes the rules as they are without overrides; it is asked only where such an example does not hold.
    """
    results = list(results)
    at_fault = {
        (one.rule, one.text, one.must_alert): override
        for one in results
        if not one.holds and one.feedback is None and one.rule and (override := rules.override_of(one.rule)) is not None
    }
    if not at_fault:
        return results
    before = plain()
    held = {
        (rule.id, text, must_alert)
        for rule in before.rules
        for must_alert, texts in ((True, rule.examples.alert), (False, rule.examples.quiet))
        for text in texts
        if (rule.id, text, must_alert) in at_fault and _try_example(rule, text, must_alert, before, now).holds
    }
    return [
        replace(one, changed_by=at_fault[key])
        if (key := (one.rule, one.text, one.must_alert)) in held and not one.holds
        else one
        for one in results
    ]


def _try_example(rule: Rule, text: str, must_alert: bool, rules: RuleSet, now: datetime) -> ExampleResult:
    found, case = consider(Item(id="example", title=text, first_seen=now), rules)
    found = raised(found, ())
    own = next((one for one in found.taken if one.rule == rule.id), None)
    # `if_unknown` may file a report lower than its rule; that is not what an example under `alert` asks for
    holds = (own is not None and own.level.rank >= rule.level.rank) if must_alert else own is None
    why = found.reason
    if not holds:
        # what holds for the rule of the example, before what becomes of the text; said once
        passed = next((passed.why for passed in rules.rule_matcher.not_matched(case) if passed.rule.id == rule.id), "")
        of_rule = f"it takes it at level {own.level}" if own else passed
        why = f"{of_rule}; {why}" if of_rule and of_rule not in why else why
    return ExampleResult(
        origin=Origin.EXAMPLE, text=text, must_alert=must_alert, must="alert" if must_alert else "stay quiet",
        holds=holds, rule=rule.id, why=why,
    )  # fmt: skip


def try_feedback(feedback: Feedback, incidents: Sequence[Incident], rules: RuleSet) -> ExampleResult:
    """Whether the rules do with an item as a person said; `incidents` are those that may have been known before it."""
    item = feedback.item
    known = [one for one in incidents if one.opened_at < item.first_seen]
    found = raised(classify(item, rules), known)
    joined = None
    if any(one.fact is Fact.INCIDENT for one in feedback.corrections):
        relation = Ledger(known).evaluate(item, Novelty.NEW, found, rules).relation
        joined = relation.incident.id if relation.incident else None
    differs = [_misread(one, found, joined) for one in feedback.corrections]
    must = feedback.must_alert
    return ExampleResult(
        origin=Origin.FEEDBACK, text=item.title, must_alert=must, must=feedback.asks,
        holds=must in (None, found.tells) and not any(differs), rule=found.rule,
        why="; ".join([*filter(None, differs), found.reason]), feedback=feedback,
    )  # fmt: skip


def _misread(correction: Correction, found: Classification, incident: str | None) -> str:
    """How a fact is still read otherwise than a person said, for people; empty where it is read so."""
    read, value = read_of(correction.fact, found, incident), correction.value
    if value == NONE:
        wrong = correction.was in read if correction.fact is Fact.INCIDENT else bool(read)
    else:
        wrong = value not in read
    return f"its {correction.fact} is {', '.join(read) or NONE}" if wrong else ""


def read_of(fact: Fact, found: Classification, incident: str | None) -> tuple[str, ...]:
    """What was read of a fact, in the words of corrections: ids of places with their countries, a number, an act."""
    facts = found.facts
    match fact:
        case Fact.ACT:
            return (str(found.act),)
        case Fact.PLACE:
            places = facts.targets or facts.places
            # a country is told where anything in it is
            return tuple(
                dict.fromkeys(name for one in places if not one.is_unplaced for name in (one.id, one.country) if name)
            )
        case Fact.KILLED | Fact.WOUNDED:
            number = facts.killed if fact is Fact.KILLED else facts.wounded
            return () if number is None else (str(number),)
        case Fact.INCIDENT:
            return () if incident is None else (incident,)
