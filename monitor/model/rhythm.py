"""When a feed usually publishes, what else its next poll goes by, and the words for how it is asked.

`Rhythm` is a small value of fixed size, learned from the feed's publications and kept with its state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

HOURS, DAYS = 24, 7
#: longest text that `Rhythm.as_text` gives
LONGEST_TEXT = 400
_FORM = "1"


class Pace(StrEnum):
    """Why a feed is asked again when it is."""

    FIXED = "fixed"
    LEARNING = "learning"
    PUBLISHES = "publishes"
    QUIET = "quiet"
    SLEEPS = "sleeps"
    INCIDENT_IN_REGION = "incident in its region"
    INCIDENT_BY_PUBLISHER = "incident by its publisher"
    PUBLISHER_ASKS = "publisher asks"
    COSTLY = "costly"
    RETRY_AFTER = "retry after"
    FAILING = "failing"
    OFFLINE = "offline"


class Alarm(StrEnum):
    """How an open incident concerns a feed."""

    REGION = "region"
    PUBLISHER = "publisher"


@dataclass(frozen=True, kw_only=True)
class Stir:
    """An open incident, or several, as far as they move the polls of feeds."""

    #: the last report
    at: datetime
    #: casefolded words that feeds of its region have as tags: the names and codes of its countries
    regions: frozenset[str] = frozenset()
    #: who reported it
    publishers: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Hints:
    """How long a publisher asks to wait after a success."""

    #: `ttl` or `sy:` in the document
    declared: timedelta = timedelta()
    #: Cache-Control or Expires of the reply
    cached: timedelta = timedelta()


NO_HINTS = Hints()


@dataclass(frozen=True, kw_only=True)
class Pacing:
    """What the waits of all feeds go by beside themselves: how they share the polls, and which incidents are open."""

    #: publications a day of a feed that gets just its share of all polls; None: each gets the same share
    fair: float | None = None
    stirs: tuple[Stir, ...] = ()


EACH_FOR_ITSELF = Pacing()


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """Counts of publications that fade with time, by hour of the day and by weekday, both in UTC."""

    hours: tuple[float, ...] = (0.0,) * HOURS
    days: tuple[float, ...] = (0.0,) * DAYS
    #: publications of the last hours, which fade fast
    recent: float = 0.0
    #: since when its publications are known
    since: datetime
    #: the counts have faded up to this moment
    counted_at: datetime
    #: the newest publication that was counted; older ones are never counted again
    newest: datetime | None = None

    @property
    def total(self) -> float:
        """Publications that are not forgotten yet."""
        return sum(self.hours)

    def as_text(self) -> str:
        """The form for one column of the database, at most `LONGEST_TEXT` characters."""
        moments = (
            f"{moment.timestamp():.0f}" if moment else "" for moment in (self.since, self.counted_at, self.newest)
        )
        return " ".join(
            (_FORM, ",".join(moments), *(_numbers(part) for part in ((self.recent,), self.hours, self.days)))
        )

    @classmethod
    def from_text(cls, text: str | None) -> Rhythm | None:
        """The value of `as_text`; None for what is none, so that an unknown form is learned anew."""
        try:
            form, moments, recent, hours, days = (text or "").split(" ")
            since, counted_at, newest = (
                datetime.fromtimestamp(int(part), UTC) if part else None for part in moments.split(",")
            )
            rhythm = cls(
                recent=_read(recent)[0], hours=_read(hours), days=_read(days), since=since or _missing(),
                counted_at=counted_at or _missing(), newest=newest,
            )  # fmt: skip
        except (ValueError, OverflowError, OSError):
            return None
        sound = form == _FORM and len(rhythm.hours) == HOURS and len(rhythm.days) == DAYS
        return rhythm if sound else None


def _numbers(values: tuple[float, ...]) -> str:
    return ",".join(f"{min(value, 99999.0):.4g}" for value in values)


def _read(text: str) -> tuple[float, ...]:
    values = tuple(float(part) for part in text.split(","))
    if not all(0 <= value < 1e9 for value in values):
        raise ValueError("not a count")
    return values


def _missing() -> datetime:
    raise ValueError("a moment is missing")
