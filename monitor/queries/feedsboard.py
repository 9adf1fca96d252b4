"""The feeds as a screen lists them: page by page, the sickest first, with how many are in which state.

How each of them is doing is worked out of little (`overview`); everything else is read of the few that a page shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.feeds.condition import Doing, condition
from monitor.feeds.locations import without_secrets
from monitor.model.feed import Feed, FeedState
from monitor.model.item import StoredItem
from monitor.queries.paging import LIMIT, Page, cursor_of, keys_of, page_of
from monitor.queries.status import FeedStatus, feed_statuses
from monitor.store.paging import ItemFilter
from monitor.store.store import Transaction

#: items shown of a feed
NEWEST = 20


@dataclass(frozen=True, kw_only=True)
class FeedSeen:
    """A feed of feeds.yaml, and how it is doing."""

    feed: Feed
    state: Doing
    #: for people
    reason: str


@dataclass(frozen=True, kw_only=True)
class FeedsOverview:
    """All feeds of feeds.yaml, and how they are doing."""

    as_of: datetime
    #: the sickest first, those of a state by name
    feeds: tuple[FeedSeen, ...]
    #: how many are in each state that there is, the sickest first
    counts: Mapping[Doing, int]

    @property
    def sick(self) -> tuple[FeedSeen, ...]:
        """Those that somebody should look at."""
        return tuple(one for one in self.feeds if one.state.sick)


@dataclass(frozen=True, kw_only=True)
class FeedShown:
    """One feed with its last polls and its newest items."""

    status: FeedStatus
    items: tuple[StoredItem, ...]


def overview(tx: Transaction, configured: Sequence[Feed], *, now: datetime) -> FeedsOverview:
    """How the configured feeds are doing. Of ten thousand feeds it takes a fifth of a second: keep it for a while."""
    states = {state.name: state for state in tx.feed_signs()}
    uneven = tx.polled_badly()
    asked = [state.feed_id for state in states.values() if state.feed_id in uneven and not state.failures]
    polls = tx.polls_of_feeds(asked)
    seen = []
    for feed in configured:
        state = states.get(feed.name) or FeedState(feed_id=0, name=feed.name)
        doing = condition(state, polls.get(state.feed_id, ()), now=now)
        seen.append(FeedSeen(feed=feed, state=doing.doing, reason=doing.reason))
    rank = {state: number for number, state in enumerate(Doing)}
    seen.sort(key=lambda one: (rank[one.state], one.feed.name))
    counts = {state: number for state in Doing if (number := sum(one.state is state for one in seen))}
    return FeedsOverview(as_of=now, feeds=tuple(seen), counts=counts)


def feeds_page(
    tx: Transaction,
    known: FeedsOverview,
    *,
    state: Doing | None = None,
    text: str = "",
    cursor: str = "",
    limit: int = LIMIT,
    now: datetime,
) -> Page[FeedStatus]:
    """A page of at most `limit` feeds, the sickest first: those in this state whose name, publisher or address holds
    this text. `UsageError` where the cursor is none."""
    found = [one for one in known.feeds if (state is None or one.state is state) and _holds(one.feed, text)]
    if cursor:
        rank, name = keys_of(cursor, int, str)
        found = [one for one in found if (one.state.rank, one.feed.name) > (rank, name)]
    page = page_of(found[: limit + 1], limit, lambda one: cursor_of(one.state.rank, one.feed.name))
    return Page(rows=feed_statuses(tx, [one.feed for one in page.rows], now=now), following=page.following)


def feed_shown(tx: Transaction, feed: Feed, *, now: datetime) -> FeedShown:
    """One feed of feeds.yaml with its polls and newest items."""
    newest = tx.items_page(ItemFilter(feed=feed.name), limit=NEWEST)
    return FeedShown(status=feed_statuses(tx, [feed], now=now)[0], items=tuple(newest))


def _holds(feed: Feed, text: str) -> bool:
    """Whether somebody who writes this text means the feed; what is secret in an address is no part of it."""
    wanted = text.casefold()
    return not wanted or any(
        wanted in told.casefold() for told in (feed.name, feed.publisher, without_secrets(feed.url))
    )
