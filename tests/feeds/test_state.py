"""What a poll leaves of when its feed is asked again: rhythm, the publisher's own word, cost, reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.state import state_after
from monitor.model.document import (
    DateMark,
    Entry,
    FeedAnswer,
    Fetched,
    FetchFailed,
    FetchProblem,
    NotModified,
    ParseFailed,
    ParseProblem,
)
from monitor.model.feed import Feed, FeedState, Layout, Selectors
from monitor.model.item import Novelty, NoveltyReason, Recognised
from monitor.model.rhythm import EACH_FOR_ITSELF, Pace, Pacing, Rhythm, Stir

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = Feed(name="f", url="https://a.example/feed", publisher="Wire", tags=("iraq",), min_interval=MINUTE)
STATE = FeedState(feed_id=7, name="f", url=FEED.url)
FETCHED = Fetched(body=b"", final_url=FEED.url, body_hash="h", etag="e")
#: of the eight morning hours of each of the last days
OFFICE = [NOW - day * DAY - number * 30 * MINUTE for day in range(1, 20) for number in range(1, 9)]


def entry(published: datetime, novelty: Novelty = Novelty.NEW) -> Recognised:
    found = Entry(guid=str(published), title="t", published=published, date_mark=DateMark.GOOD)
    return Recognised(entry=found, novelty=novelty, reason=NoveltyReason.UNKNOWN)


def after(
    state: FeedState = STATE, outcome: Fetched | NotModified | FetchFailed | ParseFailed = FETCHED,
    entries: Sequence[Recognised] = (), *, feed: Feed = FEED, now: datetime = NOW, cost_ms: int = 0,
    pacing: Pacing = EACH_FOR_ITSELF,
) -> FeedState:  # fmt: skip
    answer = FeedAnswer(url=feed.url, outcome=outcome, cost_ms=cost_ms)
    return state_after(feed, state, answer, entries, now=now, offline=False, spread=0.5, pacing=pacing)


def test_the_first_document_teaches_the_rhythm_and_the_next_polls_go_by_it() -> None:
    first = after(entries=[entry(moment, Novelty.OLD) for moment in OFFICE])
    rhythm = Rhythm.from_text(first.rhythm)
    assert rhythm is not None
    assert rhythm.total > 50
    night = NOW.replace(hour=21)
    asleep = after(first, NotModified(), now=night)
    assert asleep.pace == Pace.SLEEPS
    assert asleep.wakes_at is not None
    assert asleep.wakes_at.hour in (4, 5, 6)
    assert asleep.next_poll_at is not None
    assert asleep.next_poll_at - night > FEED.interval
    morning = NOW + DAY
    awake = after(asleep, FETCHED, [entry(morning - number * 10 * MINUTE) for number in range(4)], now=morning)
    assert (awake.pace, awake.wakes_at) == (Pace.PUBLISHES, None)
    assert awake.next_poll_at is not None
    assert awake.next_poll_at - morning < FEED.interval


def test_unchanged_answers_teach_nothing_before_the_first_document_and_failures_never() -> None:
    assert after(outcome=NotModified()).rhythm == ""
    known = after(entries=[entry(moment, Novelty.OLD) for moment in OFFICE])
    failed = after(known, FetchFailed(problem=FetchProblem.TIMEOUT), now=NOW + HOUR)
    assert (failed.rhythm, failed.pace) == (known.rhythm, Pace.FAILING)


def test_silence_teaches_as_well_and_needs_no_other_text() -> None:
    known = after(entries=[entry(moment, Novelty.OLD) for moment in OFFICE])
    state = known
    for hours in range(1, 9):
        state = after(state, NotModified(), now=NOW + hours * HOUR)
    late = NOW + 9 * HOUR
    assert state.rhythm == known.rhythm
    once, often = after(known, FETCHED, [entry(late)], now=late), after(state, FETCHED, [entry(late)], now=late)
    assert once.rhythm == often.rhythm != known.rhythm


def test_a_text_that_cannot_be_read_is_learned_anew() -> None:
    found = after(replace(STATE, rhythm="2 of a later version"), entries=[entry(moment) for moment in OFFICE])
    assert Rhythm.from_text(found.rhythm) is not None


def test_what_the_document_says_of_itself_holds_over_unchanged_answers() -> None:
    said = after(outcome=replace(FETCHED, made_anew_every=30 * MINUTE))
    assert (said.made_anew_every, said.pace) == (1800, Pace.PUBLISHER_ASKS)
    later = after(said, NotModified())
    assert (later.made_anew_every, later.pace) == (1800, Pace.PUBLISHER_ASKS)
    assert later.next_poll_at is not None
    assert 28 <= (later.next_poll_at - NOW) / MINUTE <= 32
    assert after(later, FETCHED).made_anew_every is None  # it says so no more


@pytest.mark.parametrize("outcome", [replace(FETCHED, fresh_for=20 * MINUTE), NotModified(fresh_for=20 * MINUTE)])
def test_how_long_a_reply_is_fresh_holds_for_the_next_wait_alone(outcome: Fetched | NotModified) -> None:
    asked = after(outcome=outcome)
    assert asked.next_poll_at is not None
    assert (asked.pace, 19 <= (asked.next_poll_at - NOW) / MINUTE <= 21) == (Pace.PUBLISHER_ASKS, True)
    assert after(asked, NotModified()).pace == Pace.LEARNING


def test_an_open_incident_in_its_region_is_the_reason() -> None:
    pacing = Pacing(stirs=(Stir(at=NOW, regions=frozenset({"iraq"})),))
    found = after(outcome=NotModified(fresh_for=2 * MINUTE), pacing=pacing)
    assert found.pace == Pace.PUBLISHER_ASKS  # up to `interval` it is believed all the same
    assert after(outcome=NotModified(), pacing=pacing).pace == Pace.INCIDENT_IN_REGION


def test_what_a_document_costs_is_an_average_and_makes_only_polls_that_read_it_rare() -> None:
    dear = after(cost_ms=4000)
    assert (dear.cost_ms, dear.pace) == (4000, Pace.COSTLY)
    assert dear.next_poll_at is not None
    assert 19 <= (dear.next_poll_at - NOW) / MINUTE <= 21
    unchanged = after(dear, NotModified())
    assert (unchanged.cost_ms, unchanged.pace) == (4000, Pace.LEARNING)
    cheaper = after(unchanged, cost_ms=100)
    assert (cheaper.cost_ms, cheaper.pace) == (3025, Pace.COSTLY)
    once = after(after(cost_ms=100), cost_ms=5000)
    assert (once.cost_ms, once.pace) == (1325, Pace.LEARNING)  # a busy machine is no costly feed
    broken = after(dear, ParseFailed(problem=ParseProblem.TIMED_OUT), cost_ms=8000)
    assert (broken.cost_ms, broken.pace) == (5000, Pace.FAILING)


def test_what_was_read_as_it_is_not_to_be_read_any_more_leaves_no_validators() -> None:
    """feeds.yaml was edited while the poll was under way: the page is due at once, and read anew."""
    page = replace(FEED, layout=Layout(select=Selectors(item="article")))
    edited = replace(STATE, layout=page.layout.mark, baseline_at=NOW)
    found = after(edited, FETCHED)
    assert (found.etag, found.next_poll_at, found.last_detail) == (None, None, "read as it was to be read before")
    assert after(edited, FETCHED, feed=page).etag == "e"
