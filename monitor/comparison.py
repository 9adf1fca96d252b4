"""What the ledger in the store holds beside an incident, for messages, `incidents` and `show`: see `baselines`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from monitor.incidents.baselines import baseline, counts, tally_of
from monitor.model.incident import Incident
from monitor.model.ledger import View
from monitor.store.store import Transaction

#: no ledger begins before it
_BEFORE_ALL = date(1980, 1, 1)


def baselines_of(tx: Transaction, views: Iterable[View], *, now: datetime) -> dict[str, tuple[str, ...]]:
    """How unusual each incident is, by its id; of many with one question to the store."""
    wanted, begins = list(views), tx.first_day()
    if begins is None or not wanted:
        return {}
    firsts = [view.incident.places[0] for view in wanted]
    sites = {place.id for place in firsts if not place.is_vague}
    countries = {place.country for place in firsts if place.is_vague and place.country}
    by_place: dict[str, dict[str, Incident]] = defaultdict(dict)
    for row in tx.incidents_at(sites, countries, _BEFORE_ALL):
        for name in {name for place in row.places for name in (place.id, place.country) if counts(row)}:
            by_place[name][row.id] = row
    here = {name: list(rows.values()) for name, rows in by_place.items()}
    days = {name: [row.date for row in rows] for name, rows in here.items()}
    found = {}
    for view in wanted:
        incident, first = view.incident, view.incident.places[0]
        name = first.country if first.is_vague else first.id
        # those of its month up to its day, and the last one before the month, are all that is asked of them
        known = days.get(name, [])
        begin = bisect_left(known, incident.date.replace(day=1))
        rows = here.get(name, [])[max(0, begin - 1) : bisect_right(known, incident.date)]
        tally = tally_of(view)
        since = max(begins, (tally.facts.attacks_since if tally else None) or begins)
        held = tx.count_incidents(since, incident.date) if tally else 0
        found[incident.id] = baseline(view, rows, since=begins, now=now, held=held)
    return found
