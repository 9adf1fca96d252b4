"""What a channel wants to be told, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from monitor.model.ledger import ChangeReason, Grade
from monitor.model.report import Level

#: the days of a week in the order of `datetime.weekday`
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: unless a policy says others
USUAL_REASONS = frozenset(ChangeReason) - {ChangeReason.RETALIATION}


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """From one local time to another; over midnight where the second comes before the first."""

    begins: time
    ends: time
    #: as `datetime.weekday`: that begin in them; empty: every day
    days: tuple[int, ...] = ()
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class DigestTimes:
    """When a channel gets its digests, in the zone of its policy."""

    daily: time | None = None
    #: as `datetime.weekday`, and the time
    weekly: tuple[int, time] | None = None


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How one channel is told; the defaults are those of a channel that no policy names."""

    #: tag of the channels file
    channel: str
    #: line of the policies file; 0 for the default
    line: int = 0
    zone: str = "UTC"
    #: `duty`, `journalist`, `family`, or the name of a template
    style: str = "duty"
    #: the least that is told at once
    level: Level = Level.NOTICE
    #: gazetteer ids, `@groups`, countries; empty: all
    places: tuple[str, ...] = ()
    reasons: frozenset[ChangeReason] = USUAL_REASONS
    #: the least that is told: `CLAIMED`, `REPORTED`, `SEVERAL` or `CONFIRMED`
    grade: Grade = Grade.CLAIMED
    #: independent ones, at least
    publishers: int = 0
    #: between two messages of one incident; FIRST and flash pass
    cool_down: timedelta = timedelta()
    #: None: as many as there are; flash passes
    most_per_hour: int | None = None
    quiet: QuietHours | None = None
    digest: DigestTimes | None = None
    #: a flash is told again so often until somebody acknowledges it; None: never
    repeat_flash: timedelta | None = None
