"""The outbox refuses a repeat, and a channel may have no address: then nobody was told, and nobody says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.alerts.policy import as_repeat, if_addressed
from monitor.evaluation import Evaluation, incident_after
from monitor.model.alert import Decision, DecisionReason
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.model.item import Item, Novelty
from monitor.model.ledger import Notification, Told
from monitor.model.report import Act, Classification, Level
from monitor.store.store import Store
from newsroom import Newsroom, PublishedFeed, Story
from values import CHAT, INCIDENT, MAIL, NOW, incident_alert

ATTACK = Story("Two drones hit Ain al-Asad air base in western Iraq", link="https://wire.example/asad")
SPORT = Story("Lions win the derby", link="https://wire.example/derby")
TELL = Decision(tell=True, reason=DecisionReason.FIRST, detail="first report", send_to=("alerts", "duty"))


def evaluation(decision: Decision = TELL, incident: Incident = INCIDENT) -> Evaluation:
    return Evaluation(
        item=Item(id="i", title="x", first_seen=NOW), novelty=Novelty.NEW, decision=decision,
        classification=Classification(act=Act.ATTACK, level=Level.FLASH),
        relation=Relation(kind=RelationKind.JOINS, incident=incident),
    )  # fmt: skip


UNTOLD = replace(INCIDENT, told=False, told_to=(), version=1)


def test_only_channels_with_an_address_count_as_told() -> None:
    def after(*addressed: str) -> tuple[bool, tuple[str, ...]]:
        incident = incident_after(evaluation(incident=UNTOLD), addressed)
        assert incident is not None
        return incident.told, incident.told_to

    assert after("alerts", "duty") == (True, ("alerts", "duty"))
    assert after("duty") == (True, ("duty",))
    assert after() == (False, ())
    everywhere = incident_after(evaluation(incident=UNTOLD))
    assert everywhere is not None
    assert everywhere.told_to == ("alerts", "duty")


def test_a_further_channel_without_an_address_brings_nothing_new() -> None:
    further = replace(TELL, reason=DecisionReason.FIRST_HERE)
    assert if_addressed(further, ["duty"]) is further
    assert if_addressed(TELL, []) is TELL  # made all the same, it stands in the list of alerts
    quiet = if_addressed(further, [])
    assert (quiet.tell, quiet.reason) == (False, DecisionReason.NO_CHANGE)
    assert "no address takes alerts, duty" in quiet.detail


def test_a_repeat_tells_nobody() -> None:
    quiet = as_repeat(TELL)
    assert (quiet.tell, quiet.reason, quiet.send_to) == (False, DecisionReason.NO_CHANGE, ())
    assert "told already" in quiet.detail


def test_a_message_to_nobody_gives_way_to_one_that_has_an_address(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_incident(INCIDENT)
        assert tx.add_alert(incident_alert("NOBODY"), [])
        assert not tx.add_alert(incident_alert("NOBODY-AGAIN"), [])
        assert tx.add_alert(incident_alert("HEARD"), [MAIL])
        assert not tx.add_alert(incident_alert("REPEAT"), [CHAT])
        assert [alert.id for alert, _ in tx.alerts(NOW)] == ["HEARD"]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        room.channels({"alerts": [room.hook.url("alerts")]})
        yield room


@pytest.fixture
def wire(room: Newsroom) -> PublishedFeed:
    wire = room.feed("wire", [SPORT], publisher="Wire")
    room.poll()
    return wire


@contextmanager
def stored(room: Newsroom) -> Iterator[Store]:
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    try:
        yield store
    finally:
        store.close()


def test_a_poll_that_tells_a_channel_nothing_new_counts_no_alert(room: Newsroom, wire: PublishedFeed) -> None:
    now = datetime.now(UTC)
    incident = Incident(
        id="known", place_id="ain-al-asad", place_name="Ain al-Asad Air Base", country="IQ",
        date=now.date(), opened_at=now,
    )  # fmt: skip
    before = Notification(
        incident_id="known", channel="alerts", version=1, reasons=("FIRST",), level=Level.URGENT, alert_id="before",
        known=Told(level=Level.URGENT, places=("ain-al-asad",)), queued_at=now,
    )  # fmt: skip
    with stored(room) as store, store.transaction() as tx:
        tx.add_incident(incident)
        tx.put_notification(before)
    wire.add(ATTACK)
    (report,) = room.poll()
    assert (report.new, report.alerts) == (1, ())
    with stored(room) as store, store.read() as tx:
        known = tx.incident("known")
        assert known is not None
        assert (known.told, known.told_to) == (False, ())
        assert known.weapons == ("drone",)  # what it reports is kept all the same
        decisions = [one.decision for one in tx.items_of_incidents(["known"])["known"]]
        assert [(one.tell, str(one.reason)) for one in decisions if one] == [(False, "NO_CHANGE")]
        assert [one.id for one, _ in tx.alerts(now) if one.incident_id] == []
