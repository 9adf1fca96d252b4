"""The ledger of incidents: a row for each base that was hit, with its sources and what the rules folder knows of it.

A row is worked out from the reports, as they were at a moment: the ledger of last week can be asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from monitor.comparison import baselines_of
from monitor.incidents.fold import fold
from monitor.model.incident import Incident
from monitor.model.ledger import Change, Folded, Grade, PlaceView, Report, Said, View
from monitor.model.place import Place
from monitor.model.report import Link
from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet

#: latitude and longitude in degrees
Position = tuple[float, float]


@dataclass(frozen=True)
class LedgerSource:
    """One report of an incident."""

    publisher: str
    url: str
    title: str


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """One row of the ledger: an incident, of a salvo one of its bases."""

    view: View
    #: the base of the row
    place: PlaceView
    sources: tuple[LedgerSource, ...] = ()
    #: of places by their id; one that the gazetteer does not know has none
    positions: Mapping[str, Position] = field(default_factory=dict)
    #: names of actors by id, for people; one that is not there is its own name
    actors: Mapping[str, str] = field(default_factory=dict)
    #: names of countries by ISO code, for people; a code that is not there is its own name
    countries: Mapping[str, str] = field(default_factory=dict)
    #: how unusual it is by what the ledger holds
    baseline: tuple[str, ...] = ()
    #: what changed, the first version first
    revisions: tuple[Change, ...] = ()
    as_of: datetime | None = None

    @property
    def incident(self) -> Incident:
        """The incident of the row, with its folded values."""
        return self.view.incident

    @property
    def row(self) -> str:
        """The name of the row: the id of the incident, and in a salvo the place."""
        return f"{self.incident.id}/{self.place.place.id}" if len(self.view.by_place) > 1 else self.incident.id

    def name_of(self, actor_id: str) -> str:
        """The name of an actor, for people."""
        return self.actors.get(actor_id, actor_id)

    @property
    def claimed_by(self) -> tuple[str, ...]:
        """Names of those who claim it."""
        return tuple(self.actors.get(actor, actor) for actor in self.incident.claimed_by)

    @property
    def attributed_to(self) -> tuple[str, ...]:
        """Names of those who are blamed for it."""
        return tuple(self.actors.get(actor, actor) for actor in self.incident.attributed_to)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which rows are asked for; what is empty or None asks nothing."""

    since: date
    until: date | None = None
    is_place: Callable[[Place], bool] | None = None
    country: str = ""
    #: actors that claim it or are blamed for it
    actors: frozenset[str] | None = None
    weapon: str = ""
    grade: Grade | None = None


def ledger(tx: Transaction, wanted: Wanted, *, as_of: datetime | None = None) -> tuple[LedgerEntry, ...]:
    """The rows that are asked for, the latest first; `as_of` shows them by what had been reported by then."""
    known = [one for one in tx.incidents(wanted.since) if wanted.until is None or one.date <= wanted.until]
    if as_of is not None:
        known = [one for one in known if one.opened_at <= as_of]
    return tuple(row for row in entries_of(tx, known, as_of=as_of) if is_wanted(row, wanted))


def entries_of(
    tx: Transaction, incidents: Iterable[Incident], *, as_of: datetime | None = None
) -> tuple[LedgerEntry, ...]:
    """The rows of these incidents, the latest first."""
    known = sorted(incidents, key=lambda incident: (incident.date, incident.opened_at, incident.id), reverse=True)
    reports = tx.reports_of([incident.id for incident in known])
    revisions = _revisions(tx, {incident.id for incident in known}, as_of)
    # of incidents whose reports were not kept: what is still stored of their items
    stored = tx.incident_sources(one.id for one in known if one.id not in reports)
    rows: list[LedgerEntry] = []
    for incident in known:
        seen = [one for one in reports.get(incident.id, ()) if as_of is None or one.seen_at <= as_of]
        if as_of is not None and not seen and reports.get(incident.id):
            continue  # it was put in later
        more: dict[str, Any] = {"revisions": revisions.get(incident.id, ()), "as_of": as_of}
        if not seen:
            more["sources"] = tuple(LedgerSource(*source) for source in stored.get(incident.id, ()))
        rows += [replace(row, **more) for row in rows_of(view_of(incident, seen))]
    return tuple(rows)


def with_baselines(tx: Transaction, entries: Sequence[LedgerEntry], *, now: datetime) -> tuple[LedgerEntry, ...]:
    """The entries with how unusual each incident is."""
    views = {entry.incident.id: entry.view for entry in entries}
    found = baselines_of(tx, views.values(), now=now)
    return tuple(replace(entry, baseline=found.get(entry.incident.id, ())) for entry in entries)


def view_of(incident: Incident, reports: Sequence[Report]) -> View:
    """The incident by its reports; as it was stored, where none is kept."""
    if not reports:
        return _as_stored(incident)
    view = fold(incident, reports)
    return view if view.by_place else replace(view, by_place=_by_place(view))


def _as_stored(incident: Incident) -> View:
    grade = Grade(incident.grade) if incident.grade else Grade.REPORTED
    view = View(incident=incident, reports=(), grade=grade, level=incident.level, denied_by=incident.denied_by)
    return replace(view, by_place=_by_place(view))


def _by_place(view: View) -> tuple[PlaceView, ...]:
    """Every place with the values of the whole."""
    return tuple(
        PlaceView(
            place=place, killed=view.killed, wounded=view.wounded, weapons=view.incident.weapons, act=view.incident.act
        )
        for place in view.incident.places
    )


def rows_of(view: View) -> tuple[LedgerEntry, ...]:
    """A row for each place of an incident."""
    return tuple(LedgerEntry(view=view, place=place, sources=sources_of(view.reports)) for place in view.by_place)


def sources_of(reports: Iterable[Report]) -> tuple[LedgerSource, ...]:
    """Where the incident can be read: each link once, copies and answers of the own side left out."""
    found: dict[tuple[str, str], LedgerSource] = {}
    for report in reports:
        if report.link in (Link.COPY, Link.RETALIATION):
            continue
        source = LedgerSource(publisher=report.publisher, url=report.url, title=report.title)
        found.setdefault((report.publisher, report.url or report.title), source)
    return tuple(found.values())


def _revisions(tx: Transaction, ids: Collection[str], as_of: datetime | None) -> dict[str, tuple[Change, ...]]:
    found: dict[str, tuple[Change, ...]] = {}
    for change in tx.versions_of(ids):
        if as_of is None or change.at <= as_of:
            found[change.incident_id] = (*found.get(change.incident_id, ()), change)
    return found


def is_wanted(row: LedgerEntry, wanted: Wanted) -> bool:
    """Whether a row is among those asked for."""
    incident, place = row.incident, row.place.place
    weapons = row.place.weapons or incident.weapons
    return (
        (wanted.is_place is None or wanted.is_place(place))
        and (not wanted.country or place.country == wanted.country)
        and (wanted.actors is None or not wanted.actors.isdisjoint((*incident.claimed_by, *incident.attributed_to)))
        and (not wanted.weapon or wanted.weapon in weapons)
        and (wanted.grade is None or row.view.grade is wanted.grade)
    )


def with_places_and_names(entries: Sequence[LedgerEntry], rules: RuleSet) -> tuple[LedgerEntry, ...]:
    """The entries with where the places are, and the names of countries and actors."""
    places = {place.id: place for entry in entries for place in (*entry.incident.places, entry.place.place)}
    positions = {id: point for id, place in places.items() if (point := position_of(place, rules)) is not None}
    countries = {code: country.name for code, country in rules.gazetteer.countries.items()}
    named = {actor for entry in entries for actor in (*entry.incident.claimed_by, *entry.incident.attributed_to)}
    actors = {actor: rules.name_of(actor) for actor in named}
    return tuple(replace(entry, positions=positions, actors=actors, countries=countries) for entry in entries)


def position_of(place: Place, rules: RuleSet) -> Position | None:
    """Where a place is: by the gazetteer, else by what was looked up when it was read."""
    known = rules.gazetteer.position(place.id)
    if known is not None:
        return known[0], known[1]
    return (place.lat, place.lon) if place.lat is not None and place.lon is not None else None


def number_of(folded: Folded, stored: int | None) -> int | None:
    """The best value; what is stored of it where no report is kept."""
    return folded.best.value if folded.best is not None else stored


def killed(row: LedgerEntry) -> int | None:
    """How many were killed there."""
    return number_of(row.place.killed, row.incident.killed if not row.view.reports else None)


def wounded(row: LedgerEntry) -> int | None:
    """How many were wounded there."""
    return number_of(row.place.wounded, row.incident.wounded if not row.view.reports else None)


def said_by(said: Said | None) -> str:
    """Who says a number: the speaker as printed, else the publisher."""
    return (said.speaker or said.by) if said is not None else ""
