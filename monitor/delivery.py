"""The second half of the story: from the outbox to the people, each address on its own.

One delivery row is one alert to one address. A row is claimed (committed as `sending`), sent, and its outcome recorded,
one at a time per address, so that a kill between two steps repeats at most the one message that was in hand, and an
address that hangs holds back nobody but itself. An outcome that the database cannot take is kept in hand until it can.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from monitor.alerts.notices import gave_up_notice
from monitor.channels.apprise import Channels
from monitor.channels.retry import RetryPolicy, after
from monitor.errors import StoreError, ValueRefused
from monitor.metering import Meter
from monitor.model.alert import Alert, AlertKind
from monitor.model.clock import Clock
from monitor.model.delivery import Address, Delivery, GaveUp, Retry, SendOutcome, SendResult, Sent
from monitor.store.store import Transaction
from monitor.store.thread import StoreThread

log = logging.getLogger(__name__)

#: addresses that may be in hand at the same time; each blocks one thread for at most the send time-out
SENDERS = 32
#: an attempt that began so long before the send time-out, and has no outcome, is in nobody's hands any more
LOST_AFTER = timedelta(minutes=10)
#: seconds between two tries to record an outcome in a database that is gone
RECORD_AGAIN = 2.0


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt that was made, and what was decided from it."""

    delivery: Delivery
    result: SendResult
    verdict: Sent | Retry | GaveUp


class Deliverer:
    """Sends what is due. Decides nothing: `channels.retry.after` says what an outcome means."""

    def __init__(
        self,
        *,
        store: StoreThread,
        policy: RetryPolicy,
        seconds: float,
        clock: Clock,
        meter: Meter | None = None,
    ) -> None:
        self._store = store
        self._policy = policy
        self._seconds = seconds
        self._clock = clock
        self._meter = meter or Meter()
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="send")
        self._busy: dict[str, asyncio.Task[list[Attempt]]] = {}
        #: those in force; an address that is at work takes over edited ones with its next message
        self._channels = Channels()
        self._stopping = False

    async def start_due(self, channels: Channels) -> None:
        """Sets every idle address to work that has something due; returns at once."""
        self._channels = channels
        busy = frozenset(self._busy)
        by_address: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in await self._store.run(lambda tx: self._due(tx, busy)):
            by_address[delivery.address].append(delivery)
        for address, deliveries in by_address.items():
            if address not in self._busy and not self._stopping:
                self._busy[address] = asyncio.create_task(self._send_all(deliveries))
                self._busy[address].add_done_callback(partial(self._ended, address))

    def _due(self, tx: Transaction, busy: Collection[str]) -> list[Delivery]:
        """What is to be sent to idle addresses, and what another process began and did not live to end."""
        now = self._clock()
        lost = tx.recover_sending(now=now, begun_before=now - timedelta(seconds=self._seconds) - LOST_AFTER)
        if lost:
            log.warning("%d deliveries were left in hand: sent again, they may arrive twice", lost)
        return tx.due_deliveries(now, busy=busy)

    def _ended(self, address: str, task: asyncio.Task[list[Attempt]]) -> None:
        self._busy.pop(address, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            bug = None if isinstance(error, StoreError) else error
            line = "deliveries stopped, they are taken up again address=%s why=%r"
            log.error(line, address, str(error), exc_info=bug)

    async def deliver_due(self, channels: Channels) -> list[Attempt]:
        """Sends everything that is due now and waits for it."""
        await self.start_due(channels)
        return list(chain.from_iterable(await asyncio.gather(*self._busy.values())))

    async def send_past_outbox(self, notice: Alert, channels: Channels) -> bool:
        """One attempt to tell the operator while the outbox cannot be used; whether any address took it."""
        addresses = _for_operator(channels)
        results = await asyncio.gather(*(self._attempt(channels, address.key, notice) for address in addresses))
        return any(result.outcome in (SendOutcome.SENT, SendOutcome.MAYBE_SENT) for result in results)

    async def drain(self, channels: Channels, *, seconds: float) -> None:
        """Sends what is due for at most `seconds`; what is left waits in the outbox for the next start."""
        await self.start_due(channels)
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=seconds)
        await self.stop()

    async def stop(self) -> None:
        """Begins nothing more and waits for what is in hand (each at most the send time-out)."""
        self._stopping = True
        await asyncio.gather(*self._busy.values(), return_exceptions=True)
        self._senders.shutdown(wait=False)

    async def _attempt(self, channels: Channels, address: str, alert: Alert) -> SendResult:
        send = partial(channels.send, address, alert, seconds=self._seconds)
        return await asyncio.get_running_loop().run_in_executor(self._senders, send)

    async def _send_all(self, deliveries: list[Delivery]) -> list[Attempt]:
        attempts: list[Attempt] = []
        for delivery in deliveries:
            if self._stopping:
                break
            claimed = await self._store.run(
                partial(Transaction.begin_attempt, delivery_id=delivery.id, now=self._clock())
            )
            if claimed is not None:
                attempts.append(await self._send(claimed, self._channels))
        return attempts

    async def _send(self, delivery: Delivery, channels: Channels) -> Attempt:
        result = await self._attempt(channels, delivery.address, delivery.alert)
        verdict = after(delivery, result, self._policy, now=self._clock(), spread=random.random())
        attempt = Attempt(delivery=delivery, result=result, verdict=verdict)
        while True:
            try:
                await self._store.run(lambda tx: self._record(tx, attempt, channels))
                _say(attempt)
                self._meter.delivered(delivery, result, verdict, now=self._clock())
                return attempt
            except (StoreError, ValueRefused):
                # forgotten, the message would be sent once more; meanwhile its address waits
                if self._stopping:
                    raise
                await asyncio.sleep(RECORD_AGAIN)

    def _record(self, tx: Transaction, attempt: Attempt, channels: Channels) -> None:
        """Keeps the outcome and, after the last try, the notice to the operator, in one transaction."""
        now = self._clock()
        delivery, verdict = attempt.delivery, attempt.verdict
        tx.record(delivery.id, verdict, attempt.result, now=now)
        if delivery.alert.kind is not AlertKind.OPERATOR:  # of one incident, or of several: a summary
            _note_told(tx, attempt, channels, now=now)
        if isinstance(verdict, GaveUp) and delivery.alert.kind is not AlertKind.OPERATOR:
            notice = gave_up_notice(delivery, verdict, alert_id=tx.new_id(now), now=now)
            tx.add_alert(notice, _for_operator(channels, without=delivery.address))


def _note_told(tx: Transaction, attempt: Attempt, channels: Channels, *, now: datetime) -> None:
    """Which channels know of the message: those of which an address took it, or may have.

    One whose every address gave up was told nothing: the next change is told to it as news.
    """
    delivery = attempt.delivery
    took = isinstance(attempt.verdict, Sent) or attempt.result.outcome is SendOutcome.MAYBE_SENT
    left = frozenset() if took else tx.open_addresses(delivery.alert.id)
    for channel in delivery.alert.channels:
        keys = {address.key for address in channels.addresses([channel])} | (
            {delivery.address} if channel.casefold() == delivery.channel else set()
        )
        if delivery.address not in keys:
            continue
        if took:
            tx.mark_taken(delivery.alert.id, channel, now)
        elif isinstance(attempt.verdict, GaveUp) and not keys & left:
            tx.mark_failed(delivery.alert.id, channel, now)


def _for_operator(channels: Channels, *, without: str = "") -> list[Address]:
    """The operator's addresses; where there is none, everybody's: what fails for the operator is everybody's loss."""
    for tags in (["operator"], channels.names()):
        if others := [address for address in channels.addresses(tags) if address.key != without]:
            return others
    return []


def _say(attempt: Attempt) -> None:
    """The log line of an outcome, once it is kept."""
    delivery, verdict, result = attempt.delivery, attempt.verdict, attempt.result
    what = (delivery.alert.id, delivery.channel, delivery.label, delivery.attempts)
    match verdict:
        case Sent():
            log.info("delivered alert=%s channel=%s address=%s attempt=%d", *what)
        case Retry():
            log.warning(
                "not delivered alert=%s channel=%s address=%s attempt=%d outcome=%s next=%s detail=%r",
                *what, result.outcome, verdict.at.isoformat(timespec="seconds"), result.detail,
            )  # fmt: skip
        case GaveUp():
            log.error("gave up alert=%s channel=%s address=%s attempts=%d why=%r", *what, verdict.why)
