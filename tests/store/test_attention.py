"""What channels know, what waits for them, and mutes; what goes in comes back, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model.attention import Ack, Deed, HeldBack, Matchers, Silence
from monitor.model.ledger import ChannelState, Grade, Held, Notification, Told
from monitor.model.report import Level
from monitor.store.store import Store, Transaction
from values import INCIDENT, MAIL, NOW, deliveries_of, incident_alert

HOUR = timedelta(hours=1)
DUTY = Notification(
    incident_id=INCIDENT.id, channel="duty", version=2, reasons=("FIRST", "CLAIMED"), level=Level.FLASH,
    known=Told(wounded=0, grade=Grade.CONFIRMED), alert_id="X", queued_at=NOW, acked_at=NOW, acked_by="Ada", repeats=3,
)  # fmt: skip
DESK = replace(DUTY, channel="desk", acked_at=None, acked_by="")


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    with store.transaction() as opened:
        opened.add_incident(INCIDENT)
        yield opened


def test_what_a_channel_knows_is_what_it_was_told_last(tx: Transaction) -> None:
    tx.put_notification(DUTY)
    tx.put_notification(DESK)
    assert tx.notifications([INCIDENT.id, "none"]) == {(INCIDENT.id, "duty"): DUTY, (INCIDENT.id, "desk"): DESK}
    later = replace(DUTY, version=3, alert_id="Y", acked_at=None)
    tx.put_notification(later)
    assert tx.notifications([INCIDENT.id])[INCIDENT.id, "duty"] == later
    assert tx.unacknowledged("desk", DESK.level, DESK.queued_at - timedelta(minutes=1)) == [DESK]
    assert tx.unacknowledged("desk", Level.DIGEST, DESK.queued_at - timedelta(minutes=1)) == []
    assert tx.unacknowledged("desk", DESK.level, DESK.queued_at) == []


def test_a_message_was_taken_or_failed(tx: Transaction) -> None:
    tx.put_notification(DUTY)
    tx.put_notification(DESK)
    tx.mark_failed("X", "desk", NOW)
    tx.mark_taken("other", "duty", NOW)
    assert tx.notifications([INCIDENT.id])[INCIDENT.id, "desk"] == replace(DESK, failed_at=NOW)
    assert tx.notifications([INCIDENT.id])[INCIDENT.id, "duty"] == DUTY
    tx.mark_taken("X", "desk", NOW + HOUR)
    tx.mark_failed("X", "desk", NOW + 2 * HOUR)
    assert tx.notifications([INCIDENT.id])[INCIDENT.id, "desk"] == replace(DESK, taken_at=NOW + HOUR)


def test_what_is_held_waits_until_it_is_due(tx: Transaction) -> None:
    night = Held(incident_id=INCIDENT.id, channel="duty", why="quiet", since=NOW, due_at=NOW + HOUR, level=Level.NOTICE)
    digest = Held(incident_id=INCIDENT.id, channel="desk", why="digest", since=NOW, level=Level.DIGEST)
    tx.hold(night)
    tx.hold(digest)
    assert tx.held(NOW) == []
    assert tx.held(NOW + HOUR) == [night]
    assert {one.channel: one for one in tx.held(None)} == {"duty": night, "desk": digest}
    capped = replace(night, why="cap", due_at=None)
    tx.hold(capped)
    assert tx.unhold(INCIDENT.id, "desk") is True
    assert tx.unhold(INCIDENT.id, "desk") is False
    assert tx.held() == [capped]


def test_a_silence_ends_by_itself_or_by_hand_and_counts(tx: Transaction) -> None:
    rule = Silence(matchers=Matchers(rule="attack-iraq"), starts=NOW, ends=NOW + HOUR, at=NOW, note="exercise")
    wide = Silence(
        matchers=Matchers(place="@gulf", level=Level.URGENT, channel="duty"), starts=NOW + HOUR, ends=NOW + 2 * HOUR,
        by="Karim", at=NOW,
    )  # fmt: skip
    rule, wide = tx.add_silence(rule), tx.add_silence(wide)
    assert (tx.silences(NOW), tx.silences(NOW + HOUR)) == ([rule, wide], [wide])
    assert [one.id for one in tx.silences(NOW) if one.holds(NOW)] == [rule.id]
    held = HeldBack(silence=rule.id, at=NOW, channel="duty", incident_id=INCIDENT.id, version=2, level=Level.FLASH)
    tx.hold_back(held)
    tx.hold_back(replace(held, at=NOW + HOUR / 2))
    tx.hold_back(replace(held, channel="desk"))
    assert tx.silence(rule.id) == replace(rule, held_back=2)
    assert len(tx.held_back(incident_id=INCIDENT.id)) == len(tx.held_back(silences=[rule.id])) == 2
    ended = replace(wide, ended_at=NOW, ended_by="Mona")
    tx.update_silence(ended)
    assert tx.silences(NOW) == [replace(rule, held_back=2)]
    assert tx.silence(wide.id) == ended
    tx.prune(before=NOW, now=NOW + timedelta(days=30))
    assert len(tx.silences()) == 2
    tx.prune(before=NOW, now=NOW + timedelta(days=31))
    assert tx.silences() == tx.held_back() == []


def test_an_acknowledgement_and_a_deed_are_kept(tx: Transaction) -> None:
    ack = Ack(incident_id=INCIDENT.id, at=NOW, by="Karim", note="on it", version=3)
    tx.put_ack(ack)
    broken = replace(ack, broken_at=NOW + HOUR, broken_by=("TOLL_UP",))
    tx.put_ack(broken)
    assert tx.acks([INCIDENT.id, "none"]) == {INCIDENT.id: broken}
    tx.drop_ack(INCIDENT.id)
    assert tx.acks([INCIDENT.id]) == {}
    first = tx.add_deed(Deed(at=NOW, by="Karim", what="ack", target=INCIDENT.id, before={"ack": None}))
    second = tx.add_deed(Deed(at=NOW, by="Mona", what="end", target="S1"))
    assert tx.deeds(limit=5) == [second, first]
    assert tx.deeds(limit=5, before=second.id) == tx.deeds(limit=5, targets=[INCIDENT.id]) == [first]
    tx.mark_undone(first.id, by="Mona", at=NOW)
    assert tx.deed(first.id) == replace(first, undone_at=NOW, undone_by="Mona")


def test_a_channel_is_remembered(tx: Transaction) -> None:
    assert tx.channel_state("duty") == ChannelState(channel="duty")
    state = ChannelState(channel="duty", last_digest_day=NOW, last_digest_week=NOW - HOUR, sent=(NOW, NOW + HOUR))
    tx.put_channel_state(replace(state, sent=()))
    tx.put_channel_state(state)
    assert tx.channel_state("duty") == state


def test_a_version_is_told_once_to_each_audience(tx: Transaction) -> None:
    assert tx.add_alert(incident_alert("A"), [MAIL])
    assert tx.add_alert(replace(incident_alert("B"), audience="family"), [MAIL])
    assert not tx.add_alert(replace(incident_alert("C"), audience="family"), [MAIL])
    assert len(deliveries_of(tx, "B")) == 1
