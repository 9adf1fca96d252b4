"""What the ledger in the store holds beside an incident, for messages, `incidents` and `show`: see `baselines`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from monitor.incidents.baselines import NO_ATTACK, baseline, counts, tally_of
from monitor.model.incident import Incident, Sighting
from monitor.model.ledger import View
from monitor.store.store import Transaction


def baselines_of(tx: Transaction, views: Iterable[View], *, now: datetime) -> dict[str, tuple[str, ...]]:
    """How unusual each incident is, by its id; of many with few questions to the store.

    Read is what was there from the month of the first to the day of the last; of what was before that, the last day,
    and only of places where nothing else tells it.
    """
    wanted, begins = list(views), tx.first_day()
    if begins is None or not wanted:
        return {}
    since = min(view.incident.date for view in wanted).replace(day=1)
    until = max(view.incident.date for view in wanted)
    here = _seen(tx, wanted, since, until)
    alone = [view for view in wanted if not _any_before(here.get(_where(view), ()), view.incident)]
    before = tx.last_days(*_asked(alone), since, without=NO_ATTACK) if alone else {}
    days = {name: [row.date for row in rows] for name, rows in here.items()}
    found = {}
    for view in wanted:
        incident, name = view.incident, _where(view)
        # those of its month up to its day, and the last one before the month, are all that is asked of them
        known = days.get(name, [])
        begin = bisect_left(known, incident.date.replace(day=1))
        rows = here.get(name, [])[max(0, begin - 1) : bisect_right(known, incident.date)]
        tally = tally_of(view)
        from_ = max(begins, (tally.facts.attacks_since if tally else None) or begins)
        held = tx.count_incidents(from_, incident.date) if tally else 0
        last = before.get(name)
        found[incident.id] = baseline(view, rows, since=begins, now=now, held=held, before=last)
    return found


def _seen(tx: Transaction, views: Sequence[View], since: date, until: date) -> dict[str, list[Sighting]]:
    """What was at each of the places, by its name, the first one first."""
    found: dict[str, dict[str, Sighting]] = defaultdict(dict)
    for row in tx.sightings(*_asked(views), since, until):
        if counts(row):
            for name in (row.places[0].id, row.places[0].country):
                found[name].setdefault(row.id, row)
    return {name: list(rows.values()) for name, rows in found.items()}


def _any_before(rows: Sequence[Sighting], incident: Incident) -> bool:
    return bool(rows) and (rows[0].date, rows[0].opened_at, rows[0].id) < (
        incident.date, incident.opened_at, incident.id,
    )  # fmt: skip


def _where(view: View) -> str:
    """The name by which the others there are found: of its first place; of one that is no more than a country, that."""
    place = view.incident.places[0]
    return place.country if place.is_vague and place.country else place.id


def _asked(views: Sequence[View]) -> tuple[set[str], set[str]]:
    """The places and the countries that are asked for; nothing is told of what is nowhere."""
    firsts = {place for view in views if not (place := view.incident.places[0]).is_unplaced}
    countries = {place.country for place in firsts if place.is_vague and place.country}
    return {place.id for place in firsts if not (place.is_vague and place.country)}, countries
