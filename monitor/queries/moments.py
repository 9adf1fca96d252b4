"""Moments as people write them: back from now (`12h`, `30d`), or an ISO date."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from monitor.config.values import read_duration
from monitor.errors import UsageError


def moment_of(text: str, *, now: datetime, zone: str, name: str) -> datetime:
    """The moment that is meant; a date without zone is one of `zone`. `UsageError` names the option or parameter."""
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    try:
        return now - read_duration(text)
    except (ValueError, OverflowError):
        raise UsageError(f"{name} {text[:40]!r} is no time; write for instance 12h, 30d or 2026-11-21") from None


def day_of(text: str, *, now: datetime, zone: str, name: str) -> date:
    """The day by the clock of `zone` on which that moment lies."""
    try:
        return moment_of(text, now=now, zone=zone, name=name).astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        raise UsageError(f"{name} {text[:40]!r} is no day of any calendar") from None
