"""Do the rules do as they were told? The examples that stand in them, and what people said of real items. Pure.

An example is about its own rule: under `alert` that rule must take the text, at its level or higher; under `quiet` it
must leave it alone, whatever other rules do. Feedback is about all rules together: does any of them want the item
told, or none?
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.alerts.policy import raised
from monitor.model.feedback import Feedback
from monitor.model.incident import Incident
from monitor.model.item import Item
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
    must_alert: bool
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
    rules: RuleSet, feedback: Iterable[Feedback] = (), incidents: Sequence[Incident] = (), *, now: datetime
) -> list[ExampleResult]:
    """Every example of every rule that is not off, then all feedback, in the order given.

    An example is judged as if it came `now`, feedback as of the time at which its item came: of `incidents`, for rules
    that ask what happened before, only those count that were known by then.
    """
    examples = [
        _try_example(rule, text, must_alert, rules, now)
        for rule in rules.rules
        if rule.status != "off"
        for must_alert, texts in ((True, rule.examples.alert), (False, rule.examples.quiet))
        for text in texts
    ]
    return examples + [_try_feedback(one, incidents, rules) for one in feedback]


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
    return ExampleResult(origin=Origin.EXAMPLE, text=text, must_alert=must_alert, holds=holds, rule=rule.id, why=why)


def _try_feedback(feedback: Feedback, incidents: Sequence[Incident], rules: RuleSet) -> ExampleResult:
    item = feedback.item
    found = raised(classify(item, rules), [known for known in incidents if known.opened_at < item.first_seen])
    return ExampleResult(
        origin=Origin.FEEDBACK, text=item.title, must_alert=feedback.must_alert,
        holds=found.tells is feedback.must_alert, rule=found.rule, why=found.reason, feedback=feedback,
    )  # fmt: skip
