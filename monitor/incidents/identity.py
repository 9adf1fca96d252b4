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
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from monitor.incidents.agreement import Sides, agreement, contradiction, other_weapons, same_attacker
from monitor.incidents.salvo import MOST_PLACES, Nearness, added, exact, meets
from monitor.model.incident import Incident, Relation, RelationKind
from monitor.model.item import Item
from monitor.model.ledger import NO_RULINGS, Rulings
from monitor.model.place import Place, unplaced
from monitor.model.report import INCIDENT_ACTS, Act, Classification, Facts, Level

#: an undated report joins an incident that was opened at most so long before it
FOLLOW_UP = timedelta(hours=18)
#: a claim or a toll belongs to an attack at most so many days before it
LATER_DAYS = 4
_SALVO = "attacker and weapon of a salvo on several places, same local date"
#: the incident that a report joins, and why
Found = tuple[Incident, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """A report as it is held beside the incidents."""

    item: Item
    act: Act
    facts: Facts
    #: where the attack was
    places: tuple[Place, ...]
    #: the day of the attack at its place: as the item states it, else the day of the report there
    day: date
    sides: Sides

    def differs(self, incident: Incident) -> bool:
        """The two cannot be of one attack."""
        return bool(contradiction(self.facts, incident, self.sides)) or other_weapons(self.facts, incident)

    def has_weapon(self, incident: Incident) -> bool:
        return not set(self.facts.weapons).isdisjoint(incident.weapons)

    def has_attacker(self, incident: Incident) -> bool:
        return same_attacker(self.facts, incident, self.sides)


def relate(
    item: Item,
    classification: Classification,
    incidents: Sequence[Incident],
    *,
    zone_of: Callable[[str], str],
    sides: Sides = lambda actor: frozenset({actor}),
    near: Nearness = lambda town, place: False,  # noqa: ARG005
    own: str | None = None,
    rulings: Rulings = NO_RULINGS,  # noqa: ARG001
) -> Relation:
    """The incident that `item` opens or joins; `own` is the one that an edited item already belongs to.

    `incidents` may hold any incidents in any order; those outside the window are passed over. `sides` gives an actor
    with those that it belongs to; `near` tells whether the first is a town that was looked up and the second stands
    beside it. The answer carries the incident as the item leaves it: a place made exact, places of the same salvo,
    weapons and claims added, the highest toll.
    """
    act, facts = classification.act, classification.facts
    latest = sorted(incidents, key=lambda i: (i.opened_at, i.id), reverse=True)
    if act is Act.TOLL:
        known = _counted_again(latest, item, facts, zone_of)
        if known is None:
            return Relation(kind=RelationKind.NONE, reason="a new toll of no attack that is known")
        joined = _with(known, act, facts, known.places)
        reason = f"a later toll of the attack there on {known.date}"
        return Relation(kind=RelationKind.JOINS, incident=joined, reason=reason)
    if act not in INCIDENT_ACTS:
        return Relation(kind=RelationKind.NONE, reason=f"an item of act {act} opens no incident")
    if classification.rule is None and own is None:
        return Relation(kind=RelationKind.NONE, reason="no rule asks for it, so it opens and joins no incident")
    places = facts.targets
    day = facts.date or _local_day(item, zone_of(places[0].id) if places else "UTC")
    report = _Report(item=item, act=act, facts=facts, places=places, day=day, sides=sides)
    open_ones = [incident for incident in latest if _in_window(incident, report)]
    known = next((incident for incident in incidents if incident.id == own), None)
    found = (known, "the same article, edited") if known is not None else (
        _same_place(open_ones, report)
        or _vaguer_place(open_ones, report, near)
        or _same_salvo(open_ones, report)
        or _no_place(open_ones, report)
        or _claimed_later(latest, report)
    )  # fmt: skip
    if found is None:
        opened = _open(report, classification.level or Level.DIGEST, incidents)
        return Relation(kind=RelationKind.OPENS, incident=opened, reason="no incident there on that day")
    joined, reason = found
    elsewhere = {place.id for other in open_ones if other.id != joined.id for place in other.places}
    further = added(joined, places, elsewhere, near, linked=reason == _SALVO)
    return Relation(
        kind=RelationKind.JOINS,
        incident=_with(joined, act, facts, exact(joined, places, further, near)),
        reason=reason,
        added=tuple(place.name for place in further),
    )


def _local_day(item: Item, zone: str) -> date:
    return item.reported.astimezone(ZoneInfo(zone)).date()


def _in_window(incident: Incident, report: _Report) -> bool:
    apart = (report.day - incident.date).days
    if report.facts.date_stated:
        return apart in (0, -1)
    return apart == 0 or (abs(apart) == 1 and abs(report.item.reported - incident.opened_at) <= FOLLOW_UP)


def _same_place(incidents: Sequence[Incident], report: _Report) -> Found:
    """An incident at a base of the report, the base that it names first before the others."""
    for place in report.places:
        for incident in incidents:
            if not place.is_vague and any(place.id == known.id for known in incident.places):
                return incident, "same place, same local date"
    return None


def _vaguer_place(incidents: Sequence[Incident], report: _Report, near: Nearness) -> Found:
    """A report of a country or a town joins what is open there; a report of a base makes such an incident exact."""
    for number, place in enumerate(report.places):
        for incident in incidents:
            if not meets(place, incident, near) or report.differs(incident):
                continue
            # a country that a report names behind others says little by itself
            if number == 0 or report.has_weapon(incident) or report.has_attacker(incident):
                vague = place.is_vague or any(known.is_vague for known in incident.places)
                what = f"same country ({place.country})" if vague else f"beside {place.name}"
                return incident, f"{what}, same local date"
    return None


def _same_salvo(incidents: Sequence[Incident], report: _Report) -> Found:
    """Another place of a salvo: an incident of several places by the same attacker, with the same weapon."""
    for incident in incidents if report.places else ():
        if incident.more_places and report.has_weapon(incident) and report.has_attacker(incident):
            return incident, _SALVO
    return None


def _no_place(incidents: Sequence[Incident], report: _Report) -> Found:
    """Where the report or the incident has no place: the one that agrees most with it, if nothing contradicts."""
    best, found = 0.0, None
    for incident in incidents:
        if report.places and not incident.places[0].is_unplaced:
            continue
        much, why = agreement(report.facts, report.item.title, incident, report.sides)
        if much > best and not contradiction(report.facts, incident, report.sides):
            best, found = much, (incident, f"no place is told; {why}, same local date")
    return found


def _claimed_later(incidents: Sequence[Incident], report: _Report) -> Found:
    """A claim without a day of its own, some days behind the attack at its place that nobody claimed."""
    if report.act is not Act.CLAIM or report.facts.date_stated:
        return None
    known = _attacked_before(incidents, report.day, {place.id for place in report.places if not place.is_vague})
    if known is None or known.claimed_by or report.differs(known):
        return None
    return known, f"a claim of the attack there on {known.date}, which nobody had claimed"


def _counted_again(
    incidents: Sequence[Incident], item: Item, facts: Facts, zone_of: Callable[[str], str]
) -> Incident | None:
    """The latest attack at a base that a new toll names."""
    ids = [place.id for place in facts.places if place.role != "origin" and place.precision == "base"]
    return _attacked_before(incidents, _local_day(item, zone_of(ids[0])), set(ids)) if ids else None


def _attacked_before(latest: Sequence[Incident], day: date, ids: set[str]) -> Incident | None:
    """The latest incident at one of these bases that is no older than what is told later of an attack."""
    return next(
        (
            incident
            for incident in latest
            if 0 <= (day - incident.date).days <= LATER_DAYS
            and not ids.isdisjoint(place.id for place in incident.places)
        ),
        None,
    )


def _open(report: _Report, level: Level, incidents: Sequence[Incident]) -> Incident:
    facts = report.facts
    place, *more = report.places[:MOST_PLACES] or (unplaced(),)
    return Incident(
        id=_new_id(report.day, place, incidents),
        place_id=place.id,
        place_name=place.name,
        country=place.country,
        more_places=tuple(more),
        date=report.day,
        opened_at=report.item.reported,
        act=report.act,
        level=level,
        weapons=facts.weapons,
        claimed_by=facts.claimed_by,
        attributed_to=facts.attributed_to,
        named=facts.named,
        killed=facts.killed,
        wounded=facts.wounded,
        first_title=report.item.title,
    )


def _new_id(day: date, place: Place, incidents: Sequence[Incident]) -> str:
    """`2026-11-21-ain-al-asad`; a country by its name, `unplaced` where nobody says which; `-2` for a second one."""
    by_name = place.is_vague and not place.is_unplaced
    name = re.sub(r"[^a-z0-9]+", "-", place.name.casefold()) if by_name else place.id
    found = base = f"{day.isoformat()}-{name}"
    taken = {incident.id for incident in incidents}
    numbers = count(2)
    while found in taken:
        found = f"{base}-{next(numbers)}"
    return found


def _with(incident: Incident, act: Act, facts: Facts, places: Sequence[Place]) -> Incident:
    """The incident at `places` with what this report adds; its id, date and opening stay."""
    first, *more = places
    claimed = _union(incident.claimed_by, facts.claimed_by)
    blamed = _union(incident.attributed_to, facts.attributed_to)
    return replace(
        incident,
        place_id=first.id,
        place_name=first.name,
        country=first.country,
        more_places=tuple(more),
        act=Act.ATTACK if act is Act.ATTACK else incident.act,
        weapons=_union(incident.weapons, facts.weapons),
        claimed_by=claimed,
        attributed_to=tuple(actor for actor in blamed if actor not in claimed),
        named=_union(incident.named, facts.named),
        killed=_larger(incident.killed, facts.killed),
        wounded=_larger(incident.wounded, facts.wounded),
    )


def _union(one: tuple[str, ...], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _larger(one: int | None, other: int | None) -> int | None:
    return max((number for number in (one, other) if number is not None), default=None)
