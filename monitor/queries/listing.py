"""The ledger page by page, for screens and programs: the rows of `ledger`, read only as far as they are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.incident import Incident
from monitor.model.place import Place
from monitor.queries.ledger import LedgerEntry, Wanted, entries_of, is_wanted
from monitor.queries.paging import LIMIT, cursor_of, keys_of
from monitor.store.listing import IncidentFilter, Mark
from monitor.store.store import Transaction

EVERYTHING = IncidentFilter()


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of the ledger."""

    rows: tuple[LedgerEntry, ...]
    #: incidents that are asked for, on all pages
    total: int
    #: incidents on the pages before, and on this one
    before: int = 0
    shown: int = 0
    #: names the next page; empty: this is the last
    following: str = ""


def listing(
    tx: Transaction,
    wanted: IncidentFilter = EVERYTHING,
    *,
    rows: Wanted | None = None,
    cursor: str = "",
    limit: int = LIMIT,
) -> Listing:
    """A page of at most `limit` incidents, the latest first, each with a row for each of its bases.

    `rows` asks the rows themselves, where an incident has several bases. `UsageError` where the cursor is none.
    """
    mark = _mark(cursor) if cursor else None
    found = tx.incidents_page(wanted, after=mark, limit=limit + 1)
    page = found[:limit]
    entries = entries_of(tx, page)
    last = page[-1] if len(found) > limit else None
    total = tx.count_wanted(wanted)
    return Listing(
        rows=tuple(row for row in entries if rows is None or is_wanted(row, rows)),
        total=total,
        before=total - tx.count_wanted(wanted, after=mark) if mark else 0,
        shown=len(page),
        following=_cursor(last) if last else "",
    )


def filter_of(tx: Transaction, wanted: Wanted) -> IncidentFilter:
    """What the database is asked for the rows that are wanted; `is_wanted` has the last word."""
    places = None if wanted.is_place is None else places_like(tx, wanted.is_place)
    return IncidentFilter(
        since=wanted.since, until=wanted.until, places=places, country=wanted.country, actors=wanted.actors,
        weapon=wanted.weapon, grade=wanted.grade,
    )  # fmt: skip


def places_like(tx: Transaction, is_place: Callable[[Place], bool]) -> frozenset[str]:
    """The ids of the ledger's places that are meant."""
    return frozenset(place.id for place in tx.known_places() if is_place(place))


def _cursor(incident: Incident) -> str:
    return cursor_of(incident.date, incident.opened_at, incident.id)


def _mark(cursor: str) -> Mark:
    return Mark(*keys_of(cursor, date, datetime, str))
