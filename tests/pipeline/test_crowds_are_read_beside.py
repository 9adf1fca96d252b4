"""A crowd of texts is classified beside the thread of the database; nothing is told later or otherwise for that."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from monitor.crowdreader import AT_ONCE, CrowdReader
from monitor.dedupe.fingerprint import KnownItem
from monitor.dedupe.novelty import FLOOD_ENTRIES
from monitor.model.document import Entry, FeedAnswer, Fetched, ParsedFeed
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem
from monitor.model.report import Classification
from monitor.polls import Circumstances, PollChanges, Text, judge_poll, read_text
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from newsroom import Newsroom, Story, shipped_rules

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
FEED = Feed(name="one", url="https://x.example/feed", language="en")
STATE = FeedState(feed_id=1, name="one", baseline_at=NOW - timedelta(days=9), last_success_at=NOW, news_at=NOW)
ATTACK = "Ballistic missiles hit Ain al-Asad air base in Iraq, three soldiers killed, Pentagon says"


class NothingYet:
    """A database that knows no item."""

    def known(self, _keys: object) -> dict[int, KnownItem]:
        return {}

    def items_by_id(self, _ids: object) -> dict[str, StoredItem]:
        return {}


def entries(number: int) -> tuple[Entry, ...]:
    titles = [ATTACK, *(f"Chess club number {n} elects its board" for n in range(number - 1))]
    return tuple(Entry(guid=f"g{n}", title=title, published=NOW) for n, title in enumerate(titles))


def judged(
    number: int,
    *,
    most: int | None = None,
    readings: dict[Text, Classification] | None = None,
    state: FeedState = STATE,
) -> PollChanges:
    ids = (f"id{n}" for n in count(1 if readings is None else 50_001))  # each judging has ids of its own
    answer = FeedAnswer(
        url=FEED.url, outcome=Fetched(body=b"", final_url=FEED.url, body_hash=""),
        parsed=ParsedFeed(entries=entries(number)),
    )  # fmt: skip
    return judge_poll(
        FEED, STATE, answer, NothingYet(), shipped_rules(), Circumstances(at=NOW), readings=readings, most=most,
        new_id=lambda _at: next(ids),
    )  # fmt: skip


def without_ids(changes: PollChanges) -> list[object]:
    kept = [(found, replace(stored, item=replace(stored.item, id=""))) for found, stored in changes.kept]
    return [kept, changes.recognised, changes.after, [notice.title for notice in changes.notices]]


@pytest.mark.parametrize("number", [FLOOD_ENTRIES + 50, AT_ONCE + 20], ids=["a flood", "news"])
def test_a_crowd_is_named_first_and_then_judged_as_if_it_had_been_read_at_once(number: int) -> None:
    first = judged(number, most=AT_ONCE)
    assert len(first.unread) == number
    assert not any(stored.classification for _, stored in first.kept), "none is read in the thread of the database"
    second, at_once = asyncio.run(CrowdReader().read(first, shipped_rules())), judged(number)
    assert second.unread == at_once.unread == ()
    assert without_ids(second) == without_ids(at_once)
    told = [found for found in second.recognised if found.novelty is Novelty.NEW and found.entry.title == ATTACK]
    assert len(told) == 1


def test_a_few_texts_are_read_at_once() -> None:
    assert judged(AT_ONCE, most=AT_ONCE).unread == ()


def test_what_changed_while_a_crowd_was_read_is_read_too() -> None:
    """Judged again inside the transaction: what has no reading by then is read there, and nothing is left out."""
    number = FLOOD_ENTRIES + 50
    first = judged(number, most=AT_ONCE)
    some = {text: read_text(text, shipped_rules()) for text in first.unread[1:AT_ONCE]}
    again = judged(number, readings=some)
    assert without_ids(again) == without_ids(judged(number))
    assert {found.reason for found in again.recognised} == {NoveltyReason.FLOOD, NoveltyReason.CROWD}
    assert len(again.readings) == number


def test_a_flood_keeps_no_one_from_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a flood no text is read by the thread of the database, and the attack in it is told by the same poll."""
    threads: Counter[str] = Counter()

    def recorded(item: Item, rules: RuleSet) -> Classification:
        threads[threading.current_thread().name.partition("_")[0]] += 1
        return classify(item, rules)

    monkeypatch.setattr("monitor.polls.classify", recorded)
    later = NOW + timedelta(minutes=10)
    with Newsroom(tmp_path) as room:
        room.channels({"alerts": [room.hook.url("alerts")], "operator": [room.mail.url("operator@example.org")]})
        wire = room.feed("one", [Story("Sport", published=NOW)], publisher="One")
        room.poll(now=NOW)
        crowd = [Story(f"Chess club number {n} elects its board", published=later) for n in range(FLOOD_ENTRIES)]
        wire.add(*crowd, Story(ATTACK, published=later))
        (report,) = room.poll(now=later)
        assert (report.new, report.old) == (1, FLOOD_ENTRIES)
        assert len(room.hook.taken) == 1
    assert threads["store"] == 0
    assert threads.total() == FLOOD_ENTRIES + 1, "each text is read once"


def test_a_poll_that_waits_for_its_crowd_keeps_no_place_of_the_fast_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one place: the second of two crowds gets as far as the first only if that has left it."""
    both, read = asyncio.Event(), CrowdReader.read
    inside = count(1)

    async def waits(self: CrowdReader, changes: PollChanges, rules: RuleSet) -> PollChanges:
        if next(inside) == 2:
            both.set()
        async with asyncio.timeout(10):
            await both.wait()
        return await read(self, changes, rules)

    monkeypatch.setattr(CrowdReader, "read", waits)
    later = NOW + timedelta(minutes=10)
    with Newsroom(tmp_path, environment={"BASEWATCH_CONCURRENCY": "1"}) as room:
        feeds = [room.feed(name, [Story(f"Sport {name}", published=NOW)]) for name in ("one", "two")]
        room.poll(now=NOW)
        for feed in feeds:
            feed.add(*(Story(f"Chess club {n} of {feed.name} votes", published=later) for n in range(AT_ONCE + 20)))
        assert [report.new for report in room.poll(now=later)] == [AT_ONCE + 20] * 2
