"""What is new, seen, updated, a copy or old: the quiet promises, as far as identity goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from databases import database
from monitor.dedupe.fingerprint import entry_keys
from monitor.dedupe.novelty import BACKFILL_ENTRIES, FLOOD_ENTRIES, WINDOW, document_keys, recognise
from monitor.model.document import DateMark, Entry
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Novelty, NoveltyReason
from monitor.store.store import Store
from recognising import START, Reader

STORIES = Path(__file__).parent.parent / "data" / "recognise" / "stories"
TOLD: list[dict[str, Any]] = [
    story for file in sorted(STORIES.glob("*.yaml")) for story in yaml.load(file.read_text(), yaml.CSafeLoader)
]


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    with database("sqlite", tmp_path) as address:
        store = Store(address)
        yield store
        store.close()


@pytest.mark.parametrize("story", TOLD, ids=lambda story: story["story"])
def test_story(story: dict[str, Any], sqlite_store: Store) -> None:
    polls = story["polls"]
    names = sorted({poll.get("feed", "one") for poll in polls} | set(story.get("feeds", [])))
    reader = Reader(sqlite_store, names)
    for name in story.get("feeds", []):
        reader.poll(name, [], hour=0)
    for poll in polls:
        if poll.get("prune"):
            assert reader.prune(hour=poll["hour"])["items"] > 0
        dates = [START + timedelta(hours=24 * one["at"] if "at" in one else poll["hour"]) for one in poll["entries"]]
        words = [{key: value for key, value in one.items() if key != "at"} for one in poll["entries"]]
        entries = [Entry(published=date, **one) for date, one in zip(dates, words, strict=True)]
        found = reader.poll(poll.get("feed", "one"), entries, hour=poll["hour"])
        assert [str(one.novelty) for one in found] == poll["expect"], (story["story"], poll)
        if "reason" in poll:
            assert {str(one.reason) for one in found} == {poll["reason"]}, poll
        if poll.get("same_item"):
            assert all(one.item_id for one in found), poll


# ------------------------------------------------------------------------------------- many at once


def entries(count: int, *, age: timedelta | None, start: int = 0) -> list[Entry]:
    published = None if age is None else START - age
    return [
        Entry(guid=f"g{n}", url=f"https://x.example/{n}", title=f"Report number {n} of the day", published=published)
        for n in range(start, start + count)
    ]


def judged(these: list[Entry], *, baseline: bool = True, hours_off: float = 1, backlog: bool = False) -> Counter[Any]:
    last = START - timedelta(hours=hours_off)
    state = FeedState(feed_id=1, name="one", baseline_at=last if baseline else None, last_success_at=last)
    feed = Feed(name="one", url="https://x.example/feed")
    found = recognise(
        these, document_keys(these, feed=feed, now=START), {}, feed=feed, state=state, now=START, alert_backlog=backlog
    )
    assert [one.entry for one in found] == these
    return Counter((one.novelty, one.reason) for one in found)


NEW = (Novelty.NEW, NoveltyReason.UNKNOWN)
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)


def test_the_first_poll_is_old_unless_the_backlog_is_asked_for() -> None:
    assert judged(entries(3, age=HOUR), baseline=False) == {(Novelty.OLD, NoveltyReason.FIRST_POLL): 3}
    assert judged(entries(3, age=HOUR), baseline=False, backlog=True) == {NEW: 3}


def test_one_old_date_alone_never_decides() -> None:
    assert judged(entries(BACKFILL_ENTRIES, age=MONTH)) == {NEW: BACKFILL_ENTRIES}
    assert judged(entries(BACKFILL_ENTRIES, age=None)) == {NEW: BACKFILL_ENTRIES}


@pytest.mark.parametrize("age", [MONTH, WINDOW + HOUR, None], ids=str)
def test_many_old_or_undated_entries_are_a_backfill_and_the_current_ones_stay_news(age: timedelta | None) -> None:
    many = BACKFILL_ENTRIES + 1
    these = entries(many, age=age) + entries(2, age=HOUR, start=1000)
    assert judged(these) == {(Novelty.OLD, NoveltyReason.BACKFILL): many, NEW: 2}
    assert judged(these, backlog=True) == {NEW: many + 2}


def test_the_window_reaches_back_to_the_last_success() -> None:
    these = entries(40, age=timedelta(days=5))
    assert judged(these, hours_off=1) == {(Novelty.OLD, NoveltyReason.BACKFILL): 40}
    assert judged(these, hours_off=24 * 6) == {NEW: 40}


def test_a_flood_of_5000_is_old_whatever_its_dates_say() -> None:
    assert judged(entries(5000, age=HOUR)) == {(Novelty.OLD, NoveltyReason.FLOOD): 5000}
    assert judged(entries(FLOOD_ENTRIES, age=HOUR)) == {NEW: FLOOD_ENTRIES}
    assert judged(entries(5000, age=MONTH), backlog=True) == {NEW: 5000}


def test_a_flood_is_counted_in_what_is_unknown(sqlite_store: Store) -> None:
    reader = Reader(sqlite_store, ["one"])
    reader.poll("one", entries(600, age=HOUR), hour=0)
    found = reader.poll("one", entries(600, age=HOUR) + entries(1, age=HOUR, start=9000), hour=1)
    assert Counter(one.novelty for one in found) == {Novelty.SEEN: 600, Novelty.NEW: 1}


@pytest.mark.parametrize("mark", list(DateMark))
def test_odd_dates_are_news_as_any_other(mark: DateMark) -> None:
    published = START if mark in (DateMark.GOOD, DateMark.FUTURE) else None
    entry = Entry(guid="a", title="Drones hit the base near Erbil", published=published, date_mark=mark)
    assert judged([entry]) == {NEW: 1}


# --------------------------------------------------------------------------------------------- keys


def test_keys_are_signed_64_bit_and_stable() -> None:
    entry = Entry(guid="a", url="https://x.example/1", title="Drones hit the base near Erbil", summary="s")
    keys = entry_keys(entry, feed="one", publisher="P")
    assert keys == entry_keys(entry, feed="one", publisher="P")
    assert all(-(2**63) <= key < 2**63 for key in [*keys, keys.text_hash])
    # written down: an accidental change of the keys would make every stored article new again
    assert (keys.guid, keys.link) == (8942520976216809375, 796503385499515164)


def test_guid_and_content_belong_to_the_feed_link_and_title_to_all() -> None:
    entry = Entry(guid="a", url="https://x.example/1", title="Drones hit the base near Erbil")
    one, two = (entry_keys(entry, feed=feed, publisher="P") for feed in ("one", "two"))
    assert (one.link, one.title_publisher, one.text_hash) == (two.link, two.title_publisher, two.text_hash)
    assert len({one.guid, two.guid, one.link_here, two.link_here}) == 4
    assert (one.content, two.content) == (None, None), "beside a link it is never asked for"
    bare = replace(entry, url="")
    assert len({entry_keys(bare, feed=feed, publisher="P").content for feed in ("one", "two")} - {None}) == 2


def test_an_empty_entry_has_no_identity_and_is_never_lost() -> None:
    assert list(entry_keys(Entry(), feed="one", publisher="")) == []
    assert judged([Entry(), Entry()]) == {NEW: 2}


@pytest.mark.parametrize("text", ["\ud800 half a pair", "a\0b", "\U0001f680" * 5000])
def test_any_text_has_keys(text: str) -> None:
    entry = Entry(guid=text, title=text, url=f"https://x.example/{text}", summary=text)
    (keys,) = document_keys([entry], feed=Feed(name="one", url="https://x.example"), now=START)
    assert list(keys)


def test_chinese_and_japanese_titles_tell_although_they_have_no_spaces() -> None:
    telling = Entry(title="伊拉克阿萨德空军基地遭无人机袭击")
    generic = Entry(title="快讯")
    assert entry_keys(telling, feed="one", publisher="P").title_publisher is not None
    assert entry_keys(generic, feed="one", publisher="P").title_publisher is None
