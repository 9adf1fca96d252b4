"""Times and days in the words of alerts: the same in every locale, in UTC and at the place."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_in_words(day: date | None) -> str:
    """`21 Nov 2026`."""
    return f"{_short(day)} {day.year}" if day else "not stated"


def time_in_words(moment: datetime, zone: str, base: str) -> str:
    """`28 Nov 2026 02:14 UTC (05:14 at Ain al-Asad Air Base)`; `(05:14 Baghdad time)` where no `base` is named.

    A country can have several zones, so its time is told as that of the zone's city. UTC alone where no zone is known.
    """
    said = f"{day_in_words(moment.date())} {moment:%H:%M} UTC"
    if zone == "UTC":
        return said
    there = moment.astimezone(ZoneInfo(zone))
    at = f"{there:%H:%M}" if there.date() == moment.date() else f"{_short(there.date())} {there:%H:%M}"
    where = f"at {base}" if base else f"{zone.rpartition('/')[2].replace('_', ' ')} time"
    return f"{said} ({at} {where})"


def days_ago(day: date | None, moment: datetime, zone: str) -> str:
    """`yesterday`, `3 days ago`, as seen from `moment` at the place; empty for the same day and for no day."""
    days = (moment.astimezone(ZoneInfo(zone)).date() - day).days if day else 0
    if days <= 0:
        return ""
    return "yesterday" if days == 1 else f"{days} days ago"


def _short(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"
