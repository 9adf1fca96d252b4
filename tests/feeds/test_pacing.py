"""Waits that adapt: their bounds, their reasons, and that no two polls are due at one moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.cadence import Circumstance, NextPoll, alarm_of, fair_rate, hastened, next_poll, share_of
from monitor.feeds.rhythm import learned
from monitor.model.document import FetchFailed, FetchProblem, NotModified, ParseFailed, ParseProblem
from monitor.model.feed import Feed, FeedState
from monitor.model.rhythm import Alarm, Hints, Pace, Rhythm, Stir

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = Feed(name="f", url="https://a.example/feed", publisher="Wire", tags=("Iraq", "state"), min_interval=MINUTE)
STATE = FeedState(feed_id=7, name="f")
durations = st.timedeltas(timedelta(0), 40 * DAY)


def office() -> Rhythm:
    grid = (NOW - 28 * DAY + number * 30 * MINUTE for number in range(28 * 48))
    return learned(None, (moment for moment in grid if 6 <= moment.hour < 14), now=NOW)


OFFICE = office()


def after(
    *, now: datetime = NOW, feed: Feed = FEED, rhythm: Rhythm | None = OFFICE, alarm: Alarm | None = None,
    hints: Hints | None = None, fair: float | None = None, spread: float = 0.5,
) -> NextPoll:  # fmt: skip
    rhythm = learned(rhythm, [], now=now) if rhythm else None
    by = Circumstance(rhythm=rhythm, alarm=alarm, hints=hints or Hints(), fair=fair)
    return next_poll(feed, STATE, NotModified(), now=now, offline=False, spread=spread, by=by)


def wait(**given_by: object) -> timedelta:
    now = given_by.get("now", NOW)
    assert isinstance(now, datetime)
    return after(**given_by).at - now  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------------- reasons


def test_it_is_fast_while_it_publishes_and_slow_while_it_sleeps() -> None:
    morning, night = NOW.replace(hour=9) + 3 * DAY, NOW.replace(hour=1) + 3 * DAY
    awake = learned(OFFICE, [morning - number * 30 * MINUTE for number in range(6)], now=morning)
    assert (after(now=morning, rhythm=awake).pace, wait(now=morning, rhythm=awake) < 4 * MINUTE) == (
        Pace.PUBLISHES, True,
    )  # fmt: skip
    asleep = after(now=night)
    assert asleep.pace is Pace.SLEEPS
    assert asleep.wakes_at is not None
    assert asleep.wakes_at - night in (4 * HOUR, 5 * HOUR)
    assert asleep.at - night > 6 * MINUTE


def test_an_open_incident_makes_it_fast_at_once_even_at_night() -> None:
    night = NOW.replace(hour=1) + DAY
    for alarm, pace in (
        (Alarm.REGION, Pace.INCIDENT_IN_REGION), (Alarm.PUBLISHER, Pace.INCIDENT_BY_PUBLISHER),
    ):  # fmt: skip
        found = after(now=night, alarm=alarm)
        assert found.pace is pace
        assert MINUTE <= found.at - night <= 1.2 * MINUTE


def test_a_feed_without_a_rhythm_is_asked_each_interval() -> None:
    few = learned(None, [NOW - HOUR, NOW - 2 * HOUR], now=NOW)
    for rhythm in (None, few):
        assert after(rhythm=rhythm).pace is Pace.LEARNING
        assert abs(wait(rhythm=rhythm) - FEED.interval) < timedelta(seconds=1)


def test_a_file_that_says_only_interval_means_what_it_meant() -> None:
    plain = replace(FEED, min_interval=None)
    for alarm in (None, Alarm.PUBLISHER):
        for hints in (Hints(), Hints(declared=DAY, cached=HOUR)):
            found = after(feed=plain, alarm=alarm, hints=hints)
            assert found.pace is Pace.FIXED
            assert abs(found.at - NOW - FEED.interval) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("hints", "alarm", "shortest", "longest", "pace"),
    [
        (Hints(cached=20 * MINUTE), None, 19, 21, Pace.PUBLISHER_ASKS),
        (Hints(cached=DAY), None, 4.7, 5.3, Pace.PUBLISHER_ASKS),  # 16 publications a day say otherwise
        (Hints(declared=30 * MINUTE), None, 28, 32, Pace.PUBLISHER_ASKS),
        (Hints(declared=6 * HOUR), None, 4.7, 5.3, Pace.PUBLISHER_ASKS),
        (Hints(cached=DAY, declared=DAY), Alarm.REGION, 4.7, 5.3, Pace.PUBLISHER_ASKS),
        (Hints(cached=timedelta(seconds=5)), Alarm.REGION, 1, 1.2, Pace.INCIDENT_IN_REGION),
    ],
)
def test_what_the_publisher_asks_holds_where_it_is_longer(
    hints: Hints, alarm: Alarm | None, shortest: float, longest: float, pace: Pace
) -> None:
    morning = NOW.replace(hour=9)
    rhythm = learned(OFFICE, [], now=NOW)
    by = Circumstance(rhythm=rhythm, alarm=alarm, hints=hints)
    found = next_poll(FEED, STATE, NotModified(), now=morning, offline=False, spread=0.5, by=by)
    assert found.pace is pace
    assert shortest <= (found.at - morning) / MINUTE <= longest


@pytest.mark.parametrize("hints", [Hints(cached=DAY), Hints(declared=DAY)])
def test_one_who_seldom_publishes_is_believed_as_far_as_the_user_allows(hints: Hints) -> None:
    weekly = learned(None, [NOW - number * 7 * DAY for number in range(4)], now=NOW)
    found = after(rhythm=weekly, hints=hints)
    assert found.pace is Pace.PUBLISHER_ASKS
    assert 56 <= (found.at - NOW) / MINUTE <= 60


@pytest.mark.parametrize(
    ("seconds", "feed", "alarm", "minutes", "pace"),
    [
        (2, FEED, None, 3.1, None),  # what a busy feed waits
        (2.1, FEED, None, 10.5, Pace.COSTLY),
        (5, FEED, None, 25, Pace.COSTLY),
        (50, FEED, None, 60, Pace.COSTLY),  # as far as the user allows
        (5, replace(FEED, min_interval=None), None, 25, Pace.COSTLY),
        (5, replace(FEED, min_interval=None, interval=HOUR), None, 60, Pace.FIXED),  # it is asked seldom enough
        (5, FEED, Alarm.REGION, 5, Pace.COSTLY),
    ],
)
def test_a_document_that_costs_seconds_is_read_less_often(
    seconds: float, feed: Feed, alarm: Alarm | None, minutes: float, pace: Pace | None
) -> None:
    by = Circumstance(rhythm=learned(OFFICE, [], now=NOW), alarm=alarm, cost=timedelta(seconds=seconds))
    found = next_poll(feed, STATE, NotModified(), now=NOW, offline=False, spread=0.5, by=by)
    assert (found.pace is pace) if pace else (found.pace is not Pace.COSTLY)
    assert minutes * 0.85 <= (found.at - NOW) / MINUTE <= minutes * 1.06


@pytest.mark.parametrize(
    ("outcome", "pace"),
    [
        (FetchFailed(problem=FetchProblem.TIMEOUT), Pace.FAILING),
        (ParseFailed(problem=ParseProblem.NOT_A_FEED), Pace.FAILING),
        (FetchFailed(problem=FetchProblem.HTTP_STATUS, status=503, retry_after=3 * HOUR), Pace.RETRY_AFTER),
        (FetchFailed(problem=FetchProblem.HTTP_STATUS, status=503, retry_after=MINUTE), Pace.FAILING),
    ],
)
def test_failures_have_reasons_of_their_own(outcome: FetchFailed | ParseFailed, pace: Pace) -> None:
    by = Circumstance(rhythm=OFFICE, alarm=Alarm.REGION)
    found = next_poll(FEED, STATE, outcome, now=NOW, offline=False, spread=0.5, by=by)
    assert found.pace is pace
    assert found.at - NOW >= FEED.interval


@given(durations, durations, st.floats(0, 1, exclude_max=True), st.integers(0, 2))
def test_an_incident_that_opens_wakes_those_that_wait(
    since: timedelta, ahead: timedelta, spread: float, failures: int
) -> None:
    state = replace(STATE, last_poll_at=NOW - since, next_poll_at=NOW + ahead, failures=failures)
    at = hastened(FEED, state, now=NOW, spread=spread)
    soonest = max(NOW, NOW - since + MINUTE)
    if failures:
        assert at is None
    elif at is None:
        assert NOW + ahead <= soonest + MINUTE + timedelta(seconds=1)
    else:
        assert soonest <= at <= max(NOW + MINUTE, soonest) + timedelta(seconds=1)
        assert at < NOW + ahead
    assert hastened(replace(FEED, min_interval=None), state, now=NOW, spread=spread) is None


# --------------------------------------------------------------------------------------------- bounds

seconds = st.integers(10, 30 * 86400).map(lambda number: timedelta(seconds=number))
published = st.lists(st.timedeltas(timedelta(0), 40 * DAY), max_size=80)


@given(
    st.tuples(seconds, seconds, seconds).map(sorted), published, st.sampled_from([None, *Alarm]), durations, durations,
    st.none() | st.floats(0, 1000), st.floats(0, 1, exclude_max=True), st.integers(1, 10**7), durations,
)  # fmt: skip
def test_no_wait_after_a_success_leaves_the_users_bounds(
    bounds: list[timedelta], ages: list[timedelta], alarm: Alarm | None, declared: timedelta, cached: timedelta,
    fair: float | None, spread: float, feed_id: int, later: timedelta,
) -> None:  # fmt: skip
    feed = replace(FEED, min_interval=bounds[0], interval=bounds[1], max_interval=bounds[2])
    now = NOW + later
    rhythm = learned(learned(None, [NOW - age for age in ages], now=NOW), [now], now=now)
    by = Circumstance(rhythm=rhythm, alarm=alarm, hints=Hints(declared=declared, cached=cached), fair=fair)
    state = replace(STATE, feed_id=feed_id)
    found = next_poll(feed, state, NotModified(), now=now, offline=False, spread=spread, by=by)
    slack = timedelta(seconds=1) if bounds[0] == bounds[2] else timedelta()  # of one moment there is no spreading
    assert bounds[0] - slack <= found.at - now <= bounds[2]


@given(
    st.tuples(seconds, seconds, seconds).map(sorted), st.integers(0, 10**6), st.integers(1, 10**7),
    st.sampled_from([None, 404, 503]), st.floats(0, 1, exclude_max=True),
)  # fmt: skip
def test_back_off_never_leaves_interval_and_longest_and_never_ends(
    bounds: list[timedelta], failures: int, feed_id: int, status: int | None, spread: float
) -> None:
    feed = replace(FEED, min_interval=bounds[0], interval=bounds[1], max_interval=bounds[2])
    problem = FetchProblem.DNS if status is None else FetchProblem.HTTP_STATUS
    state = replace(STATE, feed_id=feed_id, failures=failures)
    outcome = FetchFailed(problem=problem, status=status)
    wait = next_poll(feed, state, outcome, now=NOW, offline=False, spread=spread).at - NOW
    longest = bounds[2] if bounds[2] > bounds[1] * 1.1 else bounds[2] * 1.1
    assert bounds[1] * 0.9 <= wait <= longest + timedelta(seconds=1)


# ------------------------------------------------------------------------------------------ spreading


def due(
    feed_id: int, *, since: timedelta = timedelta(), spread: float, feed: Feed = FEED, by: Circumstance
) -> datetime:
    state = replace(STATE, feed_id=feed_id)
    return next_poll(feed, state, NotModified(), now=NOW + since, offline=False, spread=spread, by=by).at


@given(
    st.integers(2, 3000), st.integers(0, 10**6), st.sampled_from([10, 60, 300, 3600]),
    st.floats(0, 1, exclude_max=True), st.sampled_from([None, Alarm.REGION]),
)  # fmt: skip
def test_never_two_polls_at_one_moment_even_with_one_start_and_one_spread(
    count: int, first: int, interval: int, spread: float, alarm: Alarm | None
) -> None:
    feed = replace(FEED, min_interval=timedelta(seconds=10), interval=timedelta(seconds=interval), max_interval=HOUR)
    by = Circumstance(rhythm=OFFICE, alarm=alarm)
    assert len({due(first + number, spread=spread, feed=feed, by=by) for number in range(count)}) == count


asked = st.tuples(st.integers(0, 999_999), durations, st.floats(0, 1, exclude_max=True))


@given(st.lists(asked, max_size=50, unique_by=lambda one: one[0]))
def test_never_two_polls_at_one_moment_whenever_they_were_asked_last(
    polls: list[tuple[int, timedelta, float]],
) -> None:
    moments = {due(feed_id, since=since, spread=spread, by=Circumstance()) for feed_id, since, spread in polls}
    assert len(moments) == len(polls)


def test_ten_thousand_feeds_that_started_together_fill_their_seconds_evenly() -> None:
    plain = replace(FEED, min_interval=None)
    chance = Random(1)
    moments = [due(feed_id, spread=chance.random(), feed=plain, by=Circumstance()) for feed_id in range(1, 10_001)]
    assert len(set(moments)) == len(moments)
    crowds = Counter(at.replace(microsecond=0) for at in moments)
    assert max(crowds.values()) < 1.3 * len(moments) / 30  # 5 % either way of 5 minutes are 30 seconds
    tenths = Counter(at.microsecond // 100_000 for at in moments)
    assert max(tenths.values()) < 1.1 * min(tenths.values())


# --------------------------------------------------------------------------------- shares, incidents


@given(st.lists(st.floats(0, 5000), min_size=1, max_size=200))
def test_shares_ask_no_more_than_each_interval_together(rates: list[float]) -> None:
    fair = fair_rate(rates)
    asked = sum(1 / share_of(rate, fair) for rate in rates)
    assert asked <= len(rates) * 1.0001


@given(st.lists(st.tuples(st.floats(0, 5000), st.integers(10, 86400)), min_size=1, max_size=200))
def test_shares_ask_no_more_in_a_day_whatever_the_intervals(feeds: list[tuple[float, int]]) -> None:
    fair = fair_rate([rate for rate, _ in feeds], [timedelta(seconds=wait) for _, wait in feeds])
    asked = sum(86400 / (wait * share_of(rate, fair)) for rate, wait in feeds)
    assert asked <= sum(86400 / wait for _, wait in feeds) * 1.0001


def test_what_publishes_more_gets_more() -> None:
    fair = fair_rate([1.0] * 30 + [200.0] * 3)
    assert share_of(200, fair) < 0.7 < 1 < share_of(1, fair)
    assert fair_rate([]) is None
    assert share_of(5, None) == 1


STIR = Stir(at=NOW - HOUR, regions=frozenset({"iraq", "iq"}), publishers=frozenset({"Wire"}))


@pytest.mark.parametrize(
    ("stir", "expected"),
    [
        (STIR, Alarm.PUBLISHER),
        (replace(STIR, publishers=frozenset({"Other"})), Alarm.REGION),
        (replace(STIR, publishers=frozenset(), regions=frozenset({"syria"})), None),
        (replace(STIR, at=NOW - 7 * HOUR), None),
    ],
)
def test_which_incidents_concern_a_feed(stir: Stir, expected: Alarm | None) -> None:
    assert alarm_of(FEED, [replace(STIR, at=NOW - DAY), stir], now=NOW) is expected
    assert alarm_of(replace(FEED, publisher="", tags=()), [stir], now=NOW) is None
