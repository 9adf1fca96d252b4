"""The places of an incident: one, or all that a salvo fell on; a country where nobody says more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from monitor.model.incident import Incident
from monitor.model.place import COUNTRY, PlaceRef

#: places of one incident; a text that lists more names no targets
MOST_PLACES = 24
#: place of an incident that nobody places
UNPLACED = "unplaced"


def is_vague(place_id: str) -> bool:
    """No more than a country, or nothing at all."""
    return place_id.startswith(COUNTRY) or place_id == UNPLACED


def added(
    incident: Incident, places: Sequence[PlaceRef], elsewhere: Collection[str], *, linked: bool
) -> tuple[PlaceRef, ...]:
    """The places that this report adds to the incident: those that it names beside one of them, or all of its salvo.

    A base in a country that the incident names makes it exact and adds nothing; one that has an incident of its own
    stays there.
    """
    known = {place.id for place in incident.places}
    countries = {place.country for place in incident.places}
    if incident.place_id == UNPLACED:
        return ()
    if not linked and not any(meets(place, incident) for place in places):
        return ()
    vague = {place.country for place in incident.places if is_vague(place.id)}
    # one base of a country that is named alone is the incident's own; a second one is another place
    found: list[PlaceRef] = []
    for place in places:
        if place.id in known or place.id in elsewhere or (is_vague(place.id) and place.country in countries):
            continue
        if place.country in vague:
            vague.discard(place.country)
        else:
            found.append(place)
    return tuple(found[: MOST_PLACES - len(incident.places)])


def meets(place: PlaceRef, incident: Incident) -> bool:
    """The incident has this place, or one of the two is no more than the country of the other."""
    return any(
        place.id == known.id
        or (place.country and known.country == place.country and (is_vague(place.id) or is_vague(known.id)))
        for known in incident.places
    )


def exact(incident: Incident, places: Sequence[PlaceRef], further: Sequence[PlaceRef]) -> list[PlaceRef]:
    """The incident's places, each country made exact by a base in it that the report names, and the `further` ones."""
    if incident.place_id == UNPLACED and places:
        return list(places[:MOST_PLACES])
    known = {place.id for place in incident.places} | {place.id for place in further}
    bases = [place for place in places if not is_vague(place.id) and place.id not in known]
    out: list[PlaceRef] = []
    for place in incident.places:
        base = next((b for b in bases if is_vague(place.id) and b.country == place.country), None)
        out.append(base or place)
    return [*out, *further]
