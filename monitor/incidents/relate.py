"""Which incident an item belongs to: one attack on one place in one window of local dates.

**Identity** is the place and the window, never the likeness of two headlines: likeness merges two bases that were
attacked on one day, and splits two wordings of one attack. Attack, foiled attack and claim are one kind of event, so
all reports of it meet in one incident; an embassy and a base are different places and stay apart.

**The window.** A report belongs to an incident at its place when it tells of the same local day, or when it says no day
and comes within 18 hours of the incident's opening: papers still write of an evening attack the next noon, and
18 hours keep nightly attacks apart. A report that *states* another day ("on Tuesday", "January 20") tells of another
attack, with one exception: the day before the incident's, because early reports around midnight carry the later day.

**Places told with less precision.** A report that names only the country joins the open incident of that country (the
latest, where there are several). One that names the base joins an open incident of the country that has no base yet,
and gives it its place. Where no place is told, the attacker, the weapon and the words of the title must support it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.meaning import (
    INCIDENT_ACTS,
    Act,
    Classification,
    Incident,
    Level,
    PlaceRef,
    PlaceRole,
    Relation,
    RelationKind,
)
from monitor.news import Item

#: an undated report joins an incident that was opened at most so long before it
FOLLOW_UP = timedelta(hours=18)
#: place of an incident that nobody places
_UNPLACED = "unplaced"
_COUNTRY = "country:"
#: the first letters of longer words, so that "Iran" and "Iranian", "attack" and "attacks" count as one
_WORD = re.compile(r"\b\w{4}")
_LIKE = 0.25


def local_date(item: Item, classification: Classification, zone_of: Callable[[str], str]) -> date:
    """The day of the attack at its place: as the item states it, else the day of the report there."""
    if classification.facts.date is not None:
        return classification.facts.date
    target = next(iter(targets(classification)), None)
    moment = item.reported
    return moment.astimezone(ZoneInfo(zone_of(target.id) if target else "UTC")).date()


def targets(classification: Classification) -> tuple[PlaceRef, ...]:
    """The places that were attacked, as the item has them."""
    return tuple(place for place in classification.facts.places if place.role is PlaceRole.TARGET)


def relate(
    item: Item,
    classification: Classification,
    incidents: Sequence[Incident],
    *,
    zone_of: Callable[[str], str],
    own: str | None = None,
) -> Relation:
    """The incident that `item` opens or joins; `own` is the one that an edited item already belongs to.

    `incidents` may hold any incidents in any order; those outside the window are passed over. The answer carries the
    incident as the item leaves it: a place made exact, weapons and claims added, the highest toll.
    """
    if classification.act not in INCIDENT_ACTS:
        return Relation(kind=RelationKind.NONE, reason=f"an item of act {classification.act} opens no incident")
    day = local_date(item, classification, zone_of)
    places = targets(classification)
    known = next((incident for incident in incidents if incident.id == own), None) if own else None
    if known is not None:
        joined, reason = known, "the same article, edited"
    else:
        open_ones = [i for i in incidents if _in_window(i, day, classification, item)]
        open_ones.sort(key=lambda i: (i.opened_at, i.id), reverse=True)
        found = (
            _same_place(open_ones, places)
            or _vaguer_place(open_ones, places)
            or _no_place(open_ones, places, classification, item)
        )
        if found is None:
            opened = _open(item, classification, incidents, day)
            return Relation(kind=RelationKind.OPENS, incident=opened, reason="no incident there on that day")
        joined, reason = found
    return Relation(kind=RelationKind.JOINS, incident=_with(joined, classification), reason=reason)


def _in_window(incident: Incident, day: date, classification: Classification, item: Item) -> bool:
    apart = (day - incident.date).days
    if classification.facts.date_stated:
        return apart in (0, -1)
    moment = item.reported
    return apart == 0 or (abs(apart) == 1 and abs(moment - incident.opened_at) <= FOLLOW_UP)


Found = tuple[Incident, str] | None


def _same_place(incidents: Sequence[Incident], places: Sequence[PlaceRef]) -> Found:
    ids = {place.id for place in places}
    for incident in incidents:
        if incident.place_id in ids:
            return incident, "same place, same local date"
    return None


def _vaguer_place(incidents: Sequence[Incident], places: Sequence[PlaceRef]) -> Found:
    """A report of a country joins what is open there; a report of a base makes a country's incident exact."""
    for place in places:
        for incident in incidents:
            if (
                place.country
                and incident.country == place.country
                and (_is_vague(place.id) or _is_vague(incident.place_id))
            ):
                return incident, f"same country ({place.country}), same local date"
    return None


def _no_place(
    incidents: Sequence[Incident], places: Sequence[PlaceRef], classification: Classification, item: Item
) -> Found:
    """Where the report or the incident has no place: the one with the most signs in common, if there is any."""
    best: tuple[float, Incident] | None = None
    for incident in incidents:
        if places and incident.place_id != _UNPLACED:
            continue
        signs = _signs(incident, classification, item)
        if signs >= 1 and (best is None or signs > best[0]):
            best = signs, incident
    return (best[1], "no place is told; attacker, weapon or words agree, same local date") if best else None


def _signs(incident: Incident, classification: Classification, item: Item) -> float:
    """How much two reports without a common place agree: attacker, weapon, words of the title."""
    facts = classification.facts
    actors = {*facts.claimed_by, *facts.attributed_to}
    if actors and incident.claimed_by and not actors & set(incident.claimed_by):
        return 0
    likeness = _likeness(item.title, incident.first_title)
    return bool(set(facts.weapons) & set(incident.weapons)) + bool(actors & set(incident.claimed_by)) + likeness / _LIKE


def _likeness(one: str, other: str) -> float:
    """Share of the longer words that two titles have in common (Jaccard)."""
    a, b = (set(_WORD.findall(text.casefold())) for text in (one, other))
    return len(a & b) / len(a | b) if a and b else 0.0


def _is_vague(place_id: str) -> bool:
    return place_id.startswith(_COUNTRY) or place_id == _UNPLACED


def _open(item: Item, classification: Classification, incidents: Sequence[Incident], day: date) -> Incident:
    facts = classification.facts
    place = next(iter(targets(classification)), None)
    place_id = place.id if place else _UNPLACED
    return Incident(
        id=_new_id(day, place, incidents),
        place_id=place_id,
        place_name=place.name if place else "a place not told",
        country=place.country if place else "",
        date=day,
        opened_at=item.reported,
        act=classification.act,
        level=classification.level or Level.DIGEST,
        weapons=facts.weapons,
        claimed_by=facts.claimed_by,
        killed=facts.killed,
        wounded=facts.wounded,
        first_title=item.title,
    )


def _new_id(day: date, place: PlaceRef | None, incidents: Sequence[Incident]) -> str:
    """`2026-11-21-ain-al-asad`; a country or an unknown place by its name; `-2` for a second one."""
    if place is None:
        name = _UNPLACED
    else:
        name = place.id if not place.id.startswith(_COUNTRY) else re.sub(r"[^a-z0-9]+", "-", place.name.casefold())
    base = f"{day.isoformat()}-{name}"
    taken = {incident.id for incident in incidents}
    number = 2
    found = base
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found


def _with(incident: Incident, classification: Classification) -> Incident:
    """The incident with what this report adds; its id, date and opening stay."""
    facts = classification.facts
    place = next(iter(targets(classification)), None)
    exact = (
        place is not None
        and _is_vague(incident.place_id)
        and not (place.id.startswith(_COUNTRY) and incident.place_id.startswith(_COUNTRY))
    )
    if exact and place is not None:
        incident = replace(incident, place_id=place.id, place_name=place.name, country=place.country)
    return replace(
        incident,
        act=Act.ATTACK if classification.act is Act.ATTACK else incident.act,
        weapons=_union(incident.weapons, facts.weapons),
        claimed_by=_union(incident.claimed_by, facts.claimed_by),
        killed=_larger(incident.killed, facts.killed),
        wounded=_larger(incident.wounded, facts.wounded),
    )


def _union(one: tuple[str, ...], other: Sequence[str]) -> tuple[str, ...]:
    return (*one, *(word for word in dict.fromkeys(other) if word not in one))


def _larger(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)
