"""What the operator is told of a feed, and how often: once per change of state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.alerts.notices import feed_notices
from monitor.model.alert import OperatorReason
from monitor.model.document import Entry
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Novelty, NoveltyReason, Recognised

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
FEED = Feed(name="wire", url="https://wire.example/rss", publisher="Wire")
SEEN = FeedState(feed_id=1, name="wire", baseline_at=NOW, last_success_at=NOW - timedelta(hours=2))
HELD = Recognised(entry=Entry(title="x"), novelty=Novelty.OLD, reason=NoveltyReason.FLOOD)
FAILED = replace(SEEN, failures=9, last_result="http 403")


def reasons(
    before: FeedState, after: FeedState, found: Sequence[Recognised] = (), *, offline: bool = False
) -> list[str]:
    told, _ = feed_notices(FEED, before, after, found, offline=offline, new_id=lambda _: "id", now=NOW)
    assert all(notice.channels == ("operator",) for notice in told)
    return [notice.reason for notice in told]


def test_a_feed_that_goes_blind_is_told_once() -> None:
    assert reasons(SEEN, FAILED) == [OperatorReason.FEED_BLIND]
    told = replace(FAILED, blind_told_at=NOW)
    assert reasons(told, told) == []


def test_one_failure_is_no_blindness() -> None:
    assert reasons(SEEN, replace(SEEN, failures=1, last_success_at=NOW - timedelta(minutes=5))) == []


def test_without_a_network_it_is_not_the_feed() -> None:
    assert reasons(SEEN, FAILED, offline=True) == []


def test_a_feed_that_sees_again_is_told() -> None:
    assert reasons(replace(FAILED, blind_told_at=NOW), SEEN) == [OperatorReason.FEED_BACK]


def test_a_flood_is_told_with_its_number() -> None:
    held = Recognised(entry=Entry(title="x"), novelty=Novelty.OLD, reason=NoveltyReason.FLOOD)
    told, _ = feed_notices(FEED, SEEN, SEEN, [held] * 600, offline=False, new_id=lambda _: "id", now=NOW)
    assert [notice.reason for notice in told] == [OperatorReason.FLOOD]
    assert "600" in told[0].title


def test_a_first_poll_is_no_flood() -> None:
    first = Recognised(entry=Entry(title="x"), novelty=Novelty.OLD, reason=NoveltyReason.FIRST_POLL)
    assert reasons(SEEN, SEEN, [first] * 600) == []


def test_a_flood_that_goes_on_is_told_once_a_day() -> None:
    held = Recognised(entry=Entry(title="x"), novelty=Novelty.OLD, reason=NoveltyReason.BACKFILL)
    told = replace(SEEN, flood_told_at=NOW - timedelta(hours=1))
    assert reasons(told, told, [held] * 40) == []
    yesterday = replace(SEEN, flood_told_at=NOW - timedelta(hours=25))
    assert reasons(yesterday, yesterday, [held] * 40) == [OperatorReason.FLOOD]


SILENT = replace(SEEN, news_at=NOW - timedelta(days=9), longest_wait=3600, last_success_at=NOW, last_result="same body")


def test_a_feed_that_brings_nothing_any_more_is_told_once() -> None:
    assert reasons(SEEN, SILENT) == [OperatorReason.FEED_SILENT]
    told = replace(SILENT, silent_told_at=NOW - timedelta(days=1))
    assert reasons(told, told) == []


def test_silence_is_told_of_what_was_read_now() -> None:
    assert reasons(SEEN, replace(SILENT, last_success_at=NOW - timedelta(hours=1))) == []


def test_a_feed_that_brings_news_again_is_told() -> None:
    told = replace(SILENT, silent_told_at=NOW - timedelta(days=1))
    assert reasons(told, replace(SILENT, news_at=NOW)) == [OperatorReason.FEED_BACK]


def test_each_notice_is_remembered_where_it_belongs() -> None:
    for state, found in ((FAILED, []), (SILENT, []), (SEEN, [HELD] * 30)):
        (notice,), after = feed_notices(FEED, SEEN, state, found, offline=False, new_id=lambda _: "id", now=NOW)
        changed = {"FEED_BLIND": "blind_told_at", "FEED_SILENT": "silent_told_at", "FLOOD": "flood_told_at"}
        assert after == replace(state, **{changed[notice.reason]: NOW})  # type: ignore[arg-type]
