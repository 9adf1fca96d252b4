"""A success that brings nothing is doubted: is it a quiet feed, or a server that says "not modified" for ever?

Now and then a feed that answers "nothing changed" is asked without the validators that it may be lying about;
where they hid news they are not sent for a week. And a feed that has brought nothing for far longer than it usually
does is told to the operator, once: it may have been discontinued, emptied or frozen while every poll succeeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.model.document import Fetched, FetchFailed, NotModified, ParseFailed
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Novelty, Recognised

#: unchanged answers after which the whole document is asked for, then after twice as many, and so on
_DOUBT_AFTER = 10
#: longest row of unchanged answers that is believed; with long intervals a day's worth of them
_DOUBT_AT_LATEST = 160
_DAY = timedelta(days=1)
_MISTRUST = timedelta(days=7)
#: so many times its longest usual wait without anything new is more than a pause
_SILENT_TIMES = 3
#: the shortest silence that anybody hears of, and the one of a feed whose habits are unknown
_SHORTEST_SILENCE = timedelta(days=1)
_UNKNOWN_HABITS = timedelta(days=30)
#: an unusual wait is half forgotten after so long
_HABIT_FADES = timedelta(days=30)
#: a longer time between two successes is one in which nobody asked
_UNWATCHED = timedelta(hours=6)
#: of a first document, the dates that show how often the feed brings something
_DATES_SHOWN = 20


def asks_plainly(feed: Feed, state: FeedState, *, now: datetime) -> bool:
    """True where the next question goes without validators, so that only a whole document can answer it.

    After 10, 20, 40, 80 and then each 160 unchanged answers in a row, at least about once a day; never right after a
    failure, so that a server which refuses whole documents is not pressed for one.
    """
    if state.mistrusted_at is not None and abs(now - state.mistrusted_at) < _MISTRUST:
        return True
    if state.failures or state.unchanged < _DOUBT_AFTER:
        return False
    latest = min(max(round(_DAY / feed.interval), _DOUBT_AFTER), _DOUBT_AT_LATEST)
    steps, odd = divmod(state.unchanged, _DOUBT_AFTER)
    return state.unchanged % latest == 0 or (not odd and state.unchanged < latest and steps & (steps - 1) == 0)


def after_answer(
    before: FeedState,
    after: FeedState,
    outcome: Fetched | NotModified | FetchFailed | ParseFailed,
    recognised: Sequence[Recognised],
    *,
    plainly: bool,
    now: datetime,
) -> FeedState:
    """`after` with what this answer shows: how long nothing has changed, whether validators hid news, usual waits.

    `plainly` says that the answer came to a question without validators.
    """
    if isinstance(outcome, FetchFailed | ParseFailed):
        return after
    if isinstance(outcome, NotModified):
        return replace(after, unchanged=before.unchanged + 1, news_at=_news_at(before, now))
    after = replace(after, unchanged=0)
    new = any(found.novelty is not Novelty.SEEN for found in recognised)
    if plainly and new and before.unchanged and _same_validators(before, outcome):
        after = replace(after, mistrusted_at=now)
    if before.baseline_at is None:
        return replace(after, news_at=now, longest_wait=_first_wait(recognised, now))
    if not new:
        return replace(after, news_at=_news_at(before, now))
    return replace(after, news_at=now, longest_wait=_longest_wait(before, now), silent_told_at=None)


def is_silent(state: FeedState, *, now: datetime) -> bool:
    """True where a feed that is read without failure has brought nothing for far longer than it usually does."""
    if state.news_at is None or state.failures:
        return False
    if state.longest_wait is None:
        return now - state.news_at >= _UNKNOWN_HABITS
    return now - state.news_at >= max(_SHORTEST_SILENCE, _SILENT_TIMES * timedelta(seconds=state.longest_wait))


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
    return round(min(max(*waits, _DAY), _UNKNOWN_HABITS).total_seconds()) if len(waits) > 2 else None
