"""How a feed is doing, as one word with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.condition import Doing, condition, span
from monitor.model.feed import FeedState, Poll

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
READ = FeedState(
    feed_id=1, name="wire", last_poll_at=NOW, last_success_at=NOW, last_result="fetched", news_at=NOW - HOUR,
    longest_wait=6 * 3600,
)  # fmt: skip
FAILED = replace(READ, last_success_at=NOW - 4 * HOUR, failures=5, last_result="timed out")


@pytest.mark.parametrize(
    ("state", "doing", "says"),
    [
        (FeedState(feed_id=1, name="wire"), Doing.QUIET, "not polled yet"),
        (READ, Doing.HEALTHY, "something new 60 min ago; it usually brings something within 6 h"),
        (replace(READ, last_result="not modified", news_at=NOW - 7 * HOUR), Doing.QUIET, "nothing new for 7 h"),
        (replace(READ, news_at=NOW - 2 * DAY), Doing.STALE, "brings nothing new for 2 days"),
        (replace(READ, silent_told_at=NOW - HOUR), Doing.STALE, "brings nothing new"),
        (replace(READ, news_at=None, longest_wait=None), Doing.HEALTHY, "nothing is known of its rhythm"),
        (FAILED, Doing.FAILING, "timed out; 5 failures in a row, no success for 4 h"),
        (replace(FAILED, failures=1), Doing.FAILING, "the last try failed"),
        (replace(FAILED, last_success_at=None), Doing.FAILING, "it was never read"),
        (replace(FAILED, last_result="http 403"), Doing.BLOCKED, "it refuses us (http 403)"),
        (replace(FAILED, last_result="http 429"), Doing.BLOCKED, "ask too often"),
        (replace(FAILED, last_result="blocked address"), Doing.BLOCKED, "not public"),
        (replace(FAILED, last_result="http 404"), Doing.FAILING, "http 404"),
        (replace(FAILED, last_result="http 404", last_success_at=NOW - 4 * DAY), Doing.GONE, "nothing is at its"),
        (replace(FAILED, last_result="http 410"), Doing.GONE, "gone for good"),
    ],
)
def test_each_state_has_its_reason(state: FeedState, doing: Doing, says: str) -> None:
    found = condition(state, now=NOW)
    assert found.doing is doing
    assert says in found.reason


def polls(*results: str) -> list[Poll]:
    return [Poll(at=NOW - n * HOUR, result=result) for n, result in enumerate(results)]


def test_one_that_mostly_fails_is_failing_also_where_it_answered_last() -> None:
    found = condition(READ, polls("fetched", "timed out", "dns", "timed out"), now=NOW)
    assert (found.doing, found.reason) == (
        Doing.FAILING, "it answers now, yet 3 of its last 4 polls failed, mostly: timed out",
    )  # fmt: skip
    assert condition(READ, polls("fetched", "timed out", "fetched", "fetched"), now=NOW).doing is Doing.HEALTHY
    assert condition(READ, polls("fetched", "timed out", "timed out"), now=NOW).doing is Doing.HEALTHY, "too few"


def test_a_failure_without_a_network_is_not_counted_and_yet_seen() -> None:
    state = replace(READ, failures=0, last_result="dns", last_success_at=NOW - HOUR)
    assert condition(state, polls("dns", "fetched"), now=NOW).doing is Doing.FAILING


def test_the_sickest_come_first() -> None:
    assert [one.value for one in sorted(Doing, key=lambda one: one.rank)][:3] == ["gone", "blocked", "failing"]
    assert [one for one in Doing if not one.sick] == [Doing.QUIET, Doing.HEALTHY]


def test_spans() -> None:
    waits = (timedelta(0), 40 * timedelta(minutes=1), 7 * HOUR, 3 * DAY)
    assert [span(one) for one in waits] == ["less than a minute", "40 min", "7 h", "3 days"]
