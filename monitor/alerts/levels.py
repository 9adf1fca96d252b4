"""How urgent an incident is by the rules that took its reports and by all that is known of it.

One report raises a rule by what it states itself. Of an incident the same conditions are asked of what all its
reports come to, so that a number which was withdrawn, which nobody else bears out or which the attackers alone tell is
no flash; and the conditions that only all of them together can answer: how sure it is, how many report it, whether the
toll rises.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.incidents.counts import ABSURD
from monitor.incidents.doubts import FLOOD
from monitor.incidents.sources import is_live
from monitor.model.ledger import Folded, Grade, View
from monitor.model.report import Facts, Level, RuleTaken, Voice
from monitor.rules.model import Rule
from monitor.rules.values import Condition
from monitor.topics.attacks.topic import RuleSet

#: the least that "several" or "dozens" can be; a bound is asked of it where no figure is known
_SOME = 2


def level_of(view: View, rules: RuleSet) -> tuple[Level, str]:
    """The level, and why; that of the incident where no rule in force took any of its reports."""
    facts = _facts(view)
    known = {rule.id: rule for rule in rules.rules}
    found = [_level(taken, known[taken.rule], view, facts) for taken in _taken(view) if taken.rule in known]
    if not found:
        return view.incident.level, ""
    level, why = max(found, key=lambda one: one[0].rank)
    doubts = [[doubt for doubt in report.doubts if doubt != ABSURD] for report in view.reports]
    if all(doubts):
        doubt = doubts[0][0]
        most = Level.DIGEST if doubt == FLOOD else Level.NOTICE
        return min(level, most, key=lambda one: one.rank), f"{why}; {doubt}"
    return level, why


def _taken(view: View) -> Iterator[RuleTaken]:
    for report in view.reports:
        yield from (taken for taken in report.rules if not taken.trial)


def _level(taken: RuleTaken, rule: Rule, view: View, facts: Facts) -> tuple[Level, str]:
    """The level of one rule that took a report, asked of the whole incident."""
    if rule.status != "live":
        return Level.DIGEST, f"rule {rule.id} is {rule.status}"
    waits = next((condition for condition in rule.only_if if not _holds(condition, view, facts)), None)
    if waits is not None:
        return Level.DIGEST, f"rule {rule.id}: nobody is told before “{waits}” holds"
    # what was raised, or waited, stands again at the rule's own level; a lower one is that of a place nobody knows
    base = rule.level if rule.only_if or taken.raised else taken.level
    if taken.raised and any(condition.is_of_the_past for _, some in rule.raises for condition in some):
        past = any(str(c) in taken.raised for _, some in rule.raises for c in some if c.is_of_the_past)
        base = taken.level if past else base
    for higher, conditions in rule.raises:
        if higher.rank <= base.rank:
            break
        stated = next((condition for condition in conditions if _holds(condition, view, facts)), None)
        if stated is not None:
            return higher, f"rule {rule.id} ({higher}, raised to {higher}: {stated})"
    return base, f"rule {rule.id} ({base})"


def _holds(condition: Condition, view: View, facts: Facts) -> bool:
    match condition.fact:
        case "confirmed":
            return view.grade is Grade.CONFIRMED
        case "publishers":
            return condition.is_reached(len(view.publishers))
        case "toll rises":
            return _rises(view.killed) or _rises(view.wounded)
        case _:
            return condition.holds(facts)


def _rises(folded: Folded) -> bool:
    """The number that stands is higher than the first one that was told."""
    return folded.best is not None and bool(folded.history) and folded.best.value > folded.history[0].value


def _facts(view: View) -> Facts:
    """What the incident comes to as one report would state it; the attackers' own numbers decide no level."""
    incident = view.incident
    return Facts(
        weapons=incident.weapons,
        claimed_by=incident.claimed_by,
        attributed_to=incident.attributed_to,
        killed=_number(view, "killed"),
        wounded=_number(view, "wounded"),
        intercepted=incident.intercepted,
    )


def _number(view: View, name: str) -> int | None:
    folded: Folded = getattr(view, name)
    if folded.best is not None:
        return folded.best.value if folded.best.voice is not Voice.CLAIMANT else None
    in_words = any(
        getattr(report.facts, f"{name}_words") and getattr(report.facts, name) is None
        for report in view.reports
        if is_live(report) and report.voice is not Voice.CLAIMANT and not report.facts.toll_claimed
    )
    return _SOME if in_words else None
