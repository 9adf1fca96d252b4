"""Unknown, and yet no news: the first poll, an archive that is put up, a feed that was rebuilt.

A crowd is judged beside what its feed usually does: a feed that never dates cannot be judged by missing dates, one
whose clock is wrong only by its own clock, and one that comes with hundreds of new entries poll after poll is busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model.document import DateMark
from monitor.model.feed import FeedState
from monitor.model.item import Novelty, NoveltyReason, Recognised

#: publishers put up what happened on a Friday night on Monday: younger than this is current
WINDOW = timedelta(hours=72)
#: a newsroom adds a late or undated piece now and then; more of them at once is an archive being put up
BACKFILL_ENTRIES = 25
#: more than any newsroom writes between two polls, whatever their dates say: a feed that was rebuilt
FLOOD_ENTRIES = 500
#: so many times what the feed came with of late is still what it usually does
_USUAL = 2
#: what is left of a usual crowd after each calmer poll that brought something
_FADES = 0.75


def quieten(answers: Sequence[Recognised], *, state: FeedState, now: datetime) -> list[Recognised]:
    """What is unknown and yet no news becomes OLD, with the circumstance as its reason."""
    fresh = [answer for answer in answers if answer.novelty is Novelty.NEW]
    if state.baseline_at is None:
        old, reason = fresh, NoveltyReason.FIRST_POLL
    elif len(fresh) > max(FLOOD_ENTRIES, _USUAL * state.crowd):
        old, reason = fresh, NoveltyReason.FLOOD
    else:
        dates = state.newest_at is not None or any(answer.entry.published for answer in answers)
        stale = _stale(fresh, dates=dates, state=state, now=now)
        old, reason = (stale if len(stale) > BACKFILL_ENTRIES else []), NoveltyReason.BACKFILL
    quiet = {id(answer) for answer in old}
    return [replace(it, novelty=Novelty.OLD, reason=reason) if id(it) in quiet else it for it in answers]


def _stale(fresh: Sequence[Recognised], *, dates: bool, state: FeedState, now: datetime) -> list[Recognised]:
    """Those older than the window and than what the feed gave before; those without a date where it usually dates."""
    since = min(now - WINDOW, state.last_success_at or now)  # further back where the daemon was off
    since = min(since, state.newest_at or since)  # a clock that is wrong goes on all the same
    undated = sum(answer.entry.published is None for answer in fresh)
    unusual = dates and undated > _USUAL * state.undated_crowd
    return [
        answer for answer in fresh if (unusual if answer.entry.published is None else answer.entry.published < since)
    ]


def habits_after(state: FeedState, recognised: Sequence[Recognised]) -> FeedState:
    """The state with what a document shows of its feed's habits: its newest date, the crowds that it comes with.

    The first poll shows no crowd: what stood there had gathered for long.
    """
    good = [found.entry.published for found in recognised if found.entry.date_mark is DateMark.GOOD]
    dates = [moment for moment in (*good, state.newest_at) if moment is not None]
    fresh = [found for found in recognised if _came_now(found)]
    undated = sum(found.entry.published is None for found in fresh)
    return replace(
        state,
        newest_at=max(dates, default=None),
        crowd=max(len(fresh), int(state.crowd * _FADES)) if fresh else state.crowd,
        undated_crowd=max(undated, int(state.undated_crowd * _FADES)) if fresh else state.undated_crowd,
    )


def _came_now(found: Recognised) -> bool:
    """New to us in a feed that is not new, held back or not."""
    held = found.reason in (NoveltyReason.FLOOD, NoveltyReason.BACKFILL) and found.item_id is None
    return found.novelty is Novelty.NEW or (found.novelty is Novelty.OLD and held)
