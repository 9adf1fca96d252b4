"""What the operator is told: feeds that go blind, floods, channels that gave up, the daemon's own state. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.alerts.message import operator_alert
from monitor.feeds.cadence import is_blind
from monitor.loss import Loss
from monitor.meaning import Level
from monitor.messages import Alert, Delivery, GaveUp, OperatorReason
from monitor.news import Feed, FeedState, NoveltyReason, Recognised

NewId = Callable[[datetime], str]


def feed_notices(
    feed: Feed,
    before: FeedState,
    after: FeedState,
    recognised: Sequence[Recognised],
    *,
    offline: bool,
    new_id: NewId,
    now: datetime,
) -> list[Alert]:
    """What a poll of `feed` gives the operator to know: it went blind, sees again, or came with a flood."""
    notices: list[Alert] = []
    if after.failures and not offline and before.blind_told_at is None and is_blind(feed, after, now=now):
        since = after.last_success_at.isoformat(sep=" ", timespec="minutes") if after.last_success_at else "its start"
        notices.append(
            operator_alert(
                OperatorReason.FEED_BLIND,
                f"Feed {feed.name} cannot be read",
                f"No success since {since}; {after.failures} failures in a row, the last one: {after.last_result}"
                f" {after.last_detail}\nIt is tried again and again; attacks that only {feed.publisher or feed.name}"
                " reports are missed meanwhile.",
                alert_id=new_id(now),
                now=now,
            )
        )
    if before.blind_told_at is not None and after.blind_told_at is None:
        notices.append(
            operator_alert(
                OperatorReason.FEED_BACK, f"Feed {feed.name} is read again", f"Result: {after.last_result}.",
                alert_id=new_id(now), now=now,
            )
        )  # fmt: skip
    held = sum(found.reason in (NoveltyReason.FLOOD, NoveltyReason.BACKFILL) for found in recognised)
    if held:
        notices.append(
            operator_alert(
                OperatorReason.FLOOD,
                f"Feed {feed.name} came with {held} old items at once",
                f"{held} items were stored and not alerted, because a newsroom does not write that many at once."
                f" To have them judged all the same: basewatch explain ITEM shows each of them.",
                alert_id=new_id(now),
                now=now,
            )
        )
    return notices


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


def database_lost_notice(loss: Loss, *, alert_id: str, now: datetime) -> Alert:
    """What is sent past the outbox while the outbox cannot be used."""
    return operator_alert(
        OperatorReason.DATABASE_LOST,
        "The database cannot be used",
        f"Since {loss.since:%Y-%m-%d %H:%M:%S} UTC: {loss.why}\nNothing that comes in can be kept or told meanwhile;"
        " it is read again by itself when the database is back. Bring it back, or make room on its disk.",
        alert_id=alert_id,
        now=now,
        level=Level.URGENT,
    )


def database_back_notice(loss: Loss, *, alert_id: str, now: datetime) -> Alert:
    """The end of what `database_lost_notice` told."""
    return operator_alert(
        OperatorReason.DATABASE_BACK,
        "The database can be used again",
        f"It could not since {loss.since:%Y-%m-%d %H:%M:%S} UTC. What came in meanwhile is read and told now.",
        alert_id=alert_id,
        now=now,
    )
