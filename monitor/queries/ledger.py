"""The ledger of incidents: one entry for each, with its sources and with what the rules folder knows of its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from monitor.model.incident import Incident
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
    """One line of the ledger."""

    incident: Incident
    sources: tuple[LedgerSource, ...] = ()
    #: of places by their id; one that the gazetteer does not know has none
    positions: Mapping[str, Position] = field(default_factory=dict)
    #: names of the actors of `incident.claimed_by`, for people
    claimed_by: tuple[str, ...] = ()
    #: names of countries by ISO code, for people; a code that is not there is its own name
    countries: Mapping[str, str] = field(default_factory=dict)


def ledger(tx: Transaction, first: date) -> tuple[LedgerEntry, ...]:
    """The incidents that happened on the local date `first` or later, the latest first."""
    sources = tx.incident_sources(first)
    found = sorted(tx.incidents(first), key=lambda incident: (incident.date, incident.opened_at), reverse=True)
    return tuple(
        LedgerEntry(incident=incident, sources=tuple(LedgerSource(*source) for source in sources.get(incident.id, ())))
        for incident in found
    )


def with_places_and_names(entries: Sequence[LedgerEntry], rules: RuleSet) -> tuple[LedgerEntry, ...]:
    """The entries with where the places are, and the names of countries and actors."""
    ids = {place.id for entry in entries for place in entry.incident.places}
    positions = {id: point for id in ids if (point := rules.gazetteer.position(id)) is not None}
    countries = {code: country.name for code, country in rules.gazetteer.countries.items()}
    return tuple(
        replace(
            entry,
            positions=positions,
            claimed_by=tuple(map(rules.name_of, entry.incident.claimed_by)),
            countries=countries,
        )
        for entry in entries
    )
