"""What is remembered of a feed after a poll: when it is asked next, its validators, where it has moved to, its habits.

What a document shows of its feed's habits is what later ones are judged by: how long it usually brings nothing (else it
may have been discontinued, emptied or frozen while every poll succeeds), how it dates, the crowds that it comes with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.feeds.cadence import UNKNOWN_HABITS, Circumstance, alarm_of, next_poll
from monitor.feeds.locations import known_as
from monitor.feeds.rhythm import rhythm_after
from monitor.model.document import DateMark, FeedAnswer, Fetched, FetchFailed, NotModified, ParseFailed
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Novelty, NoveltyReason, Recognised
from monitor.model.rhythm import EACH_FOR_ITSELF, Hints, Pacing, Rhythm

_DAY = timedelta(days=1)
#: an unusual wait is half forgotten after so long
_HABIT_FADES = timedelta(days=30)
#: a longer time between two successes is one in which nobody asked
_UNWATCHED = timedelta(hours=6)
#: of a first document, the dates that show how often the feed brings something
_DATES_SHOWN = 20
#: what is left of a usual crowd after each calmer poll that brought something
_CROWD_FADES = 0.75
#: how much the newest document says of what reading one costs
_COST_NEWS = 0.25


def state_after(
    feed: Feed,
    state: FeedState,
    answer: FeedAnswer,
    recognised: Sequence[Recognised],
    *,
    now: datetime,
    offline: bool,
    spread: float,
    pacing: Pacing = EACH_FOR_ITSELF,
) -> FeedState:
    """What is remembered of `feed` after an answer whose entries are `recognised`; `pacing` moves its next poll."""
    outcome = answer.outcome
    # where the feeds file was edited meanwhile: what is new in it is due at once and has validators of its own
    edited = _edited(feed, state)
    if edited:
        after = replace(state, last_poll_at=now, last_result=outcome.result, last_detail=edited)
    else:
        learned, rhythm = _learned(state, answer, recognised, now=now)
        by = _circumstance(feed, learned, answer, rhythm, pacing, now=now)
        after = _polled(feed, learned, answer, now=now, offline=offline, spread=spread, by=by)
    if isinstance(outcome, FetchFailed | ParseFailed):
        return after
    if isinstance(outcome, NotModified):
        return replace(after, unchanged=state.unchanged + 1, news_at=_news_at(state, now))
    after = replace(_with_crowds(after, recognised), unchanged=0)
    new = any(found.novelty is not Novelty.SEEN for found in recognised)
    if answer.unconditional and new and state.unchanged and _same_validators(state, outcome):
        after = replace(after, mistrusted_at=now)
    if state.baseline_at is None:
        return replace(after, news_at=now, longest_wait=_first_wait(recognised, now))
    if not new:
        return replace(after, news_at=_news_at(state, now))
    return replace(after, news_at=now, longest_wait=_longest_wait(state, now), silent_told_at=None)


def _edited(feed: Feed, state: FeedState) -> str:
    """What the answer is not of any more, in words; empty where `feed` is what feeds.yaml says now."""
    if state.url not in (feed.url, known_as(feed.url)):
        return "asked at its former address"
    return "" if state.layout == feed.layout.mark else "read as it was to be read before"


def _learned(
    state: FeedState, answer: FeedAnswer, recognised: Sequence[Recognised], *, now: datetime
) -> tuple[FeedState, Rhythm | None]:
    """The state with what the answer teaches of the feed: its own word on its rhythm, what reading it costs, and the
    rhythm, which is also given back as it is."""
    outcome, before = answer.outcome, Rhythm.from_text(state.rhythm)
    if answer.cost_ms:
        known = state.cost_ms or answer.cost_ms
        state = replace(state, cost_ms=round(known + (answer.cost_ms - known) * _COST_NEWS))
    if isinstance(outcome, FetchFailed | ParseFailed):  # nobody knows what was published then
        return state, before
    if isinstance(outcome, Fetched):
        said = outcome.made_anew_every
        state = replace(state, made_anew_every=round(said.total_seconds()) if said is not None else None)
    rhythm = rhythm_after(before, recognised, now=now)
    if before is None or rhythm is None or rhythm.newest != before.newest:
        state = replace(state, rhythm=rhythm.as_text() if rhythm is not None else "")
    return state, rhythm  # where nothing was published the counts have only faded, which the kept ones do by themselves


def _circumstance(
    feed: Feed, state: FeedState, answer: FeedAnswer, rhythm: Rhythm | None, pacing: Pacing, *, now: datetime
) -> Circumstance:
    """What the next wait goes by; `state` has learned of the answer already."""
    fresh = answer.outcome.fresh_for if isinstance(answer.outcome, Fetched | NotModified) else None
    hints = Hints(declared=timedelta(seconds=state.made_anew_every or 0), cached=fresh or timedelta())
    return Circumstance(
        rhythm=rhythm, fair=pacing.fair, alarm=alarm_of(feed, pacing.stirs, now=now),
        hints=hints, cost=timedelta(milliseconds=state.cost_ms if answer.cost_ms else 0),
    )  # fmt: skip


def _polled(
    feed: Feed, state: FeedState, answer: FeedAnswer, *, now: datetime, offline: bool, spread: float, by: Circumstance
) -> FeedState:
    """When the feed is asked again, with which validators and where; a success ends what was told of it."""
    outcome = answer.outcome
    following = next_poll(feed, state, outcome, now=now, offline=offline, spread=spread, by=by)
    detail = answer.detail
    if isinstance(outcome, NotModified) and not state.failures:
        detail = detail or state.last_detail  # of a document that has not changed, what was odd about it still is
    after = replace(
        state, next_poll_at=following.at, failures=following.failures, last_poll_at=now, last_result=outcome.result,
        last_detail=detail, pace=following.pace, wakes_at=following.wakes_at,
    )  # fmt: skip
    if isinstance(outcome, FetchFailed | ParseFailed):
        return after
    redirect_url, redirect_since = watch_redirect(state, outcome.permanent_url, now=now, polled_url=answer.url)
    after = replace(
        after, last_success_at=now, blind_told_at=None, redirect_url=redirect_url, redirect_since=redirect_since,
        baseline_at=state.baseline_at or now,
    )  # fmt: skip
    if isinstance(outcome, Fetched):
        return replace(after, etag=outcome.etag, last_modified=outcome.last_modified, body_hash=outcome.body_hash)
    return replace(after, etag=outcome.etag or state.etag, last_modified=outcome.last_modified or state.last_modified)


def watch_redirect(
    state: FeedState, permanent_url: str | None, *, now: datetime, polled_url: str
) -> tuple[str | None, datetime | None]:
    """The permanent redirect to remember and since when it is the same, after a poll that succeeded.

    `polled_url` is the address that was asked (`poll_url`): a moved feed asked at its new address gives no redirect,
    and that must not be taken for the end of the move.
    """
    if state.redirect_since is not None and state.redirect_url == (permanent_url or polled_url):
        return state.redirect_url, state.redirect_since
    return permanent_url, now if permanent_url else None


def _with_crowds(state: FeedState, recognised: Sequence[Recognised]) -> FeedState:
    """The state with the newest date of its feed and the crowds that it comes with.

    The first poll shows no crowd: what stood there had gathered for long.
    """
    good = [found.entry.published for found in recognised if found.entry.date_mark is DateMark.GOOD]
    newest = max((moment for moment in (*good, state.newest_at) if moment is not None), default=None)
    fresh = [found for found in recognised if _came_now(found)]
    if not fresh:
        return replace(state, newest_at=newest)
    undated = sum(found.entry.published is None for found in fresh)
    return replace(
        state,
        newest_at=newest,
        crowd=max(len(fresh), int(state.crowd * _CROWD_FADES)),
        undated_crowd=max(undated, int(state.undated_crowd * _CROWD_FADES)),
    )


def _came_now(found: Recognised) -> bool:
    """New to us in a feed that is not new, held back or not."""
    held = found.reason in (NoveltyReason.FLOOD, NoveltyReason.BACKFILL) and found.item_id is None
    return found.novelty is Novelty.NEW or (found.novelty is Novelty.OLD and held)


def _same_validators(before: FeedState, outcome: Fetched) -> bool:
    """The document came with the validators that had stood for the one before it."""
    named = before.etag is not None or before.last_modified is not None
    return named and (outcome.etag, outcome.last_modified) == (before.etag, before.last_modified)


def _news_at(before: FeedState, now: datetime) -> datetime:
    """When it brought something last; the time in which nobody asked does not count against it."""
    if before.news_at is None:
        return now
    since = now - before.last_success_at if before.last_success_at else timedelta()
    return min(before.news_at + since, now) if since > _UNWATCHED else before.news_at


def _longest_wait(before: FeedState, now: datetime) -> int | None:
    """The longest wait of late, in seconds: this one, or what is left of the one before."""
    if before.news_at is None:
        return before.longest_wait
    wait, habit = max((now - _news_at(before, now)).total_seconds(), 0), before.longest_wait or 0
    if before.silent_told_at is not None and habit:  # a failure is no habit, a pause that comes again is one
        wait = min(wait, 2 * habit)
    return round(max(wait, habit * float(0.5 ** (wait / _HABIT_FADES.total_seconds()))))


def _first_wait(recognised: Sequence[Recognised], now: datetime) -> int | None:
    """The longest wait that the dates of a first document show, a day at least: it may show no weekend.

    None where it has too few dates to show anything.
    """
    dates = sorted((found.entry.published for found in recognised if found.entry.published), reverse=True)
    newest_first = [now, *dates[:_DATES_SHOWN]]
    waits = [later - earlier for later, earlier in pairwise(newest_first)]
    return round(min(max(*waits, _DAY), UNKNOWN_HABITS).total_seconds()) if len(waits) > 2 else None
