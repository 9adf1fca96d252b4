"""The decision table: every answer of decide() has its case in a data file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.alerts.policy import decide
from monitor.model.alert import DecisionReason
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.model.item import Novelty
from monitor.model.ledger import ChangeReason
from monitor.model.report import Act, Classification, Level

CASES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent.parent / "data/alerts/decisions.yaml").read_text("utf-8"), yaml.CSafeLoader
)
INCIDENT = Incident(
    id="2026-11-21-ain-al-asad", place_id="ain-al-asad", place_name="Ain al-Asad Air Base", country="IQ",
    date=date(2026, 11, 21), opened_at=datetime(2026, 11, 21, 3, tzinfo=UTC),
)  # fmt: skip


def relation_of(word: str, adds: tuple[str, ...] = ()) -> Relation:
    kind, _, told = word.partition("-")
    if kind == "none":
        return Relation(kind=RelationKind.NONE)
    told_to = {"told": ("alerts",), "others": ("other",)}.get(told, ())
    incident = Incident(**{**vars(INCIDENT), "told": bool(told_to), "told_to": told_to})
    return Relation(kind=RelationKind(kind), incident=incident, added=adds)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['novelty']}-{case['act']}-{case['relation']}")
def test_decision_table(case: dict[str, Any]) -> None:
    level = Level(case["level"]) if case["level"] else None
    classification = Classification(
        act=Act(case["act"]), rule="some-rule" if level else None, level=level, trial=case.get("trial", False),
        send_to=("alerts",),
    )  # fmt: skip
    decision = decide(
        Novelty(case["novelty"]), classification, relation_of(case["relation"], tuple(case.get("adds", ())))
    )
    assert (decision.tell, str(decision.reason)) == (case["tell"], case["reason"])
    assert decision.detail
    assert not decision.detail.endswith(".")
    assert decision.send_to == (("alerts",) if case["tell"] else ())


#: those of updates, for which nothing is decided yet
NOT_YET = {str(reason) for reason in ChangeReason if reason != "FIRST"} | {"HELD", "MUTED", "UPDATE_OLD"}


def test_every_reason_has_a_case() -> None:
    assert {case["reason"] for case in CASES} == {str(reason) for reason in DecisionReason} - NOT_YET


def test_contract_alert_agrees_with_the_decision_for_new_attacks() -> None:
    """`classify` says alert; the daemon tells the first report of exactly these."""
    for act in Act:
        for level in (None, *Level):
            for trial in (False, True):
                classification = Classification(act=act, rule="r" if level else None, level=level, trial=trial)
                decision = decide(Novelty.NEW, classification, relation_of("opens"))
                if act in (Act.ATTACK, Act.FOILED, Act.CLAIM):
                    assert decision.tell == classification.alert
