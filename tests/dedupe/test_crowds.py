"""Many unknown entries at once: an archive, a rebuilt feed, or what this feed usually does?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from monitor.dedupe.novelty import BACKFILL_ENTRIES, FLOOD_ENTRIES, document_keys, recognise
from monitor.feeds.state import state_after
from monitor.model.document import DateMark, Entry, FeedAnswer, Fetched
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Novelty, NoveltyReason, Recognised
from recognising import START

FEED = Feed(name="one", url="https://x.example/feed")
MANY = BACKFILL_ENTRIES + 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_numbers = count()


class Reader:
    """Polls of one feed; every entry is one that nobody has seen."""

    def __init__(self) -> None:
        self.state = FeedState(feed_id=1, name="one", url=FEED.url)
        self.now = START

    def poll(self, *dates: datetime | None, later: timedelta = HOUR) -> Counter[str]:
        self.now += later
        entries = [entry(date) for date in dates]
        keys = document_keys(entries, feed=FEED, now=self.now)
        found = recognise(entries, keys, {}, feed=FEED, state=self.state, now=self.now)
        self.state = after(self.state, found, self.now)
        return Counter(one.reason if one.novelty is Novelty.OLD else str(one.novelty) for one in found)


def after(state: FeedState, found: Sequence[Recognised], now: datetime) -> FeedState:
    answer = FeedAnswer(url=FEED.url, outcome=Fetched(body=b"", final_url=FEED.url, body_hash=""))
    return state_after(FEED, state, answer, found, now=now, offline=False, spread=0.5)


def entry(date: datetime | None) -> Entry:
    number = next(_numbers)
    mark = DateMark.GOOD if date else DateMark.MISSING
    return Entry(guid=f"g{number}", title=f"Report {number} of the day", published=date, date_mark=mark)


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_a_busy_feed_that_never_dates_is_judged_without_dates(reader: Reader) -> None:
    reader.poll(*[None] * 5)
    for _ in range(3):
        assert reader.poll(*[None] * MANY) == {"NEW": MANY}
    assert reader.poll(*[None] * (FLOOD_ENTRIES + 1)) == {NoveltyReason.FLOOD: FLOOD_ENTRIES + 1}


def test_undated_entries_in_a_feed_that_dates_are_held_back_once(reader: Reader) -> None:
    reader.poll(START - DAY)
    reader.poll(reader.now)
    assert reader.poll(*[None] * MANY) == {NoveltyReason.BACKFILL: MANY}
    assert reader.poll(*[None] * MANY) == {"NEW": MANY}, "it dates some and not the others"


def test_the_habit_fades(reader: Reader) -> None:
    reader.poll(START - DAY)
    reader.poll(*[None] * MANY)
    for _ in range(8):
        assert reader.poll(reader.now) == {"NEW": 1}
    assert reader.poll(*[None] * MANY) == {NoveltyReason.BACKFILL: MANY}


def test_a_clock_that_is_days_behind_goes_on_all_the_same(reader: Reader) -> None:
    behind = 9 * DAY
    reader.poll(*[START - behind - n * HOUR for n in range(MANY)])
    for _ in range(3):
        assert reader.poll(*[reader.now - behind + timedelta(seconds=n) for n in range(MANY)]) == {"NEW": MANY}


def test_one_date_for_everything_says_nothing(reader: Reader) -> None:
    constant = START - 2000 * DAY
    reader.poll(*[constant] * 4)
    assert reader.poll(*[constant] * MANY) == {"NEW": MANY}


def test_an_archive_is_held_back_however_many_polls_it_takes(reader: Reader) -> None:
    reader.poll(START - HOUR)
    reader.poll(reader.now)
    for _ in range(4):
        dates = [START - 40 * DAY - n * HOUR for n in range(MANY)]
        assert reader.poll(*dates, reader.now) == {NoveltyReason.BACKFILL: MANY, "NEW": 1}


def test_a_flood_is_one_only_once(reader: Reader) -> None:
    reader.poll(START)
    reader.poll(reader.now)
    flood = [START + 5 * HOUR] * (FLOOD_ENTRIES + 50)
    assert reader.poll(*flood) == {NoveltyReason.FLOOD: len(flood)}
    for _ in range(3):
        assert reader.poll(*flood) == {"NEW": len(flood)}


def test_a_first_poll_is_no_habit(reader: Reader) -> None:
    reader.poll(*[START] * (FLOOD_ENTRIES * 3))
    assert (reader.state.crowd, reader.state.newest_at) == (0, START)
    assert reader.poll(*[START + HOUR] * (FLOOD_ENTRIES * 2)) == {NoveltyReason.FLOOD: FLOOD_ENTRIES * 2}


@pytest.mark.parametrize("mark", [DateMark.FUTURE, DateMark.ABSURD, DateMark.UNREADABLE])
def test_an_odd_date_is_not_the_newest(reader: Reader, mark: DateMark) -> None:
    def seen(dates: Sequence[datetime | None]) -> FeedState:
        entries = [replace(entry(date), date_mark=mark) for date in dates]
        keys = document_keys(entries, feed=FEED, now=reader.now)
        found = recognise(entries, keys, {}, feed=FEED, state=reader.state, now=reader.now)
        return after(reader.state, found, reader.now)

    assert seen([START, None]).newest_at is None
