"""Feeds, their state between polls, and the last polls of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.model.feed import Feed, FeedCounts, FeedState, Layout, Poll, Selectors
from monitor.store.store import Store
from values import FEED, NOW, stored_item

HOUR = timedelta(hours=1)
OTHER = Feed(name="other", url="https://other.example/feed")


@pytest.fixture
def synced(store: Store) -> Store:
    with store.transaction() as tx:
        tx.sync_feeds([FEED, OTHER], now=NOW)
    return store


def full_state(state: FeedState) -> FeedState:
    return replace(
        state, baseline_at=NOW, next_poll_at=NOW + HOUR, etag='W/"é"', last_modified="yesterday", body_hash="ff",
        failures=3, last_poll_at=NOW, last_success_at=NOW - HOUR, last_result="http 403", last_detail="a wall",
        redirect_url="https://new.example", redirect_since=NOW, blind_told_at=NOW, newest_at=NOW - HOUR, crowd=7,
        undated_crowd=5, flood_told_at=NOW, unchanged=11, mistrusted_at=NOW, news_at=NOW, longest_wait=3600,
        silent_told_at=NOW, rhythm="1 …", pace="sleeps", wakes_at=NOW + HOUR, made_anew_every=1800, cost_ms=2100,
    )  # fmt: skip


def test_a_new_feed_is_blank_and_due_at_once(synced: Store) -> None:
    with synced.read() as tx:
        assert [state.name for state in tx.feed_states()] == ["Rudaw — English", "other"]
        assert [state.name for state in tx.due_feeds(NOW)] == [FEED.name, OTHER.name]
        state = tx.feed_state(FEED.name)
    assert state == FeedState(feed_id=state.feed_id, name=FEED.name, url=FEED.url)


def test_state_and_event_come_back_as_they_went_in(synced: Store) -> None:
    event = Poll(
        at=NOW, result="fetched", detail="d", ms=12, entries=9, new=1, updated=2, copies=3, old=4, dropped=9, too_old=5,
        flood=6, backfill=7, told_from_crowd=8, over_cap=3,
    )  # fmt: skip
    with synced.transaction() as tx:
        state = full_state(tx.feed_state(FEED.name))
        tx.save_polls([(state, event)])
    with synced.read() as tx:
        assert tx.feed_state(FEED.name) == state
        assert tx.polls_of(FEED.name) == [event]
        assert tx.polls_of(OTHER.name) == []


def poll(store: Store, name: str, **changes: object) -> None:
    """A poll of this feed that left its state so."""
    with store.transaction() as tx:
        state = replace(tx.feed_state(name), **changes)  # type: ignore[arg-type]
        tx.save_polls([(state, Poll(at=NOW, result="fetched"))])


def test_due_feeds_are_those_never_polled_then_the_longest_overdue(synced: Store) -> None:
    third = Feed(name="third", url="https://third.example/feed")
    with synced.transaction() as tx:
        tx.sync_feeds([FEED, OTHER, third], now=NOW)
    poll(synced, FEED.name, next_poll_at=NOW - HOUR)
    poll(synced, OTHER.name, next_poll_at=NOW - 2 * HOUR)
    with synced.read() as tx:
        assert [state.name for state in tx.due_feeds(NOW)] == ["third", "other", FEED.name]
    poll(synced, "third", next_poll_at=NOW + HOUR)
    with synced.read() as tx:
        assert [state.name for state in tx.due_feeds(NOW)] == ["other", FEED.name]
        assert [state.name for state in tx.due_feeds(NOW + HOUR)] == ["other", FEED.name, "third"]


def test_a_clock_that_was_set_back_holds_no_feed(synced: Store) -> None:
    """Else a machine that once thought it was next year would read nothing until then."""
    next_year = NOW + 9000 * HOUR
    poll(synced, FEED.name, last_poll_at=next_year, next_poll_at=next_year + HOUR)
    poll(synced, OTHER.name, last_poll_at=NOW, next_poll_at=NOW + HOUR)
    with synced.read() as tx:
        assert [state.name for state in tx.due_feeds(NOW)] == [FEED.name]


def test_a_feed_that_leaves_the_file_rests_and_comes_back_with_its_state(synced: Store) -> None:
    with synced.transaction() as tx:
        state = full_state(tx.feed_state(OTHER.name))
        tx.save_polls([(state, Poll(at=NOW, result="fetched"))])
        tx.sync_feeds([FEED], now=NOW)
        assert [s.name for s in tx.feed_states()] == [FEED.name]
        assert [s.name for s in tx.due_feeds(NOW + 9 * HOUR)] == [FEED.name]
        assert tx.feed_states([OTHER.name, "nobody"]) == [state]
        tx.sync_feeds([FEED, OTHER], now=NOW)
        assert tx.feed_state(OTHER.name) == state


def test_a_feed_that_moves_keeps_its_baseline_and_forgets_the_old_validators(synced: Store) -> None:
    with synced.transaction() as tx:
        tx.save_polls([(full_state(tx.feed_state(OTHER.name)), Poll(at=NOW, result="fetched"))])
        tx.sync_feeds([FEED, replace(OTHER, url="https://moved.example/feed")], now=NOW)
        state = tx.feed_state(OTHER.name)
    assert state.baseline_at == NOW
    assert (state.etag, state.last_modified, state.body_hash, state.redirect_url, state.next_poll_at) == (None,) * 5
    assert (state.unchanged, state.mistrusted_at, state.longest_wait) == (0, None, 3600)


PAGE = replace(OTHER, layout=Layout(select=Selectors(item="article")))


@pytest.mark.parametrize(
    "edited", [PAGE, replace(OTHER, layout=Layout(publisher_from_item=True)), replace(OTHER, url="https://o.example/")]
)
def test_what_is_to_be_read_in_another_way_is_asked_for_anew(synced: Store, edited: Feed) -> None:
    with synced.transaction() as tx:
        tx.save_polls([(full_state(tx.feed_state(OTHER.name)), Poll(at=NOW, result="fetched"))])
        before = tx.feed_state(OTHER.name)
        tx.sync_feeds([FEED, OTHER], now=NOW)
        assert tx.feed_state(OTHER.name) == before
        tx.sync_feeds([FEED, edited], now=NOW)
        state = tx.feed_state(OTHER.name)
    assert (state.etag, state.last_modified, state.body_hash, state.next_poll_at, state.unchanged) == (None,) * 4 + (0,)
    assert (state.baseline_at, state.rhythm, state.layout) == (NOW, "1 …", edited.layout.mark)


def test_layouts_have_marks_of_their_own() -> None:
    layouts = [Layout(), Layout(publisher_from_item=True), PAGE.layout, Layout(select=Selectors(item="li"))]
    assert len({layout.mark for layout in layouts}) == len(layouts)
    assert Layout().mark == ""
    assert Layout(select=Selectors(item="li")).mark == layouts[-1].mark


def test_feeds_that_wait_are_asked_sooner_and_never_later(synced: Store) -> None:
    poll(synced, FEED.name, next_poll_at=NOW + HOUR)
    poll(synced, OTHER.name, next_poll_at=NOW + 2 * HOUR)
    with synced.transaction() as tx:
        names = [FEED.name, OTHER.name, "nobody"]
        assert [state.name for state in tx.waiting(names, beyond=NOW + HOUR)] == [OTHER.name]
        assert tx.waiting([FEED.name], beyond=NOW + HOUR) == []
        tx.poll_at({FEED.name: NOW + 2 * HOUR, OTHER.name: NOW + HOUR / 2})
        assert {state.name: state.next_poll_at for state in tx.feed_states()} == {
            FEED.name: NOW + HOUR, OTHER.name: NOW + HOUR / 2,
        }  # fmt: skip


def test_feeds_in_numbers_name_the_first_that_somebody_should_know(store: Store) -> None:
    with store.transaction() as tx:
        tx.sync_feeds([Feed(name=f"f{n}", url=f"https://h{n}.example/") for n in range(9)], now=NOW)
        assert tx.feed_numbers(answered_since=NOW, due_before=NOW) == FeedCounts(known=9)
    for n in range(7):
        poll(store, f"f{n}", blind_told_at=NOW, next_poll_at=NOW - HOUR)
    poll(store, "f7", baseline_at=NOW, last_success_at=NOW, silent_told_at=NOW, next_poll_at=NOW)
    poll(store, "f8", last_success_at=NOW - HOUR)
    five = ("f0", "f1", "f2", "f3", "f4")
    with store.read() as tx:
        assert tx.feed_numbers(answered_since=NOW, due_before=NOW) == FeedCounts(
            known=9, learned=1, answered=1, blind=7, blind_names=five, silent=1, late=7, late_names=five,
            oldest_success=NOW - HOUR, oldest_feed="f8", newest_success=NOW,
        )  # fmt: skip


def test_rhythms_are_those_of_configured_feeds_that_have_one(synced: Store) -> None:
    poll(synced, OTHER.name, rhythm="1 …")
    with synced.transaction() as tx:
        assert tx.rhythms() == {OTHER.name: "1 …"}
        tx.sync_feeds([FEED], now=NOW)
        assert tx.rhythms() == {}


def test_thirty_polls_of_each_feed_are_kept(synced: Store) -> None:
    with synced.transaction() as tx:
        for name in (FEED.name, OTHER.name):
            state = tx.feed_state(name)
            for number in range(33):
                tx.save_polls([(state, Poll(at=NOW, result="fetched", ms=number))])
    with synced.read() as tx:
        for name in (FEED.name, OTHER.name):
            assert [event.ms for event in tx.polls_of(name, limit=99)] == list(range(32, 2, -1))
        assert [event.ms for event in tx.polls_of(FEED.name, limit=2)] == [32, 31]


def test_the_polls_of_many_feeds_are_read_together(synced: Store) -> None:
    with synced.transaction() as tx:
        one, other = tx.feed_state(FEED.name), tx.feed_state(OTHER.name)
        assert tx.poll_sums(("entries", "new")) == {"entries": 0, "new": 0}
        polls = [Poll(at=NOW + n * HOUR, result="fetched", entries=n, new=1) for n in range(3)]
        for poll in polls:
            tx.save_polls([(one, poll)])
        refused = Poll(at=NOW, result="http 403", detail="a wall")
        tx.save_polls([(other, refused)])
    with synced.read() as tx:
        assert tx.polls_of_feeds([]) == {}
        assert tx.polls_of_feeds([one.feed_id, other.feed_id, 10**6]) == {
            one.feed_id: polls[::-1], other.feed_id: [refused],
        }  # fmt: skip
        assert tx.polls_of_feeds(iter([one.feed_id])) == {one.feed_id: tx.polls_of(FEED.name)}
        assert tx.polled_badly() == {other.feed_id}
        assert tx.poll_sums(("entries", "new")) == {"entries": 3, "new": 3}
    with synced.transaction() as tx:
        tx.sync_feeds([OTHER], now=NOW)
        assert tx.poll_sums(("entries", "new")) == {"entries": 0, "new": 0}, "of those that are configured"
        tx.sync_feeds([FEED], now=NOW)
        assert {state.name for state in tx.feed_signs()} == {FEED.name}


def test_items_are_counted_by_feed(synced: Store) -> None:
    with synced.transaction() as tx:
        old = stored_item("OLD", first_seen=NOW - 30 * HOUR)
        tx.add_items([stored_item("A"), stored_item("B"), old])
        assert tx.feed_counts(NOW - 24 * HOUR) == {FEED.name: 2}
        assert tx.feed_counts(NOW - 48 * HOUR) == {FEED.name: 3}


def test_a_feed_that_nobody_configured_is_named(synced: Store) -> None:
    with synced.read() as tx, pytest.raises(StoreError, match="no feed 'nobody'"):
        tx.feed_state("nobody")
    with pytest.raises(StoreError, match="no feed 'nobody'"), synced.transaction() as tx:
        tx.add_items([stored_item("A", feed="nobody")])


def test_hasten_asks_the_unreachable_feeds_again_and_leaves_the_others(store: Store) -> None:
    now = NOW
    late = now + timedelta(minutes=30)
    with store.transaction() as tx:
        tx.sync_feeds([Feed(name=name, url=f"https://{name}.example/") for name in ("away", "busy", "soon")], now=now)
        for name, result, due in (("away", "dns", late), ("busy", "http 429", late), ("soon", "dns", now)):
            state = replace(tx.feed_state(name), last_result=result, next_poll_at=due)
            tx.save_polls([(state, Poll(at=now, result=result))])
        tx.hasten(["dns", "connect"], at=now + timedelta(minutes=1))
        assert {state.name: state.next_poll_at for state in tx.feed_states()} == {
            "away": now + timedelta(minutes=1), "busy": late, "soon": now,
        }  # fmt: skip
