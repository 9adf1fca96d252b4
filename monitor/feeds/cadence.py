"""When, where and how a feed is asked again, and when somebody must hear that nothing comes from it.

`now` and the random `spread` are the caller's. A feed is never given up: it is asked less often, at most `max_interval`
apart, because feeds that give 404 or 410 do come back. Nor is every success believed: a server may say "not modified"
for ever, so now and then it is asked without validators; where they hid news they are not sent for a week.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.feeds.locations import holds_secret, is_https_upgrade
from monitor.model.document import ParseFailed
from monitor.model.feed import Feed, FeedState
from monitor.model.fetch import Fetched, FetchFailed, NotModified

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
#: unchanged answers after which the whole document is asked for, then after twice as many, and so on
_DOUBT_AFTER = 10
#: longest row of unchanged answers that is believed; with long intervals a day's worth of them
_DOUBT_AT_LATEST = 160
_DAY = timedelta(days=1)
_MISTRUST = timedelta(days=7)
#: so many times its longest usual wait without anything new is more than a pause
_SILENT_TIMES = 3
#: the shortest silence that anybody hears of, and the one of a feed whose habits are unknown
_SHORTEST_SILENCE = timedelta(days=1)
UNKNOWN_HABITS = timedelta(days=30)


def next_poll(
    feed: Feed,
    state: FeedState,
    outcome: Fetched | NotModified | FetchFailed | ParseFailed,
    *,
    now: datetime,
    offline: bool,
    spread: float,
) -> tuple[datetime, int]:
    """When to ask again after `outcome`, and the failures in a row, this one included.

    `spread` in [0, 1) moves the wait by up to 5 % either way after a success and up to 10 % later after a failure,
    so that feeds which started together drift apart. `offline` (no feed at all can be read) is nobody's fault:
    failures are not counted and the wait stays short, yet a server that answers is asked no more often than always.
    What a server asks us to wait is obeyed in any case.
    """
    if isinstance(outcome, (Fetched, NotModified)):
        return now + feed.interval * (0.95 + 0.1 * spread), 0
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
    return now + wait, failures


def _steps(outcome: FetchFailed | ParseFailed, failures: int) -> int:
    """How often the wait doubles."""
    soft = isinstance(outcome, FetchFailed) and outcome.status in _SOFT_STATUSES
    return (failures - 1) // 2 if soft else failures - 1


def _backed_off(feed: Feed, steps: int) -> timedelta:
    longest = max(feed.max_interval, feed.interval)
    return min(feed.interval * (1 << min(steps, 20)), longest)


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


def asks_unconditionally(feed: Feed, state: FeedState, *, now: datetime) -> bool:
    """True where the next question goes without validators, so that only a whole document can answer it.

    After 10, 20, 40, 80 and then each 160 unchanged answers in a row, at least about once a day; never right after a
    failure, so that a server which refuses whole documents is not pressed for one.
    """
    if state.mistrusted_at is not None and abs(now - state.mistrusted_at) < _MISTRUST:
        return True
    if state.failures or state.unchanged < _DOUBT_AFTER:
        return False
    latest = min(max(round(_DAY / feed.interval), _DOUBT_AFTER), _DOUBT_AT_LATEST)
    steps, odd = divmod(state.unchanged, _DOUBT_AFTER)
    return state.unchanged % latest == 0 or (not odd and state.unchanged < latest and steps & (steps - 1) == 0)


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


def is_silent(state: FeedState, *, now: datetime) -> bool:
    """True where a feed that is read without failure has brought nothing for far longer than it usually does."""
    if state.news_at is None or state.failures:
        return False
    if state.longest_wait is None:
        return now - state.news_at >= UNKNOWN_HABITS
    return now - state.news_at >= max(_SHORTEST_SILENCE, _SILENT_TIMES * timedelta(seconds=state.longest_wait))
