"""A publisher's date, read from its raw text.

Pure, except that the last resort loads dateparser (its door). feedparser's own reading is not used: it takes
`2016/6/29` for November, reads CEST as UTC and Unix seconds as the year 1763, and knows no German, French, Russian
or Arabic month. What is read is a hint for people and for the local date of an attack; whether an item is new is
decided by when we first saw it.
"""

from __future__ import annotations

import email.utils
import re
import unicodedata
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from monitor.feeds.parse.months import MONTHS
from monitor.feeds.parse.zones import without_zone, zone_of
from monitor.model.document import DateMark

#: a clock may be wrong by this much
_CLOCK_TOLERANCE = timedelta(minutes=10)
#: RSS did not exist before
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_MAX_LENGTH = 100

#: a time of day and, behind it, where its zone stands
_CLOCK = re.compile(r"(?<![\d:])\d{1,2}(?:[:h]|\sh\s)(\d{2})(?::(\d{2}))?(?:[.,]\d+)?(?:\s*[aApP]\.?[mM]\b\.?)?"
                    r"|(?<=\s)\d{1,2}\.\d{2}(?![.\d])")  # fmt: skip
_YEAR = re.compile(r"(?<![\d+\-−])(?:19|20)\d{2}(?!\d)")
_TIME = (
    r"(?:\D{1,12}?(?P<hour>\d{1,2})(?:[:.h]|\sh\s)(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[aApP]\.?[mM]\.?)?)?"
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})(?!\d)" + _TIME)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[.](?P<month>\d{1,2})[.](?P<year>\d{4})(?!\d)" + _TIME)
_DAY_NAME = re.compile(r"(?<!\d)(?P<day>\d{1,2})(?:er|º)?[\s.,-]{1,3}(?:de\s)?(?P<name>[^\W\d]+(?:\s[^\W\d]+)??)"
                       r"[\s.,-]{1,3}(?:de\s)?(?P<year>\d{4}|\d{2}(?=\s))(?!\d)" + _TIME)  # fmt: skip
_NAME_DAY = re.compile(r"(?P<name>[^\W\d]+)\.?\s{1,2}(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s{1,2}(?P<year>\d{4})(?!\d)"
                       + _TIME)  # fmt: skip
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}|\d{16}")
_DIGITS_ONLY = re.compile(r"(?:19|20)\d{10}(?:\d{2})?")
_MIDNIGHT = re.compile(r"(?<![\d:])24(?=:00(?::00)?(?![\d:]))")
_LEAP_SECOND = re.compile(r"(?<=\d:\d\d:)60(?!\d)")
_HALF_DAY = re.compile(r"(?i)\d\s*[ap]\.?m\b")
_ISO_BASIC = re.compile(r"(?:\d{8}|\d{4}W\d{3})(?:T.*)?")


def read_date(text: str | None, *, now: datetime, patient: bool = True) -> tuple[datetime | None, DateMark]:
    """The moment that `text` names, as aware UTC, and what is odd about it.

    More than ten minutes in the future is clamped to `now` (FUTURE); before 1995 there is no moment (ABSURD).
    A text without zone is taken as UTC. `patient=False` leaves out the last resort, which takes milliseconds.
    """
    text = " ".join((text or "").translate(_DIGITS).split())
    if not text:
        return None, DateMark.MISSING
    moment = _moment_of(text, patient=patient) if len(text) <= _MAX_LENGTH else None
    if moment is None:
        return None, DateMark.UNREADABLE
    if moment < _EARLIEST:
        return None, DateMark.ABSURD
    if moment > now + _CLOCK_TOLERANCE:
        return now, DateMark.FUTURE
    return moment, DateMark.GOOD


def _moment_of(text: str, *, patient: bool) -> datetime | None:
    text, zone = _apart(text)
    midnight, later = _MIDNIGHT.subn("00", text)
    text, leap = _LEAP_SECOND.subn("59", midnight)
    moment = _read(text)
    if moment is None and patient and any(sign.isdigit() for sign in text):
        moment = _by_dateparser(text)
    if moment is None:
        return None
    try:
        moment += timedelta(days=later, seconds=leap)
        return moment if zone is None else moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)  # the first or the last day that a computer can name


def _apart(text: str) -> tuple[str, tzinfo | None]:
    """Date and time of day, and the zone that stands behind them; `Thu Nov 21 10:00:00 UTC 2025` has the year there."""
    clock = _CLOCK.search(text)
    if clock is None:
        return text, None
    behind = text[clock.end() :]
    year = _YEAR.search(behind)
    behind = _YEAR.sub(" ", behind, count=1)
    if any(sign.isdigit() for sign in without_zone(behind)):
        return text, None  # the date stands behind the time
    return text[: clock.end()] + (f" {year[0]}" if year else ""), zone_of(behind)


def _read(text: str) -> datetime | None:
    for reading in (_iso, _rfc822, _unix_seconds, _digits_only, _by_pattern):
        try:
            moment = reading(text)
            if moment is not None:
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)  # the first or the last day that a computer can name
        except (ValueError, TypeError, IndexError):
            continue  # not in this form, or a day that no calendar has
    return None


def _iso(text: str) -> datetime | None:
    if not text[:4].isdigit() or not ("-" in text[4:8] or _ISO_BASIC.fullmatch(text)):
        return None
    return datetime.fromisoformat(text)


def _rfc822(text: str) -> datetime | None:
    """`Fri, 21 Nov 2025 10:00:00`."""
    parts = email.utils.parsedate_tz(text)
    if parts is None or _HALF_DAY.search(text):  # the library drops the `pm`
        return None
    return datetime(*parts[:6], tzinfo=UTC)


def _digits_only(text: str) -> datetime | None:
    if not _DIGITS_ONLY.fullmatch(text):
        return None
    return datetime.strptime(text, "%Y%m%d%H%M%S" if len(text) == 14 else "%Y%m%d%H%M")


def _unix_seconds(text: str) -> datetime | None:
    if not _SECONDS.fullmatch(text):
        return None
    number = float(text)
    return datetime.fromtimestamp(
        number / {13: 1000, 16: 1_000_000}.get(len(text), 1) if text.isdigit() else number, UTC
    )


def _by_pattern(text: str) -> datetime | None:
    """`2016/6/29 15:07:41`, `29.06.2016, 15:07`, `29. Juni 2016`, `June 29, 2016 3:07 pm EST`."""
    for pattern in (_YEAR_FIRST, _DAY_FIRST, _DAY_NAME, _NAME_DAY):
        found = pattern.search(text)
        if found and (moment := _moment(found.groupdict())):
            return moment
    return None


def _moment(parts: dict[str, str | None]) -> datetime | None:
    name = parts.get("name")
    month = _month(name) if name else int(parts["month"] or 0)
    if not month:
        return None
    year = int(parts["year"] or 0)
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    return datetime(
        year + 2000 if year < 100 else year,
        month,
        int(parts["day"] or 0),
        hour,
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
        tzinfo=UTC,
    )


def _month(name: str) -> int | None:
    """The number of a month; Turkish capitals have small letters of their own (`KASIM`, `EKİM`)."""
    name = unicodedata.normalize("NFC", name)
    return MONTHS.get(name.lower()) or MONTHS.get(name.replace("I", "ı").replace("İ", "i").lower())


#: Arabic, Persian and full-width digits
_DIGITS = {
    ord(sign): str(number)
    for row in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９")
    for number, sign in enumerate(row)
}


#: languages of the last resort; all two hundred take seconds to load
_LANGUAGES = [
    *("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "pl", "cs", "el"),
    *("ru", "uk", "bg", "tr", "ar", "fa", "he", "ur", "hi", "zh", "ja", "ko", "id"),
]


def _by_dateparser(text: str) -> datetime | None:
    """The last resort: absolute dates with day, month and year in `_LANGUAGES`."""
    try:
        found: datetime | None = _dateparser().get_date_data(text).date_obj
    except Exception:  # a library that guesses at hostile text; no reading is a fine answer
        return None
    return None if found is None else found.astimezone(UTC)


@lru_cache(maxsize=1)
def _dateparser() -> Any:
    from dateparser.date import DateDataParser  # costs 20 MB and a tenth of a second: only where it is needed

    settings = {
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "DATE_ORDER": "DMY",
    }
    return DateDataParser(languages=_LANGUAGES, settings=settings)
