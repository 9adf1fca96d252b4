"""What stands in `rules/places/` and `rules/actors/`: places, regions, countries, groups of places, and armed actors.

A place has a *site*, `base` or `diplomatic` (embassies, consulates, government zones), a kind, and an owner: *whose*
base it is. Rules speak of groups such as `@bases-iraq`, of regions, of places and of countries.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from monitor.config.yamlfile import Strict
from monitor.model.place import TARGET_KINDS, Site, TargetKind
from monitor.rules.geography import Box
from monitor.rules.values import CountryCode, Id, Zone, key, several

DIPLOMATIC = frozenset({"embassy", "consulate", "government zone", "hotel"})
#: what people write for a kind, and the word for it
_OTHER_WORDS = {
    "airbase": "air base", "airfield": "air base", "air field": "air base", "air station": "air base",
    "ammunition depot": "depot", "arms depot": "depot", "logistics": "depot", "warehouse": "depot",
    "army camp": "camp", "base": "military base", "joint base": "military base", "barrack": "barracks",
    "command": "headquarters", "hq": "headquarters", "fort": "garrison", "post": "outpost",
    "frigate": "warship", "navy base": "naval base", "port": "naval base", "ship": "warship", "vessel": "warship",
    "missile defence": "missile site", "radar": "radar site", "radar station": "radar site",
    "signals": "signals site", "training camp": "training base",
}  # fmt: skip
#: whose base a place of the gazetteer can be; `unknown` is only for what a report leaves open
Owner = Literal["foreign", "national", "un"]


def _known_kind(said: object) -> object:
    """The kind, or what to write for what people call it."""
    if isinstance(said, str) and said not in TARGET_KINDS:
        meant = _OTHER_WORDS.get(said.casefold().replace("-", " ").replace("_", " "))
        hint = f"write {meant}" if meant else f"kinds: {', '.join(TARGET_KINDS)}"
        raise ValueError(f"there is no kind {said!r}; {hint}")
    return said


def _known_site(said: object) -> object:
    """The site, or what to write for the one that is none any more."""
    if said == "home":
        raise ValueError("home is no site any more: write base, and let the rule say whose: [national]")
    return said


class PlaceSpec(Strict):
    """One place of the gazetteer."""

    id: Id = key("its id, for rules", "ain-al-asad")
    name: str = key("its name in alerts; a name like those under `names`", "Lake Air Base")
    country: CountryCode = key("ISO code of its country; a warship has none", "IQ", default="")
    region: str = key("the part of the country, for people", "Anbar", default="")
    lat: float | None = key("latitude in degrees", 33.79, default=None, ge=-90, le=90)
    lon: float | None = key("longitude in degrees", 42.44, default=None, ge=-180, le=180)
    confirmed: bool = key("true: two sources agree on the coordinates", True, default=False)
    kind: Annotated[TargetKind, BeforeValidator(_known_kind)] = key("what it is", "air base")
    hosts: tuple[str, ...] = several("whose forces are there, for people", ["US"])
    whose: Owner = key(
        "whose base it is: `foreign` (foreign troops are there), `national` (none are known there), `un`",
        "national",
        default="foreign",
    )
    foreign_until: date | None = key(
        "the day the last foreign troops left; later it is a national base", "2026-01-17", default=None
    )
    status: str = key("for people", "active", default="")
    note: str = key("for people", "Papers also write Lakeside.", default="")
    zone: Zone | None = key("IANA time zone, where it is not the country's", "Asia/Baghdad", default=None)
    names: tuple[str, ...] = several("names that surely mean it, in any language", ["Lake Airfield"])
    town: tuple[str, ...] = several(
        "names of the town beside it: the base is meant only where a base word stands near", ["Laketown"]
    )
    loose: tuple[str, ...] = several(
        "words with other meanings: they count only beside a base word, or where the country is named too", ["the Lake"]
    )
    shares_names_with: tuple[str, ...] = several("other places that rightly share one of its names", ["erbil-air-base"])

    @model_validator(mode="before")
    @classmethod
    def _older_words(cls, data: object) -> object:
        """`foreign: false` is how `whose: national` was written before."""
        if isinstance(data, dict) and isinstance(data.get("foreign"), bool) and "whose" not in data:
            foreign = data["foreign"]
            data = {key: value for key, value in data.items() if key != "foreign"}
            return {**data, "whose": "foreign" if foreign else "national"}
        return data

    @model_validator(mode="after")
    def _is_somewhere(self) -> PlaceSpec:
        if not self.country and self.kind != "warship":
            raise ValueError("country is missing; only a warship has none, write for instance country: IQ")
        return self

    @property
    def site(self) -> Site:
        """Whether it is a military or a diplomatic target."""
        return "diplomatic" if self.kind in DIPLOMATIC else "base"


class CountrySpec(Strict):
    """A country and the words that name it."""

    id: str = key("its ISO code", "IQ", pattern="^[A-Z]{2}$")
    name: str = key("its name in alerts", "Iraq")
    zone: Zone = key("IANA time zone: the day of an attack is that of its place", "Asia/Baghdad")
    names: tuple[str, ...] = several("words that name it, its cities among them", ["Baghdad", "العراق"])
    people: tuple[str, ...] = several(
        "its people and what is theirs: they may stand abroad, so they do not say where something happened",
        ["Iraqi", "Iraqis"],
    )
    far: bool = key(
        "true: named as a speaker more often than as a scene (“Washington”); it is the scene only right behind the "
        "target",
        True,
        default=False,
    )


class RegionSpec(Strict):
    """A part of a country, of several, or of the sea. Rules name it by its id, as they name a place."""

    id: Id = key("its id, for rules", "lake-land")
    name: str = key("its name in alerts; a name like those under `names`", "Lake Land")
    names: tuple[str, ...] = several("other names, in any language", ["Land of the Lake"])
    country: CountryCode | None = key(
        "the country that a report means which names only the region; leave it out where there is none",
        "IQ",
        default=None,
    )
    countries: tuple[str, ...] = several("countries that lie in it as a whole", ["ML", "NE", "BF"])
    boxes: tuple[Box, ...] = several(
        "what else lies in it: all places and towns with coordinates between these degrees",
        [{"south": 32.3, "west": 73.7, "north": 35.1, "east": 77.0, "country": "IN"}],
    )
    zone: Zone | None = key("IANA time zone, where it is not the country's", "Asia/Kolkata", default=None)


class GroupSpec(Strict):
    """A group of places for rules; a report that names only a country belongs to the groups that cover it."""

    id: Id = key("its id; rules write it with an @", "bases-iraq")
    title: str = key("what it is, for people", "bases in Iraq")
    countries: tuple[str, ...] = several("only in these countries", ["IQ", "SY"], min_length=1)
    not_countries: tuple[str, ...] = several("in all countries but these", ["IQ"], min_length=1)
    sites: tuple[Annotated[Site, BeforeValidator(_known_site)], ...] = key(
        "`base` (a military target), `diplomatic` (embassies and such)",
        ["base", "diplomatic"],
        default=("base",),
    )
    places: tuple[str, ...] = several("places, whatever else is said", ["al-udeid"], min_length=1)

    def holds(self, place_id: str | None, country: str, site: str) -> bool:
        """Whether a target at this place (or somewhere in this country) belongs to the group."""
        if place_id is not None and place_id in self.places:
            return True
        if site not in self.sites or not country or (self.places and not self.countries and not self.not_countries):
            return False
        return (not self.countries or country in self.countries) and country not in self.not_countries


class MoreNames(Strict):
    """Names for a place, a country, a region or an actor of another file, so that a language has a file of its own."""

    names: tuple[str, ...] = several("names beside those that it has", ["Flugplatz am See"])
    people: tuple[str, ...] = several("of a country: more words for its people", ["Iraker"])
    town: tuple[str, ...] = several("of a place: more names of the town beside it", ["Seestadt"])
    loose: tuple[str, ...] = several("of a place: more words with other meanings", ["am See"])


class PlaceFile(Strict):
    """One file of `rules/places/`."""

    more_names: dict[str, MoreNames] = key(
        "names for places, countries and regions of other files, by their id",
        {"lake-base": {"names": ["Flugplatz am See"]}, "IQ": {"names": ["Irak"]}},
        default_factory=dict,
    )

    countries: tuple[CountrySpec, ...] = several("countries", [{"id": "IQ", "name": "Iraq", "zone": "Asia/Baghdad"}])
    regions: tuple[RegionSpec, ...] = several(
        "regions and seas", [{"id": "lake-land", "name": "Lake Land", "country": "IQ"}]
    )
    groups: tuple[GroupSpec, ...] = several(
        "groups of places", [{"id": "bases-iraq", "title": "bases in Iraq", "countries": ["IQ"]}]
    )
    places: tuple[PlaceSpec, ...] = several(
        "places", [{"id": "lake-base", "name": "Lake Air Base", "country": "IQ", "kind": "air base"}]
    )


class ActorSpec(Strict):
    """An armed actor: who attacks, who claims."""

    id: Id = key("its id, for rules", "lake-brigades")
    name: str = key("its name in alerts", "Lake Brigades")
    side: Literal["foe", "partner"] = key(
        "`foe`: attacks bases; `partner`: fights beside their troops", "partner", default="foe"
    )
    kind: str = key("for people", "militia", default="")
    umbrella: str = key(
        "whom it belongs to: their reports do not contradict each other", "islamic-resistance", default=""
    )
    facade: bool = key("true: a name under which others claim", True, default=False)
    names: tuple[str, ...] = several("other names, in any language", ["Brigades of the Lake", "كتائب البحيرة"])
    exact: tuple[str, ...] = several("short names that count only in this very case", ["LB"])


class ActorFile(Strict):
    """One file of `rules/actors/`."""

    more_names: dict[str, MoreNames] = key(
        "names for actors of other files, by their id",
        {"lake-brigades": {"names": ["Seebrigaden"]}},
        default_factory=dict,
    )

    actors: tuple[ActorSpec, ...] = several("armed actors", [{"id": "lake-brigades", "name": "Lake Brigades"}])
