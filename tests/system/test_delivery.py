"""The deliverer against real databases: nothing lost and nothing repeated when the database or a channel fails it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from monitor.channels.apprise import Channels
from monitor.channels.retry import RetryPolicy
from monitor.cli.logs import event_and_pairs
from monitor.delivery import LOST_AFTER, Deliverer
from monitor.errors import StoreError
from monitor.model.alert import Alert
from monitor.model.delivery import DeliveryState, SendOutcome, SendResult
from monitor.store.store import Store
from monitor.store.thread import StoreThread
from values import CHAT, FEED, INCIDENT, MAIL, NOW, deliveries_of, incident_alert

SENT = SendResult(outcome=SendOutcome.SENT)


class Taking(Channels):
    """Channels that note what is sent and answer as `before` lets them."""

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        super().__init__()
        self.taken: list[tuple[str, str]] = []
        self._before = before

    def send(self, target_key: str, alert: Alert, *, seconds: float) -> SendResult:
        self._before(target_key)
        self.taken.append((target_key, alert.id))
        return SENT


class FailingStore(StoreThread):
    """A database that is gone for the next `gone` transactions."""

    gone = 0

    async def run(self, work: Any, *, keep: bool = True) -> Any:
        if self.gone:
            self.gone -= 1
            raise StoreError("gone")
        return await super().run(work, keep=keep)


@pytest.fixture
def thread(store: Store) -> Iterator[FailingStore]:
    """A database with one alert to two targets."""
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_incident(INCIDENT)
        tx.add_alert(incident_alert("ALERT"), [MAIL, CHAT])
    thread = FailingStore(store)
    yield thread
    thread.close()


def deliverer(thread: StoreThread, *, later: timedelta = timedelta(0)) -> Deliverer:
    return Deliverer(store=thread, policy=RetryPolicy(), seconds=5, clock=lambda: NOW + later)


def states(store: Store) -> dict[str, DeliveryState]:
    with store.read() as tx:
        return {delivery.address: delivery.state for delivery in deliveries_of(tx, "ALERT")}


def test_an_outcome_is_kept_in_hand_while_the_database_is_gone(
    store: Store, thread: FailingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.delivery.RECORD_AGAIN", 0.01)

    def lose_the_database(_: str) -> None:
        thread.gone = 3

    channels = Taking(lose_the_database)

    async def work() -> None:
        sending = deliverer(thread)
        await sending.deliver_due(channels)
        await sending.stop()

    asyncio.run(work())
    assert sorted(channels.taken) == [(CHAT.key, "ALERT"), (MAIL.key, "ALERT")]
    assert set(states(store).values()) == {DeliveryState.SENT}


def test_what_a_killed_process_left_in_hand_is_sent_when_nobody_can_be_at_it(
    store: Store, thread: FailingStore
) -> None:
    with store.transaction() as tx:
        for delivery in deliveries_of(tx, "ALERT"):
            tx.begin_attempt(delivery.id, now=NOW)
    channels = Taking()

    async def work() -> None:
        for later in (timedelta(seconds=30), LOST_AFTER + timedelta(seconds=6)):
            sending = deliverer(thread, later=later)
            await sending.deliver_due(channels)
            await sending.stop()
            assert len(channels.taken) == (0 if later < LOST_AFTER else 2)

    asyncio.run(work())
    assert set(states(store).values()) == {DeliveryState.SENT}


def test_edited_channels_serve_a_target_that_is_at_work(store: Store, thread: FailingStore) -> None:
    with store.transaction() as tx:
        tx.add_alert(incident_alert("NEXT", version=2), [MAIL])
    edited, reached = threading.Event(), threading.Event()

    def wait_for_the_edit(address: str) -> None:
        if address == MAIL.key:
            reached.set()
            assert edited.wait(10)

    before, after = Taking(wait_for_the_edit), Taking()

    async def work() -> None:
        sending = deliverer(thread)
        await sending.start_due(before)
        assert await asyncio.to_thread(reached.wait, 10)
        await sending.start_due(after)
        edited.set()
        await sending.deliver_due(after)
        await sending.stop()

    asyncio.run(work())
    assert (MAIL.key, "ALERT") in before.taken
    assert (MAIL.key, "NEXT") in after.taken


def test_a_lost_database_ends_a_target_with_one_line_and_its_delivery_waits(
    store: Store, thread: FailingStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        sending = deliverer(thread)
        await sending.start_due(Taking())
        thread.gone = 2
        await asyncio.sleep(0)  # both targets have begun to ask
        await sending.stop()

    asyncio.run(work())
    assert [record.exc_info for record in caplog.records if record.levelname == "ERROR"] == [None, None]
    assert set(states(store).values()) == {DeliveryState.PENDING}


def test_a_delivery_is_told_in_the_log_once_it_is_kept(
    thread: FailingStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk fails the commit, again and again; the log then told of a delivery each time."""
    caplog.set_level("INFO", "monitor.delivery")
    monkeypatch.setattr("monitor.delivery.RECORD_AGAIN", 0.01)
    refused: list[str] = []

    async def work() -> None:
        sending = deliverer(thread)
        record = sending._record

        def recorded_but_not_kept(*args: Any) -> None:
            record(*args)
            if len(refused) < 4:
                refused.append("the commit")
                raise StoreError("the disk with the database is full")

        monkeypatch.setattr(sending, "_record", recorded_but_not_kept)
        await sending.deliver_due(Taking())
        await sending.stop()

    asyncio.run(work())
    assert len(refused) == 4
    told = [event_and_pairs(record) for record in caplog.records if record.message.startswith("delivered")]
    keys = [(event, pairs["alert"], pairs["channel"]) for event, pairs in told]
    assert keys == [("delivered", "ALERT", "alerts")] * 2
