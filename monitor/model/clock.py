"""The clock, the refusal of times without zone, and how a moment is written for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

#: answers the present moment, aware UTC; tests set their own
Clock = Callable[[], datetime]


def require_aware(moment: datetime) -> datetime:
    """`moment` itself; refuses a time without zone, which would be somebody's local guess."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone: {moment!r}")
    return moment


def wall(moment: datetime, zone: str, *, seconds: bool = False, named: bool = True) -> str:
    """`2026-11-21 08:14 Asia/Baghdad`: the clock of a zone (an IANA name).

    In the hour that a clock shows twice, when summer time ends, the distance to UTC stands behind the time. The zone is
    left out (`named`) only where it stands above, at the head of a column.
    """
    local = require_aware(moment).astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    said = f"{local:%Y-%m-%d %H:%M:%S}" if seconds else f"{local:%Y-%m-%d %H:%M}"
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{said}{f'{local:%z}' if twice else ''}{f' {zone}' if named else ''}"
