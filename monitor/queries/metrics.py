"""The state of things in numbers, for metrics; what grows is counted by the daemon (`monitor.metering`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.feeds.condition import Doing
from monitor.health import LATE_LIMIT
from monitor.metering import KEY, Meter, memory_in, read
from monitor.model.delivery import DeliveryState
from monitor.model.ledger import Grade
from monitor.store.store import Transaction

#: incidents of so many days are counted by grade
LATELY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Everything that `/metrics` shows."""

    #: totals and spreads of the daemon
    meter: Meter
    #: bytes; 0: not known
    memory: int
    heartbeat: datetime | None
    newest_item: datetime | None
    #: since when the longest waiting one is due or waits; None: nothing does
    oldest_delivery: datetime | None
    oldest_held: datetime | None
    oldest_feed: datetime | None
    held: int
    muted: int
    blind: int
    deliveries: Mapping[str, int]
    feeds: Mapping[str, int]
    incidents: Mapping[str, int]


def measures(tx: Transaction, doing: Mapping[str, int], *, now: datetime) -> Measures:
    """The numbers as they are now; those of the daemon as it kept them with its last sign of life. `doing`: how many
    feeds are in each state."""
    kept, state = tx.state_get(KEY), tx.daemon_state()
    feeds = tx.feed_numbers(answered_since=now, due_before=now - LATE_LIMIT)
    held, oldest_held = tx.oldest_held()
    grades = tx.incidents_by_grade((now - LATELY).date())
    return Measures(
        meter=read(kept),
        memory=memory_in(kept),
        heartbeat=state.heartbeat.at if state.heartbeat else None,
        newest_item=tx.newest_item(),
        oldest_delivery=_past(tx.oldest_due(), now),
        oldest_held=oldest_held,
        oldest_feed=_past(tx.oldest_due_feed(), now),
        held=held,
        muted=sum(one.holds(now) for one in tx.silences(now)),
        blind=feeds.blind,
        deliveries=_whole((DeliveryState.PENDING, DeliveryState.SENDING), tx.deliveries_under_way()),
        feeds=_whole(tuple(Doing), doing),
        # one that was never worked out is reported by one until it is folded
        incidents=_whole(tuple(Grade), {grade or str(Grade.REPORTED): count for grade, count in grades.items()}),
    )


def _past(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment <= now else None


def _whole(words: Collection[str], counts: Mapping[str, int]) -> dict[str, int]:
    """A number for each word, also where there is none."""
    return {str(word): counts.get(str(word), 0) for word in words}
