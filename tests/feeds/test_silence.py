"""A success that brings nothing: when it is doubted, what shows that a server hides news, and when a feed is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.cadence import asks_unconditionally, is_silent
from monitor.feeds.state import state_after
from monitor.model.document import Entry, FeedAnswer, Fetched, FetchFailed, FetchProblem, NotModified
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Novelty, NoveltyReason, Recognised

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = Feed(name="f", url="http://a.example/feed")
STATE = FeedState(
    feed_id=1, name="f", url=FEED.url, etag="x", baseline_at=NOW - 90 * DAY, last_success_at=NOW - 5 * MINUTE
)
FETCHED = Fetched(body=b"", final_url=FEED.url, body_hash="1", etag="x")


def found(novelty: Novelty, published: datetime | None = None) -> Recognised:
    return Recognised(entry=Entry(title="t", published=published), novelty=novelty, reason=NoveltyReason.UNKNOWN)


def after(
    before: FeedState,
    outcome: Fetched | NotModified | FetchFailed,
    *recognised: Recognised,
    unconditional: bool = False,
    now: datetime = NOW,
) -> FeedState:
    answer = FeedAnswer(url=FEED.url, outcome=outcome, unconditional=unconditional)
    return state_after(FEED, before, answer, recognised, now=now, offline=False, spread=0.5)


# ------------------------------------------------------------------------------------------- doubt


def doubts(feed: Feed, polls: int) -> list[int]:
    return [n for n in range(polls) if asks_unconditionally(feed, replace(STATE, unchanged=n), now=NOW)]


def test_doubt_comes_soon_and_then_ever_more_seldom_yet_it_comes() -> None:
    assert doubts(FEED, 700) == [10, 20, 40, 80, 160, 320, 480, 640]


def test_with_long_intervals_it_comes_once_a_day() -> None:
    assert doubts(replace(FEED, interval=HOUR), 100) == [10, 20, 24, 48, 72, 96]
    assert doubts(replace(FEED, interval=DAY), 50) == [10, 20, 30, 40]


@given(st.integers(0, 10**6), st.timedeltas(timedelta(seconds=10), 30 * DAY))
def test_never_more_than_a_tenth_is_asked_unconditionally(start: int, interval: timedelta) -> None:
    feed = replace(FEED, interval=interval)
    asked = [asks_unconditionally(feed, replace(STATE, unchanged=start + n), now=NOW) for n in range(200)]
    assert 1 <= sum(asked) <= 20


def test_after_a_failure_a_server_is_not_pressed() -> None:
    assert not asks_unconditionally(FEED, replace(STATE, unchanged=10, failures=1), now=NOW)


def test_unchanged_answers_are_counted_until_something_changes() -> None:
    state = STATE
    for outcome in (NotModified(), NotModified(same_body=True), NotModified()):
        state = after(state, outcome)
    assert state.unchanged == 3
    assert after(state, FetchFailed(problem=FetchProblem.TIMEOUT)).unchanged == 3
    assert after(state, FETCHED).unchanged == 0


def test_validators_that_hid_news_are_not_sent_for_a_week() -> None:
    doubted = replace(STATE, unchanged=10)
    lied = after(doubted, FETCHED, found(Novelty.NEW), unconditional=True)
    assert asks_unconditionally(FEED, replace(lied, failures=2), now=NOW + 6 * DAY)
    assert not asks_unconditionally(FEED, lied, now=NOW + 8 * DAY)


@pytest.mark.parametrize(
    ("outcome", "novelty", "unconditional"),
    [
        (replace(FETCHED, etag="y"), Novelty.NEW, True),  # news with a validator of its own
        (FETCHED, Novelty.SEEN, True),  # only the time of the build had changed
        (FETCHED, Novelty.NEW, False),  # it was asked with them and told
    ],
)
def test_honest_validators_are_trusted(outcome: Fetched, novelty: Novelty, unconditional: bool) -> None:
    assert (
        after(replace(STATE, unchanged=10), outcome, found(novelty), unconditional=unconditional).mistrusted_at is None
    )


# ----------------------------------------------------------------------------------------- silence


def habit(longest: timedelta | None, silent_for: timedelta) -> FeedState:
    wait = None if longest is None else round(longest.total_seconds())
    return replace(STATE, news_at=NOW - silent_for, longest_wait=wait)


@pytest.mark.parametrize(
    ("longest", "silent_for", "expected"),
    [
        (2 * HOUR, 20 * HOUR, False),  # a night
        (2 * HOUR, 25 * HOUR, True),
        (2.7 * DAY, 7 * DAY, False),  # a ministry over a holiday
        (2.7 * DAY, 9 * DAY, True),
        (8 * DAY, 20 * DAY, False),  # a weekly blog
        (None, 29 * DAY, False),
        (None, 30 * DAY, True),
        (HOUR, -5 * DAY, False),  # the clock was set back
    ],
)
def test_silence_is_measured_by_what_is_usual(longest: timedelta | None, silent_for: timedelta, expected: bool) -> None:
    assert is_silent(habit(longest, silent_for), now=NOW) is expected


def test_a_feed_that_fails_is_blind_not_silent() -> None:
    assert not is_silent(replace(habit(HOUR, 9 * DAY), failures=1), now=NOW)


def test_a_first_document_shows_how_often_something_comes() -> None:
    new = replace(STATE, baseline_at=None)
    daily = [found(Novelty.OLD, NOW - n * DAY) for n in range(1, 9)]
    ages_ago = found(Novelty.OLD, NOW - 3000 * DAY)
    assert after(new, FETCHED, *daily).longest_wait == DAY.total_seconds()
    assert (
        after(new, FETCHED, *daily[:1], *[found(Novelty.OLD, NOW - n * HOUR) for n in range(9)]).longest_wait == 86400
    )
    assert after(new, FETCHED, *daily, ages_ago).longest_wait == 30 * DAY.total_seconds()
    assert after(new, FETCHED, *[found(Novelty.OLD)] * 9).longest_wait is None


def test_the_longest_wait_is_learned_and_fades() -> None:
    state = after(habit(HOUR, 10 * HOUR), FETCHED, found(Novelty.NEW))
    assert (state.news_at, state.longest_wait) == (NOW, 10 * 3600)
    now = NOW
    for _ in range(30 * 24):
        now += HOUR
        state = after(replace(state, last_success_at=now - HOUR), FETCHED, found(Novelty.NEW), now=now)
    assert state.longest_wait == pytest.approx(5 * 3600, rel=0.05)


def test_what_is_seen_is_no_news_and_an_edit_is() -> None:
    quiet = habit(HOUR, 3 * HOUR)
    assert after(quiet, FETCHED, found(Novelty.SEEN)).news_at == quiet.news_at
    assert after(quiet, FETCHED).news_at == quiet.news_at
    assert after(quiet, NotModified()).news_at == quiet.news_at
    assert after(quiet, FETCHED, found(Novelty.UPDATED)).news_at == NOW


def test_time_in_which_nobody_asked_does_not_count() -> None:
    slept = replace(habit(HOUR, 50 * HOUR), last_success_at=NOW - 48 * HOUR)
    woken = after(slept, NotModified())
    assert woken.news_at == NOW - 2 * HOUR
    assert after(slept, FETCHED, found(Novelty.NEW)).longest_wait == 2 * 3600


def test_a_silence_that_was_told_is_no_habit_and_ends_with_news() -> None:
    told = replace(habit(10 * HOUR, 20 * DAY), silent_told_at=NOW - 15 * DAY)
    back = after(told, FETCHED, found(Novelty.NEW))
    assert (back.silent_told_at, back.longest_wait) == (None, 20 * 3600)
    assert after(told, NotModified()).silent_told_at is not None


def test_the_place_in_a_mailbox_hides_nothing() -> None:
    mailbox = Feed(name="inbox", url="imaps://imap.example.org/Lists")
    for unchanged in range(200):
        assert not asks_unconditionally(mailbox, replace(STATE, unchanged=unchanged, mistrusted_at=NOW), now=NOW)
