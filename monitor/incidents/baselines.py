"""How unusual an incident is by what the ledger holds: the third here this month, the first since April.

A count is only as good as the ledger is old: nothing is said of a month that it does not hold whole, and "first" always
says since when anything is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from monitor.incidents.sources import is_live
from monitor.model.incident import Incident
from monitor.model.ledger import Grade, Report, View
from monitor.model.place import Place
from monitor.text.clean import clean_message

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
NO_ATTACK = (str(Grade.RETRACTED), str(Grade.DENIED))


class Row(Protocol):
    """What is asked of another incident."""

    @property
    def id(self) -> str: ...
    @property
    def date(self) -> date: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def places(self) -> tuple[Place, ...]: ...
    @property
    def grade(self) -> str: ...
    @property
    def merged_into(self) -> str: ...


def baseline(
    view: View, rows: Sequence[Row], *, since: date, now: datetime, held: int = 0, before: date | None = None
) -> tuple[str, ...]:  # fmt: skip
    """Sentences about the incident among those of the ledger, which begins at `since`.

    `before`: the day of the last one there before those of `rows`, which begin with the incident's month at the latest.
    `held`: how many incidents anywhere the ledger holds of the time of which a report gives a count (see `tally_of`).
    """
    incident = view.incident
    if str(view.grade) in NO_ATTACK:
        return ()
    counted = _counted(view, held, since)
    if incident.places[0].is_unplaced:
        return counted
    here = sorted(
        (row for row in rows if _counts(row, incident) and _is_there(row, incident)), key=lambda row: row.date
    )
    where = f"in {incident.place_name}" if incident.places[0].is_vague else "at this base"
    found = [
        _of_month(incident, here, since, where, now),
        _first(incident, here[-1].date if here else before, since),
        *counted,
    ]
    return tuple(sentence for sentence in found if sentence)


def counts(row: Row) -> bool:
    """It happened, as far as is known, and stands for itself."""
    return not row.merged_into and row.grade not in NO_ATTACK


def tally_of(view: View) -> Report | None:
    """The newest report of the incident that counts the attacks of a longer time."""
    told = [one for one in view.reports if one.facts.attacks is not None and is_live(one)]
    return max(told, key=lambda one: (one.reported_at, one.id), default=None)


def _counted(view: View, held: int, begins: date) -> tuple[str, ...]:
    """`Wire counts over 140 attacks since 17 October, the ledger holds 137`: also where it cannot hold them all."""
    tally = tally_of(view)
    if tally is None or tally.facts.attacks is None:
        return ()
    facts, seen_from = tally.facts, view.incident.date
    since = f" since {_day(facts.attacks_since, seen_from)}" if facts.attacks_since else ""
    who = clean_message(tally.publisher) or "a report"
    from_ = max(begins, facts.attacks_since or begins)
    young = " (it begins later)" if facts.attacks_since and begins > facts.attacks_since else ""
    number = clean_message(facts.attacks_words) or str(facts.attacks)
    return (f"{who} counts {number} attacks{since}, the ledger holds {held} since {_day(from_, seen_from)}{young}",)


def _counts(row: Row, incident: Incident) -> bool:
    before = (row.date, row.opened_at, row.id) < (incident.date, incident.opened_at, incident.id)
    return before and row.id != incident.id and counts(row)


def _is_there(row: Row, incident: Incident) -> bool:
    """At its first place; of one that is no more than a country, anywhere there."""
    place = incident.places[0]
    if place.is_vague and incident.country:
        return any(known.country == incident.country for known in row.places)
    return any(known.id == place.id for known in row.places)


def _of_month(incident: Incident, here: Sequence[Row], begins: date, where: str, now: datetime) -> str:
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


def _first(incident: Incident, last: date | None, begins: date) -> str:
    coverage = f"the ledger begins {_day(begins, incident.date)}"
    if last is None:
        return f"first here that the ledger knows ({coverage})" if incident.date - begins >= _YOUNG else ""
    return f"first here since {_day(last, incident.date)} ({coverage})" if incident.date - last >= _QUIET else ""


def _day(day: date, seen_from: date) -> str:
    """`4 April`; with the year where it is another one."""
    said = f"{day.day} {_MONTHS[day.month - 1]}"
    return said if day.year == seen_from.year else f"{said} {day.year}"
