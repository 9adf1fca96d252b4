"""The parts of an alert in words: what it quotes of the item; times and places, the same in every locale.

Quoted are the headline, the sentence that decided, and the one of the lead beside it, each whole and once: a sentence
that begins with the headline goes on from there, one that was quoted already is left out. Only what is longer than its
limit is cut, at a word and with `…`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from monitor.model.item import Item
from monitor.model.place import Place
from monitor.model.report import Classification, Span
from monitor.text.clean import clean_message, shorten

#: characters of a quoted headline, of the sentence that decided and of the one of the lead
MAX_HEADLINE, MAX_DECIDING, MAX_LEAD = 220, 400, 280
#: a quote that would have less than this left is dropped
SHORTEST = 40
#: what may stand between a headline and the text behind it
_JOINTS = " .,:;|-–—…!?"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: characters of the name of one place
_LONGEST_NAME = 70


def quotes_of(item: Item, classification: Classification) -> list[str]:
    """The quotes without their marks: the headline first, where there is one, then the sentence that decided."""
    headline, deciding = clean_message(item.title), classification.deciding
    limit = MAX_HEADLINE
    if deciding is not None and deciding.field == "title":
        limit = MAX_DECIDING
        if len(headline) > limit:
            headline = _said(item, deciding)
    quotes = [shorten(headline, limit)] if headline else []
    for span, room in ((deciding, MAX_DECIDING), (classification.lead, MAX_LEAD)):
        if span is None or span.field == "title":
            continue
        words = _beyond(_said(item, span), headline)
        if words and not any(_holds(quote, words) for quote in quotes):
            quotes.append(shorten(words, room))
    return quotes


def fitted(quotes: list[str], room: int) -> list[str]:
    """The quotes in `room` characters, marks and line breaks counted: the last ones give way first."""
    quotes = list(quotes)
    while quotes and (over := sum(len(quote) + 3 for quote in quotes) - room) > 0:
        left = len(quotes[-1]) - over
        if left >= SHORTEST:
            quotes[-1] = shorten(quotes[-1], left)
        else:
            quotes.pop()
    return quotes


def _said(item: Item, span: Span) -> str:
    text: str = getattr(item, span.field)
    return clean_message(text[span.start : span.end])


def _beyond(words: str, headline: str) -> str:
    """`words` without the headline at their beginning; empty where nothing is left to read."""
    title = headline.rstrip(_JOINTS)
    if not title or not words.casefold().startswith(title.casefold()):
        return words
    rest = words[len(title) :]
    if rest[:1].isalnum():  # "Drones hit base" is no beginning of "Drones hit basements"
        return words
    return rest.strip(_JOINTS + "\"'“”") and rest.lstrip(_JOINTS)


def _holds(quote: str, words: str) -> bool:
    return words.casefold().rstrip(_JOINTS) in quote.casefold()


# --------------------------------------------------------------------------------- times and places


def day_in_words(day: date | None) -> str:
    """`21 Nov 2026`."""
    return f"{_short(day)} {day.year}" if day else "not stated"


def time_in_words(moment: datetime, zone: str, base: str, *, reader: str = "UTC") -> str:
    """`28 Nov 2026 02:14 UTC (05:14 at Ain al-Asad Air Base, 03:14 Berlin)`; `(05:14 Baghdad time)` where no `base` is
    named; the reader's zone where it is another one.

    A country can have several zones, so its time is told as that of the zone's city. UTC alone where no zone is known.
    """
    utc = moment.astimezone(UTC)
    there = []
    if zone != "UTC":
        where = f"at {base}" if base else f"{_city(zone)} time"
        there.append(f"{_clock(moment, zone)} {where}")
    if reader not in ("UTC", zone):
        there.append(f"{_clock(moment, reader)} {_city(reader)}")
    said = f"{day_in_words(utc.date())} {utc:%H:%M} UTC"
    return f"{said} ({', '.join(there)})" if there else said


def _clock(moment: datetime, zone: str) -> str:
    """The time in a zone, with its day where that is another one than in UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    day = "" if local.date() == moment.astimezone(UTC).date() else f"{_short(local.date())} "
    return f"{day}{local:%H:%M}"


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def in_zones(moment: datetime, *zones: str, day: bool = True) -> str:
    """`17 Nov 2026 06:00 UTC (09:00 Baghdad, 07:00 Berlin)`: UTC, and the same moment in each other zone, once.

    Without `day` it is `06:00 UTC / 09:00 Baghdad`; a zone where it is another day names that day.
    """
    utc = moment.astimezone(UTC)
    there = [f"{_clock(moment, zone)} {_city(zone)}" for zone in dict.fromkeys(zones) if zone != "UTC"]
    if not day:
        return " / ".join([f"{utc:%H:%M} UTC", *there])
    said = f"{day_in_words(utc.date())} {utc:%H:%M} UTC"
    return f"{said} ({', '.join(there)})" if there else said


def days_ago(day: date | None, moment: datetime, zone: str) -> str:
    """`yesterday`, `3 days ago`, as seen from `moment` at the place; empty for the same day and for no day."""
    days = (moment.astimezone(ZoneInfo(zone)).date() - day).days if day else 0
    if days <= 0:
        return ""
    return "yesterday" if days == 1 else f"{days} days ago"


def _short(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def place_names(places: Sequence[Place], *, room: int, country_of: Callable[[str], str]) -> str:
    """`Qatar, Kuwait and Bahrain`; `Al Udeid Air Base, Qatar; Ali Al Salem Air Base, Kuwait; and 2 more`.

    At least one is named; the others while they fit into `room` characters.
    """
    names = [_place_name(place, country_of) for place in places]
    if len(names) < 2:
        return "".join(names)
    shown = 1
    while shown < len(names) and len(_listed(names, shown + 1)) <= room:
        shown += 1
    return _listed(names, shown)


def _place_name(place: Place, country_of: Callable[[str], str]) -> str:
    """`Ain al-Asad Air Base, Iraq`; the country once, where it is the place itself."""
    name, country = shorten(clean_message(place.name), _LONGEST_NAME), clean_message(country_of(place.country))
    if not country or place.is_vague or country.casefold() in name.casefold():
        return name
    return f"{name}, {country}"


def _listed(names: Sequence[str], shown: int) -> str:
    rest = len(names) - shown
    parts = [*names[:shown], *([f"{rest} more"] if rest else [])]
    if any("," in name for name in parts):
        return "; ".join([*parts[:-1], f"and {parts[-1]}"])
    return " and ".join([", ".join(parts[:-1]), parts[-1]])
