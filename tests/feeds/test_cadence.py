"""When a feed is asked again, where, and when somebody hears that it is blind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.cadence import NextPoll, is_blind, next_poll, poll_url
from monitor.feeds.locations import is_https_upgrade, next_hop, shown, url_problem
from monitor.feeds.state import watch_redirect
from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified, ParseFailed, ParseProblem
from monitor.model.feed import Feed, FeedState
from monitor.model.rhythm import Pace

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FEED = Feed(name="f", url="http://a.example/feed")
STATE = FeedState(feed_id=0, name="f")  # whose place in a second is its beginning
FETCHED = Fetched(body=b"", final_url="http://a.example/feed", body_hash="")
TIMEOUT = FetchFailed(problem=FetchProblem.TIMEOUT)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def status(number: int, wait: timedelta | None = None) -> FetchFailed:
    return FetchFailed(problem=FetchProblem.HTTP_STATUS, status=number, retry_after=wait)


Outcome = Fetched | NotModified | FetchFailed | ParseFailed


def wait(
    outcome: Outcome, failures: int = 0, *, feed: Feed = FEED, spread: float = 0.0, offline: bool = False
) -> timedelta:
    state = replace(STATE, failures=failures)
    return next_poll(feed, state, outcome, now=NOW, offline=offline, spread=spread).at - NOW


@pytest.mark.parametrize("outcome", [FETCHED, NotModified(), NotModified(same_body=True)])
def test_a_success_waits_the_interval_and_forgets_the_failures(outcome: Fetched | NotModified) -> None:
    answer = next_poll(FEED, replace(STATE, failures=7), outcome, now=NOW, offline=False, spread=0.5)
    assert answer == NextPoll(at=NOW + FEED.interval, failures=0, pace=Pace.FIXED)


def test_ten_seconds_are_about_ten_seconds() -> None:
    quick = replace(FEED, interval=timedelta(seconds=10))
    for spread in (0.0, 0.5, 0.999):
        assert timedelta(seconds=9.4) < wait(FETCHED, feed=quick, spread=spread) < timedelta(seconds=10.6)


@pytest.mark.parametrize("outcome", [TIMEOUT, status(500), ParseFailed(problem=ParseProblem.NOT_A_FEED)])
def test_failures_double_the_wait_up_to_the_longest(outcome: FetchFailed | ParseFailed) -> None:
    assert [wait(outcome, failures) / MINUTE for failures in range(6)] == [5, 10, 20, 40, 60, 60]


@pytest.mark.parametrize("number", [403, 404, 410, 429])
def test_moody_statuses_back_off_half_as_fast(number: int) -> None:
    waits = [round(wait(status(number), failures) / MINUTE) for failures in range(9)]
    assert waits == [5, 7, 10, 14, 20, 28, 40, 57, 60]


def test_a_name_that_is_not_found_backs_off_a_quarter_as_fast() -> None:
    lost = FetchFailed(problem=FetchProblem.DNS)
    assert [round(wait(lost, failures) / MINUTE) for failures in (0, 4, 8, 12, 16)] == [5, 10, 20, 40, 60]


def test_failures_are_counted() -> None:
    after = next_poll(FEED, replace(STATE, failures=2), status(404), now=NOW, offline=False, spread=0)
    assert (after.failures, after.pace) == (3, Pace.FAILING)


@given(st.integers(0, 10**6), st.floats(0, 0.999))
def test_a_feed_is_never_given_up(failures: int, spread: float) -> None:
    assert FEED.interval <= wait(TIMEOUT, failures, spread=spread) <= FEED.max_interval


def test_a_longest_wait_below_the_interval_does_not_shorten_it() -> None:
    assert wait(TIMEOUT, 5, feed=replace(FEED, interval=2 * HOUR)) == 2 * HOUR


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(2 * HOUR, 2 * HOUR), (MINUTE, 5 * MINUTE), (timedelta(), 5 * MINUTE), (9 * DAY, DAY)],
)
def test_retry_after_is_obeyed_for_a_day_at_most(asked: timedelta, expected: timedelta) -> None:
    assert wait(status(429, asked)) == expected
    assert expected <= wait(status(429, asked), spread=0.999) <= expected * 1.1


def test_offline_is_nobodys_failure_and_recovery_is_quick() -> None:
    after = next_poll(FEED, replace(STATE, failures=4), TIMEOUT, now=NOW, offline=True, spread=0.999)
    assert (after.failures, after.pace) == (4, Pace.OFFLINE)
    assert wait(TIMEOUT, 4, offline=True) == MINUTE
    assert wait(status(404), 4, offline=True) == FEED.interval, "a server that answers is asked no more often"
    busy = FetchFailed(problem=FetchProblem.HTTP_STATUS, status=429, retry_after=timedelta(hours=2))
    assert wait(busy, 4, offline=True) == timedelta(hours=2)
    assert wait(TIMEOUT, 4, offline=True, feed=replace(FEED, interval=timedelta(seconds=10))) == timedelta(seconds=10)


# ----------------------------------------------------------------------------------------- redirects


def watched(target: str, days: float, **changes: object) -> FeedState:
    return replace(STATE, redirect_url=target, redirect_since=NOW - days * DAY, **changes)  # type: ignore[arg-type]


def test_a_permanent_redirect_is_watched_from_its_first_day() -> None:
    def watch(state: FeedState, permanent: str | None) -> tuple[str | None, datetime | None]:
        return watch_redirect(state, permanent, now=NOW, polled_url=FEED.url)

    assert watch(STATE, "http://b.example/") == ("http://b.example/", NOW)
    same = watched("http://b.example/", 3)
    assert watch(same, "http://b.example/") == ("http://b.example/", NOW - 3 * DAY)
    assert watch(same, "http://c.example/") == ("http://c.example/", NOW)
    assert watch(same, None) == (None, None)


def test_a_moved_feed_stays_moved_when_its_new_address_gives_no_redirect() -> None:
    moved = watched("http://b.example/", 8)
    polled = poll_url(FEED, moved, now=NOW)
    assert polled == "http://b.example/"
    assert watch_redirect(moved, None, now=NOW, polled_url=polled) == (moved.redirect_url, moved.redirect_since)


@pytest.mark.parametrize(
    ("target", "days", "expected"),
    [
        ("http://b.example/", 6.9, FEED.url),
        ("http://b.example/", 7, "http://b.example/"),
        ("https://a.example/feed", 0, "https://a.example/feed"),
        ("https://a.example/other", 0, FEED.url),
        ("https://b.example/feed", 0, FEED.url),
    ],
)
def test_the_address_to_ask(target: str, days: float, expected: str) -> None:
    assert poll_url(FEED, watched(target, days), now=NOW) == expected


def test_an_address_with_a_secret_is_not_replaced() -> None:
    for url in ("http://me:secret@a.example/feed", "http://a.example/feed?token=x"):
        assert poll_url(replace(FEED, url=url), watched("https://b.example/", 30), now=NOW) == url


def test_the_written_address_is_asked_again_when_the_new_one_keeps_failing() -> None:
    assert poll_url(FEED, watched("http://b.example/", 30, failures=2), now=NOW) == "http://b.example/"
    assert poll_url(FEED, watched("http://b.example/", 30, failures=3), now=NOW) == FEED.url


# --------------------------------------------------------------------------------------------- blind


@pytest.mark.parametrize(
    ("failures", "minutes", "told", "expected"),
    [(3, 30, False, True), (2, 600, False, False), (3, 29, False, False), (9, 600, True, False)],
)
def test_a_feed_is_blind_after_three_failures_and_half_an_hour(
    failures: int, minutes: int, told: bool, expected: bool
) -> None:
    state = replace(
        STATE, failures=failures, last_success_at=NOW - minutes * MINUTE, blind_told_at=NOW if told else None
    )
    assert is_blind(FEED, state, now=NOW) is expected


def test_a_feed_that_never_gave_anything_is_blind_after_the_same_time() -> None:
    assert [is_blind(FEED, replace(STATE, failures=n), now=NOW) for n in range(6)] == [False] * 4 + [True] * 2
    quick = replace(FEED, interval=timedelta(seconds=10))
    assert not is_blind(quick, replace(STATE, failures=5), now=NOW)
    assert is_blind(quick, replace(STATE, failures=10**9), now=NOW)


# ----------------------------------------------------------------------------------------- locations


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://a.example/feed", "https://a.example/feed"),
        ("https://me:secret@a.example:8080/feed?key=secret#x", "https://a.example:8080/feed?…"),
        ("https://a.example/feed;token=secret", "https://a.example/feed"),
        ("http://[::1", "an unreadable address"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, text: str) -> None:
    assert shown(url) == text


@pytest.mark.parametrize(
    ("url", "target", "expected"),
    [
        ("http://a.example/f", "https://a.example/f", True),
        ("http://a.example:80/f?x=1", "https://a.example:443/f?x=1", True),
        ("http://a.example", "https://a.example/", True),
        ("http://a.example/f", "https://a.example/g", False),
        ("http://a.example/f?x=1", "https://a.example/f", False),
        ("http://a.example:8080/f", "https://a.example/f", False),
        ("https://a.example/f", "http://a.example/f", False),
        ("http://a.example/f", "https://www.a.example/f", False),
        ("http://a.example/f", "https://[::1", False),
    ],
)
def test_https_upgrades(url: str, target: str, expected: bool) -> None:
    assert is_https_upgrade(url, target) is expected


@given(st.text(max_size=80))
def test_any_location_leads_somewhere_sound_or_nowhere(location: str) -> None:
    hop = next_hop("http://me:secret@a.example/feed", location)
    assert bool(hop.url) != bool(hop.problem)
    if hop.url:
        assert url_problem(hop.url) is None
        assert "secret" not in hop.url.replace("//me:secret@a.example/", "")


def test_credentials_follow_to_the_https_twin_only() -> None:
    start = "http://me:secret@a.example/feed"
    assert next_hop(start, "https://a.example/feed").url == "https://me:secret@a.example/feed"
    assert next_hop(start, "https://a.example:8443/feed").url == "https://a.example:8443/feed"
    assert next_hop(start.replace("http", "https"), "http://a.example/feed").url == "http://a.example/feed"
