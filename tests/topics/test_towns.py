"""A headline that names no known place, and a town: where it was, and how the town was chosen."""

from __future__ import annotations

import pytest

from classifying import asked
from monitor.model.place import Place


def target(title: str, summary: str = "") -> Place | None:
    return next((place for place in asked(title, summary=summary).facts.places if place.role == "target"), None)


@pytest.mark.parametrize(
    ("title", "town", "precision", "zone"),
    [
        ("Drones hit UN peacekeepers' base in Malakal, South Sudan", "unmiss-malakal", "near", ""),
        ("Attack on French base in Gao, Mali", "gao-ml", "near", "Africa/Bamako"),
        ("Suicide bombers attack UN base near Douentza", "minusma-douentza", "near", ""),
        ("US base in Doha, Qatar, hit by missile", "doha-qa", "near", "Asia/Qatar"),
        ("Drone Strikes US Base In Harare", "harare-zw", "near", "Africa/Harare"),
        ("Anschlag auf Bundeswehr-Lager in Gao: Mehrere Verletzte", "gao-ml", "near", "Africa/Bamako"),
    ],
)
def test_a_town_says_where_it_was(title: str, town: str, precision: str, zone: str) -> None:
    place = target(title)
    assert place is not None
    assert (place.id, place.precision, place.zone) == (town, precision, zone)
    assert place.chosen


@pytest.mark.parametrize(
    "title",
    [
        "Iran Launches Ballistic Missiles at US Forces in Surprise Attack",
        "US base attacked in response, general says",
        "Missile Hits US Base In Reading Of Treaty",
        "US bases in Qatar, Kuwait and Bahrain hit by missiles",
        "US base in Victoria hit by missile",
    ],
)
def test_what_is_no_town_is_none(title: str) -> None:
    place = target(title)
    assert place is None or place.lat is None


def test_the_town_is_where_the_report_says_that_it_was() -> None:
    place = target("Rockets hit UN base in Tripoli, Lebanon")
    assert place is not None
    assert (place.id, place.chosen) == ("tripoli-lb", "the report names its country")


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("Ukrainian drones strike Engels air base", "engels"),
        ("Drones strike Engels airfield, Russian officials say", "engels"),
        ("Strike on Engels-2 damages bombers", "engels"),
        ("Drone attack on Rajouri army camp, two soldiers killed", "rajouri-camp"),
        ("Sea drones attack naval base in Novorossiysk", "novorossiysk"),
        ("Missiles hit Kleine Brogel Air Base", "kleine-brogel-air-base"),
        ("Drones hit Starokostiantyniv airfield", "starokostiantyniv"),
        ("Атака дронов на аэродром Энгельс", "engels"),
    ],
)
def test_a_base_of_the_own_forces_is_known(title: str, place: str) -> None:
    found = {one.id: one for one in asked(title).facts.places}
    assert place in found
    assert (found[place].whose, found[place].precision) == ("national", "base")


@pytest.mark.parametrize("title", ["Engels wrote of armies and bases", "Drones strike statue of Engels in Manchester"])
def test_a_name_of_people_is_no_base(title: str) -> None:
    assert "engels" not in {place.id for place in asked(title).facts.places}


def test_foreign_troops_at_a_national_base_are_foreign_troops() -> None:
    place = target("US base in Rajouri hit by drones")
    assert place is not None
    assert (place.id, place.whose) == ("rajouri-camp", "foreign")
