"""The gazetteer: places, countries and groups of places from `rules/places/`, actors from `rules/actors/`.

A place has a *site*: `base` (foreign troops are or were stationed there), `home` (a base without foreign troops) or
`diplomatic` (embassies, consulates, government zones). Rules speak of groups such as `@bases-iraq`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import Field, WithJsonSchema

from monitor.config.yamlfile import Document, Strict
from monitor.errors import ConfigError, Problem
from monitor.model.place import Place, PlaceRole, Precision, Site, country_id, country_of
from monitor.rules.listfile import Id
from monitor.rules.values import Zone
from monitor.text.matcher import Term, make_term
from monitor.text.normalise import normalise_term

DIPLOMATIC = frozenset({"embassy", "consulate", "government zone", "hotel"})
Kind = Literal[
    "air base", "airport", "consulate", "embassy", "garrison", "government zone", "headquarters", "hospital", "hotel",
    "joint base", "logistics", "missile defence", "naval base", "outpost", "radar", "signals", "training base",
]  # fmt: skip
#: letters of a country's code; any text is read, so that `Iraq` can be answered with `IQ`
_CODE = 2
#: how near a name must be to be the one that was meant, and how many ids are told all
_MEANT, _FEW = 0.75, 20
CountryCode = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})]
S = TypeVar("S", "CountrySpec", "GroupSpec", "PlaceSpec", "ActorSpec")


class PlaceSpec(Strict):
    """One place of the gazetteer."""

    id: Id = Field(description="its id, for rules", examples=["ain-al-asad"])
    name: str = Field(description="its name in alerts; a name like those under `names`", examples=["Lake Air Base"])
    country: CountryCode = Field(description="ISO code of its country", examples=["IQ"])
    region: str = Field(default="", description="the part of the country, for people", examples=["Anbar"])
    lat: float | None = Field(default=None, ge=-90, le=90, description="latitude in degrees", examples=[33.79])
    lon: float | None = Field(default=None, ge=-180, le=180, description="longitude in degrees", examples=[42.44])
    confirmed: bool = Field(default=False, description="true: two sources agree on the coordinates", examples=[True])
    kind: Kind = Field(description="what it is", examples=["air base"])
    hosts: tuple[str, ...] = Field(default=(), description="whose forces are there, for people", examples=[["US"]])
    foreign: bool = Field(default=True, description="false: no foreign troops are known there", examples=[False])
    foreign_until: date | None = Field(
        default=None, description="the day the last foreign troops left; later it counts as a base without any",
        examples=["2026-01-17"],
    )  # fmt: skip
    status: str = Field(default="", description="for people", examples=["active"])
    note: str = Field(default="", description="for people", examples=["Papers also write Lakeside."])
    zone: Zone | None = Field(
        default=None, description="IANA time zone, where it is not the country's", examples=["Asia/Baghdad"]
    )
    names: tuple[str, ...] = Field(
        default=(), description="names that surely mean it, in any language", examples=[["Lake Airfield"]]
    )
    town: tuple[str, ...] = Field(
        default=(), description="names of the town beside it: the base is meant only where a base word stands near",
        examples=[["Laketown"]],
    )  # fmt: skip
    loose: tuple[str, ...] = Field(
        default=(), examples=[["the Lake"]],
        description="words with other meanings: they count only beside a base word, or where the country is named too",
    )  # fmt: skip
    shares_names_with: tuple[str, ...] = Field(
        default=(), description="other places that rightly share one of its names", examples=[["erbil-air-base"]]
    )

    @property
    def site(self) -> Site:
        """What kind of target it is."""
        if self.kind in DIPLOMATIC:
            return "diplomatic"
        return "base" if self.foreign else "home"


class CountrySpec(Strict):
    """A country and the words that name it."""

    id: str = Field(pattern=r"^[A-Z]{2}$", description="its ISO code", examples=["IQ"])
    name: str = Field(description="its name in alerts", examples=["Iraq"])
    zone: Zone = Field(
        description="IANA time zone: the day of an attack is that of its place", examples=["Asia/Baghdad"]
    )
    names: tuple[str, ...] = Field(
        default=(), description="words that name it, its cities among them", examples=[["Baghdad", "العراق"]]
    )
    people: tuple[str, ...] = Field(
        default=(), examples=[["Iraqi", "Iraqis"]],
        description="its people and what is theirs: they may stand abroad, so they do not say where something happened",
    )  # fmt: skip
    far: bool = Field(
        default=False, description="true: named as a speaker more often than as a scene (“Washington”); "
        "it is the scene only right behind the target", examples=[True],
    )  # fmt: skip


class GroupSpec(Strict):
    """A group of places for rules; a report that names only a country belongs to the groups that cover it."""

    id: Id = Field(description="its id; rules write it with an @", examples=["bases-iraq"])
    title: str = Field(description="what it is, for people", examples=["bases in Iraq"])
    countries: tuple[str, ...] = Field(
        default=(), min_length=1, description="only in these countries", examples=[["IQ", "SY"]]
    )
    not_countries: tuple[str, ...] = Field(
        default=(), min_length=1, description="in all countries but these", examples=[["IQ"]]
    )
    sites: tuple[Site, ...] = Field(
        default=("base",), examples=[["base", "home"]],
        description="`base` (foreign troops are there), `home` (a base without any), `diplomatic` (embassies and such)",
    )  # fmt: skip
    places: tuple[str, ...] = Field(
        default=(), min_length=1, description="places, whatever else is said", examples=[["al-udeid"]]
    )

    def holds(self, place_id: str | None, country: str, site: str) -> bool:
        """Whether a target at this place (or somewhere in this country) belongs to the group."""
        if place_id is not None and place_id in self.places:
            return True
        if site not in self.sites or not country or (self.places and not self.countries and not self.not_countries):
            return False
        return (not self.countries or country in self.countries) and country not in self.not_countries


class PlaceFile(Strict):
    """One file of `rules/places/`."""

    countries: tuple[CountrySpec, ...] = Field(
        default=(), description="countries", examples=[[{"id": "IQ", "name": "Iraq", "zone": "Asia/Baghdad"}]]
    )
    groups: tuple[GroupSpec, ...] = Field(
        default=(), description="groups of places",
        examples=[[{"id": "bases-iraq", "title": "bases in Iraq", "countries": ["IQ"]}]],
    )  # fmt: skip
    places: tuple[PlaceSpec, ...] = Field(
        default=(), description="places",
        examples=[[{"id": "lake-base", "name": "Lake Air Base", "country": "IQ", "kind": "air base"}]],
    )  # fmt: skip


class ActorSpec(Strict):
    """An armed actor: who attacks, who claims."""

    id: Id = Field(description="its id, for rules", examples=["lake-brigades"])
    name: str = Field(description="its name in alerts", examples=["Lake Brigades"])
    side: Literal["foe", "partner"] = Field(
        default="foe", description="`foe`: attacks bases; `partner`: fights beside their troops", examples=["partner"]
    )
    kind: str = Field(default="", description="for people", examples=["militia"])
    umbrella: str = Field(
        default="", description="whom it belongs to: their reports do not contradict each other",
        examples=["islamic-resistance"],
    )  # fmt: skip
    facade: bool = Field(default=False, description="true: a name under which others claim", examples=[True])
    names: tuple[str, ...] = Field(
        default=(), description="other names, in any language", examples=[["Brigades of the Lake", "كتائب البحيرة"]]
    )
    exact: tuple[str, ...] = Field(
        default=(), description="short names that count only in this very case", examples=[["LB"]]
    )


class ActorFile(Strict):
    """One file of `rules/actors/`."""

    actors: tuple[ActorSpec, ...] = Field(
        default=(), description="armed actors", examples=[[{"id": "lake-brigades", "name": "Lake Brigades"}]]
    )


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
            id=place_id, name=known.name, role=role, precision=precision, country=known.country, site=known.site
        )

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

    def terms(self, bits: dict[str, int]) -> Iterator[Term]:
        """The terms of all names; `bits` are those of the built-in tags with the lists that include them."""
        site_tag = {"base": bits["base-place"], "home": bits["home-base"], "diplomatic": bits["diplomatic-place"]}
        for place in self.places.values():
            name = (("place", place.id),)
            for tag, words in (
                (site_tag[place.site], (place.name, *place.names)),
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
    places: dict[str, PlaceSpec] = {}
    countries: dict[str, CountrySpec] = {}
    groups: dict[str, GroupSpec] = {}
    actors: dict[str, ActorSpec] = {}
    homes: dict[str, dict[str, str]] = {key: {} for key in ("countries", "groups", "places", "actors")}
    for document, content in place_files:
        _collect(document, "countries", content.countries, countries, homes["countries"], problems)
        _collect(document, "groups", content.groups, groups, homes["groups"], problems)
        _collect(document, "places", content.places, places, homes["places"], problems)
    for document, actor_content in actor_files:
        _collect(document, "actors", actor_content.actors, actors, homes["actors"], problems)
    owners: dict[str, str] = {}
    for document, content in place_files:
        for i, place in enumerate(content.places):
            problems += _place_problems(document, i, place, countries, places, owners)
        for i, group in enumerate(content.groups):
            for key, codes in (("countries", group.countries), ("not_countries", group.not_countries)):
                problems += _unknown(document, ("groups", i, key), codes, countries, "country")
            problems += _unknown(document, ("groups", i, "places"), group.places, places, "place")
    if problems:
        raise ConfigError(problems)
    return Gazetteer(places, countries, groups, actors)


def _collect(
    document: Document, section: str, specs: Sequence[S], into: dict[str, S], homes: dict[str, str],
    problems: list[Problem],
) -> None:  # fmt: skip
    for i, spec in enumerate(specs):
        if spec.id in into:
            hint = f"first in {homes[spec.id]}; give one of them another id"
            problems.append(document.problem(f"the id {spec.id} is used twice", section, i, "id", hint=hint))
        else:
            into[spec.id] = spec
            homes[spec.id] = f"{document.path.name}:{document.line(section, i, 'id')}"


def _unknown(
    document: Document, loc: tuple[str | int, ...], ids: Sequence[str], known: Mapping[str, CountrySpec | PlaceSpec],
    what: str,
) -> list[Problem]:  # fmt: skip
    return [
        document.problem(f"there is no {what} {one}", *loc, i, hint=_meant(one, known), unknown=one)
        for i, one in enumerate(ids)
        if one not in known
    ]


def _meant(word: str, known: Mapping[str, CountrySpec | PlaceSpec]) -> str:
    """What to write for a country or place that does not exist: people write its name in place of its id."""
    bare = word.strip("“”„‘’‚«»@ ")
    form = normalise_term(bare)[0]
    names = {
        name: one.id for one in known.values() for name in _forms((one.name, *one.names, *getattr(one, "people", ())))
    }
    written = {one.casefold(): one for one in known}
    if meant := written.get(bare.casefold()) or (names.get(form) if form else None):
        return f"write {meant}"
    named = {name: one for name, one in (names | written).items() if len(name) > _CODE}
    if len(bare) > _CODE + 1 and (
        near := difflib.get_close_matches(form or bare.casefold(), named, n=1, cutoff=_MEANT)
    ):
        return f"did you mean {named[near[0]]}?"
    return f"known: {', '.join(sorted(known))}" if 0 < len(known) <= _FEW else ""


def _forms(names: Iterable[str]) -> set[str]:
    return {normalise_term(name)[0] for name in names}


def _place_problems(
    document: Document, at: int, place: PlaceSpec, countries: dict[str, CountrySpec], places: dict[str, PlaceSpec],
    owners: dict[str, str],
) -> list[Problem]:  # fmt: skip
    out: list[Problem] = []
    if place.country not in countries:
        hint = _meant(place.country, countries) or "countries stand in places/countries.yaml, by their two letters"
        said = f"there is no country {place.country}"
        out.append(document.problem(said, "places", at, "country", hint=hint, unknown=place.country))
    for key, words in (("names", (place.name, *place.names)), ("town", place.town), ("loose", place.loose)):
        for i, word in enumerate(words):
            loc = ("places", at, key, i - (key == "names")) if i or key != "names" else ("places", at, "name")
            form = normalise_term(word)[0]
            if not form:
                out.append(document.problem(f"the name {word!r} holds no letter or digit", *loc))
                continue
            owner = owners.setdefault(form, place.id)
            shared = (*place.shares_names_with, *(places[owner].shares_names_with if owner in places else ()))
            if owner != place.id and owner not in shared and place.id not in shared:
                hint = f"if both are right, write: shares_names_with: [{owner}]"
                out.append(document.problem(f"the name {word!r} already belongs to {owner}", *loc, hint=hint))
    return out
