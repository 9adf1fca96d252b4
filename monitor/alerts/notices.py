"""What the operator is told: feeds that go blind or silent, floods, channels that gave up, the daemon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitor.alerts.message import operator_alert
from monitor.feeds.cadence import is_blind, is_silent
from monitor.feeds.locations import without_secrets
from monitor.model.alert import Alert, OperatorReason
from monitor.model.attention import Silence
from monitor.model.clock import wall
from monitor.model.delivery import Delivery, GaveUp
from monitor.model.feed import Feed, FeedState
from monitor.model.item import NoveltyReason, Recognised
from monitor.model.report import Level

#: a feed that is rebuilt piece by piece is told of once a day
_FLOOD_AGAIN = timedelta(days=1)

#: urgent headlines among the held that a notice names, and how long each may be
_MOST_NAMED, _HEADLINE = 20, 200

#: reason, title, body
Said = tuple[OperatorReason, str, str] | None


def feed_notices(
    feed: Feed,
    before: FeedState,
    after: FeedState,
    recognised: Sequence[Recognised],
    *,
    offline: bool,
    named: Sequence[str] = (),
    zone: str = "UTC",
    new_id: Callable[[datetime], str],
    now: datetime,
) -> tuple[tuple[Alert, ...], FeedState]:
    """What a poll of `feed` gives the operator to know: it went blind or silent, is back, or came with a flood.

    `named` are headlines of held items that a rule of level urgent takes and that are not told by themselves; times are
    told in `zone`.
    Beside it the state `after` the poll, which remembers what was told, so that it is told once.
    """
    said = {
        "blind_told_at": None if offline else _blind(feed, before, after, zone, now=now),
        "silent_told_at": _silent(feed, after, recognised, zone, now=now),
        "": _back(feed, before, after, zone),
        "flood_told_at": _flood(feed, before, recognised, named, now=now),
    }
    notices = tuple(operator_alert(*words, alert_id=new_id(now), now=now) for words in said.values() if words)
    remembered: dict[str, Any] = {name: now for name, words in said.items() if name and words}
    return notices, replace(after, **remembered)


def silence_ends(silence: Silence, *, zone: str, alert_id: str, now: datetime) -> Alert:
    """That a silence ends soon, and what it held back."""
    held = f"{silence.held_back} message{'' if silence.held_back == 1 else 's'}"
    said = f" by {silence.by}" if silence.by else ""
    note = f": {silence.note}" if silence.note else ""
    body = (
        f"{silence.target}, silenced{said} since {wall(silence.starts, zone)}{note}.\n"
        f"It ends at {wall(silence.ends, zone)}; it has held back {held}. Then who was not told hears what is new.\n"
        "To keep it on, or to end it: basewatch mute --list"
    )
    return operator_alert(
        OperatorReason.SILENCE_ENDS, f"Silence {silence.name} ends soon", body, alert_id=alert_id, now=now
    )


def _blind(feed: Feed, before: FeedState, after: FeedState, zone: str, *, now: datetime) -> Said:
    if not after.failures or before.blind_told_at is not None or not is_blind(feed, after, now=now):
        return None
    since = wall(after.last_success_at, zone) if after.last_success_at else "its start"
    return (
        OperatorReason.FEED_BLIND,
        f"Feed {feed.name} cannot be read",
        f"No success since {since}; {after.failures} failures in a row, the last one: {after.last_result}"
        f" {after.last_detail}\nIt is tried again and again; attacks that only {feed.publisher or feed.name}"
        " reports are missed meanwhile.",
    )


def _silent(feed: Feed, after: FeedState, recognised: Sequence[Recognised], zone: str, *, now: datetime) -> Said:
    read_now = after.last_success_at == now
    if not read_now or after.silent_told_at is not None or after.news_at is None or not is_silent(after, now=now):
        return None
    usual = f" It usually brings something within {_span(after.longest_wait)}." if after.longest_wait else ""
    held = f", with {len(recognised)} entries, all of them known" if after.last_result == "fetched" else ""
    return (
        OperatorReason.FEED_SILENT,
        f"Feed {feed.name} brings nothing new",
        f"It is read without failure (last result: {after.last_result}{held}), yet nothing new has come since"
        f" {wall(after.news_at, zone)}.{usual}\n"
        f"Open {without_secrets(feed.url).split('?')[0]} in a browser: the feed may have been"
        " discontinued, moved or frozen. It is asked on as before.",
    )


def _back(feed: Feed, before: FeedState, after: FeedState, zone: str) -> Said:
    if before.blind_told_at is not None and after.blind_told_at is None:
        return OperatorReason.FEED_BACK, f"Feed {feed.name} is read again", f"Result: {after.last_result}."
    if before.silent_told_at is not None and after.silent_told_at is None:
        since = wall(before.news_at, zone) if before.news_at else "its start"
        return OperatorReason.FEED_BACK, f"Feed {feed.name} brings news again", f"The first since {since}."
    return None


def _flood(
    feed: Feed, before: FeedState, recognised: Sequence[Recognised], named: Sequence[str], *, now: datetime
) -> Said:
    held = sum(found.reason in (NoveltyReason.FLOOD, NoveltyReason.BACKFILL) for found in recognised)
    told = before.flood_told_at
    if not named and (not held or (told is not None and abs(now - told) < _FLOOD_AGAIN)):
        return None
    urgent = sum(found.reason is NoveltyReason.CROWD for found in recognised)
    also = f"\n{urgent} more that an urgent rule takes were told, with a note." if urgent else ""
    if named:
        lines = "\n".join(f"- {title[:_HEADLINE]}" for title in named[:_MOST_NAMED])
        rest = f"\n- {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
        also += f"\nAn urgent rule takes these of them, and they are dated long ago or too many:\n{lines}{rest}"
    return (
        OperatorReason.FLOOD,
        f"Feed {feed.name} came with {held} old items at once",
        f"{held} items were stored and not alerted, because a newsroom does not write that many at once."
        f" To have them judged all the same: basewatch explain ITEM shows each of them.{also}",
    )


def _span(seconds: int) -> str:
    hours = max(round(seconds / 3600), 1)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"


def gave_up_notice(delivery: Delivery, verdict: GaveUp, *, alert_id: str, now: datetime) -> Alert:
    """The alert that could not be delivered, for the other channels."""
    return operator_alert(
        OperatorReason.CHANNEL_GAVE_UP,
        f"Not delivered to {delivery.channel}: {delivery.alert.title}",
        f"Channel {delivery.channel} ({delivery.label}) did not take this alert after {delivery.attempts} tries:"
        f" {verdict.why}\n\n{delivery.alert.body}",
        alert_id=alert_id,
        now=now,
    )


def database_lost_notice(since: datetime, why: str, *, zone: str, alert_id: str, now: datetime) -> Alert:
    """What is sent past the outbox while the outbox cannot be used."""
    return operator_alert(
        OperatorReason.DATABASE_LOST,
        "The database cannot be used",
        f"Since {wall(since, zone, seconds=True)}: {why}\nNothing that comes in can be kept or told meanwhile;"
        " it is read again by itself when the database is back. Bring it back, or make room on its disk.",
        alert_id=alert_id,
        now=now,
        level=Level.URGENT,
    )


def database_back_notice(since: datetime, *, zone: str, alert_id: str, now: datetime) -> Alert:
    """The end of what `database_lost_notice` told."""
    return operator_alert(
        OperatorReason.DATABASE_BACK,
        "The database can be used again",
        f"It could not since {wall(since, zone, seconds=True)}. What came in meanwhile is read and told now.",
        alert_id=alert_id,
        now=now,
    )
