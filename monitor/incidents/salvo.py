"""The places of an incident: one, or all that a salvo fell on; a country where nobody says more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from monitor.incidents.agreement import Sides, attackers, other_weapons_of
from monitor.model.incident import Incident
from monitor.model.ledger import Rulings
from monitor.model.place import Place

#: whether the first is a town that was looked up, and the second stands near it; both by id
Nearness = Callable[[str, str], bool]
#: places of one incident; a text that lists more names no targets
MOST_PLACES = 24
#: parts of one salvo are known at most so long after one another
_TOGETHER = timedelta(hours=3)


def added(
    incident: Incident, places: Sequence[Place], elsewhere: Collection[str], near: Nearness, *, linked: bool
) -> tuple[Place, ...]:
    """The places that this report adds to the incident: those that it names beside one of them, or all of its salvo.

    A base in a country that the incident names makes it exact and adds nothing; one that has an incident of its own
    stays there.
    """
    if incident.places[0].is_unplaced or not (linked or any(meets(place, incident, near) for place in places)):
        return ()
    known = {place.id for place in incident.places}
    countries = {place.country for place in incident.places}
    vague = {place.country for place in incident.places if place.is_vague}
    # one base of a country that is named alone is the incident's own; a second one is another place
    found: list[Place] = []
    for place in places:
        if place.id in known or place.id in elsewhere or (place.is_vague and place.country in countries):
            continue
        if any(near(place.id, one) or near(one, place.id) for one in known):
            continue
        if place.country in vague:
            vague.discard(place.country)
        else:
            found.append(place)
    return tuple(found[: MOST_PLACES - len(incident.places)])


def meets(place: Place, incident: Incident, near: Nearness) -> bool:
    """The incident has this place, or one of the two is no more than the country of the other, or a town beside it."""
    return any(
        place.id == known.id
        or (place.country and known.country == place.country and (place.is_vague or known.is_vague))
        or near(place.id, known.id)
        or near(known.id, place.id)
        for known in incident.places
    )


def exact(incident: Incident, places: Sequence[Place], further: Sequence[Place], near: Nearness) -> list[Place]:
    """The incident's places, each country or town made exact by a base there that the report names, and the `further`
    ones."""
    if incident.places[0].is_unplaced and places:
        return list(places[:MOST_PLACES])
    known = {place.id for place in (*incident.places, *further)}
    bases = [place for place in places if not place.is_vague and place.id not in known]
    out: list[Place] = []
    for place in incident.places:
        base = next((b for b in bases if (place.is_vague and b.country == place.country) or near(place.id, b.id)), None)
        out.append(base or place)
    return [*out, *further]


def one_salvo(
    joined: Incident, others: Sequence[Incident], places: Sequence[Place], sides: Sides, rulings: Rulings
) -> list[Incident]:
    """Open incidents that a report shows to be the same salvo as the one it joins, since it names a place of each.

    Only where the same attacker is named for both, no other weapon, they opened nearly together, and nobody ruled that
    they are two.
    """
    named = {place.id for place in places if not place.is_vague}
    if not named & {place.id for place in joined.places}:
        return []
    return [
        other
        for other in others
        if named & ({place.id for place in other.places} - {place.id for place in joined.places})
        and abs(other.opened_at - joined.opened_at) <= _TOGETHER
        and any(a in sides(b) or b in sides(a) for a in attackers(joined) for b in attackers(other))
        and not other_weapons_of(joined.weapons, other.weapons)
        and frozenset((joined.id, other.id)) not in rulings.apart
    ]
