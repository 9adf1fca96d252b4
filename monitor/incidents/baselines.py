"""How unusual an incident is by what the ledger holds: the third here this month, the first since April.

A count is only as good as the ledger is old: nothing is said of a month that it does not hold whole, and "first" always
says since when anything is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from monitor.model.incident import Incident
from monitor.model.ledger import Grade, View

#: a first one is worth a word after so many quiet days
_QUIET = timedelta(days=14)
#: a ledger younger than this knows no "first"
_YOUNG = timedelta(days=30)
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
#: there was no attack
_NONE = (str(Grade.RETRACTED), str(Grade.DENIED))


def baseline(view: View, rows: Sequence[Incident], *, since: datetime, now: datetime) -> tuple[str, ...]:
    """Sentences about the incident among those of the ledger, which begins at `since`."""
    incident = view.incident
    if incident.places[0].is_unplaced or str(view.grade) in _NONE:
        return ()
    here = sorted(
        (row for row in rows if _counts(row, incident) and _is_there(row, incident)), key=lambda row: row.date
    )
    begins = since.date()
    where = f"in {incident.place_name}" if incident.places[0].is_vague else "at this base"
    found = [_of_month(incident, here, begins, where, now), _first(incident, here, begins)]
    return tuple(sentence for sentence in found if sentence)


def _counts(row: Incident, incident: Incident) -> bool:
    before = (row.date, row.opened_at, row.id) < (incident.date, incident.opened_at, incident.id)
    return before and row.id != incident.id and not row.merged_into and row.grade not in _NONE


def _is_there(row: Incident, incident: Incident) -> bool:
    """At its first place; of one that is no more than a country, anywhere there."""
    place = incident.places[0]
    if place.is_vague and incident.country:
        return any(known.country == incident.country for known in row.places)
    return any(known.id == place.id for known in row.places)


def _of_month(incident: Incident, here: Sequence[Incident], begins: date, where: str, now: datetime) -> str:
    first = incident.date.replace(day=1)
    number = 1 + sum(row.date >= first for row in here)
    if begins > first or number < 2:
        return ""
    nth = _ORDINALS[number] if number < len(_ORDINALS) else f"{number}{_ending(number)}"
    this = (now.year, now.month) == (incident.date.year, incident.date.month)
    return f"{nth} {where} {'this month' if this else f'in {_MONTHS[first.month - 1]} {first.year}'}"


def _ending(number: int) -> str:
    """`11th`, `21st`, `32nd`."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _first(incident: Incident, here: Sequence[Incident], begins: date) -> str:
    coverage = f"the ledger begins {_day(begins, incident.date)}"
    if not here:
        return f"first here that the ledger knows ({coverage})" if incident.date - begins >= _YOUNG else ""
    last = here[-1].date
    return f"first here since {_day(last, incident.date)} ({coverage})" if incident.date - last >= _QUIET else ""


def _day(day: date, seen_from: date) -> str:
    """`4 April`; with the year where it is another one."""
    said = f"{day.day} {_MONTHS[day.month - 1]}"
    return said if day.year == seen_from.year else f"{said} {day.year}"
