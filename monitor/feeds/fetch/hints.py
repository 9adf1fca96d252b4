"""What a reply and its document say of when to ask again: hints for the next poll, never orders.

Pure. HTTP says how long the reply is fresh (RFC 9111: `Cache-Control: max-age` less `Age`, else `Expires` relative to
the server's own `Date`); the document says how often it is made anew (RSS `ttl`, `sy:updatePeriod` and
`sy:updateFrequency`). Many publishers leave a number of years ago there, so what follows from a hint is the caller's
affair, between the user's bounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: a hint beyond that is a number of somebody who thought of something else
LONGEST = timedelta(days=31)
#: where a document says it: before its first entry
_HEAD = 64 * 1024
_ENTRY = re.compile(rb"<(?:item|entry)[\s>]")
#: blanks are never given back: of 64 KiB of them a search would take the square, and it runs in the event loop
_NUMBER = rb"\s*+(?:<!\[CDATA\[)?+\s*+(\d{1,7}+)\s*+(?:\]\]>)?+\s*+<"
_TTL = re.compile(rb"<ttl(?:\s[^<>]*)?>" + _NUMBER)
_PERIOD = re.compile(rb"<(?:[a-zA-Z]{1,20}:)?updatePeriod(?:\s[^<>]*)?>\s*+(?:<!\[CDATA\[)?+\s*+([a-zA-Z]{4,8})\b")
_FREQUENCY = re.compile(rb"<(?:[a-zA-Z]{1,20}:)?updateFrequency(?:\s[^<>]*)?>" + _NUMBER)
_PERIODS = {
    b"hourly": timedelta(hours=1), b"daily": timedelta(days=1), b"weekly": timedelta(days=7),
    b"monthly": timedelta(days=30), b"yearly": timedelta(days=365),
}  # fmt: skip
_DIRECTIVE = re.compile(r'(?:^|,)\s*([a-z-]+)\s*(?:=\s*"?(\d{1,10})"?\s*)?(?=,|$)')


def fresh_for(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """How long the reply is fresh by its headers; None where they say nothing, or that it is stale at once.

    `now` stands in for a missing Date header.
    """
    said = dict(_DIRECTIVE.findall(headers.get("cache-control", "").lower()))
    if said.keys() & {"no-cache", "no-store"}:
        return None
    if "max-age" in said:
        age = headers.get("age", "").strip()
        seconds = int(said["max-age"] or 0) - (int(age[:10]) if age.isascii() and age.isdigit() else 0)
        return _hint(timedelta(seconds=seconds))
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return None
    return _hint(expires - (http_date(headers.get("date", "")) or now))


def made_anew_every(body: bytes) -> timedelta | None:
    """How often the document says that it is made anew; None where it does not say.

    Of `ttl` and `sy:` the shorter: both are written by programs that nobody set up, and an alert should not wait.
    Once an hour is what WordPress writes into every feed of every site: nobody's wish, so `sy:` says nothing then.
    """
    head = body[:_HEAD]
    if first := _ENTRY.search(head):
        head = head[: first.start()]
    hints = []
    if ttl := _TTL.search(head):
        hints.append(_hint(timedelta(minutes=int(ttl[1]))))
    if (period := _PERIOD.search(head)) and (span := _PERIODS.get(period[1].lower())):
        times = _FREQUENCY.search(head)
        number = max(int(times[1]) if times else 1, 1)
        if (span, number) != (_PERIODS[b"hourly"], 1):
            hints.append(_hint(span / number))
    return min((hint for hint in hints if hint is not None), default=None)


def http_date(text: str) -> datetime | None:
    """The moment of an HTTP date, or None: `0` and `-1` are common in Expires."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _hint(wait: timedelta) -> timedelta | None:
    return min(wait, LONGEST) if wait > timedelta() else None
