"""A publisher's date, read from its raw text.

Pure, except that the last resort loads dateparser (its door). feedparser's own reading is not used: it takes
`2016/6/29` for November, reads CEST as UTC and Unix seconds as the year 1763, and knows no German, French, Russian
or Arabic month. What is read is a hint for people and for the local date of an attack; whether an item is new is
decided by when we first saw it.

Of the zone behind a time of day an offset in numbers beats a name beside it (`+0300 (MSK)`, `GMT+3`, `-0800 PDT`), for
programs put it there and people the name. What no zone has (`+9900`) and names that mean several zones say nothing: a
guess may be hours off.
"""

from __future__ import annotations

import email.utils
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from monitor.model.document import DateMark

#: a clock may be wrong by this much
_CLOCK_TOLERANCE = timedelta(minutes=10)
_DAY = timedelta(days=1)
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

    More than ten minutes in the future is clamped to `now` (FUTURE; FAR_AHEAD beyond a day); before 1995 there is no
    moment (ABSURD).
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
        return now, DateMark.FAR_AHEAD if moment > now + _DAY else DateMark.FUTURE
    return moment, DateMark.GOOD


def _moment_of(text: str, *, patient: bool) -> datetime | None:
    text, zone = _apart(text)
    midnight, later = _MIDNIGHT.subn("00", text)
    text, leap = _LEAP_SECOND.subn("59", midnight)
    try:
        moment = _read(text)
        if moment is None and patient and any(sign.isdigit() for sign in text):
            moment = _by_dateparser(text)
        if moment is None:
            return None
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
    if any(sign.isdigit() for sign in _OFFSET.sub(" ", _RULE.sub(" ", behind))):
        return text, None  # the date stands behind the time
    return text[: clock.end()] + (f" {year[0]}" if year else ""), _zone_of(behind)


def _read(text: str) -> datetime | None:
    for reading in (_iso, _rfc822, _digits, _by_pattern):
        try:
            moment = reading(text)
        except (ValueError, TypeError, IndexError):
            continue  # not in this form, or a day that no calendar has
        if moment is not None:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
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


def _digits(text: str) -> datetime | None:
    """Seconds, or thousandths or millionths of one, since 1970; or `20251121100000`."""
    if _SECONDS.fullmatch(text):
        unit = {13: 1000, 16: 1_000_000}.get(len(text), 1) if text.isdigit() else 1
        return datetime.fromtimestamp(float(text) / unit, UTC)
    if _DIGITS_ONLY.fullmatch(text):
        return datetime.strptime(text, "%Y%m%d%H%M%S" if len(text) == 14 else "%Y%m%d%H%M")
    return None


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
    year, day, hour, minute, second = (int(parts[part] or 0) for part in ("year", "day", "hour", "minute", "second"))
    if parts["half"]:
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    return datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second, tzinfo=UTC)


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


#: names of the months as publishers write them, lower case, without dots (Unicode CLDR, wide and abbreviated). Arabic
#: has two sets: the international one of Egypt and the Gulf, and the one of the Levant and Iraq
_MONTH_NAMES = """
en: january february march april may june july august september october november december
en: jan feb mar apr may jun jul aug sep oct nov dec
en: - - - - - - - - sept - - -
de: januar februar märz april mai juni juli august september oktober november dezember
de: jän febr mär apr mai jun jul aug sep okt nov dez
de: jänner feber mrz - - - - - sept - - -
de: - - maerz - - - - - - - - -
fr: janvier février mars avril mai juin juillet août septembre octobre novembre décembre
fr: janv févr mars avr mai juin juil août sept oct nov déc
fr: - fevrier - - - - - aout - - - decembre
es: enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
es: ene feb mar abr may jun jul ago sep oct nov dic
it: gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
it: gen feb mar apr mag giu lug ago set ott nov dic
pt: janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
pt: - fev - - mai - - - set out - dez
ru: января февраля марта апреля мая июня июля августа сентября октября ноября декабря
ru: январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
ru: янв фев мар апр май июн июл авг сен окт ноя дек
ru: - февр - - - - - - сент - нояб -
uk: січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
tr: ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
tr: oca şub mar nis may haz tem ağu eyl eki kas ara
ar: يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
ar: - - - إبريل - يونيه يوليه اغسطس - اكتوبر - -
ar: - - - ابريل - - - - - - - -
levant: كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول
levant: - - اذار - ايار - - اب ايلول تشرين_الاول - كانون_الاول
ckb: کانوونی_دووەم شوبات ئازار نیسان ئایار حوزەیران تەمووز ئاب ئەیلوول تشرینی_یەکەم تشرینی_دووەم کانونی_یەکەم
fa: ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
he: ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
"""

#: name → 1 … 12
MONTHS: dict[str, int] = {
    name.replace("_", " "): number
    for line in _MONTH_NAMES.strip().splitlines()
    for number, name in enumerate(line.partition(":")[2].split(), start=1)
    if name != "-"
}

#: hours from UTC. Names that mean several zones are taken as news of this field uses them; IST (India, Israel,
#: Ireland), CST and BST of their second meanings cannot be told apart: IST is left unread, so it counts as UTC
_HOURS: dict[str, float] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1, "wat": 1,
    "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "cat": 2, "sast": 2, "eest": 3, "idt": 3, "msk": 3, "мск": 3, "trt": 3,
    "ast": 3, "eat": 3, "irst": 3.5, "irdt": 4.5, "gst": 4, "azt": 4, "aft": 4.5, "pkt": 5, "uzt": 5, "npt": 5.75,
    "ict": 7, "wib": 7, "sgt": 8, "hkt": 8, "pht": 8, "awst": 8, "wita": 8, "jst": 9, "kst": 9, "acst": 9.5,
    "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3, "art": -3, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip
#: names that stand for a zone with its summer time
_REGIONS = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
}  # fmt: skip
_FARTHEST = timedelta(hours=14)
_OFFSET = re.compile(
    r"(?<![\w/])(?P<name>[^\W\d_]{1,5})?\s?(?P<sign>[+\-−])"
    r"(?:(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?|\s(?P<far>\d{4}))(?!\d)"
)
_REGION = re.compile(r"(?<![\w/])[A-Z][A-Za-z]+/[A-Za-z_]+(?:/[A-Za-z_]+)?(?![\w/])")
#: `CET-1CEST`, `EST5EDT`: a rule of POSIX, whose numbers count to the west
_RULE = re.compile(r"(?<!\w)(?P<name>[A-Z]{3,5})(?P<west>[+-]?\d{1,2})(?P<summer>[A-Z]{3,5})(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")


def _zone_of(text: str) -> tzinfo | None:
    """The zone that `text`, which stands behind a time of day, names; None where it names none."""
    if rule := _RULE.search(text):
        return _region(rule[0]) or _fixed(timedelta(hours=-int(rule["west"])))
    if (offset := _OFFSET.search(text)) and (zone := _by_offset(offset)):
        return zone
    if region := _REGION.search(text):
        return _region(region[0])
    for name in _WORD.findall(text.lower()):
        if name in _REGIONS:
            return ZoneInfo(_REGIONS[name])
        if name in _HOURS:
            return _fixed(timedelta(hours=_HOURS[name]))
    return None


def _by_offset(found: re.Match[str]) -> tzinfo | None:
    hours, minutes = found["hours"] or found["far"][:2], found["minutes"] or (found["far"] or "")[2:] or "0"
    if int(minutes) > 59:
        return None
    distance = timedelta(hours=int(hours), minutes=int(minutes)) * (1 if found["sign"] == "+" else -1)
    known = _HOURS.get((found["name"] or "").lower(), 0)
    # `MSK-3` is a rule of POSIX without summer time
    return _fixed(-distance if known and distance == -timedelta(hours=known) else distance)


def _region(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such place
        return None


def _fixed(distance: timedelta) -> tzinfo | None:
    return timezone(distance) if abs(distance) <= _FARTHEST else None


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
