"""How a feed is doing, as one word with its reason in words: out of what is remembered of it and its last polls.

gone     its publisher says that it is no more, or its address has led nowhere for days
blocked  it is there, and we are not let in
failing  it cannot be read
stale    it is read, and has brought nothing for far longer than it usually does
quiet    it is read, and rests longer than it usually does; or it was not asked yet
healthy  everything else
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.feeds.cadence import COSTLY, is_silent
from monitor.model.document import FetchProblem
from monitor.model.feed import FeedState, Poll

#: so long without a success an address that is not found is no slip of the publisher any more
_NOT_FOUND_FOR = timedelta(days=3)
#: answers that say no to us, and what they mean
_REFUSALS = {
    "http 401": "it asks for a password",
    "http 402": "it asks for payment",
    "http 403": "it refuses us",
    "http 407": "a proxy asks for a password",
    "http 429": "it says that we ask too often",
    "http 451": "it is closed to us by law",
    str(FetchProblem.LOGIN): "no log-in, or a refused one",
    str(FetchProblem.BLOCKED_ADDRESS): "its address is not public, so it is not asked",
}
_NOT_FOUND = frozenset({"http 404"})
_NO_MORE = "http 410"
#: of so many last polls, this share may fail before a feed that answers now is called failing
_LATELY, _MOST_FAILED = 10, 0.5
_FEWEST_POLLS = 4
#: results of polls that went well
READ = frozenset({"fetched", "not modified", "same body"})


class Doing(StrEnum):
    """The state of a feed, the sickest first."""

    GONE = "gone"
    BLOCKED = "blocked"
    FAILING = "failing"
    STALE = "stale"
    QUIET = "quiet"
    HEALTHY = "healthy"

    @property
    def sick(self) -> bool:
        """True where somebody should look."""
        return self not in (Doing.QUIET, Doing.HEALTHY)

    @property
    def rank(self) -> int:
        """0 for the sickest."""
        return list(Doing).index(self)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """How a feed is doing, and why it is said to."""

    doing: Doing
    #: for people
    reason: str


def condition(state: FeedState, polls: Sequence[Poll] = (), *, now: datetime) -> Condition:
    """How the feed is doing; `polls` are its last ones, newest first."""
    if state.last_poll_at is None:
        return Condition(doing=Doing.QUIET, reason="not polled yet")
    if state.failures or (polls and polls[0].result == state.last_result and state.last_result not in READ):
        return _unread(state, now)
    found = _unsteady(polls) or _rhythm(state, now)
    cost = timedelta(milliseconds=state.cost_ms)
    if cost <= COSTLY:
        return found
    dear = f"reading its document costs {cost / timedelta(seconds=1):.1f} s of a processor, so it is read less often"
    return Condition(doing=found.doing, reason=f"{found.reason}; {dear}")


def _unread(state: FeedState, now: datetime) -> Condition:
    """It could not be read last time."""
    since = state.last_success_at
    lasting = f"no success for {span(now - since)}" if since else "it was never read"
    tries = f"{state.failures} failures in a row" if state.failures > 1 else "the last try failed"
    result = state.last_result
    if result == _NO_MORE:
        return Condition(doing=Doing.GONE, reason=f"its publisher says that it is gone for good (http 410); {lasting}")
    if result in _NOT_FOUND and (since is None or now - since >= _NOT_FOUND_FOR) and state.failures > 1:
        return Condition(doing=Doing.GONE, reason=f"nothing is at its address ({result}); {lasting}")
    if result in _REFUSALS:
        return Condition(doing=Doing.BLOCKED, reason=f"{_REFUSALS[result]} ({result}); {lasting}")
    return Condition(doing=Doing.FAILING, reason=f"{result or 'it cannot be read'}; {tries}, {lasting}")


def _unsteady(polls: Sequence[Poll]) -> Condition | None:
    """It answers now, and did not most times of late."""
    lately = polls[:_LATELY]
    failed = [poll for poll in lately if poll.result not in READ]
    if len(lately) < _FEWEST_POLLS or len(failed) <= _MOST_FAILED * len(lately):
        return None
    reason = f"it answers now, yet {len(failed)} of its last {len(lately)} polls failed, mostly: {_commonest(failed)}"
    return Condition(doing=Doing.FAILING, reason=reason)


def _commonest(polls: Sequence[Poll]) -> str:
    results = [poll.result for poll in polls]
    return max(results, key=results.count)


def _rhythm(state: FeedState, now: datetime) -> Condition:
    """It is read: does it bring as much as it usually does?"""
    if state.news_at is None:
        return Condition(doing=Doing.HEALTHY, reason="it is read; nothing is known of its rhythm yet")
    rest = now - state.news_at
    usual = timedelta(seconds=state.longest_wait) if state.longest_wait is not None else None
    known = f"; it usually brings something within {span(usual)}" if usual else ""
    if state.silent_told_at is not None or is_silent(state, now=now):
        return Condition(doing=Doing.STALE, reason=f"it is read, and brings nothing new for {span(rest)}{known}")
    if usual is not None and rest > usual:
        return Condition(doing=Doing.QUIET, reason=f"nothing new for {span(rest)}{known}")
    return Condition(doing=Doing.HEALTHY, reason=f"something new {span(rest)} ago{known}")


def span(wait: timedelta) -> str:
    """A length of time in words: `40 min`, `7 h`, `3 days`."""
    minutes = max(round(wait.total_seconds() / 60), 0)
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"
