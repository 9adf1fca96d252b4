"""What stands in `rules/*.yaml`: a rule in the words What, Where, Who and Never, with its examples."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from monitor.classify.listfile import Id, Texts
from monitor.meaning import INCIDENT_ACTS, Act, Facts, Level
from monitor.yamlfile import Strict

_CONDITION = re.compile(r"\s*(killed|wounded|intercepted)\s*>=\s*(\d+)\s*$")


class Condition(Strict):
    """A bound on a fact: `killed >= 1`."""

    fact: Literal["killed", "wounded", "intercepted"]
    at_least: int

    def holds(self, facts: Facts) -> bool:
        """True where the item states at least so many; what is not stated holds nothing."""
        stated: int | None = getattr(facts, self.fact)
        return stated is not None and stated >= self.at_least

    def __str__(self) -> str:
        return f"{self.fact} >= {self.at_least}"


def _read_condition(value: object) -> object:
    match = _CONDITION.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"I do not understand the condition {value!r}; write for instance killed >= 1 or wounded >= 5")
    return Condition(fact=match[1], at_least=int(match[2]))  # type: ignore[arg-type]


class Where(Strict):
    """Places that a rule is about."""

    #: groups (`@bases-iraq`), place ids or country codes
    any: Texts = Field(min_length=1)
    #: what becomes of a report that names no place that the gazetteer knows
    if_unknown: Level | Literal["drop"] = "drop"


class Who(Strict):
    """Actors and forces that must be named."""

    any: Texts = Field(min_length=1)
    #: true: they are shown where they are named, but not required
    optional: bool = False


class What(Strict):
    """Words that must stand in the item beside what its act says; lists as `@name`."""

    any: Texts = ()
    all: Texts = ()


class Never(Strict):
    """Words that silence the rule, within a scope, and what the item then is."""

    any: Texts = Field(min_length=1)
    scope: Literal["sentence", "headline", "lead", "item"] = Field(alias="in")
    instead: Act | None = None


class Examples(Strict):
    """Texts that must alert and texts that must stay quiet under this rule."""

    alert: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()


class Rule(Strict):
    """One rule. It takes an item whose act, places, actors and words fit, unless a `never` stands in its scope."""

    id: Id = Field(alias="rule")
    title: str
    #: for the person who is woken: why does this rule exist
    why: str
    level: Level
    act: Annotated[tuple[Act, ...], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)] = tuple(
        sorted(INCIDENT_ACTS)
    )
    where: Where | None = None
    who: Who | None = None
    what: What | None = None
    never: tuple[Never, ...] = ()
    raise_to_flash_if: tuple[Annotated[Condition, BeforeValidator(_read_condition)], ...] = ()
    send_to: Texts = ()
    #: `trial`: decides and records, tells nobody
    status: Literal["live", "trial"] = "live"
    examples: Examples = Examples()


class RuleFile(Strict):
    """A rule file with several rules (`rules:`); one with a single rule holds the rule's keys themselves."""

    rules: tuple[Rule, ...] = Field(min_length=1)
