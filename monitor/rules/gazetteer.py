"""The gazetteer: places, countries and groups of places from `rules/places/`, actors from `rules/actors/`. It is also
the one door to GeographicLib.

A place has a *site*, `base` or `diplomatic` (embassies, consulates, government zones), a kind, and an owner: *whose*
base it is. Rules speak of groups such as `@bases-iraq`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from geographiclib.geodesic import Geodesic
from pydantic import BeforeValidator, WithJsonSchema, model_validator

from monitor.config.syntax import CURLY
from monitor.config.yamlfile import Document, Loc, Strict
from monitor.errors import ConfigError, Problem
from monitor.model.place import (
    TARGET_KINDS,
    Place,
    PlaceRole,
    Precision,
    Site,
    TargetKind,
    country_id,
    country_of,
)
from monitor.rules.hints import FEW, SHORT, closest_of, name_hint, near, words_of
from monitor.rules.values import Id, Zone, key, several
from monitor.text.matcher import Term, make_term
from monitor.text.normalise import normalise_term

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
#: any text is read, so that `Iraq` can be answered with `IQ`
CountryCode = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})]


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
    country: CountryCode = key("ISO code of its country", "IQ")
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


class PlaceFile(Strict):
    """One file of `rules/places/`."""

    countries: tuple[CountrySpec, ...] = several("countries", [{"id": "IQ", "name": "Iraq", "zone": "Asia/Baghdad"}])
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

    actors: tuple[ActorSpec, ...] = several("armed actors", [{"id": "lake-brigades", "name": "Lake Brigades"}])


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Places, countries, groups and actors by id."""

    places: dict[str, PlaceSpec]
    countries: dict[str, CountrySpec]
    groups: dict[str, GroupSpec]
    actors: dict[str, ActorSpec]

    def zone_of(self, place_id: str) -> str:
        """The IANA time zone at a place or `country:XX`; UTC where nothing is known."""
        place = self.places.get(place_id)
        if place is not None and place.zone:
            return place.zone
        country = self.countries.get(place.country if place is not None else country_of(place_id))
        return country.zone if country is not None else "UTC"

    def place(self, place_id: str, role: PlaceRole, precision: Precision) -> Place:
        """A place of the gazetteer, as a report names it."""
        known = self.places[place_id]
        return Place(
            id=place_id, name=known.name, role=role, precision=precision, country=known.country, site=known.site,
            kind=known.kind, whose=known.whose,
        )  # fmt: skip

    def town(
        self,
        name: str,  # noqa: ARG002
        *,
        countries: Collection[str] = (),  # noqa: ARG002
        kind: str = "",  # noqa: ARG002
        role: PlaceRole = "target",  # noqa: ARG002
    ) -> Place | None:
        """The town or the airfield of this name that no file tells of, chosen by the countries that the report names
        and the kind of what was hit; how it was chosen is said in `Place.chosen`. None where nothing fits."""
        return None

    def somewhere_in(self, code: str, role: PlaceRole, site: Site = "base") -> Place:
        """A country as a place: somewhere in it."""
        name = self.country_name(code)
        return Place(id=country_id(code), name=name, role=role, precision="country", country=code, site=site)

    def sides_of(self, actor_id: str) -> frozenset[str]:
        """An actor and, through the `umbrella` of each, those that it belongs to, by id (`IRGC` → `irgc` → `iran`)."""
        found, waiting = {actor_id}, [actor_id]
        while waiting:
            actor = self.actors.get(waiting.pop())
            umbrellas = {part.strip().casefold() for part in actor.umbrella.split("/")} if actor is not None else set()
            for other in self.actors.values():
                names = {other.id, other.name.casefold(), *(word.casefold() for word in other.exact)}
                if other.id not in found and umbrellas & names:
                    found.add(other.id)
                    waiting.append(other.id)
        return frozenset(found)

    def country_name(self, code: str) -> str:
        """`Iraq` for `IQ`; a code that no file knows is its own name, an empty one stays empty."""
        country = self.countries.get(code.upper())
        return country.name if country is not None else code

    def places_within(self, km: float, lat: float, lon: float) -> frozenset[str]:
        """The places in a circle, by id: the shortest way on the WGS 84 ellipsoid (Karney 2013, doi
        10.1007/s00190-012-0578-z). Those without coordinates lie in none."""
        return frozenset(
            place.id
            for place in self.places.values()
            if place.lat is not None
            and place.lon is not None
            and Geodesic.WGS84.Inverse(lat, lon, place.lat, place.lon, Geodesic.DISTANCE)["s12"] <= km * 1000
        )

    def actor_hint(self, name: str, sign: str = "") -> str:
        """What to write for an actor that does not exist: people write its name in place of its id."""
        form = _form(name.strip(CURLY + "@"))
        for actor in self.actors.values():
            if form and form in map(_form, (actor.name, *actor.names, *actor.exact)):
                return f"write {sign}{actor.id}"
        return name_hint(name, sorted(self.actors), sign, "all actors stand in actors/*.yaml")

    def place_hint(self, word: str, *, among: Collection[str] | None = None) -> str:
        """What to write for a place, country or group that does not exist; `among`: only ids among these."""
        possible = [*self.places, *self.countries, *(f"@{name}" for name in self.groups)] if among is None else among
        bare = word.strip(CURLY + " ")
        name = bare.removeprefix("@")
        if bare != word and bare in possible:
            return f'write {_quoted(bare)} in plain quotes (")'
        if meant := [written for written in self._meant(name) if written in possible]:
            return f"write {' or '.join(map(_quoted, meant[:4]))}"
        by_name = {written.removeprefix("@"): written for written in possible}
        groups = {group: written for group, written in by_name.items() if written.startswith("@")}
        if meant_id := near(name, groups if word.startswith("@") else by_name):
            return f"did you mean {by_name[meant_id]}?"
        if name in self.actors:
            return f'{name} is an actor: write who: {{any: ["@{name}"]}}'
        spelt = near(_form(name), self._ids_by_name)
        closest = [written for written in self._ids_by_name.get(spelt, ()) if written in possible]
        for part in words_of(name):
            closest += [written for written in self._meant(part) if written in possible and len(part) > SHORT]
        closest = list(dict.fromkeys([*closest, *closest_of(name, possible)]))[:4]
        if among and len(among) <= FEW and not closest:
            return f"known: {', '.join(sorted(among))}"
        where = "all places, groups and countries stand in places/*.yaml, and one that is missing is added there"
        return f"the closest are {', '.join(closest)}; {where}" if closest else where

    def _meant(self, name: str) -> list[str]:
        """The ids that a name of people stands for; of a country also the narrowest group that covers it."""
        form = _form(name)
        found = self._ids_by_name.get(form) or self._ids_by_name.get(form.removeprefix("the "), [])
        codes = set(found) & self.countries.keys()
        covering = [group for group in self.groups.values() if codes & set(group.countries)]
        narrow = sorted(covering, key=lambda group: len(group.countries))
        return list(dict.fromkeys([*found, *(f"@{group.id}" for group in narrow[:1])]))

    @cached_property
    def _ids_by_name(self) -> dict[str, list[str]]:
        """What rules write for each name of a place, country or group; made where a name is not known."""
        named = [(place.id, (place.name, *place.names, *place.town, *place.loose)) for place in self.places.values()]
        named += ((land.id, (land.name, *land.names, *land.people)) for land in self.countries.values())
        named += ((f"@{group.id}", (group.title,)) for group in self.groups.values())
        out: dict[str, list[str]] = {}
        for written, names in named:
            for form in dict.fromkeys(map(_form, names)):
                out.setdefault(form, []).append(written)
        return out

    def terms(self, bits: dict[str, int]) -> Iterator[Term]:
        """The terms of all names; `bits` are those of the built-in tags with the lists that include them."""
        base_tag = {"foreign": bits["base-place"], "un": bits["base-place"], "national": bits["home-base"]}
        for place in self.places.values():
            name = (("place", place.id),)
            for tag, words in (
                (
                    bits["diplomatic-place"] if place.site == "diplomatic" else base_tag[place.whose],
                    (place.name, *place.names),
                ),
                (bits["town"], place.town),
                (bits["loose-place"], place.loose),
            ):
                yield from _terms(words, tag, name)
        for country in self.countries.values():
            tag = bits["far-country"] if country.far else bits["country"]
            yield from _terms((country.name, *country.names), tag, (("country", country.id),))
            yield from _terms(country.people, bits["nationality"], (("nation", country.id),))
        for actor in self.actors.values():
            tags = bits["actor"] | bits[actor.side] | bits.get(f"actor:{actor.id}", 0)
            yield from _terms((actor.name, *actor.names), tags, (("actor", actor.id),))
            for word in actor.exact:
                if term := make_term(word, tags, exact=True, names=(("actor", actor.id),)):
                    yield term


def _spellings(words: Iterable[str]) -> Iterator[str]:
    """The names, and those of air bases in the other usual spelling: `X Air Base`, `X airbase`."""
    for word in words:
        yield word
        for one, other in (("air base", " airbase"), ("airbase", " air base")):
            if word.casefold().endswith(f" {one}"):
                yield word[: -len(one) - 1] + other


def _terms(words: Iterable[str], tags: int, names: tuple[tuple[str, str], ...]) -> Iterator[Term]:
    for word in _spellings(words):
        acronym = word.isascii() and len(word) <= 5 and word.replace("-", "").isalnum() and word.isupper()
        if term := make_term(word, tags, any_case=not acronym, exact=acronym, names=names):
            yield term


def build_gazetteer(
    place_files: Sequence[tuple[Document, PlaceFile]], actor_files: Sequence[tuple[Document, ActorFile]]
) -> Gazetteer:
    """The gazetteer of these files; `ConfigError` holds every double id, shared name and unknown country."""
    problems: list[Problem] = []
    gazetteer = Gazetteer(places={}, countries={}, groups={}, actors={})
    for section in ("countries", "groups", "places"):
        held = ((document, getattr(content, section)) for document, content in place_files)
        _collect(section, held, getattr(gazetteer, section), problems)
    _collect("actors", ((document, content.actors) for document, content in actor_files), gazetteer.actors, problems)
    owners: dict[str, str] = {}
    for document, content in place_files:
        for i, place in enumerate(content.places):
            problems += _unknown(document, [(("places", i, "country"), place.country)], "country", gazetteer)
            problems += _name_problems(document, i, place, gazetteer, owners)
        for i, group in enumerate(content.groups):
            for part, kind in (("countries", "country"), ("not_countries", "country"), ("places", "place")):
                named = ((("groups", i, part, j), name) for j, name in enumerate(getattr(group, part)))
                problems += _unknown(document, named, kind, gazetteer)
    if problems:
        raise ConfigError(problems)
    return gazetteer


def _collect(
    section: str, held: Iterable[tuple[Document, Sequence[Any]]], into: dict[str, Any], problems: list[Problem]
) -> None:
    first: dict[str, str] = {}
    for document, specs in held:
        for i, spec in enumerate(specs):
            if spec.id in into:
                hint = f"first in {first[spec.id]}; give one of them another id"
                problems.append(document.problem(f"the id {spec.id} is used twice", section, i, "id", hint=hint))
            else:
                into[spec.id] = spec
                first[spec.id] = f"{document.path.name}:{document.line(section, i, 'id')}"


def _unknown(
    document: Document, named: Iterable[tuple[Loc, str]], kind: str, gazetteer: Gazetteer
) -> Iterator[Problem]:
    """Ids of countries or places that no file defines, each with where it stands."""
    known: Collection[str] = gazetteer.countries if kind == "country" else gazetteer.places
    for loc, name in named:
        if name not in known:
            hint = gazetteer.place_hint(name, among=known)
            yield document.problem(f"there is no {kind} {name}", *loc, hint=hint, unknown=name)


def _name_problems(
    document: Document, at: int, place: PlaceSpec, gazetteer: Gazetteer, owners: dict[str, str]
) -> Iterator[Problem]:
    """Names that can never be found, or belong to another place already; `owners`: the place of each name so far."""
    named: list[tuple[Loc, str]] = [(("name",), place.name)]
    for part in ("names", "town", "loose"):
        named += (((part, i), name) for i, name in enumerate(getattr(place, part)))
    for loc, name in named:
        form = _form(name)
        if not form:
            yield document.problem(f"the name {name!r} holds no letter or digit", "places", at, *loc)
            continue
        owner = gazetteer.places[owners.setdefault(form, place.id)]
        if owner.id != place.id and owner.id not in place.shares_names_with and place.id not in owner.shares_names_with:
            hint = f"if both are right, write: shares_names_with: [{owner.id}]"
            yield document.problem(f"the name {name!r} already belongs to {owner.id}", "places", at, *loc, hint=hint)


def _form(name: str) -> str:
    return normalise_term(name)[0].strip()


def _quoted(name: str) -> str:
    return f'"{name}"' if name.startswith("@") else name
