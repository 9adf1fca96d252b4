"""Towns that no file tells of: how one is chosen among those of its name, and how it is found again by its id."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifying import shipped
from monitor.rules import towns

TABLES = Path(towns.__file__).parent


@pytest.mark.parametrize(
    ("name", "countries", "beside", "town", "why"),
    [
        ("Kidal", ["ML"], [], "kidal-ml", "the report names its country"),
        ("Rajauri", [], [], "rajaori-in", "no other country has one of this name"),
        ("راجوری", [], [], "rajaori-in", "no other country has one of this name"),
        ("Херсон", [], [], "kherson-ua", "no other country has one of this name"),
        ("Tripoli", ["LB"], [], "tripoli-lb", "the report names its country"),
        ("Tripoli", [], [], "tripoli-ly", "by far the largest of 3 of this name"),
        ("Paris", [], [], "paris-fr", "by far the largest of 3 of this name"),
        ("Paris", ["US"], [], "paris-us", "the report names its country"),
        # who fights in Paris is named too, and Texas is not meant
        ("Paris", [], ["US"], "paris-fr", "by far the largest of 3 of this name"),
        ("Victoria", ["SC"], [], "victoria-sc", "the report names its country"),
        ("Victoria", [], [], None, None),
        ("Kuwait City", ["KW"], [], "kuwait-city-kw", "the report names its country"),
        ("Koweït", ["KW"], [], None, None),
        ("Kidal", ["IQ"], [], None, None),
        ("Nowhereatall", [], [], None, None),
        ("", [], [], None, None),
    ],
)
def test_a_town_is_chosen_by_what_the_report_says(
    name: str, countries: list[str], beside: list[str], town: str | None, why: str | None
) -> None:
    found = shipped().gazetteer.town(name, countries=countries, beside=beside)
    assert (found and found.id, found and found.chosen) == (town, why)


def test_the_kind_of_what_was_hit_decides_between_countries() -> None:
    """An air base stands beside Incirlik of Adana, and none beside the others of that name."""
    found = towns.choose("Santa Rosa", (), (), lambda one: one.country == "AR")
    assert found is not None
    assert found[0].country == "AR"
    assert found[1].startswith("a base of the kind that was hit stands near it")


def test_where_no_country_decides_a_large_town_may_be_asked_for() -> None:
    gazetteer = shipped().gazetteer
    assert gazetteer.town("Djibo", least=500) is None
    assert gazetteer.town("Djibo", countries=["BF"], least=500) is not None


def test_a_town_has_country_zone_and_coordinates_also_by_its_id() -> None:
    gazetteer = shipped().gazetteer
    place = gazetteer.town("Kidal", countries=["ML"])
    assert place is not None
    assert (place.country, place.zone, place.precision, place.whose) == ("ML", "Africa/Bamako", "near", "unknown")
    assert gazetteer.zone_of(place.id) == "Africa/Bamako"
    assert gazetteer.position(place.id) == (place.lat, place.lon) == (18.44, 1.41)


def test_a_province_is_as_vague_as_a_country() -> None:
    gazetteer = shipped().gazetteer
    place = gazetteer.town("Borno")
    assert place is not None
    assert (place.id, place.precision, place.is_vague) == ("region:borno-ng", "country", True)
    assert gazetteer.zone_of(place.id) == "Africa/Lagos"


def test_ids_of_places_are_not_taken_for_towns() -> None:
    gazetteer = shipped().gazetteer
    assert gazetteer.zone_of("no-such-place-at-all") == "UTC"
    assert gazetteer.zone_of("unplaced") == "UTC"
    assert gazetteer.position("uss-cole") is None
    assert gazetteer.position("country:IQ") is None
    assert gazetteer.position("ain-al-asad") == (33.7856, 42.4412)


@pytest.mark.parametrize("odd", ["\n", "\t", "a\tb", "\0", "ﷺ", "x" * 10_000, "-", "''", "İ", "東京" * 50])
def test_odd_names_are_unknown_and_no_error(odd: str) -> None:
    assert towns.named(odd) == []
    assert towns.town(odd) is None
    assert towns.town(f"{odd}-ml") is None


def test_every_town_is_found_again_by_its_id() -> None:
    table = towns._table("towns.tsv.gz").decode().split("\n")[1:-1]
    assert table == sorted(table, key=str.encode)
    for row in table[::97]:
        for one in towns.towns(row.split("\t", 1)[0]):
            assert towns.town(one.id) == one


def test_the_tables_are_small_files() -> None:
    for name in ("towns.tsv.gz", "townnames.tsv.gz"):
        assert (TABLES / name).stat().st_size < 1 << 20
