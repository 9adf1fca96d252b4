"""When a feed is asked again, at which address, and when somebody must hear that it is blind.

`now` and the random `spread` are the caller's. A feed is never given up: it is asked less often, at most
`max_interval` apart, because feeds that give 404 or 410 do come back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.feeds.locations import holds_secret, is_https_upgrade
from monitor.model.document import FeedAnswer, Fetched, FetchFailed, NotModified, ParseFailed
from monitor.model.feed import Feed, FeedState

#: longest wait that a Retry-After is obeyed for
_LONGEST_RETRY_AFTER = timedelta(hours=24)
#: longest wait while the network itself is away, so that recovery is quick
_OFFLINE_WAIT = timedelta(minutes=1)
#: a permanent redirect is followed for good after it was the same for so long
_REDIRECT_HELD = timedelta(days=7)
#: statuses that busy or moody servers give and take back: waits grow half as fast
_SOFT_STATUSES = frozenset({403, 404, 410, 429})
_BLIND_FAILURES = 3
_BLIND_FOR = timedelta(minutes=30)
#: failures at a moved feed's new address after which the written one is asked again
_DOUBT_MOVE_AFTER = 3


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """The next poll of a feed."""

    next_poll_at: datetime
    #: failures in a row, this one included
    failures: int


def next_poll(
    feed: Feed,
    state: FeedState,
    outcome: Fetched | NotModified | FetchFailed | ParseFailed,
    *,
    now: datetime,
    offline: bool,
    spread: float,
) -> Cadence:
    """When to ask again after `outcome`.

    `spread` in [0, 1) moves the wait by up to 5 % either way after a success and up to 10 % later after a failure,
    so that feeds which started together drift apart. `offline` (no feed at all can be read) is nobody's fault:
    failures are not counted and the wait stays short, yet a server that answers is asked no more often than always.
    What a server asks us to wait is obeyed in any case.
    """
    if isinstance(outcome, (Fetched, NotModified)):
        return Cadence(next_poll_at=now + feed.interval * (0.95 + 0.1 * spread), failures=0)
    if offline:
        answered = isinstance(outcome, FetchFailed) and outcome.status is not None
        failures = state.failures
        wait = feed.interval if answered else min(feed.interval, _OFFLINE_WAIT)
    else:
        failures = state.failures + 1
        wait = _backed_off(feed, _steps(outcome, failures))
    wait *= 1 + 0.1 * spread
    asked = outcome.retry_after if isinstance(outcome, FetchFailed) else None
    if asked is not None and min(asked, _LONGEST_RETRY_AFTER) > wait:
        wait = min(asked, _LONGEST_RETRY_AFTER) * (1 + 0.02 * spread)
    return Cadence(next_poll_at=now + wait, failures=failures)


def watch_redirect(
    state: FeedState, permanent_url: str | None, *, now: datetime, polled_url: str = ""
) -> tuple[str | None, datetime | None]:
    """The permanent redirect to remember and since when it is the same, after a poll that succeeded.

    `polled_url` is the address that was asked (`poll_url`): a moved feed asked at its new address gives no redirect,
    and that must not be taken for the end of the move.
    """
    if permanent_url is None:
        at_target = bool(polled_url) and polled_url == state.redirect_url
        return (state.redirect_url, state.redirect_since) if at_target else (None, None)
    if permanent_url == state.redirect_url and state.redirect_since is not None:
        return state.redirect_url, state.redirect_since
    return permanent_url, now


def poll_url(feed: Feed, state: FeedState, *, now: datetime) -> str:
    """The address to ask: the written one, or the one it has moved to.

    The same address over https is taken at once, any other permanent redirect after seven days of the same target.
    An address with credentials is never replaced. When the new address keeps failing, the written one is asked.
    """
    target, since = state.redirect_url, state.redirect_since
    if not target or since is None or holds_secret(feed.url) or state.failures >= _DOUBT_MOVE_AFTER:
        return feed.url
    if is_https_upgrade(feed.url, target) or now - since >= _REDIRECT_HELD:
        return target
    return feed.url


def is_blind(feed: Feed, state: FeedState, *, now: datetime) -> bool:
    """True where the operator must hear, once, that nothing comes from this feed any more.

    At least three failures in a row and half an hour without a success. A feed that never gave anything has no such
    moment; the waits that its failures have cost stand in for it.
    """
    if state.blind_told_at is not None or state.failures < _BLIND_FAILURES:
        return False
    if state.last_success_at is not None:
        return now - state.last_success_at >= _BLIND_FOR
    waited = sum((_backed_off(feed, step) for step in range(min(state.failures - 1, 64))), timedelta())
    return waited >= _BLIND_FOR


def _steps(outcome: FetchFailed | ParseFailed, failures: int) -> int:
    """How often the wait doubles."""
    soft = isinstance(outcome, FetchFailed) and outcome.status in _SOFT_STATUSES
    return (failures - 1) // 2 if soft else failures - 1


def _backed_off(feed: Feed, steps: int) -> timedelta:
    longest = max(feed.max_interval, feed.interval)
    return min(feed.interval * (1 << min(steps, 20)), longest)


def _detail_after(state: FeedState, answer: FeedAnswer) -> str:
    """What people are told of the feed: of a document that has not changed, what was odd about it still is."""
    unchanged = isinstance(answer.outcome, NotModified) and not state.failures
    return answer.detail or (state.last_detail if unchanged else "")


def state_after(
    feed: Feed, state: FeedState, answer: FeedAnswer, *, now: datetime, offline: bool, spread: float
) -> FeedState:
    """What is remembered of a feed after a poll."""
    outcome = answer.outcome
    if state.url != feed.url:
        # the feeds file was edited meanwhile; the new address is due at once and has validators of its own
        return replace(state, last_poll_at=now, last_result=outcome.result, last_detail="asked at its former address")
    cadence = next_poll(feed, state, outcome, now=now, offline=offline, spread=spread)
    after = replace(
        state, next_poll_at=cadence.next_poll_at, failures=cadence.failures, last_poll_at=now,
        last_result=outcome.result, last_detail=_detail_after(state, answer),
    )  # fmt: skip
    if isinstance(outcome, FetchFailed | ParseFailed):
        return after
    permanent = outcome.permanent_url
    redirect_url, redirect_since = watch_redirect(state, permanent, now=now, polled_url=answer.url)
    after = replace(
        after, last_success_at=now, blind_told_at=None, redirect_url=redirect_url, redirect_since=redirect_since,
        baseline_at=state.baseline_at or now,
    )  # fmt: skip
    if answer.fetched is not None:
        fetched = answer.fetched
        return replace(after, etag=fetched.etag, last_modified=fetched.last_modified, body_hash=fetched.body_hash)
    if isinstance(outcome, NotModified):
        return replace(
            after, etag=outcome.etag or state.etag, last_modified=outcome.last_modified or state.last_modified
        )
    return after
