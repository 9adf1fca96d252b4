"""Polls that are judged side by side are written as if one had been read after another, whole or not at all."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import outgoing, writer
from monitor.channels.apprise import Channels
from monitor.configuration import Configuration
from monitor.errors import StoreError, ValueRefused
from monitor.model.document import Entry, FeedAnswer, Fetched, NotModified, ParsedFeed
from monitor.model.feed import Feed
from monitor.model.item import Novelty
from monitor.polls import Circumstances, PollChanges, PollReport, judge_poll
from monitor.store.ids import new_id
from monitor.store.store import Store
from monitor.store.thread import StoreThread
from monitor.store.upgrade import upgrade
from monitor.writer import Writer, apply
from newsroom import shipped_rules

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FEEDS = tuple(Feed(name=f"wire-{n}", url=f"https://wire-{n}.example/feed") for n in range(4))
ATTACK = "Two drones hit Ain al-Asad air base in western Iraq"
PLACES = (ATTACK, "Rockets hit Erbil air base in Iraq", "Drones hit Al Udeid air base in Qatar", "Sport")


def configuration() -> Configuration:
    return Configuration(feeds=FEEDS, rules=shipped_rules(), channels=Channels.load(None))


def entry(title: str = ATTACK, *, link: str = "https://n.example/1", text: str = "") -> Entry:
    return Entry(guid=link, url=link, title=title, summary=text, published=NOW - timedelta(hours=1))


def answer(*entries: Entry) -> FeedAnswer:
    fetched = Fetched(body=b"", final_url="https://wire.example/feed", body_hash="h")
    return FeedAnswer(url=fetched.final_url, outcome=fetched, parsed=ParsedFeed(entries=entries))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "writer.db")
    yield store
    store.close()


def opened(path: Path) -> Store:
    url = f"sqlite:///{path}"
    upgrade(url)
    store = Store(url)
    with store.transaction() as tx:
        tx.sync_feeds(FEEDS, now=NOW)
    return store


def judged(store: Store, feed: Feed, *entries: Entry, at: datetime = NOW) -> PollChanges:
    """A poll of `feed` beside what the database knows now."""
    with store.read() as tx:
        state = replace(tx.feed_state(feed.name))
        circumstances = Circumstances(at=at, alert_backlog=True)
        return judge_poll(feed, state, answer(*entries), tx, shipped_rules(), circumstances, new_id=new_id)


def written(store: Store, *polls: PollChanges) -> list[PollReport]:
    with store.transaction() as tx:
        return apply(tx, [(changes, configuration()) for changes in polls])


def put_all(store: Store, polls: Sequence[PollChanges]) -> list[PollReport | BaseException]:
    """All of them handed to one writer at the same moment."""

    async def run() -> list[PollReport | BaseException]:
        thread = StoreThread(store)
        try:
            one = Writer(thread)
            return await asyncio.gather(*(one.put(p, configuration()) for p in polls), return_exceptions=True)
        finally:
            thread.close()

    return asyncio.run(run())


def kept(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as tx:
        return sorted((s.item.feed, s.item.title, s.novelty) for s in tx.items(NOW - timedelta(days=9)))


def test_what_has_gathered_is_one_transaction(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []

    def counted(tx: Any, polls: Any, copies: Any) -> list[PollReport]:
        batches.append(len(polls))
        return apply(tx, polls, copies)

    monkeypatch.setattr(writer, "apply", counted)
    polls = [judged(store, feed, entry(link=f"https://n.example/{feed.name}", title=feed.name)) for feed in FEEDS]
    reports = put_all(store, polls)
    assert [report.new for report in reports if isinstance(report, PollReport)] == [1] * len(FEEDS)
    assert batches == [len(FEEDS)]


def test_two_feeds_that_bring_one_article_together_tell_it_once(store: Store) -> None:
    """Neither knew of the other when it was judged; the second is judged again by what the first has brought."""
    first, second = (judged(store, feed, entry()) for feed in FEEDS[:2])
    reports = written(store, first, second)
    assert [(one.new, one.copies, len(one.alerts)) for one in reports] == [(1, 0, 1), (0, 1, 0)]


def test_two_articles_of_one_attack_together_are_one_incident(store: Store) -> None:
    first = judged(store, FEEDS[0], entry())
    second = judged(
        store, FEEDS[1], entry("Ain al-Asad air base in Iraq hit by two drones", link="https://o.example/2")
    )
    reports = written(store, first, second)
    assert [(one.new, len(one.alerts)) for one in reports] == [(1, 1), (1, 0)]
    with store.read() as tx:
        assert len(tx.incidents((NOW - timedelta(days=5)).date())) == 1


def test_two_reports_of_a_day_that_lies_ahead_are_one_incident(store: Store) -> None:
    """A slip of the pen in a date must not make two incidents of one id, which the database refuses."""
    said = "Drones hit Ain al-Asad air base in Iraq on May 20, 2026"
    polls = [judged(store, feed, entry(said, link=f"https://{feed.name}.example/1")) for feed in FEEDS[:2]]
    assert [(one.new, len(one.alerts)) for one in written(store, *polls)] == [(1, 1), (1, 0)]
    with store.read() as tx:
        assert [one.id for one in tx.incidents(NOW.date())] == ["2026-05-20-ain-al-asad"]


def test_the_same_feed_twice_together_is_seen_the_second_time(store: Store) -> None:
    polls = [judged(store, FEEDS[0], entry()), judged(store, FEEDS[0], entry())]
    assert [(one.new, one.seen) for one in written(store, *polls)] == [(1, 0), (0, 1)]


def test_what_another_process_brought_meanwhile_counts(store: Store, tmp_path: Path) -> None:
    mine = judged(store, FEEDS[0], entry())
    other = Store(f"sqlite:///{tmp_path / 'writer.db'}")
    written(other, judged(other, FEEDS[1], entry()))
    other.close()
    (report,) = written(store, mine)
    assert (report.new, report.copies, report.alerts) == (0, 1, ())


def test_an_address_that_was_edited_meanwhile_keeps_its_state(store: Store) -> None:
    mine = judged(store, FEEDS[0], entry())
    moved = replace(FEEDS[0], url="https://elsewhere.example/feed")
    with store.transaction() as tx:
        tx.sync_feeds((moved, *FEEDS[1:]), now=NOW)
    written(store, mine)
    with store.read() as tx:
        state = tx.feed_state(FEEDS[0].name)
    assert (state.url, state.next_poll_at, state.body_hash) == (moved.url, None, None)


def test_a_poll_that_brought_nothing_is_written_too(store: Store) -> None:
    unchanged = FeedAnswer(url=FEEDS[0].url, outcome=NotModified())
    with store.read() as tx:
        state = tx.feed_state(FEEDS[0].name)
        changes = judge_poll(FEEDS[0], state, unchanged, tx, shipped_rules(), Circumstances(at=NOW), new_id=new_id)
    (report,) = written(store, changes)
    assert (report.result, report.entries) == ("not modified", 0)
    with store.read() as tx:
        assert [poll.result for poll in tx.polls_of(FEEDS[0].name)] == ["not modified"]
        assert tx.feed_state(FEEDS[0].name).last_poll_at == NOW


def test_a_bug_about_one_poll_is_that_polls_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = outgoing.incident_alert

    def refusing(view: Any, *rest: Any, **more: Any) -> Any:
        if view.reports[-1].publisher == FEEDS[1].name:
            raise ZeroDivisionError
        return whole(view, *rest, **more)

    monkeypatch.setattr(outgoing, "incident_alert", refusing)
    polls = [
        judged(store, feed, entry(title, link=f"https://n.example/{feed.name}"))
        for feed, title in zip(FEEDS, PLACES, strict=True)
    ]
    reports = put_all(store, polls)
    assert [isinstance(one, ZeroDivisionError) for one in reports] == [False, True, False, False]
    assert [feed for feed, _, _ in kept(store)] == [FEEDS[0].name, FEEDS[2].name, FEEDS[3].name]


def test_what_the_database_refuses_of_one_poll_is_that_polls_alone(store: Store) -> None:
    polls = [judged(store, feed, entry(link=f"https://n.example/{feed.name}", title=feed.name)) for feed in FEEDS]
    gone = [(found, replace(stored, copy_of="0000000000000")) for found, stored in polls[1].kept]
    polls[1] = replace(polls[1], kept=tuple(gone))  # no such item
    reports = put_all(store, polls)
    assert [isinstance(one, ValueRefused) for one in reports] == [False, True, False, False]
    assert [feed for feed, _, _ in kept(store)] == [FEEDS[0].name, FEEDS[2].name, FEEDS[3].name]


def test_a_database_that_is_gone_keeps_none_of_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_tx: Any, _polls: Any, _copies: Any) -> list[PollReport]:
        raise StoreError("the disk is full")

    monkeypatch.setattr(writer, "apply", gone)
    polls = [judged(store, feed, entry(link=f"https://n.example/{feed.name}")) for feed in FEEDS]
    assert {type(one) for one in put_all(store, polls)} == {StoreError}
    assert kept(store) == []


def test_a_dry_run_answers_the_same_and_keeps_nothing(store: Store) -> None:
    async def run(changes: PollChanges) -> PollReport:
        thread = StoreThread(store)
        try:
            return await Writer(thread).put(changes, configuration(), keep=False)
        finally:
            thread.close()

    report = asyncio.run(run(judged(store, FEEDS[0], entry())))
    assert (report.new, len(report.alerts)) == (1, 1)
    assert kept(store) == []


def test_a_poll_that_was_given_up_is_kept_and_holds_nobody(store: Store) -> None:
    async def run(polls: list[PollChanges]) -> list[Any]:
        thread = StoreThread(store)
        try:
            one = Writer(thread)
            tasks = [asyncio.create_task(one.put(poll, configuration())) for poll in polls]
            await asyncio.sleep(0)
            tasks[0].cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            thread.close()

    polls = [judged(store, feed, entry(link=f"https://n.example/{feed.name}", title=feed.name)) for feed in FEEDS[:2]]
    first, second = asyncio.run(run(polls))
    assert isinstance(first, asyncio.CancelledError)
    assert second.new == 1
    assert [feed for feed, _, _ in kept(store)] == [FEEDS[0].name, FEEDS[1].name]


POLL = st.tuples(
    st.sampled_from(FEEDS), st.lists(st.tuples(st.sampled_from(PLACES), st.integers(0, 3)), max_size=3, unique=True)
)


@settings(max_examples=12)
@given(batches=st.lists(st.lists(POLL, min_size=1, max_size=4), min_size=1, max_size=3))
def test_polls_together_come_to_the_same_as_one_after_another(
    batches: list[list[tuple[Feed, list[tuple[str, int]]]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What one feed showed before is seen, whoever else brings it meanwhile; alone it may be another feed's copy."""
    folder = tmp_path_factory.mktemp("together")
    opened(folder / "together.db").close()
    shutil.copyfile(folder / "together.db", folder / "alone.db")
    together, alone = (Store(f"sqlite:///{folder / name}") for name in ("together.db", "alone.db"))
    try:
        numbers: dict[str, list[Any]] = {"together": [], "alone": []}
        for hour, batch in enumerate(batches):
            at = NOW + timedelta(hours=hour)
            made = [(feed, [entry(t, link=f"https://n.example/{t[:5]}-{n}") for t, n in said]) for feed, said in batch]
            side_by_side = [judged(together, feed, *entries, at=at) for feed, entries in made]
            numbers["together"] += [counts(one) for one in written(together, *side_by_side)]
            for feed, entries in made:
                numbers["alone"] += [counts(one) for one in written(alone, judged(alone, feed, *entries, at=at))]
        assert numbers["together"] == numbers["alone"]
        news = [[item for item in kept(store) if item[2] != Novelty.COPY] for store in (together, alone)]
        assert news[0] == news[1]
    finally:
        together.close()
        alone.close()


def counts(report: PollReport) -> tuple[int, ...]:
    return report.new, report.updated, report.seen + report.copies, report.old, len(report.alerts)
