"""The ledger page by page, for screens and programs: the rows of `ledger`, read only as far as they are shown."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from monitor.errors import UsageError
from monitor.model.place import Place
from monitor.queries.ledger import LedgerEntry, Wanted, entries_of, is_wanted
from monitor.store.listing import IncidentFilter, Mark
from monitor.store.store import Transaction

#: rows of a page
LIMIT = 50
EVERYTHING = IncidentFilter()


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of the ledger."""

    rows: tuple[LedgerEntry, ...]
    #: incidents that are asked for, on all pages
    total: int
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
    found = tx.incidents_page(wanted, after=mark_of(cursor) if cursor else None, limit=limit + 1)
    page = found[:limit]
    entries = entries_of(tx, page)
    last = page[-1] if len(found) > limit else None
    return Listing(
        rows=tuple(row for row in entries if rows is None or is_wanted(row, rows)),
        total=tx.count_wanted(wanted),
        following=cursor_of(Mark(last.date, last.opened_at, last.id)) if last else "",
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


def cursor_of(mark: Mark) -> str:
    """The mark as a word for an address."""
    told = json.dumps([mark.date.isoformat(), mark.opened_at.isoformat(), mark.id])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def mark_of(cursor: str) -> Mark:
    """The mark behind a word that `cursor_of` made."""
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        day, opened, id = told
        moment = datetime.fromisoformat(opened)
        if moment.tzinfo is None or not isinstance(id, str):
            raise ValueError(cursor)
        return Mark(date.fromisoformat(day), moment, id)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise UsageError("the cursor is none that was given out here; begin without one") from None
