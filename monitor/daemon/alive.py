"""Is the whole pipeline silent? And, where it is wished, a regular word that the daemon is alive.

One feed that rests is its own matter (`feeds`). When nothing new comes from any of them for far longer than all of them
together ever rest, something of ours is blind while each poll succeeds: a proxy that answers for everybody, a clock, a
page that asks for consent. That is said once, and once when it is over.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.app import App
from monitor.feeds.condition import condition, span
from monitor.model.alert import OperatorReason
from monitor.model.clock import wall
from monitor.model.daemon import AliveTold
from monitor.model.feed import FeedState
from monitor.store.store import Transaction

log = logging.getLogger(__name__)

#: the shortest silence of all feeds that anybody hears of
SHORTEST = timedelta(hours=2)
#: so many times the usual wait of the feed that rests least is more than a pause
TIMES = 2

#: an incident that is opened now lies on a day of so long ago at most
INCIDENT_DAYS = timedelta(days=60)

#: reason, title, body
Said = tuple[OperatorReason, str, str]


def silent_since(
    feeds: Sequence[FeedState], *, watched_since: datetime | None = None, now: datetime
) -> datetime | None:
    """When the last item came from any feed, where that is longer ago than it can be; None: all is as it should be.

    The expected time is that of the feed that rests least: twice its longest usual wait, and two hours at least. Feeds
    whose habits are not known yet say nothing of it; without any that has some, no silence is told. Before
    `watched_since` nobody asked: a daemon that was off for a day begins to wait when it starts.
    """
    news = [feed.news_at for feed in feeds if feed.news_at is not None]
    waits = [feed.longest_wait for feed in feeds if feed.longest_wait is not None and feed.news_at is not None]
    if not news or not waits:
        return None
    expected = max(SHORTEST, TIMES * timedelta(seconds=min(waits)))
    return max(news) if now - max(*news, watched_since or news[0]) > expected else None


def silence_said(
    told: AliveTold,
    feeds: Sequence[FeedState],
    *,
    zone: str = "UTC",
    watched_since: datetime | None = None,
    now: datetime,
) -> tuple[AliveTold, Said | None]:
    """What the operator is told of a silence, or of its end, in `zone`, and what he then knows.

    A silence that he knows of lasts over a restart.
    """
    since = silent_since(feeds, watched_since=None if told.silent_since else watched_since, now=now)
    if since is not None and told.silent_since is None:
        body = (
            f"The last item came {span(now - since)} ago ({wall(since, zone)}), from any of {len(feeds)} feeds,"
            " which is longer than they ever rest together. See: basewatch feeds"
        )
        return replace(told, silent_since=since), (OperatorReason.PIPELINE_SILENT, "No feed brings anything new", body)
    if since is None and told.silent_since is not None:
        body = f"Nothing new had come since {wall(told.silent_since, zone)}."
        return replace(told, silent_since=None), (OperatorReason.PIPELINE_BACK, "Feeds bring news again", body)
    return told, None


async def watch_silence(app: App, watched_since: datetime | None = None) -> None:
    """The daemon's job, once a minute: one notice when all is silent, one when it is over."""

    def look(tx: Transaction) -> str:
        now = app.clock()
        before = tx.daemon_state().alive_told
        told, said = silence_said(
            before, tx.feed_states(), zone=app.configuration.zone, watched_since=watched_since, now=now
        )
        if said is None:
            return ""
        app.queue_notice(tx, *said)
        tx.note_daemon(alive_told=told)
        return said[1]

    if said := await app.thread.run(look):
        log.warning("%s", said)


def alive_said(*, items: int, incidents: int, sick: int, feeds: int, since: datetime, zone: str = "UTC") -> Said:
    """The regular word: what was read since then, and how many feeds somebody should look at."""
    title = f"alive: {items:,} items read, {incidents:,} incidents, {sick:,} feeds sick"
    body = f"Since {wall(since, zone)}, from {feeds:,} feeds."
    return OperatorReason.ALIVE, title, body + (" See: basewatch feeds" if sick else "")


async def say_alive(app: App) -> None:
    """The daemon's job, once a minute: the regular word, where `BASEWATCH_ALIVE` asks for one and it is time."""
    every = app.settings.alive
    if every is None:
        return

    def look(tx: Transaction) -> None:
        now, told = app.clock(), tx.daemon_state().alive_told
        since = told.alive_at
        if since is not None and since <= now < since + every:
            return
        if since is not None and since <= now:
            feeds = tx.feed_states()
            opened = [one for one in tx.incidents((since - INCIDENT_DAYS).date()) if one.opened_at >= since]
            sick = sum(condition(feed, now=now).doing.sick for feed in feeds)
            items = sum(tx.feed_counts(since).values())
            zone = app.configuration.zone
            said = alive_said(items=items, incidents=len(opened), sick=sick, feeds=len(feeds), since=since, zone=zone)
            app.queue_notice(tx, *said)
        tx.note_daemon(alive_told=replace(told, alive_at=now))  # the first word comes after a whole interval

    await app.thread.run(look)
