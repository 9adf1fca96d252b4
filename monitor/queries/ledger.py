"""The ledger of incidents: one entry for each, with its sources and with what the rules folder knows of its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from monitor.model.incident import Incident
from monitor.rules.gazetteer import PlaceSpec
from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet

#: latitude and longitude in degrees
Position = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One report of an incident."""

    publisher: str
    url: str
    title: str


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """One line of the ledger."""

    incident: Incident
    sources: tuple[Source, ...] = ()
    #: latitude and longitude in degrees, where the gazetteer knows the place
    position: Position | None = None
    #: the same of `incident.more_places`, one for each
    more_positions: tuple[Position | None, ...] = ()
    #: names of the actors of `incident.claimed_by`, for people
    claimed_by: tuple[str, ...] = ()
    #: names of countries by ISO code, for people; a code that is not there is its own name
    countries: Mapping[str, str] = field(default_factory=dict)

    @property
    def positions(self) -> tuple[Position | None, ...]:
        """One for each of `incident.places`."""
        missing = len(self.incident.more_places) - len(self.more_positions)
        return (self.position, *self.more_positions, *[None] * missing)


def ledger(tx: Transaction, first: date) -> tuple[LedgerEntry, ...]:
    """The incidents that happened on the local date `first` or later, the latest first."""
    sources = tx.incident_sources(first)
    found = sorted(tx.incidents(first), key=lambda incident: (incident.date, incident.opened_at), reverse=True)
    return tuple(
        LedgerEntry(
            incident=incident,
            sources=tuple(
                Source(publisher=publisher, url=url, title=title)
                for publisher, url, title in sources.get(incident.id, ())
            ),
        )
        for incident in found
    )


def with_places_and_names(entries: Sequence[LedgerEntry], rules: RuleSet) -> tuple[LedgerEntry, ...]:
    """The entries with where the places are, and the names of countries and actors."""
    places = rules.gazetteer.places
    countries = {code: country.name for code, country in rules.gazetteer.countries.items()}
    return tuple(
        replace(
            entry,
            position=_position(places.get(entry.incident.place_id)),
            more_positions=tuple(_position(places.get(place.id)) for place in entry.incident.more_places),
            claimed_by=tuple(map(rules.name_of, entry.incident.claimed_by)),
            countries=countries,
        )
        for entry in entries
    )


def _position(place: PlaceSpec | None) -> Position | None:
    if place is None or place.lat is None or place.lon is None:
        return None
    return place.lat, place.lon
