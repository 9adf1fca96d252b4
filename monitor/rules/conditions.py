"""Conditions on what a report states, for `raise_to_…_if`: `killed >= 1`, `first here in 30 days`. Pure."""

from __future__ import annotations

import re
from typing import Annotated, Literal, cast

from pydantic import BeforeValidator, WithJsonSchema

from monitor.config.yamlfile import Strict, did_you_mean
from monitor.model.report import WEAPONS, Facts

_BOUND = re.compile(r"(killed|wounded|intercepted)\s*(>=|>|=)\s*(\d{1,9})$")
_FIRST = re.compile(r"first here in (\d{1,4}) days?$")
_WEAPON = re.compile(r"weapon is (\S+)$")
_BY = re.compile(r"(claimed|attributed)(?: (?:by|to) @?(\S+))?$")
_BY_NAME = re.compile(r"(claimed by|attributed to) (.+)$")
Fact = Literal["killed", "wounded", "intercepted", "weapon", "claimed", "attributed", "first here"]
#: no rule looks further back
LONGEST_DAYS = 366


class Condition(Strict):
    """One condition: a bound on a number, a weapon, who claims it, or that nothing happened there before."""

    fact: Fact
    #: of a number
    at_least: int = 0
    #: the number must be this very one
    exactly: bool = False
    #: weapon or actor; empty: any
    name: str = ""
    #: of `first here`
    days: int = 0
    written: str

    @property
    def is_of_the_past(self) -> bool:
        """It asks what happened before, which no report states: see `alerts.policy.raised`."""
        return self.fact == "first here"

    def holds(self, facts: Facts) -> bool:
        """Whether the report states it; what it does not state holds nothing."""
        match self.fact:
            case "killed" | "wounded" | "intercepted":
                stated: int | None = getattr(facts, self.fact)
                if stated is None:
                    return False
                return stated == self.at_least if self.exactly else stated >= self.at_least
            case "weapon":
                return self.name in facts.weapons
            case "claimed":
                return bool(facts.claimed_by) if not self.name else self.name in facts.claimed_by
            case "attributed":
                return bool(facts.attributed_to) if not self.name else self.name in facts.attributed_to
            case "first here":
                return False

    def __str__(self) -> str:
        return self.written


def read_condition(value: object) -> object:
    """The condition that a text says; an error that shows how one is written."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if match := _BOUND.match(text):
        bound = int(match[3]) + (match[2] == ">")
        return Condition(fact=cast(Fact, match[1]), at_least=bound, exactly=match[2] == "=", written=text)
    if match := _FIRST.match(text):
        days = int(match[1])
        if not 1 <= days <= LONGEST_DAYS:
            raise ValueError(f"{days} days cannot be looked back; write 1 to {LONGEST_DAYS} days")
        return Condition(fact="first here", days=days, written=text)
    if match := _WEAPON.match(text):
        if match[1] not in WEAPONS:
            raise ValueError(f"there is no weapon {match[1]}; {did_you_mean(match[1], WEAPONS)}")
        return Condition(fact="weapon", name=match[1], written=text)
    if match := _BY.match(text):
        return Condition(fact=cast(Fact, match[1]), name=match[2] or "", written=text)
    if match := _BY_NAME.match(text):
        slug = "-".join(match[2].casefold().split())
        raise ValueError(f"an actor is named by its id, one word; write for instance {match[1]} {slug}")
    raise ValueError(
        f"I do not understand the condition {value!r}; write for instance killed >= 1, weapon is ballistic_missile, "
        "claimed by kataib-hezbollah or first here in 30 days"
    )


_FORMS = (_BOUND.pattern, _FIRST.pattern, f"weapon is ({'|'.join(WEAPONS)})$", _BY.pattern)
#: a condition as people write it
ConditionText = Annotated[
    Condition,
    BeforeValidator(read_condition),
    WithJsonSchema({"type": "string", "pattern": "|".join(f"^{form}" for form in _FORMS)}),
]
