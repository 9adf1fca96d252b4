"""Values in words for pages: moments, lengths of time, numbers, text of publishers. Pure."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from monitor.model.clock import wall
from monitor.text.clean import clean_message, shorten

#: more of a headline or a name is never shown in a list
MOST_SHOWN = 300
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
#: levels and how they look beside their word: state is never told by colour alone
SIGNS = {"flash": "◆", "urgent": "▲", "notice": "●", "digest": "○"}


def iso(moment: datetime) -> str:
    """For programs: `2026-11-21T05:14:09Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment_of(text: str) -> datetime:
    """The moment that a read model tells in ISO 8601."""
    return datetime.fromisoformat(text)


def shown(moment: datetime, zone: str) -> str:
    """`2026-11-21 08:14 Asia/Baghdad`."""
    return wall(moment, zone)


def utc(moment: datetime) -> str:
    """`2026-11-21 05:14:09 UTC`."""
    return wall(moment, "UTC", seconds=True)


def clock(moment: datetime, zone: str) -> str:
    """`08:14:09 Asia/Baghdad`: of a moment of today."""
    return wall(moment, zone, seconds=True)[11:]


def lasting(wait: timedelta) -> str:
    """`40 s`, `5 min`, `7 h`, `3 days`."""
    seconds = max(round(wait.total_seconds()), 0)
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    hours = round(seconds / 3600)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"


def ago(moment: datetime, now: datetime) -> str:
    """`5 min ago`, `in 3 h`, `now`."""
    if abs(now - moment) < timedelta(seconds=1):
        return "now"
    return f"{lasting(now - moment)} ago" if moment <= now else f"in {lasting(moment - now)}"


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def counted(value: int, one: str, many: str = "") -> str:
    """`1 feed`, `3 feeds`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def fit(text: str) -> str:
    """The text without what HTML cannot hold, and without what turns the reading direction of the page around it."""
    return _UNFIT.sub("", text)


def foreign(text: object, most: int = MOST_SHOWN) -> str:
    """What a stranger wrote, in one line, without what is not for reading; it is still to be escaped."""
    return shorten(clean_message(str(text)), most)


def quoted(text: str) -> str:
    """As a string of YAML."""
    return json.dumps(text, ensure_ascii=False)


def as_part(name: str) -> str:
    """A name as one part of an address."""
    return quote(name, safe="")


def as_query(**fields: object) -> str:
    """`?since=30d&country=IQ`; empty fields are left out."""
    given = {name: str(value) for name, value in fields.items() if value not in (None, "", 0)}
    return f"?{urlencode(given)}" if given else ""


def level_sign(level: str) -> str:
    """The shape that stands beside the word of a level."""
    return SIGNS.get(level, "·")
