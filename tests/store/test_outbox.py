"""The outbox: queued once, claimed once, recorded, recovered after a crash; and what pruning leaves alone."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import ValueRefused
from monitor.model.alert import Alert, AlertKind
from monitor.model.delivery import Delivery, DeliveryState, GaveUp, Retry, SendOutcome, SendResult, Sent
from monitor.model.report import Level
from monitor.store.housekeeping import TOMBSTONE_DAYS
from monitor.store.store import Store
from values import CHAT, FEED, INCIDENT, MAIL, NOW, deliveries_of, full_item, incident_alert, stored_item

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOTICE = Alert(
    id="OPERATOR", kind=AlertKind.OPERATOR, reason="FEED_BLIND", level=Level.NOTICE, channels=("operator",),
    title="A feed is blind", body="", created_at=NOW + MINUTE,
)  # fmt: skip


@pytest.fixture
def told(store: Store) -> Store:
    """A store with one incident that was alerted to two targets."""
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_incident(INCIDENT)
        assert tx.add_alert(incident_alert("ALERT"), [MAIL, CHAT, MAIL])
    return store


def due(store: Store) -> list[Delivery]:
    with store.read() as tx:
        return tx.due_deliveries(NOW)


def test_an_alert_becomes_one_delivery_for_each_target(told: Store) -> None:
    first, second = due(told)
    assert first == Delivery(
        id=first.id,
        alert=incident_alert("ALERT"),
        address=MAIL.key,
        channel="alerts",
        label=MAIL.label,
        next_try_at=NOW,
    )
    assert (second.address, second.label) == (CHAT.key, CHAT.label)


def test_one_version_of_an_incident_is_alerted_once(told: Store) -> None:
    with told.transaction() as tx:
        assert not tx.add_alert(incident_alert("AGAIN"), [MAIL])
        assert tx.add_alert(incident_alert("NEXT", version=2), [MAIL])
        # notices to the operator belong to no incident: each is told
        assert tx.add_alert(NOTICE, [MAIL])
        assert tx.add_alert(replace(NOTICE, id="OPERATOR-2"), [])
    assert [delivery.alert.id for delivery in due(told)] == ["ALERT", "ALERT", "NEXT", "OPERATOR"]


def test_an_id_that_is_in_use_is_no_repeat(told: Store) -> None:
    with pytest.raises(ValueRefused, match="answered"), told.transaction() as tx:
        tx.add_alert(replace(NOTICE, id="ALERT"), [MAIL])
    with told.transaction() as tx:
        assert tx.add_alert(NOTICE, [MAIL])


def test_alerts_are_listed_newest_first_with_their_deliveries(told: Store) -> None:
    with told.transaction() as tx:
        tx.add_alert(NOTICE, [CHAT])
        listed = tx.alerts(NOW)
        assert [(alert, [d.address for d in deliveries]) for alert, deliveries in listed] == [
            (NOTICE, [CHAT.key]),
            (incident_alert("ALERT"), [MAIL.key, CHAT.key]),
        ]
        assert [alert.id for alert, _ in tx.alerts(NOW, limit=1)] == ["OPERATOR"]
        assert tx.alerts(NOW + DAY) == []


def test_an_attempt_is_claimed_once(told: Store) -> None:
    one = due(told)[0]
    with told.transaction() as tx:
        claimed = tx.begin_attempt(one.id, now=NOW)
        assert claimed == replace(one, state=DeliveryState.SENDING, attempts=1)
        assert tx.begin_attempt(one.id, now=NOW) is None
        assert tx.begin_attempt("nothing", now=NOW) is None
    assert [delivery.address for delivery in due(told)] == [CHAT.key]


def test_of_workers_that_claim_at_once_one_wins(told: Store) -> None:
    one, start = due(told)[0], threading.Barrier(4)
    claims: list[Delivery | None] = []

    def claim() -> None:
        start.wait()
        with told.transaction() as tx:
            claims.append(tx.begin_attempt(one.id, now=NOW))

    workers = [threading.Thread(target=claim) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [claimed is not None for claimed in claims].count(True) == 1
    assert len(claims) == 4


@pytest.mark.parametrize(
    ("outcome", "result", "expected"),
    [
        (Sent(), SendResult(outcome=SendOutcome.SENT), {"state": DeliveryState.SENT}),
        (
            Retry(at=NOW + MINUTE, why="refused"),
            SendResult(outcome=SendOutcome.FAILED, detail="refused"),
            {"state": DeliveryState.PENDING, "next_try_at": NOW + MINUTE, "last_error": "refused"},
        ),
        (
            Retry(at=NOW + MINUTE, why="no answer"),
            SendResult(outcome=SendOutcome.MAYBE_SENT, detail="no answer"),
            {"next_try_at": NOW + MINUTE, "last_error": "no answer", "maybe_sent": 1},
        ),
        (
            GaveUp(why="the last of 8 tries"),
            SendResult(outcome=SendOutcome.IMPOSSIBLE),
            {"state": DeliveryState.GAVE_UP, "last_error": "the last of 8 tries"},
        ),
    ],
    ids=["sent", "retry", "maybe sent", "gave up"],
)
def test_an_attempt_is_recorded(
    told: Store, outcome: Sent | Retry | GaveUp, result: SendResult, expected: dict[str, object]
) -> None:
    one = due(told)[0]
    with told.transaction() as tx:
        tx.begin_attempt(one.id, now=NOW)
        tx.record(one.id, outcome, result, now=NOW)
    with told.read() as tx:
        kept = next(delivery for delivery in deliveries_of(tx, "ALERT") if delivery.id == one.id)
    assert kept == replace(one, attempts=1, **expected)


def test_what_a_crash_cut_off_is_due_again_and_costs_no_try(told: Store) -> None:
    one, other = due(told)
    with told.transaction() as tx:
        tx.begin_attempt(one.id, now=NOW)
    with told.transaction() as tx:
        assert tx.recover_sending(now=NOW + MINUTE, begun_before=NOW) == 0  # somebody may still be at it
        assert tx.recover_sending(now=NOW + MINUTE) == 1
        (recovered,) = (delivery for delivery in deliveries_of(tx, "ALERT") if delivery.id == one.id)
    assert (recovered.id, recovered.state, recovered.attempts, recovered.maybe_sent) == (one.id, "pending", 0, 0)
    assert recovered.next_try_at == NOW + MINUTE
    assert "may have arrived" in recovered.last_error
    with told.transaction() as tx:
        assert tx.recover_sending(now=NOW) == 0
        assert tx.oldest_due() == other.next_try_at


def test_nothing_waits_in_an_empty_outbox(store: Store) -> None:
    with store.read() as tx:
        assert tx.oldest_due() is None
        assert tx.due_deliveries(NOW) == []


def test_due_deliveries_are_limited_longest_waiting_first(told: Store) -> None:
    with told.transaction() as tx:
        tx.add_alert(incident_alert("EARLIER", version=2, created_at=NOW - DAY), [MAIL])
        assert [delivery.alert.id for delivery in tx.due_deliveries(NOW, limit=2)] == ["EARLIER", "ALERT"]
        (mail, chat) = deliveries_of(tx, "ALERT")
        for one in (mail, chat):
            tx.begin_attempt(one.id, now=NOW - MINUTE)
            tx.record(one.id, Retry(at=NOW + MINUTE, why=""), SendResult(outcome=SendOutcome.FAILED), now=NOW)
        assert [delivery.alert.id for delivery in tx.due_deliveries(NOW)] == ["EARLIER"]


def test_busy_targets_do_not_hide_the_others(told: Store) -> None:
    with told.read() as tx:
        assert [delivery.address for delivery in tx.due_deliveries(NOW, busy=[MAIL.key], limit=1)] == [CHAT.key]


def test_a_clock_that_was_set_back_holds_no_delivery(told: Store) -> None:
    """Times of its past that lie ahead of now make a delivery due: else it would wait until they come again."""
    earlier = NOW - DAY
    with told.transaction() as tx:
        mail, _ = deliveries_of(tx, "ALERT")
        tx.begin_attempt(mail.id, now=NOW)
        tx.record(mail.id, Retry(at=NOW + MINUTE, why=""), SendResult(outcome=SendOutcome.FAILED), now=NOW)
        assert {delivery.address for delivery in tx.due_deliveries(earlier)} == {MAIL.key, CHAT.key}


# ------------------------------------------------------------------------------------- housekeeping


def test_notes_of_the_daemon_are_kept_and_replaced(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.state_get("heartbeat") is None
        tx.state_set("heartbeat", {"at": "2026", "pid": 1, "list": [1.5, None, True]})
        tx.state_set("other", "text")
    with store.transaction() as tx:
        assert tx.state_get("heartbeat") == {"at": "2026", "pid": 1, "list": [1.5, None, True]}
        tx.state_set("heartbeat", None)
        assert tx.state_get("heartbeat") is None
        assert tx.state_get("other") == "text"


def test_pruning_takes_old_items_and_leaves_their_tombstones(told: Store) -> None:
    copy = replace(stored_item("COPY", first_seen=NOW), copy_of="GONE")
    with told.transaction() as tx:
        tx.add_items([stored_item("GONE", first_seen=NOW - 90 * DAY), stored_item("STAYS"), copy])
        tx.remember([(FEED.name, *row, NOW - 90 * DAY) for row in [(1, "GONE", 11)]])
        tx.remember([(FEED.name, *row, NOW) for row in [(2, "STAYS", 22)]])
        assert tx.prune(before=NOW - 30 * DAY, now=NOW) == {"items": 1, "tombstones": 0, "notices": 0}
        assert tx.item("GONE") is None
        assert tx.item("STAYS") == stored_item("STAYS")
        assert tx.item("COPY") == replace(copy, copy_of=None)
        known = tx.known([1, 2])
    assert (known[1].item_id, known[1].text_hash, known[1].words.title) == (None, 11, "")
    assert known[2].item_id == "STAYS"


def test_tombstones_go_when_no_document_held_them_for_long(told: Store) -> None:
    later = NOW + TOMBSTONE_DAYS + 2 * DAY
    with told.transaction() as tx:
        tx.add_items([stored_item("STAYS", first_seen=later)])
        tx.remember([(FEED.name, *row, NOW) for row in [(1, None, 0), (2, None, 0), (3, "STAYS", 0)]])
        tx.touch([2], now=NOW + 5 * DAY)
        assert tx.prune(before=NOW, now=later) == {"items": 0, "tombstones": 1, "notices": 0}
        assert sorted(tx.known([1, 2, 3])) == [2, 3]


def test_pruning_takes_old_notices_and_leaves_the_ledger(told: Store) -> None:
    with told.transaction() as tx:
        tx.add_alert(NOTICE, [MAIL])
        tx.add_alert(replace(NOTICE, id="UNDER-WAY"), [MAIL])
        (sent,) = deliveries_of(tx, NOTICE.id)
        tx.record(sent.id, Sent(), SendResult(outcome=SendOutcome.SENT), now=NOW)
        assert tx.prune(before=NOW, now=NOW)["notices"] == 0
        assert tx.prune(before=NOW + DAY, now=NOW + DAY)["notices"] == 1
        assert {alert.id for alert, _ in tx.alerts(NOW)} == {"ALERT", "UNDER-WAY"}


def test_pruning_spares_items_of_young_incidents_and_of_alerts_under_way(told: Store) -> None:
    months = 200 * DAY
    with told.transaction() as tx:
        aged = full_item("A")
        tx.add_items([aged])
        # the incident was opened after the limit
        assert tx.prune(before=NOW, now=NOW + months)["items"] == 0
        # it is old, but nobody was told yet
        assert tx.prune(before=NOW + DAY, now=NOW + months)["items"] == 0
        for delivery in tx.due_deliveries(NOW):
            tx.begin_attempt(delivery.id, now=NOW)
            tx.record(delivery.id, GaveUp(why="x"), SendResult(outcome=SendOutcome.FAILED), now=NOW)
        assert tx.prune(before=NOW + DAY, now=NOW + months)["items"] == 1
        # the ledger stays
        assert tx.incident(INCIDENT.id) == INCIDENT
        assert len(tx.alerts(NOW)) == 1
