"""How long a publisher asks to wait after a success: of the reply's headers, and of what stands in the document.

Neither is obeyed for more than a day, whatever is written, and what cannot be read asks for nothing.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_LONGEST = timedelta(days=1)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NO_CACHE = re.compile(r"(?:^|[,\s])no-(?:cache|store)(?:[,\s]|$)", re.IGNORECASE)
_PERIODS = {
    "hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7),
    "monthly": timedelta(days=30), "yearly": timedelta(days=365),
}  # fmt: skip


def cached_for(headers: Mapping[str, str], *, now: datetime) -> timedelta:
    """How long the reply stays fresh: `max-age` less the age that it already has, else Expires by the server's clock.

    Header names are in lower case, or the mapping does not care.
    """
    control = headers.get("cache-control", "")
    if _NO_CACHE.search(control):
        return timedelta()
    if found := _MAX_AGE.search(control):
        age = headers.get("age", "").strip()
        spent = int(age[:9]) if age.isascii() and age.isdigit() else 0
        return _bounded(timedelta(seconds=int(found[1]) - spent))
    expires = _http_date(headers.get("expires", ""))
    if expires is None:
        return timedelta()
    return _bounded(expires - (_http_date(headers.get("date", "")) or now))


def declared_wait(*, ttl: str | None = None, period: str | None = None, frequency: str | None = None) -> timedelta:
    """The longer of RSS's `ttl` (minutes) and of `sy:updatePeriod` over `sy:updateFrequency`.

    Once an hour is what WordPress writes into every feed of every site: that is nobody's wish and asks for nothing.
    """
    minutes = _number(ttl)
    asked = timedelta(minutes=min(minutes, 10**6))
    named = _PERIODS.get((period or "").strip().casefold())
    if named is not None:
        times = _number(frequency) or 1
        if (named, times) != (_PERIODS["hourly"], 1):
            asked = max(asked, named / times)
    return _bounded(asked)


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text[:9]) if text.isascii() and text.isdigit() else 0


def _bounded(wait: timedelta) -> timedelta:
    return min(max(wait, timedelta()), _LONGEST)


def _http_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
