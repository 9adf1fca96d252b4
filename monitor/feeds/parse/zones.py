"""The time zone that stands behind a time of day, in the many ways that publishers write one.

Pure, but for the table of time zones (tzdata). An offset in numbers beats a name beside it (`+0300 (MSK)`, `GMT+3`,
`-0800 PDT`), for programs put it there and people the name. What no zone has (`+9900`) and names that mean several
zones say nothing: a guess may be hours off.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

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
_PLACES = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "est5edt": "America/New_York", "cst6cdt": "America/Chicago", "mst7mdt": "America/Denver",
    "pst8pdt": "America/Los_Angeles",
}  # fmt: skip
_FARTHEST = timedelta(hours=14)
_NUMBER = re.compile(
    r"(?<![\w/])(?P<name>[^\W\d_]{1,5})?\s?(?P<sign>[+\-−])"
    r"(?:(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?|\s(?P<far>\d{4}))(?!\d)"
)
_REGION = re.compile(r"(?<![\w/])[A-Z][A-Za-z]+/[A-Za-z_]+(?:/[A-Za-z_]+)?(?![\w/])")
#: `CET-1CEST`, `EST5EDT`: a rule of POSIX, whose numbers count to the west
_RULE = re.compile(r"(?<!\w)(?P<name>[A-Z]{3,5})(?P<west>[+-]?\d{1,2})(?P<summer>[A-Z]{3,5})(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")


def zone_of(text: str) -> tzinfo | None:
    """The zone that `text`, which stands behind a time of day, names; None where it names none."""
    rule = _RULE.search(text)
    if rule:
        return _place(rule[0].lower()) or _fixed(timedelta(hours=-int(rule["west"])))
    number = _NUMBER.search(text)
    if number and (zone := _numbered(number)):
        return zone
    region = _REGION.search(text)
    if region:
        try:
            return ZoneInfo(region[0])
        except (KeyError, ValueError, OSError):  # no such place
            return None
    for word in _WORD.findall(text):
        if zone := _place(word.lower()) or _named(word.lower()):
            return zone
    return None


def without_zone(text: str) -> str:
    """What is left of `text` without offsets and rules; other digits in it belong to a date."""
    return _NUMBER.sub(" ", _RULE.sub(" ", text))


def _numbered(found: re.Match[str]) -> tzinfo | None:
    hours, minutes = found["hours"] or found["far"][:2], found["minutes"] or (found["far"] or "")[2:] or "0"
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or distance > _FARTHEST:
        return None
    known = _HOURS.get((found["name"] or "").lower(), 0)
    distance = distance if found["sign"] == "+" else -distance
    # `MSK-3` is a rule of POSIX without summer time
    return _fixed(-distance if known and distance == -timedelta(hours=known) else distance)


def _named(name: str) -> tzinfo | None:
    hours = _HOURS.get(name)
    return None if hours is None else _fixed(timedelta(hours=hours))


def _place(name: str) -> tzinfo | None:
    region = _PLACES.get(name)
    return ZoneInfo(region) if region else None


def _fixed(distance: timedelta) -> tzinfo:
    return timezone(distance)
