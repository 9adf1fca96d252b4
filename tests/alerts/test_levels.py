"""The level of an incident by what all its reports come to."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from monitor.alerts.levels import level_of
from monitor.incidents.fold import fold
from monitor.model.ledger import Report
from monitor.model.report import Act, Facts, Level, Link, RuleTaken, Voice
from monitor.rules.model import Rule
from monitor.rules.values import read_condition
from monitor.topics.attacks.topic import RuleSet
from tests.support.views import CLAIM, MINISTRY, WIRE, incident, report

DEATHS = RuleTaken(rule="r", level=Level.FLASH, raised="raised to flash: killed >= 1", send_to=("alerts",))


def level(*reports: Report, **keys: Any) -> tuple[Level, str]:
    """The level under one rule with these keys."""
    rule = Rule.model_validate({"rule": "r", "title": "t", "why": "w", "level": "urgent", **keys})
    rules = cast(RuleSet, SimpleNamespace(rules=(rule,)))
    taken = [replace(one, rules=tuple(replace(t, rule="r") for t in one.rules)) for one in reports]
    view = fold(incident(level=Level.URGENT), taken)
    return level_of(view, rules)


FLASH = {"raise_to_flash_if": ["killed >= 1"]}


def test_a_toll_makes_it_a_flash() -> None:
    assert level(WIRE, **FLASH) == (Level.URGENT, "rule r (urgent)")
    assert level(WIRE, MINISTRY, **FLASH) == (Level.FLASH, "rule r (flash, raised to flash: killed >= 1)")
    assert level(report("a", "Several killed", killed_words="several"), **FLASH)[0] is Level.FLASH


@pytest.mark.parametrize(
    "one",
    [
        report("a", "Group Y says it killed 137", killed=137, voice=Voice.CLAIMANT, act=Act.CLAIM, rules=(DEATHS,)),
        report("a", "137 killed, says Group Y", killed=137, toll_claimed=True, rules=(DEATHS,)),
        report("a", "1,000,000 killed", killed=1_000_000, rules=(DEATHS,)),
    ],
)
def test_a_number_that_weighs_nothing_is_no_flash(one: Report) -> None:
    assert level(one, **FLASH)[0] is Level.URGENT


def test_a_withdrawn_number_is_none() -> None:
    back = report("b", "Wire withdraws", hours=2, withdrawn=("killed",), link=Link.RETRACTION, act=Act.RETRACTION,
                  rules=())  # fmt: skip
    first = report("a", "Three killed", killed=3, rules=(DEATHS,))
    assert (level(first, **FLASH)[0], level(first, back, **FLASH)[0]) == (Level.FLASH, Level.URGENT)


def test_what_is_doubted_is_a_notice_at_most() -> None:
    found = level(replace(report("a", "Three killed", killed=3), doubts=("dated in the future",)), **FLASH)
    assert found == (Level.NOTICE, "rule r (urgent); dated in the future")


def test_a_level_that_the_past_gave_is_kept() -> None:
    first = RuleTaken(rule="r", level=Level.FLASH, raised="raised to flash: first here in 30 days")
    keys = {"raise_to_flash_if": ["first here in 30 days"]}
    assert level(replace(WIRE, rules=(first,)), **keys)[0] is Level.FLASH


@pytest.mark.parametrize(
    ("conditions", "reports", "told"),
    [
        (["confirmed by officials"], [WIRE], False),
        (["confirmed by officials"], [WIRE, MINISTRY], True),
        (["publishers >= 2"], [WIRE, CLAIM], False),
        (["publishers >= 2"], [WIRE, report("x", "Base was hit by drones", hours=1, publisher="Paper")], True),
        (["confirmed by officials", "publishers >= 2"], [replace(WIRE, voice=Voice.OFFICIAL)], False),
        (["toll rises"], [WIRE], False),
        (["toll rises"], [WIRE, MINISTRY], True),
    ],
)
def test_nobody_is_told_before_it_holds(conditions: list[str], reports: list[Report], told: bool) -> None:
    found, why = level(*reports, only_if=conditions)
    assert (found is Level.URGENT) is told
    assert told or "nobody is told before" in why
    assert level(*reports, level="notice", raise_to_urgent_if=conditions[:1])[0] in (Level.NOTICE, Level.URGENT)


def test_of_one_report_they_hold_nothing() -> None:
    for text in ("confirmed by officials", "publishers >= 1", "toll rises"):
        condition = cast(Any, read_condition(text))
        assert condition.is_of_the_whole
        assert not condition.holds(Facts(killed=3))
