"""Incidents page by page: filters in SQL and a cursor, so that a ledger of many years stays quick."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select

from monitor.model.incident import Incident
from monitor.model.ledger import Grade
from monitor.model.place import Place
from monitor.model.report import Level
from monitor.store.part import TransactionPart
from monitor.store.tables import AlertRow, IncidentPlaceRow, IncidentRow, ReportRow, table_of

_INCIDENTS, _PLACES = table_of(IncidentRow), table_of(IncidentPlaceRow)
_ALERTS, _REPORTS = table_of(AlertRow), table_of(ReportRow)


@dataclass(frozen=True, kw_only=True)
class IncidentFilter:
    """Which incidents are asked for; what is empty or None asks nothing."""

    since: date | None = None
    until: date | None = None
    #: at one of these places
    places: frozenset[str] | None = None
    country: str = ""
    #: claimed by one of these actors, or blamed on one
    actors: frozenset[str] | None = None
    weapon: str = ""
    grade: Grade | None = None
    #: of this level or a more urgent one
    level: Level | None = None
    #: what was opened or reported since then
    reported_since: datetime | None = None
    #: somebody was told of it, or nobody was
    told: bool | None = None
    #: in its id, the names of its places or its headlines
    text: str = ""


@dataclass(frozen=True)
class Mark:
    """Where a page ended: the next one begins behind it."""

    date: date
    opened_at: datetime
    id: str


class ListingPart(TransactionPart):
    """Questions about many incidents; those that went into another one are in none of the answers."""

    def incidents_page(self, wanted: IncidentFilter, *, after: Mark | None = None, limit: int) -> list[Incident]:
        """At most `limit` incidents behind the mark, the latest first."""
        asked = select(_INCIDENTS).where(*_conditions(wanted))
        if after is not None:
            asked = asked.where(*_behind(after))
        order = _INCIDENTS.c.date.desc(), _INCIDENTS.c.opened_at.desc(), _INCIDENTS.c.id.desc()
        rows = self._connection.execute(asked.order_by(*order).limit(limit))
        return [Incident(**row) for row in rows.mappings()]

    def count_wanted(self, wanted: IncidentFilter, *, after: Mark | None = None) -> int:
        """How many incidents there are; behind the mark, where one is given."""
        asked = select(func.count()).select_from(_INCIDENTS).where(*_conditions(wanted))
        asked = asked if after is None else asked.where(*_behind(after))
        return self._connection.scalar(asked) or 0

    def incidents_by_day(self, wanted: IncidentFilter) -> list[tuple[date, Level, int]]:
        """How many incidents of each local date and level, the first day first."""
        asked = select(_INCIDENTS.c.date, _INCIDENTS.c.level, func.count()).where(*_conditions(wanted))
        rows = self._connection.execute(
            asked.group_by(_INCIDENTS.c.date, _INCIDENTS.c.level).order_by(_INCIDENTS.c.date)
        )
        return [(day, level, count) for day, level, count in rows]

    def tolls_by_day(self, wanted: IncidentFilter) -> list[tuple[date, int, int]]:
        """Killed and wounded of each local date on which there are any, the first day first."""
        killed, wounded = (func.coalesce(func.sum(_INCIDENTS.c[name]), 0) for name in ("killed", "wounded"))
        asked = select(_INCIDENTS.c.date, killed, wounded).where(*_conditions(wanted)).group_by(_INCIDENTS.c.date)
        rows = self._connection.execute(asked.order_by(_INCIDENTS.c.date))
        return [(day, int(dead), int(hurt)) for day, dead, hurt in rows]

    def incidents_by_place(self, wanted: IncidentFilter) -> list[tuple[str, str, Level, int]]:
        """Id and country of each place with how many incidents of each level it saw, the most first."""
        columns = _PLACES.c.place_id, _PLACES.c.country, _INCIDENTS.c.level
        asked = select(*columns, func.count()).join(_INCIDENTS, _INCIDENTS.c.id == _PLACES.c.incident_id)
        grouped = asked.where(*_conditions(wanted)).group_by(*columns)
        rows = self._connection.execute(grouped.order_by(func.count().desc(), _PLACES.c.place_id))
        return [(id, country, level, count) for id, country, level, count in rows]

    def place_names(self) -> dict[str, str]:
        """The names under which incidents tell of their first places, by id."""
        asked = select(_INCIDENTS.c.place_id, func.max(_INCIDENTS.c.place_name)).group_by(_INCIDENTS.c.place_id)
        return {row[0]: row[1] for row in self._connection.execute(asked)}

    def waits_for_an_alert(self, wanted: IncidentFilter) -> list[tuple[date, float]]:
        """Of each incident of which somebody was told: its local date, and the hours from its first report, by the
        publisher's time, to its first alert."""
        ids = select(_INCIDENTS.c.id).where(*_conditions(wanted), _INCIDENTS.c.told)
        told = select(_ALERTS.c.incident_id, func.min(_ALERTS.c.created_at).label("at"))
        alert = told.where(_ALERTS.c.incident_id.in_(ids)).group_by(_ALERTS.c.incident_id).subquery()
        said = select(_REPORTS.c.incident_id, func.min(_REPORTS.c.reported_at).label("at"))
        first = said.where(_REPORTS.c.incident_id.in_(ids)).group_by(_REPORTS.c.incident_id).subquery()
        asked = select(_INCIDENTS.c.date, alert.c.at, first.c.at.label("first"))
        joined = asked.join(alert, alert.c.incident_id == _INCIDENTS.c.id)
        rows = self._connection.execute(joined.join(first, first.c.incident_id == _INCIDENTS.c.id))
        return [(day, max((at - reported).total_seconds(), 0) / 3600) for day, at, reported in rows]

    def known_places(self) -> Sequence[Place]:
        """Every place that any incident has, by its id and country alone."""
        rows = self._connection.execute(select(_PLACES.c.place_id, _PLACES.c.country).distinct())
        return [Place(id=id, name=id, role="target", country=country) for id, country in rows]


def _behind(mark: Mark) -> list[ColumnElement[bool]]:
    columns = _INCIDENTS.c.date, _INCIDENTS.c.opened_at, _INCIDENTS.c.id
    same_moment = and_(columns[1] == mark.opened_at, columns[2] < mark.id)
    # the first half is the one that an index answers
    return [columns[0] <= mark.date, or_(columns[0] < mark.date, columns[1] < mark.opened_at, same_moment)]


def _conditions(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_INCIDENTS.c.merged_into == ""]
    if wanted.since is not None:
        found.append(_INCIDENTS.c.date >= wanted.since)
    if wanted.until is not None:
        found.append(_INCIDENTS.c.date <= wanted.until)
    if wanted.places is not None:
        there = select(_PLACES.c.incident_id).where(_PLACES.c.place_id.in_(sorted(wanted.places)))
        found.append(_INCIDENTS.c.id.in_(there))
    if wanted.country:
        there = select(_PLACES.c.incident_id).where(_PLACES.c.country == wanted.country)
        found.append(_INCIDENTS.c.id.in_(there))
    if wanted.actors is not None:
        columns = _INCIDENTS.c.claimed_by, _INCIDENTS.c.attributed_to
        named = [_holds(column, actor) for column in columns for actor in sorted(wanted.actors)]
        found.append(or_(*named) if named else _INCIDENTS.c.id.in_(()))
    if wanted.weapon:
        found.append(_holds(_INCIDENTS.c.weapons, wanted.weapon))
    if wanted.grade is not None:  # one that was never worked out is looked at when it is folded
        found.append(_INCIDENTS.c.grade.in_((str(wanted.grade), "")))
    if wanted.level is not None:
        found.append(_INCIDENTS.c.level.in_([level for level in Level if level.rank >= wanted.level.rank]))
    if wanted.reported_since is not None:
        found.append(
            or_(_INCIDENTS.c.last_report_at >= wanted.reported_since, _INCIDENTS.c.opened_at >= wanted.reported_since)
        )
    if wanted.told is not None:
        found.append(_INCIDENTS.c.told.is_(wanted.told))
    if wanted.text:
        found.append(_tells_of(wanted.text))
    return found


def _tells_of(text: str) -> ColumnElement[bool]:
    plain = _INCIDENTS.c.id, _INCIDENTS.c.place_name, _INCIDENTS.c.first_title
    # JSON writes other letters than those of ASCII as their numbers
    lists = (cast(column, Text) for column in (_INCIDENTS.c.more_places, _INCIDENTS.c.titles))
    escaped = json.dumps(text)[1:-1]
    return or_(
        *(column.icontains(text, autoescape=True) for column in plain),
        *(column.icontains(escaped, autoescape=True) for column in lists),
    )


def _holds(column: ColumnElement[object], word: str) -> ColumnElement[bool]:
    """Whether a list of words, kept as JSON, holds this one; words are ids, without quotes and wildcards."""
    return cast(column, Text).like(f'%"{word.replace("_", "!_").replace("%", "!%")}"%', escape="!")
