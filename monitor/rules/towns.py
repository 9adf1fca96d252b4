"""Towns and provinces of the world that no file of the rules folder tells of, looked up by name when one is needed.

The tables beside this module are made by `tools/world_places.py`. They stay as bytes, sorted by name, and a name is
found in them by halving: nothing is built when the program starts, and an item without an unknown town costs nothing.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from monitor.model.place import region_id, region_of
from monitor.text.normalise import normalise_term

#: how much larger than the next one a town must be to be meant where nothing else tells
_CLEARLY_LARGER = 5
_NO_LETTER = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Town:
    """One line of the table: a town, or a province, which has no coordinates."""

    form: str
    name: str
    country: str
    #: code of its province in GeoNames; empty for a province itself
    province: str
    lat: float | None
    lon: float | None
    zone: str
    #: in thousands
    people: int

    @property
    def id(self) -> str:
        """`kidal-ml`, as `town` finds it again; the code of its province parts towns of one name in one country."""
        slug = f"{_NO_LETTER.sub('-', self.form)}-{self.country.lower()}"
        if self.is_province:
            return region_id(slug)
        larger = (one for one in towns(self.form) if one.country == self.country and one.rank > self.rank)
        return f"{slug}-{self.province.lower()}" if any(larger) else slug

    @property
    def rank(self) -> tuple[int, str]:
        """By which the larger of two goes first."""
        return self.people, self.province

    @property
    def is_province(self) -> bool:
        """It is an area, not a point."""
        return self.lat is None


def town(place_id: str) -> Town | None:
    """The town or province with this id."""
    parts = (region_of(place_id) or place_id).split("-")
    forms = (" ".join(parts[:-1]), " ".join(parts[:-2]))  # the last part is the country, or a province behind it
    return next((one for form in forms for one in towns(form) if one.id == place_id), None)


def choose(
    name: str, countries: Collection[str], beside: Collection[str], fits: Callable[[Town], bool], least: int = 0
) -> tuple[Town, str] | None:
    """The town that a report means by `name`, and how that was decided.

    `countries` are those where it says that the attack was: the town is in one of them, or the name means something
    else. Where it says none, `beside` decides, the countries that it names otherwise ("US troops in Paris" need not be
    in Texas, so a much larger town elsewhere stays possible); then which of them `fits` what was hit; and the number of
    people last, only where one town is by far the largest. Where no country decides, only those of at least `least`
    thousand people count.
    """
    found = sorted(named(name), key=lambda one: one.rank, reverse=True)
    if countries:
        there = [one for one in found if one.country in countries]
        return (there[0], _of_several("the report names its country", there)) if there else None
    there = [one for one in found if one.country in beside]
    if there and not _is_dwarfed(there[0], found[0]):
        return there[0], _of_several("the report names its country too", there)
    found = [one for one in found if one.people >= least]
    if len({one.country for one in found}) <= 1:
        return (found[0], _of_several("no other country has one of this name", found)) if found else None
    fitting = [one for one in found if fits(one)]
    if fitting:
        return fitting[0], _of_several("a base of the kind that was hit stands near it", fitting)
    other = next(one for one in found if one.country != found[0].country)
    return (found[0], f"by far the largest of {len(found)} of this name") if _is_dwarfed(other, found[0]) else None


def _is_dwarfed(one: Town, largest: Town) -> bool:
    return largest.people >= max(_CLEARLY_LARGER * one.people, 1)


def _of_several(said: str, among: Sequence[Town]) -> str:
    return said if len(among) == 1 else f"{said}; the largest of {len(among)}"


def named(name: str) -> list[Town]:
    """All towns and provinces that a name can mean, in any spelling and script of the tables."""
    form = normalise_term(name)[0].strip()
    found = {(one.form, one.country, one.province): one for one in towns(form)}
    for _, own, country, province in _rows("townnames.tsv.gz", form):
        for one in towns(own):
            if (one.country, one.province) == (country, province):
                found.setdefault((one.form, one.country, one.province), one)
    return list(found.values())


@cache
def towns(form: str) -> tuple[Town, ...]:
    """The towns and provinces whose own name has this form."""
    return tuple(_read(row) for row in _rows("towns.tsv.gz", form))


def _read(row: Sequence[str]) -> Town:
    form, country, province, lat, lon, zone, people, name = row
    return Town(
        form=form, name=name or form.title(), country=country, province=province,
        lat=float(lat) if lat else None, lon=float(lon) if lon else None,
        zone=_zones()[int(zone)], people=int(people or 0),
    )  # fmt: skip


@cache
def _zones() -> list[str]:
    return _table("towns.tsv.gz").partition(b"\n")[0].decode().partition("\t")[2].split()


@cache
def _table(name: str) -> bytes:
    return gzip.decompress((Path(__file__).parent / name).read_bytes())


def _rows(name: str, form: str) -> Iterator[list[str]]:
    """The lines that begin with this form, found by halving the table."""
    if not form:  # the first line, which holds the zones
        return
    table, key = _table(name), form.encode() + b"\t"
    low, high = 0, len(table)
    while low < high:
        middle = table.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = table.index(b"\n", middle) + 1
        if table[middle:end] < key:
            low = end
        else:
            high = middle
    while table.startswith(key, low):
        end = table.index(b"\n", low)
        yield table[low:end].decode().split("\t")
        low = end + 1
