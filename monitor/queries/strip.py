"""The strip at the head of every page: a quiet screen proves by it that basewatch works. In the words of `health`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.feeds.condition import READ, condition
from monitor.health import HEARTBEAT_LIMIT, LATE_LIMIT, health
from monitor.model.attention import Silence
from monitor.model.feed import FeedCounts
from monitor.queries.status import named_by_state
from monitor.store.store import Transaction

#: feeds that were read within this time "answered lately"
LATELY = timedelta(minutes=10)
#: silences that end within this time are told of
SOON = timedelta(hours=1)
#: sick feeds that are looked at; where there are more, the counts say "at least"
MOST_SUSPECTS = 500


@dataclass(frozen=True, kw_only=True)
class Strip:
    """How basewatch is doing at a moment."""

    as_of: datetime
    #: the daemon's last sign of life
    heartbeat: datetime | None = None
    #: there is one, of the last minute
    alive: bool = False
    #: complaints as `basewatch health` makes them
    problems: tuple[str, ...] = ()
    feeds: FeedCounts = field(default_factory=FeedCounts)
    #: names of the sick feeds by state, the sickest first
    sick: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: there are more sick feeds than were looked at
    sick_cut: bool = False
    waiting: int = 0
    #: the due time of the delivery that waits longest
    oldest_due: datetime | None = None
    last_item: datetime | None = None
    #: silences in force that end within an hour, the first to end first
    ending: tuple[Silence, ...] = ()

    @property
    def ok(self) -> bool:
        """Nobody need look."""
        return not self.problems

    @property
    def sick_count(self) -> int:
        """How many feeds are sick."""
        return sum(map(len, self.sick.values()))


def strip(tx: Transaction, *, zone: str = "UTC", now: datetime) -> Strip:
    """How basewatch is doing now. A feed that answers by turns counts as sick on the page of feeds, and not here:
    that would need all its polls."""
    state, oldest_due = tx.daemon_state(), tx.oldest_due()
    counts = tx.feed_numbers(answered_since=now - LATELY, due_before=now - LATE_LIMIT)
    suspects = tx.suspects(READ, most=MOST_SUSPECTS + 1)
    cut, suspects = len(suspects) > MOST_SUSPECTS, suspects[:MOST_SUSPECTS]
    found = health(state, counts, oldest_due, zone=zone, now=now)
    doing = ((feed.name, condition(feed, now=now).doing) for feed in suspects)
    beat = state.heartbeat
    return Strip(
        as_of=now, heartbeat=beat.at if beat else None, problems=found.problems,
        alive=beat is not None and abs(now - beat.at) <= HEARTBEAT_LIMIT, feeds=counts,
        sick=named_by_state((name, one) for name, one in doing if one.sick), sick_cut=cut,
        waiting=tx.deliveries_waiting(), oldest_due=oldest_due, last_item=tx.newest_item_at(),
        ending=tuple(one for one in tx.silences(now) if one.holds(now) and one.over_at <= now + SOON),
    )  # fmt: skip
