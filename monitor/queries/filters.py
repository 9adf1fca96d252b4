"""Which rows of the ledger a person asks for, in words: places, countries, groups, weapons, grades."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from monitor.config.validation import did_you_mean
from monitor.errors import UsageError
from monitor.model.ledger import Grade
from monitor.model.place import Place
from monitor.model.report import WEAPONS
from monitor.queries.ledger import Wanted
from monitor.rules.gazetteer import Gazetteer
from monitor.topics.attacks.topic import RuleSet

#: short forms of the grades, for the command line
GRADES = {
    "claimed": Grade.CLAIMED,
    "reported": Grade.REPORTED,
    "several": Grade.SEVERAL,
    "confirmed": Grade.CONFIRMED,
    "denied": Grade.DENIED,
    "retracted": Grade.RETRACTED,
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The filters as a person wrote them; an empty one asks nothing."""

    place: str = ""
    country: str = ""
    group: str = ""
    weapon: str = ""
    grade: str = ""


def wanted(since: date, until: date | None, asked: Asked, rules: Callable[[], RuleSet]) -> Wanted:
    """What the words ask for; `UsageError` says what to write. The rules are loaded only where a name is asked for."""
    named = asked.place or asked.country or asked.group
    gazetteer = rules().gazetteer if named else Gazetteer()
    return Wanted(
        since=since,
        until=until,
        is_place=_places(asked.place, gazetteer) if asked.place else None,
        country=country_code(asked.country, gazetteer) if asked.country else "",
        actors=_actors(asked.group, gazetteer) if asked.group else None,
        weapon=_weapon(asked.weapon) if asked.weapon else "",
        grade=_grade(asked.grade) if asked.grade else None,
    )


def _places(word: str, gazetteer: Gazetteer) -> Callable[[Place], bool]:
    """A place by id, a group by its id behind an @, a region or a country."""
    name = word.strip()
    group = gazetteer.groups.get(name.removeprefix("@")) if name.startswith("@") else None
    if group is not None:
        return lambda place: group.holds(place.id, place.country, "base" if place.site == "home" else place.site)
    if name in gazetteer.places:
        return lambda place: place.id == name
    if name in gazetteer.regions:
        return lambda place: gazetteer.is_in_region(name, place)
    if name.upper() in gazetteer.countries:
        return lambda place: place.country == name.upper()
    if gazetteer.town_of(name) is not None:
        return lambda place: place.id == name
    raise UsageError(_message("place", word, gazetteer.place_hint(name)))


def country_code(word: str, gazetteer: Gazetteer) -> str:
    """The code of a country that somebody names by code or name; `UsageError` where there is none."""
    code = word.strip().upper()
    if code in gazetteer.countries:
        return code
    for country in gazetteer.countries.values():
        if word.strip().casefold() in (country.name.casefold(), *(name.casefold() for name in country.names)):
            return country.id
    raise UsageError(_message("country", word, gazetteer.place_hint(word, among=gazetteer.countries)))


def _actors(word: str, gazetteer: Gazetteer) -> frozenset[str]:
    """An actor, by id or name, with those that belong to it."""
    bare = word.strip().removeprefix("@")
    id = bare if bare in gazetteer.actors else actor_named(bare, gazetteer)
    if not id:
        raise UsageError(_message("group", word, gazetteer.actor_hint(bare)))
    return frozenset(actor for actor in gazetteer.actors if id in gazetteer.sides_of(actor))


def actor_named(name: str, gazetteer: Gazetteer) -> str:
    """The id of the actor with this name, in any spelling of it; empty where there is none."""
    form = name.strip().casefold()
    for actor in gazetteer.actors.values():
        if form in (actor.id, actor.name.casefold(), *(one.casefold() for one in (*actor.names, *actor.exact))):
            return actor.id
    return ""


def _weapon(word: str) -> str:
    weapon = word.strip().casefold().replace(" ", "_").replace("-", "_")
    if weapon not in WEAPONS:
        raise UsageError(_message("weapon", word, did_you_mean(weapon, WEAPONS)))
    return weapon


def _grade(word: str) -> Grade:
    form = word.strip().casefold()
    by_word = {**GRADES, **{str(grade): grade for grade in Grade}}
    if form not in by_word:
        raise UsageError(_message("grade", word, did_you_mean(form, GRADES)))
    return by_word[form]


def _message(kind: str, word: str, hint: str) -> str:
    return f"there is no {kind} {word[:60]!r}" + (f"; {hint}" if hint else "")
