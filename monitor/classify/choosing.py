"""Which rule takes a report: its conditions in order, and the condition that failed where none does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.classify.gazetteer import Gazetteer
from monitor.classify.places import Target
from monitor.classify.reading import Reading, Sentence
from monitor.classify.rulefile import RuleSet
from monitor.classify.rulemodel import Never, Rule, Where
from monitor.meaning import Act, Facts, Level


@dataclass(frozen=True, slots=True)
class Taken:
    """A rule takes the report at this level."""

    rule: Rule
    level: Level
    why: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule does not take it: how many conditions held, and which one failed."""

    rule: Rule
    held: int
    why: str
    #: the act that a `never` says the report has instead
    instead: Act | None = None


def choose(
    rules: RuleSet, act: Act, targets: Sequence[Target], facts: Facts, reading: Reading, deciding: Sentence | None
) -> Taken | Passed | None:
    """The most urgent rule that takes the report (the first of equals), else the one that came nearest."""
    taken: Taken | None = None
    nearest: Passed | None = None
    for rule in rules.rules:
        answer = _try(rules, rule, act, targets, facts, reading, deciding)
        if isinstance(answer, Taken):
            if taken is None or answer.level.rank > taken.level.rank:
                taken = answer
        elif nearest is None or answer.held > nearest.held:
            nearest = answer
    return taken or nearest


def _try(
    rules: RuleSet, rule: Rule, act: Act, targets: Sequence[Target], facts: Facts, reading: Reading,
    deciding: Sentence | None,
) -> Taken | Passed:  # fmt: skip
    if act not in rule.act:
        return Passed(rule, 0, f"it is for {_any(rule.act)}, and this is {act}")
    level = _level_at(rule, targets, rules.gazetteer)
    if level is None:
        return Passed(rule, 1, f"the place is not in {_any(rule.where.any if rule.where else ())}")
    if rule.who is not None and not rule.who.optional and not reading.tags & rules.tags[rule.id, "who"]:
        return Passed(rule, 2, f"none of {_any(rule.who.any)} is named")
    if rule.what is not None:
        if rule.what.any and not reading.tags & rules.tags[rule.id, "what.any"]:
            return Passed(rule, 3, f"none of {_any(rule.what.any)} stands in it")
        for i, one in enumerate(rule.what.all):
            if not reading.tags & rules.tags[rule.id, f"what.all.{i}"]:
                return Passed(rule, 3, f"{one} does not stand in it")
    for i, never in enumerate(rule.never):
        if _within(never, reading, deciding) & rules.tags[rule.id, f"never.{i}"]:
            return Passed(rule, 4, f"never where {_any(never.any)} stands in the {never.scope}", never.instead)
    for condition in rule.raise_to_flash_if:
        if condition.holds(facts):
            return Taken(rule, Level.FLASH, f"raised to flash: {condition}")
    return Taken(rule, level, "")


def _within(never: Never, reading: Reading, deciding: Sentence | None) -> int:
    if never.scope == "sentence":
        return deciding.tags if deciding is not None else 0
    return {"headline": reading.headline_tags, "lead": reading.lead_tags, "item": reading.tags}[never.scope]


def _level_at(rule: Rule, targets: Sequence[Target], gazetteer: Gazetteer) -> Level | None:
    """The rule's level at these targets; None where it is not about them."""
    if rule.where is None:
        return rule.level
    if any(_holds(rule.where, target, gazetteer) for target in targets):
        return rule.level
    sites = {site for name in rule.where.any if name[0] == "@" for site in gazetteer.groups[name[1:]].sites} or {"base"}
    unknown = [t for t in targets if not t.country and t.site in sites] if targets else [None]
    if unknown and rule.where.if_unknown != "drop":
        return Level(rule.where.if_unknown)
    return None


def _holds(where: Where, target: Target, gazetteer: Gazetteer) -> bool:
    for name in where.any:
        if name.startswith("@"):
            if gazetteer.groups[name[1:]].holds(target.place_id, target.country, target.site):
                return True
        elif name == target.place_id or (name == target.country and name not in gazetteer.places):
            return True
    return False


def _any(words: Sequence[str]) -> str:
    return " or ".join(str(w) for w in words)
