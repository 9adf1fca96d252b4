"""When, where and how a feed is asked again, and when somebody must hear that nothing comes from it.

`now` and the random `spread` are the caller's. A feed is never given up: it is asked less often, at most `max_interval`
apart, because feeds that give 404 or 410 do come back. Nor is every success believed: a server may say "not modified"
for ever, so now and then it is asked without validators; where they hid news they are not sent for a week.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from monitor.config.mailboxes import is_mailbox
from monitor.feeds.locations import holds_secret, is_https_upgrade
from monitor.feeds.rhythm import Worth, per_day
from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified, ParseFailed
from monitor.model.feed import Feed, FeedState
from monitor.model.rhythm import NO_HINTS, Alarm, Hints, Pace, Rhythm, Stir

#: longest wait that a Retry-After is obeyed for
_LONGEST_RETRY_AFTER = timedelta(hours=24)
#: longest wait while the network itself is away, so that recovery is quick
_OFFLINE_WAIT = timedelta(minutes=1)
#: a permanent redirect is followed for good after it was the same for so long
_REDIRECT_HELD = timedelta(days=7)
#: statuses that busy or moody servers give and take back: waits grow half as fast
_SOFT_STATUSES = frozenset({403, 404, 410, 429})
#: a name that is not found is mostly the fault of something near: waits grow a quarter as fast
_WEIGHTS = {FetchProblem.DNS: 0.25}
#: publications that show no rhythm yet
_TOO_FEW = 3
#: what the quietest hour is worth at least: news breaks at night as well
_LEAST_WORTH = 0.45
#: below it a feed is said to sleep
_ASLEEP = 0.75
#: waits are a little longer than the shares allow, so that all feeds together surely ask no more than by `interval`
_RESERVE = 1.04
#: shortest and longest share of a feed among others, as factors of `interval`
_SHARES = (0.4, 1.15)
#: a feed that publishes so often in the time that it asks to wait does not mean it
_CONTRADICTED = 1
#: a document that costs a parse worker more than this is costly: a usual one costs a thousandth of it
COSTLY = timedelta(seconds=2)
#: and so many times its cost pass before it is asked again: of one worker a feed takes a 300th at most, what a document
#: of one second takes that is read every five minutes
_COST_SHARE = 300
#: an incident without a report for so long stirs nobody any more
STIRRED = timedelta(hours=6)
#: places in a second, and a step that visits each of them before it comes back (golden ratio, no common divisor)
_PLACES, _PLACE_STEP = 1_000_000, 618_033
_BLIND_FAILURES = 3
_BLIND_FOR = timedelta(minutes=30)
#: failures at a moved feed's new address after which the written one is asked again
_DOUBT_MOVE_AFTER = 3
#: unchanged answers after which the whole document is asked for, then after twice as many, and so on
_DOUBT_AFTER = 10
#: longest row of unchanged answers that is believed; with long intervals a day's worth of them
_DOUBT_AT_LATEST = 160
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_MISTRUST = timedelta(days=7)
#: so many times its longest usual wait without anything new is more than a pause
_SILENT_TIMES = 3
#: the shortest silence that anybody hears of, and the one of a feed whose habits are unknown
_SHORTEST_SILENCE = timedelta(days=1)
UNKNOWN_HABITS = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Circumstance:
    """What a wait goes by beside feed, state and outcome. Without any of it the feed is asked each `interval`."""

    #: what its publications have taught; None before its first document
    rhythm: Rhythm | None = None
    #: publications a day of a feed that gets just its share of all polls, see `fair_rate`; None: all the same share
    fair: float | None = None
    #: an incident is open that this feed may tell of first, see `alarm_of`
    alarm: Alarm | None = None
    hints: Hints = NO_HINTS
    #: what reading the document of this outcome costs a parse worker; nothing where nothing was read
    cost: timedelta = timedelta()


USUAL = Circumstance()


@dataclass(frozen=True, kw_only=True)
class NextPoll:
    """When a feed is asked again, and why then."""

    at: datetime
    #: failures in a row, the last outcome included
    failures: int
    pace: Pace
    #: what a sleeping feed waits for
    wakes_at: datetime | None = None


def next_poll(
    feed: Feed,
    state: FeedState,
    outcome: Fetched | NotModified | FetchFailed | ParseFailed,
    *,
    now: datetime,
    offline: bool,
    spread: float,
    by: Circumstance = USUAL,
) -> NextPoll:
    """When to ask again after `outcome`, the failures in a row, this one included, and the reason.

    `spread` in [0, 1) moves the wait by up to 5 % either way after a success and up to 10 % later after a failure,
    so that feeds which started together drift apart; never out of the user's bounds. Beyond that each feed has a place
    of its own in the second. `offline` (no feed at all can be read) is nobody's fault: failures are not counted and the
    wait stays short, yet a server that answers is asked no more often than always. What a server asks us to wait is
    obeyed in any case.
    """
    if isinstance(outcome, (Fetched, NotModified)):
        wait, pace, wakes_at = _after_success(feed, by, now=now)
        if feed.min_interval is None:
            earliest, latest = wait * 0.95, wait * 1.05
        else:
            earliest, latest = _bounds(feed)
        room = latest - min(_SECOND, (latest - earliest) / 4)  # for its place in the second
        at = _own_moment(state.feed_id, now, _jittered(wait, earliest, room, spread), latest)
        return NextPoll(at=at, failures=0, pace=pace, wakes_at=wakes_at)
    if offline:
        answered = isinstance(outcome, FetchFailed) and outcome.status is not None
        failures, pace = state.failures, Pace.OFFLINE
        wait = longest = feed.interval if answered else min(feed.interval, _OFFLINE_WAIT)
    else:
        failures, pace = state.failures + 1, Pace.FAILING
        wait, longest = _backed_off(feed, _steps(outcome, failures)), max(feed.max_interval, feed.interval)
    later = wait * (1 + 0.1 * spread)
    if pace is Pace.FAILING and feed.interval < longest < later:
        later = max(wait * (1 - 0.1 * spread), longest * (1 - 0.1 * spread))
    asked = outcome.retry_after if isinstance(outcome, FetchFailed) else None
    if asked is not None and min(asked, _LONGEST_RETRY_AFTER) > later:
        later, pace = min(asked, _LONGEST_RETRY_AFTER) * (1 + 0.02 * spread), Pace.RETRY_AFTER
    return NextPoll(at=_own_moment(state.feed_id, now, later, None), failures=failures, pace=pace)


def _bounds(feed: Feed) -> tuple[timedelta, timedelta]:
    """The shortest and the longest wait after a success."""
    shortest = min(feed.min_interval or feed.interval, feed.interval)
    return shortest, max(feed.max_interval, feed.interval)


def _after_success(feed: Feed, by: Circumstance, *, now: datetime) -> tuple[timedelta, Pace, datetime | None]:
    """The wait before spreading, why, and when a sleeping feed wakes."""
    shortest, longest = _bounds(feed)
    rhythm, wakes_at = by.rhythm, None
    if feed.min_interval is None or shortest == longest:
        wait, pace = feed.interval, Pace.FIXED
    elif by.alarm is not None:
        wait, pace = shortest, Pace.INCIDENT_BY_PUBLISHER if by.alarm is Alarm.PUBLISHER else Pace.INCIDENT_IN_REGION
    elif rhythm is None or rhythm.total < _TOO_FEW:
        wait, pace = feed.interval, Pace.LEARNING
    else:
        worth = Worth(rhythm, least=max(_LEAST_WORTH, feed.interval / longest), now=now)
        mean = feed.interval * (_RESERVE * share_of(per_day(rhythm), by.fair))
        wait = max(worth.wait(mean, longest, now=now), shortest)
        pace, wakes_at = _pace(worth, now)
    patience, dear = _patience(feed, by, longest), _dear(feed, by, longest)
    if max(patience, dear) > wait:
        return (dear, Pace.COSTLY, None) if dear > patience else (patience, Pace.PUBLISHER_ASKS, None)
    return wait, pace, wakes_at


def _dear(feed: Feed, by: Circumstance, longest: timedelta) -> timedelta:
    """The wait after a document that was costly to read; while an incident is open no longer than `interval`."""
    if by.cost <= COSTLY:
        return timedelta()
    return min(by.cost * _COST_SHARE, longest if by.alarm is None else feed.interval)


def _pace(worth: Worth, now: datetime) -> tuple[Pace, datetime | None]:
    """The word for what an hour is worth to a feed just now."""
    if worth.at(now) >= 1:
        return Pace.PUBLISHES, None
    if worth.usual(now) < _ASLEEP:
        return Pace.SLEEPS, worth.wakes_at(now)
    return Pace.QUIET, None


def _patience(feed: Feed, by: Circumstance, longest: timedelta) -> timedelta:
    """The wait that the publisher asks for, as far as it is obeyed.

    Up to the longest wait that the user allows. But many programs write all of it by themselves, and nobody looks at it
    again: where the feed publishes more often than it says, and while an incident is open, no longer than `interval`.
    """
    if by.alarm is not None or feed.min_interval is None:
        return min(max(by.hints.declared, by.hints.cached), feed.interval)
    rate = per_day(by.rhythm) if by.rhythm is not None else 0.0
    return max(
        min(hint, feed.interval if rate * (hint / _DAY) >= _CONTRADICTED else longest)
        for hint in (by.hints.declared, by.hints.cached)
    )


def share_of(rate: float, fair: float | None) -> float:
    """How much longer than others a feed with `rate` publications a day waits, as a factor of its interval."""
    if fair is None:
        return 1.0
    least, most = _SHARES
    return min(max(sqrt(fair / max(rate, 1e-6)), least), most)


def fair_rate(rates: Sequence[float], intervals: Sequence[timedelta] = ()) -> float | None:
    """The publications a day at which a feed gets just its share, so that all together ask no more than by `interval`.

    What seldom publishes lends polls to what publishes often. `intervals` are those of the same feeds, where they are
    not all the same: an hourly feed has little to lend. None where there is no feed with a rhythm.
    """
    if not rates:
        return None
    polls = [_DAY / interval for interval in intervals] or [1.0] * len(rates)
    low, high = 0.0, max(*rates, 1.0) * 4
    for _ in range(40):
        middle = (low + high) / 2
        if sum(poll / share_of(rate, middle) for rate, poll in zip(rates, polls, strict=True)) > sum(polls):
            low = middle
        else:
            high = middle
    return high


def alarm_of(feed: Feed, stirs: Iterable[Stir], *, now: datetime) -> Alarm | None:
    """Whether an incident is open of which `feed` may bring the next report."""
    open_now = [stir for stir in stirs if abs(now - stir.at) <= STIRRED]
    if any(feed.publisher and feed.publisher in stir.publishers for stir in open_now):
        return Alarm.PUBLISHER
    tags = {tag.casefold() for tag in feed.tags}
    return Alarm.REGION if any(not tags.isdisjoint(stir.regions) for stir in open_now) else None


def hastened(feed: Feed, state: FeedState, *, now: datetime, spread: float) -> datetime | None:
    """When a feed that waits is asked because an incident has just opened; None where that changes nothing.

    At most `min_interval` from now, and no sooner than that after its last poll. A feed that fails keeps its wait: its
    server may have asked for it.
    """
    if feed.min_interval is None or state.failures or state.next_poll_at is None:
        return None
    shortest, _ = _bounds(feed)
    soonest = max(now, (state.last_poll_at or now) + shortest)
    room = max(now + shortest - soonest, timedelta())
    at = _own_moment(state.feed_id, soonest, room * spread, None)
    return at if at < state.next_poll_at else None


def _jittered(wait: timedelta, earliest: timedelta, latest: timedelta, spread: float) -> timedelta:
    """`wait` moved by up to 5 %, to one side where a bound is near."""
    room = min(wait * 0.1, latest - earliest)
    begin = min(max(wait - room / 2, earliest), latest - room)
    return begin + room * spread


def _own_moment(feed_id: int, now: datetime, wait: timedelta, latest: timedelta | None) -> datetime:
    """The moment nearest to `now + wait` that belongs to this feed alone, and keeps to the bounds.

    Each second has a million places, and neighbours in number are far apart in it, so no two polls of up to a million
    feeds are due at one moment, however they come to their waits.
    """
    at = now + wait
    later = (feed_id * _PLACE_STEP - at.microsecond) % _PLACES
    if latest is not None and wait + timedelta(microseconds=later) > latest:
        later -= _PLACES
    return at + timedelta(microseconds=later)


def _steps(outcome: FetchFailed | ParseFailed, failures: int) -> float:
    """How often the wait doubles: with each failure, half or a quarter as often for what passes by itself."""
    weight = 1.0
    if isinstance(outcome, FetchFailed):
        weight = _WEIGHTS.get(outcome.problem, 0.5 if outcome.status in _SOFT_STATUSES else 1.0)
    return (failures - 1) * weight


def _backed_off(feed: Feed, steps: float) -> timedelta:
    longest = max(feed.max_interval, feed.interval)
    return min(feed.interval * 2 ** min(steps, 20.0), longest)


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
    failure, so that a server which refuses whole documents is not pressed for one. The place in a mailbox is our own
    and hides nothing: without it only the newest messages would be read.
    """
    if is_mailbox(feed.url):
        return False
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
