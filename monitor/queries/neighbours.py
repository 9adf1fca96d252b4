"""The incidents nearest to one, and why each is not the same: for whoever wonders whether two should be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from monitor.incidents.agreement import Sides, contradiction, other_weapons
from monitor.incidents.candidates import News, in_window, refused
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.ledger import Report, Rulings
from monitor.queries.jsonvalues import plain
from monitor.text.clean import clean

#: how many are told
MOST = 4
#: further away in time it is another attack to everybody
NEAR = timedelta(days=3)


def nearest(incident: Incident, around: Sequence[Incident]) -> list[Incident]:
    """Those of nearly the same days that share its place, then its country, then the others; the nearest day first."""
    places, countries = {one.id for one in incident.places}, {one.country for one in incident.places}

    def distance(other: Incident) -> tuple[int, float, str]:
        there = {place.id for place in other.places}
        away = 0 if there & places else 1 if {place.country for place in other.places} & countries else 2
        return away, abs((other.opened_at - incident.opened_at).total_seconds()), other.id

    days = NEAR.days
    near = [one for one in around if one.id != incident.id and abs((one.date - incident.date).days) <= days]
    return sorted((one for one in near if not one.merged_into), key=distance)[:MOST]


def neighbours_shown(
    incident: Incident,
    others: Sequence[Incident],
    firsts: Mapping[str, Report],
    rulings: Rulings,
    sides: Sides,
) -> list[dict[str, Any]]:
    """Each with the reason in words; `firsts` are the first reports of all of them, by the incident's id."""
    return [
        {
            "id": other.id,
            "place": clean(", ".join(dict.fromkeys(place.name for place in other.places))),
            "date": plain(other.date),
            "level": str(other.level),
            "why": _why(incident, other, firsts, rulings, sides),
        }
        for other in others
    ]


def _why(one: Incident, other: Incident, firsts: Mapping[str, Report], rulings: Rulings, sides: Sides) -> str:
    """Why the later of the two did not join the earlier, by the questions that the daemon asked."""
    if frozenset((one.id, other.id)) in rulings.apart:
        return "a person took them apart"
    earlier, later = sorted((one, other), key=lambda incident: (incident.opened_at, incident.id))
    first = firsts.get(later.id)
    if first is None:
        return _by_place_and_day(earlier, later) or "no report of the later one is kept"
    item = Item(id=first.id, title=first.title, first_seen=first.seen_at, published=first.reported_at)
    news = News(item=item, act=first.act, facts=first.facts, places=later.places, day=later.date, sides=sides)
    reasons = (
        refused(earlier, news),
        "" if in_window(earlier, news) else _days(earlier, later) or "too many hours lie between the reports",
        _by_place_and_day(earlier, later),
        contradiction(first.facts, earlier, sides),
        "other weapons are told" if other_weapons(first.facts, earlier) else "",
    )
    return next(filter(None, reasons), "nothing in their reports speaks against it: merge them if they are one attack")


def _by_place_and_day(earlier: Incident, later: Incident) -> str:
    shared = {place.id for place in earlier.places} & {place.id for place in later.places}
    if not shared and not any(place.is_vague for place in (*earlier.places, *later.places)):
        return "another place"
    if not {place.country for place in earlier.places} & {place.country for place in later.places}:
        return "another country"
    return _days(earlier, later)


def _days(earlier: Incident, later: Incident) -> str:
    apart = abs((later.date - earlier.date).days)
    return f"another day: {apart} day{'s' * (apart != 1)} apart" if apart else ""
