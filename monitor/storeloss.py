"""The database is gone or full: since when, and when the operator must hear of it. Pure.

While it lasts nothing can be put into the outbox, so this one notice is sent without it, and again each hour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: a restart of PostgreSQL, or another process that writes for long, is no news
PATIENCE = timedelta(seconds=15)
#: it lasts: said again after so long
AGAIN = timedelta(hours=1)
#: no channel took the notice: tried again after so long
UNDELIVERED = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A database that does not take what the daemon has to keep."""

    since: datetime
    #: the latest trouble, as a sentence for people
    why: str
    #: what failed last time it was tried: names of jobs, `polls`
    failing: frozenset[str]
    #: when the operator is to be told next
    tell_at: datetime
    told: bool = False


def lost(before: Loss | None, what: str, why: str, *, now: datetime) -> Loss:
    """The loss after `what` (a job, or `polls`) met the database's trouble `why`."""
    if before is None:
        return Loss(since=now, why=why, failing=frozenset({what}), tell_at=now + PATIENCE)
    return replace(before, why=why, failing=before.failing | {what})


def kept(before: Loss | None, what: str) -> Loss | None:
    """The loss after `what` succeeded; None once nothing fails any more."""
    if before is None or before.failing <= {what}:
        return None
    return replace(before, failing=before.failing - {what})


def told(before: Loss, *, delivered: bool, now: datetime) -> Loss:
    """The loss after an attempt to tell the operator."""
    return replace(before, tell_at=now + (AGAIN if delivered else UNDELIVERED), told=before.told or delivered)
