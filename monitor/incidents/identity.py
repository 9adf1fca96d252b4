"""Which incident an item belongs to: one attack on one place (a salvo: on several) in one window of local dates.

**Identity** is the place and the window, never the likeness of two headlines: likeness merges two bases that were
attacked on one day, and splits two wordings of one attack. Attack, foiled attack and claim are one kind of event, so
all reports of it meet in one incident; an embassy and a base are different places and stay apart.

**The window.** A report belongs to an incident at its place when it tells of the same local day, or when it says no day
and comes within 18 hours of the incident's opening: papers still write of an evening attack the next noon, and
18 hours keep nightly attacks apart. A report that *states* another day ("on Tuesday", "January 20") tells of another
attack, with one exception: the day before the incident's, because early reports around midnight carry the later day.

**Places told with less precision.** A country alone is a place: a report that names only the country joins the open
incident of that country (the latest, where there are several) and no other country's. One that names the base joins an
open incident of the country that has no base yet, and gives it its place; in both cases only where their weapons, if
both name any, could be the same. Where no place is told at all, the two must
agree in words or in attacker and weapon; in both cases nothing may contradict (`agreement.py`): a wrong join swallows
an alert, a wrong split costs one message more.

**A salvo** keeps all its places. A report that names one of them joins it, and adds those that it names beside it; one
that names another place joins an incident of several places where attacker and weapon are the same.

**What comes later.** A claim joins the latest unclaimed incident at its place, a new toll the latest one, up to four
days after it: they tell of an attack that is known. A toll opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.incidents.agreement import Sides, agreement, contradiction, other_weapons, same_attacker
from monitor.incidents.salvo import MOST_PLACES, UNPLACED, added, exact, is_vague, meets
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.model.item import Item
from monitor.model.place import PlaceRef, PlaceRole
from monitor.model.report import INCIDENT_ACTS, Act, Classification, Level

#: an undated report joins an incident that was opened at most so long before it
FOLLOW_UP = timedelta(hours=18)
#: a claim or a toll belongs to an attack at most so many days before it
LATER_DAYS = 4


def _alone(actor: str) -> frozenset[str]:
    return frozenset({actor})


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
    sides: Sides = _alone,
    own: str | None = None,
) -> Relation:
    """The incident that `item` opens or joins; `own` is the one that an edited item already belongs to.

    `incidents` may hold any incidents in any order; those outside the window are passed over. `sides` gives an actor
    with those that it belongs to. The answer carries the incident as the item leaves it: a place made exact, places of
    the same salvo, weapons and claims added, the highest toll.
    """
    act = classification.act
    latest = sorted(incidents, key=lambda i: (i.opened_at, i.id), reverse=True)
    if act is Act.TOLL:
        known = _counted_again(latest, item, classification, zone_of)
        if known is None:
            return Relation(kind=RelationKind.NONE, reason="a new toll of no attack that is known")
        joined = _with(known, classification, (), ())
        reason = f"a later toll of the attack there on {known.date}"
        return Relation(kind=RelationKind.JOINS, incident=joined, reason=reason)
    if act not in INCIDENT_ACTS:
        return Relation(kind=RelationKind.NONE, reason=f"an item of act {act} opens no incident")
    day = local_date(item, classification, zone_of)
    places = targets(classification)
    open_ones = [i for i in latest if _in_window(i, day, classification, item)]
    known = next((incident for incident in incidents if incident.id == own), None) if own else None
    found = (known, "the same article, edited") if known is not None else (
        _same_place(open_ones, places)
        or _vaguer_place(open_ones, places, classification, sides)
        or _same_salvo(open_ones, places, classification, sides)
        or _no_place(open_ones, places, classification, item, sides)
        or _claimed_later(latest, places, day, classification, sides)
    )  # fmt: skip
    if found is None:
        opened = _open(item, classification, incidents, day)
        return Relation(kind=RelationKind.OPENS, incident=opened, reason="no incident there on that day")
    joined, reason = found
    elsewhere = {place.id for other in open_ones if other.id != joined.id for place in other.places}
    further = added(joined, places, elsewhere, linked=reason == _SALVO)
    return Relation(
        kind=RelationKind.JOINS,
        incident=_with(joined, classification, places, further),
        reason=reason,
        added=tuple(place.name for place in further),
    )


def _in_window(incident: Incident, day: date, classification: Classification, item: Item) -> bool:
    apart = (day - incident.date).days
    if classification.facts.date_stated:
        return apart in (0, -1)
    moment = item.reported
    return apart == 0 or (abs(apart) == 1 and abs(moment - incident.opened_at) <= FOLLOW_UP)


Found = tuple[Incident, str] | None
_SALVO = "attacker and weapon of a salvo on several places, same local date"


def _same_place(incidents: Sequence[Incident], places: Sequence[PlaceRef]) -> Found:
    """An incident at a base of the report, the base that it names first before the others."""
    for place in places:
        for incident in incidents:
            if not is_vague(place.id) and any(place.id == known.id for known in incident.places):
                return incident, "same place, same local date"
    return None


def _vaguer_place(
    incidents: Sequence[Incident], places: Sequence[PlaceRef], classification: Classification, sides: Sides
) -> Found:
    """A report of a country joins what is open there; a report of a base makes a country's incident exact."""
    facts = classification.facts
    for number, place in enumerate(places):
        for incident in incidents:
            if not meets(place, incident) or contradiction(facts, incident, sides) or other_weapons(facts, incident):
                continue
            # a country that a report names behind others says little by itself
            if number == 0 or set(facts.weapons) & set(incident.weapons) or same_attacker(facts, incident, sides):
                return incident, f"same country ({place.country}), same local date"
    return None


def _same_salvo(
    incidents: Sequence[Incident], places: Sequence[PlaceRef], classification: Classification, sides: Sides
) -> Found:
    """Another place of a salvo: an incident of several places by the same attacker, with the same weapon."""
    facts = classification.facts
    for incident in incidents:
        if (
            places
            and incident.more_places
            and set(facts.weapons) & set(incident.weapons)
            and same_attacker(facts, incident, sides)
        ):
            return incident, _SALVO
    return None


def _no_place(
    incidents: Sequence[Incident],
    places: Sequence[PlaceRef],
    classification: Classification,
    item: Item,
    sides: Sides,
) -> Found:
    """Where the report or the incident has no place: the one that agrees most with it, if nothing contradicts."""
    best, found = 0.0, None
    for incident in incidents:
        if places and incident.place_id != UNPLACED:
            continue
        much, why = agreement(classification.facts, item.title, incident, sides)
        if much > best and not contradiction(classification.facts, incident, sides):
            best, found = much, (incident, f"no place is told; {why}, same local date")
    return found


def _claimed_later(
    incidents: Sequence[Incident], places: Sequence[PlaceRef], day: date, classification: Classification, sides: Sides
) -> Found:
    """A claim without a day of its own, some days behind the attack at its place that nobody claimed."""
    facts = classification.facts
    if classification.act is not Act.CLAIM or facts.date_stated:
        return None
    ids = {place.id for place in places if not is_vague(place.id)}
    for incident in incidents:
        days = (day - incident.date).days
        if not 0 <= days <= LATER_DAYS or ids.isdisjoint(place.id for place in incident.places):
            continue
        if incident.claimed_by or other_weapons(facts, incident) or contradiction(facts, incident, sides):
            return None
        return incident, f"a claim of the attack there on {incident.date}, which nobody had claimed"
    return None


def _counted_again(
    incidents: Sequence[Incident], item: Item, classification: Classification, zone_of: Callable[[str], str]
) -> Incident | None:
    """The latest attack at a base that a new toll names."""
    places = [p for p in classification.facts.places if p.role is not PlaceRole.ORIGIN and p.precision == "base"]
    ids = {place.id for place in places}
    if not ids:
        return None
    day = item.reported.astimezone(ZoneInfo(zone_of(places[0].id))).date()
    return next(
        (
            i for i in incidents
            if 0 <= (day - i.date).days <= LATER_DAYS and not ids.isdisjoint(place.id for place in i.places)
        ),
        None,
    )  # fmt: skip


def _open(item: Item, classification: Classification, incidents: Sequence[Incident], day: date) -> Incident:
    facts = classification.facts
    places = targets(classification)[:MOST_PLACES]
    place = next(iter(places), None)
    return Incident(
        id=_new_id(day, place, incidents),
        place_id=place.id if place else UNPLACED,
        place_name=place.name if place else "a place not told",
        country=place.country if place else "",
        more_places=places[1:],
        date=day,
        opened_at=item.reported,
        act=classification.act,
        level=classification.level or Level.DIGEST,
        weapons=facts.weapons,
        claimed_by=facts.claimed_by,
        attributed_to=facts.attributed_to,
        named=facts.named,
        killed=facts.killed,
        wounded=facts.wounded,
        first_title=item.title,
    )


def _new_id(day: date, place: PlaceRef | None, incidents: Sequence[Incident]) -> str:
    """`2026-11-21-ain-al-asad`; a country or an unknown place by its name; `-2` for a second one."""
    if place is None:
        name = UNPLACED
    else:
        name = place.id if not place.is_vague else re.sub(r"[^a-z0-9]+", "-", place.name.casefold())
    base = f"{day.isoformat()}-{name}"
    taken = {incident.id for incident in incidents}
    number = 2
    found = base
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found


def _with(
    incident: Incident, classification: Classification, places: Sequence[PlaceRef], further: Sequence[PlaceRef]
) -> Incident:
    """The incident with what this report adds; its id, date and opening stay."""
    facts = classification.facts
    first, *more = exact(incident, places, further)
    claimed = _union(incident.claimed_by, facts.claimed_by)
    blamed = _union(incident.attributed_to, facts.attributed_to)
    return replace(
        incident,
        place_id=first.id,
        place_name=first.name,
        country=first.country,
        more_places=tuple(more),
        act=Act.ATTACK if classification.act is Act.ATTACK else incident.act,
        weapons=_union(incident.weapons, facts.weapons),
        claimed_by=claimed,
        attributed_to=tuple(actor for actor in blamed if actor not in claimed),
        named=_union(incident.named, facts.named),
        killed=_larger(incident.killed, facts.killed),
        wounded=_larger(incident.wounded, facts.wounded),
    )


def _union(one: tuple[str, ...], other: Sequence[str]) -> tuple[str, ...]:
    return (*one, *(word for word in dict.fromkeys(other) if word not in one))


def _larger(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)
