"""The gazetteer: the places, regions, countries, groups and actors of a rules folder, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from monitor.config.syntax import CURLY
from monitor.config.yamlfile import Document, Loc
from monitor.errors import ConfigError, Problem
from monitor.model.place import Place, PlaceRole, Precision, Site, country_id, country_of, region_id, region_of
from monitor.rules import towns
from monitor.rules.geography import Circle, Point, is_within
from monitor.rules.hints import FEW, SHORT, closest_of, name_hint, near, words_of
from monitor.rules.placefile import (
    ActorFile,
    ActorSpec,
    CountrySpec,
    GroupSpec,
    MoreNames,
    PlaceFile,
    PlaceSpec,
    RegionSpec,
)
from monitor.text.matcher import Term, make_term
from monitor.text.normalise import normalise_term

#: a camp stands at most so far from the middle of its town
_IN_TOWN_KM = 6
#: a base of the kind that was hit stands at most so far from the town that is meant
_BESIDE_KM = 40


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Places, countries, regions, groups and actors by id."""

    places: dict[str, PlaceSpec] = field(default_factory=dict)
    countries: dict[str, CountrySpec] = field(default_factory=dict)
    regions: dict[str, RegionSpec] = field(default_factory=dict)
    groups: dict[str, GroupSpec] = field(default_factory=dict)
    actors: dict[str, ActorSpec] = field(default_factory=dict)

    def zone_of(self, place_id: str) -> str:
        """The IANA time zone at a place, a region, a town that was looked up, or `country:XX`; UTC where nothing is
        known."""
        place, region = self.places.get(place_id), self.regions.get(region_of(place_id))
        known = place if place is not None else region
        if known is not None and known.zone:
            return known.zone
        code = known.country if known is not None else country_of(place_id)
        if not code and known is None and (town := towns.town(place_id)) is not None:
            return town.zone
        country = self.countries.get(code or "")
        return country.zone if country is not None else "UTC"

    def position(self, place_id: str) -> Point | None:
        """Where a place or a town is; None for what has no coordinates."""
        known = self.places.get(place_id)
        found = known if known is not None else towns.town(place_id)
        return (found.lat, found.lon) if found is not None and found.lat is not None and found.lon is not None else None

    def is_town_near(self, town_id: str, place_id: str) -> bool:
        """Whether the first is a town that was looked up, and the second so near that a report may mean the same."""
        if town_id in self.places or town_id == place_id:
            return False
        one, other = self.position(town_id), self.position(place_id)
        return one is not None and other is not None and is_within(_BESIDE_KM, one, other)

    def place(self, place_id: str, role: PlaceRole, precision: Precision) -> Place:
        """A place of the gazetteer, as a report names it."""
        known = self.places[place_id]
        return Place(
            id=place_id, name=known.name, role=role, precision=precision, country=known.country, site=known.site,
            kind=known.kind, whose=known.whose,
        )  # fmt: skip

    def town(
        self,
        name: str,
        *,
        countries: Collection[str] = (),
        beside: Collection[str] = (),
        kind: str = "",
        least: int = 0,
        role: PlaceRole = "target",
        precision: Precision = "near",
    ) -> Place | None:
        """The town or province of this name that no file tells of; None where it is unknown, or could be several.

        `countries` are those that the report names, `beside` those of its other places, `kind` is that of what was
        hit; where no country decides, the town has at least `least` thousand people. How it was chosen is said in
        `Place.chosen`. Whose base stands there, the name does not tell.
        """

        def fits(one: towns.Town) -> bool:
            return bool(kind) and self._has_beside(one, kind)

        found = towns.choose(name, countries, beside, fits, least)
        if found is None or self._is_land(name, found[0]):
            return None
        return _looked_up(*found, role, precision)

    def town_of(self, place_id: str) -> Place | None:
        """The town with this id, as a target."""
        town = towns.town(place_id)
        return _looked_up(town, "", "target", "near") if town is not None and place_id not in self.places else None

    def guests_beside(self, town: Place) -> str:
        """The camp of guests that stands in a town that was looked up, beside bases of its own army; empty where none
        or several do."""
        if town.lat is None or town.lon is None:
            return ""
        near = [self.places[name] for name in self.places_within(_IN_TOWN_KM, town.lat, town.lon)]
        hosts = [place for place in near if place.hosts and place.site == "base" and place.kind != "warship"]
        return hosts[0].id if len(hosts) == 1 and hosts[0].whose == "national" else ""

    def _is_land(self, name: str, town: towns.Town) -> bool:
        """The country is meant, whose name its capital has too: "Koweït" for Kuwait City."""
        land = self.countries.get(town.country)
        return land is not None and _form(name) != town.form and town in towns.named(land.name)

    def is_town_of(self, place_id: str, word: str) -> bool:
        """Whether the word, in the form of the matcher, is the town beside the place, and not a loose name of it."""
        return any(_form(town) == word for town in self.places[place_id].town)

    def _has_beside(self, town: towns.Town, kind: str) -> bool:
        """A base of this kind stands near the town."""
        if town.lat is None or town.lon is None:
            return False
        return any(self.places[name].kind == kind for name in self.places_within(_BESIDE_KM, town.lat, town.lon))

    def region(self, name: str, role: PlaceRole, site: Site = "base") -> Place:
        """A region as a place: somewhere in it."""
        known = self.regions[name]
        return Place(
            id=region_id(name), name=known.name, role=role, precision="country", country=known.country or "", site=site
        )

    def is_in_region(self, name: str, place: Place) -> bool:
        """Whether a place lies in a region, by the region's id; a country only where it lies there as a whole."""
        region = self.regions.get(name)
        if region is None:
            return False
        if place.id == region_id(name) or place.country in region.countries:
            return True
        if place.lat is not None and place.lon is not None:
            return any(box.holds((place.lat, place.lon), place.country) for box in region.boxes)
        return place.id in self._in_regions[name]

    @cached_property
    def _in_regions(self) -> dict[str, frozenset[str]]:
        """The places of the gazetteer in the boxes of each region."""
        placed = [(place, point) for place in self.places.values() if (point := self.position(place.id)) is not None]
        return {
            region.id: frozenset(p.id for p, point in placed if any(b.holds(point, p.country) for b in region.boxes))
            for region in self.regions.values()
        }

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
        """The places in a circle, by id. Those without coordinates lie in none."""
        points = ((name, place.lat, place.lon) for name, place in self.places.items())
        return frozenset(
            name for name, y, x in points if y is not None and x is not None and is_within(km, (lat, lon), (y, x))
        )

    def circle(self, km: float, lat: float, lon: float) -> Circle:
        """A circle, for the places in it."""
        return Circle(km, (lat, lon), self.places_within(km, lat, lon))

    def actor_hint(self, name: str, sign: str = "") -> str:
        """What to write for an actor that does not exist: people write its name in place of its id."""
        form = _form(name.strip(CURLY + "@"))
        for actor in self.actors.values():
            if form and form in map(_form, (actor.name, *actor.names, *actor.exact)):
                return f"write {sign}{actor.id}"
        return name_hint(name, sorted(self.actors), sign, "all actors stand in actors/*.yaml")

    def place_hint(self, word: str, *, among: Collection[str] | None = None) -> str:
        """What to write for a place, country or group that does not exist; `among`: only ids among these."""
        possible = (
            [*self.places, *self.regions, *self.countries, *(f"@{name}" for name in self.groups)]
            if among is None
            else among
        )
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
        named += ((region.id, (region.name, *region.names)) for region in self.regions.values())
        named += ((f"@{group.id}", (group.title,)) for group in self.groups.values())
        out: dict[str, list[str]] = {}
        for written, names in named:
            for form in dict.fromkeys(map(_form, names)):
                out.setdefault(form, []).append(written)
        return out

    def terms(self, bits: dict[str, int]) -> Iterator[Term]:
        """The terms of all names; `bits` are those of the built-in tags with the lists that include them."""
        base_tag = {"foreign": bits["base-place"], "un": bits["base-place"], "national": bits["home-base"]}
        yield from self._region_terms(bits)
        for place in self.places.values():
            name = (("place", place.id),)
            for tag, words in (
                (
                    bits["diplomatic-place"] if place.site == "diplomatic" else base_tag[place.whose],
                    (place.name, *place.names),
                ),
                (bits["town"], place.town),
                # what is struck at Novorossiysk need not be its base; at a base of foreign troops it mostly is
                (bits["town" if place.whose == "national" else "loose-place"], place.loose),
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

    def _region_terms(self, bits: dict[str, int]) -> Iterator[Term]:
        """The names of regions; they name the country too where the region stands for one."""
        for region in self.regions.values():
            tag, names = bits["region-place"], [("region", region.id)]
            if region.country is not None:
                tag |= bits["far-country"] if self.countries[region.country].far else bits["country"]
                names.append(("country", region.country))
            yield from _terms((region.name, *region.names), tag, tuple(names))


#: what papers call an air base, behind its name
_AIR_BASES = ("air force base", "military base", "air base", "airbase", "airfield", "base")


def _spellings(words: Iterable[str]) -> Iterator[str]:
    """The names, and those of air bases in the other usual words: `X Air Base`, `X airbase`, `X base`."""
    for word in words:
        yield word
        said = next((one for one in _AIR_BASES if word.casefold().endswith(f" {one}")), None)
        if said is not None:
            yield from (f"{word[: -len(said)]}{other}" for other in _AIR_BASES if other != said)


def _terms(words: Iterable[str], tags: int, names: tuple[tuple[str, str], ...]) -> Iterator[Term]:
    for word in _spellings(words):
        acronym = word.isascii() and len(word) <= 5 and word.replace("-", "").isalnum() and word.isupper()
        if term := make_term(word, tags, any_case=not acronym, exact=acronym, names=names):
            yield term


def build_gazetteer(
    place_files: Sequence[tuple[Document, PlaceFile]],
    actor_files: Sequence[tuple[Document, ActorFile]],
    shipped: Callable[[], Collection[str]] = tuple,
) -> Gazetteer:
    """The gazetteer of these files; `ConfigError` holds every double id, shared name and unknown country.

    `shipped` tells, where one is missed, the ids that shipped files define.
    """
    problems: list[Problem] = []
    gazetteer = Gazetteer()
    for section in ("countries", "regions", "groups", "places"):
        held = ((document, getattr(content, section)) for document, content in place_files)
        _collect(section, held, getattr(gazetteer, section), problems)
    _collect("actors", ((document, content.actors) for document, content in actor_files), gazetteer.actors, problems)
    owners: dict[str, str] = {}
    added = [(document, content.more_names) for document, content in place_files]
    added += [(document, content.more_names) for document, content in actor_files]
    for document, more in added:
        problems += _add_names(document, more, gazetteer, shipped)
    for document, content in place_files:
        for i, place in enumerate(content.places):
            if place.country:
                problems += _unknown(document, [(("places", i, "country"), place.country)], "country", gazetteer)
            problems += _name_problems(document, i, place, gazetteer, owners)
        for i, region in enumerate(content.regions):
            problems += _region_problems(document, i, region, gazetteer)
        for i, group in enumerate(content.groups):
            for part, kind in (("countries", "country"), ("not_countries", "country"), ("places", "place")):
                named = ((("groups", i, part, j), name) for j, name in enumerate(getattr(group, part)))
                problems += _unknown(document, named, kind, gazetteer)
    if problems:
        raise ConfigError(problems)
    return gazetteer


def _add_names(
    document: Document, more: Mapping[str, MoreNames], gazetteer: Gazetteer, shipped: Callable[[], Collection[str]]
) -> Iterator[Problem]:
    """Gives names to what other files define; a problem for each id that none does, and each kind of name it lacks.

    Names of a place whose shipped file was taken out wait for it: the file is told of, not each of its names.
    """
    held: list[dict[str, Any]] = [gazetteer.places, gazetteer.countries, gazetteer.regions, gazetteer.actors]
    for name, spec in more.items():
        specs = next((specs for specs in held if name in specs), None)
        if specs is None and name in shipped():
            continue
        if specs is None:
            hint = gazetteer.place_hint(name)
            yield document.problem(f"there is no place, country or actor {name}", "more_names", name, hint=hint)
            continue
        given = {part: words for part, words in spec if words}
        for part in given.keys() - type(specs[name]).model_fields.keys():
            yield document.problem(f"{name} has no {part}", "more_names", name, part, hint="write names")
            del given[part]
        update = {part: (*getattr(specs[name], part), *words) for part, words in given.items()}
        specs[name] = specs[name].model_copy(update=update)


def _looked_up(town: towns.Town, why: str, role: PlaceRole, precision: Precision) -> Place:
    """A town as a place; a province is as vague as a country."""
    return Place(
        id=town.id, name=town.name, role=role, precision="country" if town.is_province else precision,
        country=town.country, lat=town.lat, lon=town.lon, zone=town.zone, chosen=why,
    )  # fmt: skip


def _region_problems(document: Document, at: int, region: RegionSpec, gazetteer: Gazetteer) -> Iterator[Problem]:
    """Countries that no file defines, an id that a place has too, and a region in which nothing can lie."""
    here: Loc = ("regions", at)
    named: list[tuple[Loc, str]] = [((*here, "countries", i), code) for i, code in enumerate(region.countries)]
    named += [((*here, "boxes", i, "country"), box.country) for i, box in enumerate(region.boxes) if box.country]
    if region.country is not None:
        named.append(((*here, "country"), region.country))
    yield from _unknown(document, named, "country", gazetteer)
    if region.id in gazetteer.places:
        hint = "give the region another id"
        yield document.problem(f"{region.id} is the id of a place already", *here, "id", hint=hint)
    if not region.countries and not region.boxes:
        said = f"nothing can lie in the region {region.id}"
        hint = "write countries: [XX], or boxes: [{south: 32.3, west: 73.7, north: 35.1, east: 77.0}]"
        yield document.problem(said, *here, hint=hint)


def _collect(
    section: str, held: Iterable[tuple[Document, Sequence[Any]]], into: dict[str, Any], problems: list[Problem]
) -> None:
    first: dict[str, tuple[Document, int]] = {}
    for document, specs in held:
        for i, spec in enumerate(specs):
            if spec.id in into:
                other, at = first[spec.id]
                line = other.line(section, at, "id")
                hint = f"first in {other.path.name}:{line}; give one of them another id"
                problems.append(document.problem(f"the id {spec.id} is used twice", section, i, "id", hint=hint))
            else:
                into[spec.id] = spec
                first[spec.id] = (document, i)


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
