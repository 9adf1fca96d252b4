"""The ledger: what each report says of an incident, where it was, its versions, and what people put right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from monitor.model.incident import Incident, Sighting
from monitor.model.ledger import Change, ItemVersion, Report, Ruling, Rulings
from monitor.model.place import Place
from monitor.model.report import Act, Voice
from monitor.store.columns import columns_of, value_of
from monitor.store.part import TransactionPart, chunks
from monitor.store.tables import (
    IncidentPlaceRow,
    IncidentRow,
    IncidentVersionRow,
    ItemRow,
    ItemVersionRow,
    ReportRow,
    RulingRow,
    table_of,
)

_INCIDENTS, _ITEMS, _REPORTS = table_of(IncidentRow), table_of(ItemRow), table_of(ReportRow)
_PLACES, _VERSIONS = table_of(IncidentPlaceRow), table_of(IncidentVersionRow)
_ITEM_VERSIONS, _RULINGS = table_of(ItemVersionRow), table_of(RulingRow)
#: earlier texts that are kept of an item
MOST_ITEM_VERSIONS = 20


class LedgerPart(TransactionPart):
    """Questions and changes about reports, places and versions of incidents."""

    # ------------------------------------------------------------------------- reports

    def reports_of(self, incident_ids: Iterable[str]) -> dict[str, list[Report]]:
        """The reports of each of these incidents in the order in which they were seen; one without is not in it."""
        found: dict[str, list[Report]] = defaultdict(list)
        for some in chunks(incident_ids):
            asked = select(_REPORTS).where(_REPORTS.c.incident_id.in_(some))
            rows = self._connection.execute(asked.order_by(_REPORTS.c.incident_id, _REPORTS.c.seen_at, _REPORTS.c.id))
            for row in rows.mappings():
                found[row["incident_id"]].append(Report(**row))
        return dict(found)

    def reporters(self, incident_ids: Iterable[str], since: datetime) -> dict[str, list[str]]:
        """The publishers whose reports of each of these incidents were seen since then, the first one first."""
        found: dict[str, list[str]] = defaultdict(list)
        first = func.min(_REPORTS.c.seen_at)
        for some in chunks(incident_ids):
            asked = select(_REPORTS.c.incident_id, _REPORTS.c.publisher)
            asked = asked.where(_REPORTS.c.incident_id.in_(some), _REPORTS.c.seen_at >= since)
            named = asked.group_by(_REPORTS.c.incident_id, _REPORTS.c.publisher).order_by(first, _REPORTS.c.publisher)
            for incident_id, publisher in self._connection.execute(named):
                found[incident_id].append(publisher)
        return dict(found)

    def claims(self, incident_ids: Iterable[str], since: datetime) -> list[Report]:
        """What attackers claimed of these incidents since then."""
        of_attackers = or_(_REPORTS.c.act == Act.CLAIM, _REPORTS.c.voice == Voice.CLAIMANT)
        found = []
        for some in chunks(incident_ids):
            asked = select(_REPORTS).where(_REPORTS.c.incident_id.in_(some), _REPORTS.c.seen_at >= since, of_attackers)
            found += [Report(**row) for row in self._connection.execute(asked).mappings()]
        return found

    def put_reports(self, reports: Sequence[Report]) -> None:
        """Keeps them, each in place of what the same item said of the same incident before."""
        self._put_all(ReportRow, [columns_of(report) for report in reports])

    def move_reports(self, ids: Collection[str], from_: str, to: str) -> None:
        """These reports of one incident, and their items, belong to another one."""
        for some in chunks(ids):
            there = select(_REPORTS.c.id).where(_REPORTS.c.incident_id == to, _REPORTS.c.id.in_(some))
            here = _REPORTS.c.incident_id == from_, _REPORTS.c.id.in_(some)
            twice = self._connection.scalars(there).all()
            self._connection.execute(delete(_REPORTS).where(*here, _REPORTS.c.id.in_(twice)))
            self._connection.execute(update(_REPORTS).where(*here).values(incident_id=to))
        self.move_items(ids, from_, to)

    def move_items(self, ids: Collection[str], from_: str, to: str) -> None:
        """Those of these items that belong to one incident belong to another one."""
        for some in chunks(ids):
            items = _ITEMS.c.id.in_(some), _ITEMS.c.incident_id == from_
            self._connection.execute(update(_ITEMS).where(*items).values(incident_id=to))

    def items_among(self, ids: Collection[str], incident_id: str) -> list[str]:
        """Those of these items that belong to an incident."""
        found: list[str] = []
        for some in chunks(ids):
            found += self._connection.scalars(
                select(_ITEMS.c.id).where(_ITEMS.c.id.in_(some), _ITEMS.c.incident_id == incident_id)
            )
        return sorted(found)

    # -------------------------------------------------------------------------- places

    def put_places(self, incident: Incident) -> None:
        """Where it can be found by: its places, in place of those that were known."""
        countries: dict[str, str] = {}
        for place in incident.places:
            countries.setdefault(place.id, place.country)
        self._connection.execute(delete(_PLACES).where(_PLACES.c.incident_id == incident.id))
        rows = [
            {"incident_id": incident.id, "place_id": place_id, "country": country, "position": position}
            for position, (place_id, country) in enumerate(countries.items())
        ]
        self._connection.execute(insert(_PLACES), rows)

    def incidents_at(self, place_ids: Collection[str], countries: Collection[str], since: date) -> list[Incident]:
        """Incidents at one of these places, or in one of these countries, on that local date or later, oldest first.

        Those that went into another one are left out.
        """
        found = {incident.id: incident for incident in self._placed(_PLACES.c.place_id, place_ids, since)}
        found |= {incident.id: incident for incident in self._placed(_PLACES.c.country, countries, since)}
        return sorted(found.values(), key=lambda one: (one.date, one.opened_at, one.id))

    def _placed(self, column: ColumnElement[str], values: Collection[str], since: date) -> list[Incident]:
        found = []
        for some in chunks(sorted(values)):
            there = select(_PLACES.c.incident_id).where(column.in_(some))
            asked = select(_INCIDENTS).where(_INCIDENTS.c.id.in_(there), _INCIDENTS.c.date >= since)
            rows = self._connection.execute(asked.where(_INCIDENTS.c.merged_into == ""))
            found += [Incident(**row) for row in rows.mappings()]
        return found

    def sightings(
        self, place_ids: Collection[str], countries: Collection[str], since: date, until: date
    ) -> list[Sighting]:
        """What `incidents_at` finds from one local date to another, once for each place: a few columns of each."""
        columns = _INCIDENTS.c.id, _INCIDENTS.c.date, _INCIDENTS.c.opened_at, _INCIDENTS.c.grade
        asked = select(*columns, _PLACES.c.place_id, _PLACES.c.country).join(_PLACES, _joined())
        asked = asked.where(_INCIDENTS.c.date.between(since, until), _INCIDENTS.c.merged_into == "")
        found = {}
        for column, values in ((_PLACES.c.place_id, place_ids), (_PLACES.c.country, countries)):
            for some in chunks(sorted(values)):
                for id, day, opened_at, grade, place_id, country in self._connection.execute(
                    asked.where(column.in_(some))
                ):
                    place = Place(id=place_id, name=place_id, role="target", country=country)
                    found[id, place_id] = Sighting(id=id, date=day, opened_at=opened_at, grade=grade, places=(place,))
        return sorted(found.values(), key=lambda one: (one.date, one.opened_at, one.id))

    def last_days(
        self, place_ids: Collection[str], countries: Collection[str], before: date, *, without: Collection[str] = ()
    ) -> dict[str, date]:
        """The last local date before that one with an incident, by place and by country; `without` are grades."""
        found: dict[str, date] = {}
        for column, values in ((_PLACES.c.place_id, place_ids), (_PLACES.c.country, countries)):
            for some in chunks(sorted(values)):
                asked = select(column, func.max(_INCIDENTS.c.date)).join(_INCIDENTS, _joined()).group_by(column)
                rows = self._connection.execute(
                    asked.where(
                        column.in_(some), _INCIDENTS.c.date < before, _INCIDENTS.c.merged_into == "",
                        _INCIDENTS.c.grade.not_in(sorted(without)),
                    )
                )  # fmt: skip
                found.update((name, day) for name, day in rows)
        return found

    # ------------------------------------------------------------------------ versions

    def add_versions(self, changes: Sequence[Change]) -> None:
        """Writes down what changed; each version of an incident once."""
        if changes:
            self._connection.execute(insert(_VERSIONS), [columns_of(change) for change in changes])

    def versions(self, incident_id: str) -> list[Change]:
        """What changed of an incident, the first version first."""
        asked = select(_VERSIONS).where(_VERSIONS.c.incident_id == incident_id).order_by(_VERSIONS.c.version)
        return [Change(**row) for row in self._connection.execute(asked).mappings()]

    def versions_of(self, incident_ids: Iterable[str]) -> list[Change]:
        """What changed of any of these incidents, the first version of each first."""
        found = []
        for some in chunks(sorted(incident_ids)):
            asked = select(_VERSIONS).where(_VERSIONS.c.incident_id.in_(some))
            rows = self._connection.execute(asked.order_by(_VERSIONS.c.incident_id, _VERSIONS.c.version))
            found += [Change(**row) for row in rows.mappings()]
        return found

    def changes_since(self, since: datetime) -> list[Change]:
        """What changed of any incident since then, in the order in which it did."""
        order = _VERSIONS.c.at, _VERSIONS.c.incident_id, _VERSIONS.c.version
        asked = select(_VERSIONS).where(_VERSIONS.c.at >= since).order_by(*order)
        return [Change(**row) for row in self._connection.execute(asked).mappings()]

    def add_item_versions(self, versions: Sequence[ItemVersion]) -> None:
        """Keeps texts as they were before an edit, the newest `MOST_ITEM_VERSIONS` of each item."""
        self._put_all(ItemVersionRow, [columns_of(version) for version in versions])
        for item_id in sorted({version.item_id for version in versions}):
            of_it = _ITEM_VERSIONS.c.item_id == item_id
            newest = select(_ITEM_VERSIONS.c.at).where(of_it).order_by(_ITEM_VERSIONS.c.at.desc())
            oldest_kept = self._connection.scalar(newest.offset(MOST_ITEM_VERSIONS - 1).limit(1))
            if oldest_kept is not None:
                self._connection.execute(delete(_ITEM_VERSIONS).where(of_it, _ITEM_VERSIONS.c.at < oldest_kept))

    def item_versions(self, item_id: str) -> list[ItemVersion]:
        """What an item said before its edits, the oldest text first."""
        asked = select(_ITEM_VERSIONS).where(_ITEM_VERSIONS.c.item_id == item_id).order_by(_ITEM_VERSIONS.c.at)
        return [ItemVersion(**row) for row in self._connection.execute(asked).mappings()]

    def item_versions_of(self, item_ids: Iterable[str]) -> dict[str, list[ItemVersion]]:
        """The same of several items, by their id; one that nobody edited is not in it."""
        found: dict[str, list[ItemVersion]] = defaultdict(list)
        for some in chunks(item_ids):
            asked = select(_ITEM_VERSIONS).where(_ITEM_VERSIONS.c.item_id.in_(some)).order_by(_ITEM_VERSIONS.c.at)
            for row in self._connection.execute(asked).mappings():
                found[row["item_id"]].append(ItemVersion(**row))
        return dict(found)

    # ------------------------------------------------------------------------- rulings

    def add_ruling(self, ruling: Ruling) -> None:
        """Writes down what a person put right."""
        self._connection.execute(insert(_RULINGS), columns_of(ruling))

    def drop_ruling(self, ruling: Ruling) -> None:
        """Takes back what a person put right, as if it had not been said."""
        same = [_RULINGS.c[name] == value for name, value in columns_of(ruling).items() if value is not None]
        self._connection.execute(delete(_RULINGS).where(*same))

    def rulings(self) -> Rulings:
        """All that people put right; each id that went into another one, also by a report, leads to what stands now."""
        rows = self._connection.execute(select(_RULINGS).order_by(_RULINGS.c.id)).mappings()
        merged: dict[str, str] = {}
        apart = set()
        for ruling in (value_of(Ruling, row) for row in rows):
            if ruling.kind == "apart":
                apart.add(frozenset((ruling.one, ruling.other)))
            elif ruling.one != ruling.other:
                into = merged.pop(ruling.other, ruling.other)
                if into == ruling.one:  # turned round: it stands for itself again
                    into = ruling.other
                elif into != ruling.other:
                    merged[ruling.other] = into
                merged = {id: into if stands == ruling.one else stands for id, stands in merged.items()}
                merged[ruling.one] = into
        gone = select(_INCIDENTS.c.id, _INCIDENTS.c.merged_into).where(_INCIDENTS.c.merged_into != "")
        led = {row.id: row.merged_into for row in self._connection.execute(gone)} | merged
        return Rulings(merged={id: _end_of(id, led) for id in led}, apart=frozenset(apart))


def _joined() -> ColumnElement[bool]:
    return _PLACES.c.incident_id == _INCIDENTS.c.id


def _end_of(id: str, led: Mapping[str, str]) -> str:
    """Where a chain of ids leads."""
    seen = {id}
    while (following := led.get(id)) is not None and following not in seen:
        seen.add(following)
        id = following
    return id
