"""What `rules test` asks: an example is about its own rule, feedback about all rules together."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from monitor.model.feedback import NONE, Correction, Fact, Feedback, Opinion
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.report import Act
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from monitor.workbench.examples import Origin, try_examples

WORDS = Path(__file__).parent.parent / "data" / "rules" / "base"
NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
HIT = "Drone hit Hill Base"
SPORT = "Lions win the derby"
FIRST_HERE = {"level": "digest", "raise_to_notice_if": ["first here in 30 days"]}

Rules = Callable[..., RuleSet]


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    """`rules(first={…}, second={…})`: a folder with these rules, urgent and about Hill Base unless they say."""

    def load(**named: dict[str, Any]) -> RuleSet:
        copytree(WORDS, tmp_path / "rules", ignore=lambda _, names: {"first.yaml"} & set(names))
        for name, keys in named.items():
            rule = {"rule": name, "title": name, "why": "A test.", "level": "urgent", "where": {"any": ["hill-base"]}}
            (tmp_path / "rules" / f"{name}.yaml").write_text(json.dumps({**rule, "send_to": ["alerts"], **keys}))
        return load_rules(tmp_path / "rules")

    return load


def example(kind: str, text: str, **keys: Any) -> dict[str, Any]:
    return {"examples": {kind: [text]}, **keys}


def said(opinion: Opinion, *, alerted: bool, title: str = HIT, at: datetime = NOW, language: str = "en") -> Feedback:
    item = Item(id="A", title=title, language=language, published=at, first_seen=at)
    return Feedback(item=item, opinion=opinion, given_at=NOW, told=alerted, alerted=alerted, act=Act.ATTACK)


@pytest.mark.parametrize(
    ("kind", "text", "keys", "holds"),
    [
        ("alert", HIT, {}, True),
        ("alert", HIT, {"level": "digest"}, True),
        ("alert", HIT, {"status": "trial"}, True),
        ("alert", HIT, {"raise_to_flash_if": ["first here in 30 days"]}, True),
        ("alert", SPORT, {}, False),
        ("alert", SPORT, {"status": "trial"}, False),
        ("alert", "Drone hit US base", {"where": {"any": ["hill-base"], "if_unknown": "digest"}}, False),
        ("quiet", SPORT, {}, True),
        ("quiet", HIT, {}, False),
        ("quiet", HIT, {"status": "trial"}, False),
        ("quiet", "Drone hit US base", {"where": {"any": ["hill-base"], "if_unknown": "digest"}}, False),
    ],
)
def test_an_example_holds_or_not(rules: Rules, kind: str, text: str, keys: dict[str, Any], holds: bool) -> None:
    (result,) = try_examples(rules(own=example(kind, text, **keys)), now=NOW)
    assert (result.origin, result.rule, result.text) == (Origin.EXAMPLE, "own", text)
    assert (result.must_alert, result.holds) == (kind == "alert", holds), result.why
    assert result.feedback is None


def test_a_rule_that_is_off_has_nothing_to_run(rules: Rules) -> None:
    assert try_examples(rules(own=example("alert", SPORT, status="off")), now=NOW) == []


def test_another_rule_neither_helps_nor_spoils_an_example(rules: Rules) -> None:
    results = try_examples(
        rules(
            flash={"level": "flash", "send_to": ["family"]},
            digest=example("alert", HIT, level="digest"),
            elsewhere=example("alert", HIT, where={"any": ["IQ"], "not": ["hill-base"]}),
            quiet=example("quiet", HIT, act=["threat"]),
        ),
        now=NOW,
    )
    assert {result.rule: result.holds for result in results} == {"digest": True, "elsewhere": False, "quiet": True}
    (failed,) = [result for result in results if not result.holds]
    assert failed.why.startswith("the place is not in IQ; attack: ")
    assert "rule flash (flash)" in failed.why


def test_an_example_taken_too_low_says_so(rules: Rules) -> None:
    keys = {"where": {"any": ["hill-base"], "if_unknown": "digest"}}
    (result,) = try_examples(rules(own=example("alert", "Drone hit US base", **keys)), now=NOW)
    assert result.why.startswith("it takes it at level digest; ")


@pytest.mark.parametrize(
    ("keys", "alerts"),
    [
        ({}, True),
        ({"level": "digest"}, False),
        ({"status": "trial"}, False),
        ({"status": "off"}, False),
        ({"act": ["threat"]}, False),
    ],
)
@pytest.mark.parametrize("alerted", [True, False])
@pytest.mark.parametrize("opinion", list(Opinion))
def test_feedback_asks_for_what_should_have_been(
    rules: Rules, keys: dict[str, Any], alerts: bool, alerted: bool, opinion: Opinion
) -> None:
    given = said(opinion, alerted=alerted)
    (result,) = try_examples(rules(own=keys), [given], now=NOW)
    must = {"right": alerted, "missed": True, "false": False, "wrong": None}[opinion]
    holds = must is None or must is alerts
    assert (result.origin, result.must_alert, result.holds) == (Origin.FEEDBACK, must, holds), result.why
    assert result.feedback is given
    assert result.rule == ("own" if keys.get("status") != "off" and "act" not in keys else None)


def test_what_is_no_attack_alerts_where_its_rule_is_of_level_notice(rules: Rules) -> None:
    """Not only attacks are told: what any live rule would tell at once counts."""
    given = said(Opinion.RIGHT, alerted=True, title=SPORT)
    keys = {"act": [str(act) for act in Act], "where": {"any": ["hill-base"], "if_unknown": "notice"}}
    (result,) = try_examples(rules(any=keys), [given], now=NOW)
    assert result.holds, result.why


def test_feedback_is_judged_with_the_date_the_language_and_the_past_of_its_item(rules: Rules) -> None:
    night = NOW.replace(hour=23) - timedelta(days=90)
    by_night = {"when": {"from": "22:00", "to": "06:00", "zone": "UTC"}, "language": ["ar"]}
    known = Incident(
        id="x", place_id="hill-base", place_name="Hill Base", country="IQ",
        date=date(2026, 2, 1), opened_at=datetime(2026, 2, 1, tzinfo=UTC),
    )  # fmt: skip
    later = Incident(
        id="y", place_id="hill-base", place_name="Hill Base", country="IQ", date=date(2026, 2, 2), opened_at=NOW
    )
    given = said(Opinion.RIGHT, alerted=True, at=night, language="ar")
    found = rules(own={**by_night, **FIRST_HERE})
    assert night.date() == date(2026, 2, 4)
    assert try_examples(found, [given], now=NOW)[0].holds
    assert try_examples(found, [given], [later], now=NOW)[0].holds  # nobody knew of it when the item came
    assert not try_examples(found, [given], [known], now=NOW)[0].holds
    assert not try_examples(found, [said(Opinion.RIGHT, alerted=True, language="ar")], now=NOW)[0].holds
    assert not try_examples(found, [said(Opinion.RIGHT, alerted=True, at=night)], now=NOW)[0].holds


@pytest.mark.parametrize(
    ("fact", "value", "was", "holds"),
    [
        ("act", "attack", "threat", True),
        ("act", "threat", "attack", False),
        ("place", "hill-base", "", True),
        ("place", "IQ", "", True),
        ("place", "lake-base", "hill-base", False),
        ("place", NONE, "hill-base", False),
        ("killed", "3", "2", False),
        ("killed", NONE, "2", True),
        ("wounded", "1", "", False),
        ("incident", "x", "", True),
        ("incident", "y", "x", False),
        ("incident", NONE, "x", False),
        ("incident", NONE, "y", True),
    ],
)
def test_a_fact_must_be_read_as_a_person_said(rules: Rules, fact: str, value: str, was: str, holds: bool) -> None:
    known = Incident(
        id="x", place_id="hill-base", place_name="Hill Base", country="IQ", date=NOW.date(),
        opened_at=NOW - timedelta(hours=1),
    )  # fmt: skip
    correction = Correction(fact=Fact(fact), value=value, was=was)
    given = replace(said(Opinion.WRONG, alerted=True), corrections=(correction,))
    (result,) = try_examples(rules(own={}), [given], (), {"A": [known]}, now=NOW)
    assert (result.must_alert, result.must, result.holds) == (None, f"{fact} {value}", holds), result.why
    assert result.why.startswith(f"its {fact} is ") is not holds


def test_silence_and_a_fact_are_both_asked_for(rules: Rules) -> None:
    exercise = Correction(fact=Fact.ACT, value="exercise", was="attack")
    given = replace(said(Opinion.FALSE, alerted=True), corrections=(exercise,))
    (result,) = try_examples(rules(own={"level": "digest"}), [given], now=NOW)
    assert (result.must, result.holds) == ("stay quiet; act exercise", False)


def test_examples_come_first_and_feedback_in_its_order(rules: Rules) -> None:
    two = [said(Opinion.RIGHT, alerted=False, title=SPORT), said(Opinion.RIGHT, alerted=True)]
    results = try_examples(rules(own=example("alert", HIT)), two, now=NOW)
    assert [(one.origin, one.text) for one in results] == [("example", HIT), ("feedback", SPORT), ("feedback", HIT)]
