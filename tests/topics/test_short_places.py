"""Places under a short name, by their town, or by whose post it is: data/short-places.yaml holds the texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from classifying import asked, shipped
from monitor.config import yamlfile
from monitor.model.place import Place
from monitor.model.report import Classification

DATA: dict[str, Any] = yamlfile.read(Path(__file__).parent.parent / "data" / "short-places.yaml").data


def read(text: str) -> Classification:
    title, _, summary = text.partition(" || ")
    return asked(title, summary=summary)


def first(found: Classification) -> Place:
    facts = found.facts
    told = facts.targets or ((facts.unplaced,) if facts.unplaced else ())
    assert told, found.reason
    return told[0]


@pytest.mark.parametrize("case", DATA["towns"], ids=lambda case: case["text"])
def test_a_camp_in_a_town_is_near_its_base_and_the_lands_own(case: dict[str, str]) -> None:
    found = read(case["text"])
    place = first(found)
    assert not found.alert, found.reason
    assert (place.id, place.precision, place.whose) == (case["near"], "near", case["whose"])
    assert shipped().gazetteer.is_in_region(case["region"], place)


@pytest.mark.parametrize("case", DATA["short"], ids=lambda case: case["text"])
def test_beside_a_weapon_the_base_is_meant(case: dict[str, str]) -> None:
    found = read(case["text"])
    assert found.alert, found.reason
    assert (first(found).id, first(found).whose) == (case["place"], "foreign")


@pytest.mark.parametrize("text", DATA["quiet"])
def test_elsewhere_the_name_is_a_town_or_a_person(text: str) -> None:
    found = read(text)
    assert not found.alert, found.reason


@pytest.mark.parametrize(("text", "whose"), [pair for case in DATA["guests"] for pair in case.items()])
def test_whose_post_it_is_follows_from_who_is_there(text: str, whose: str) -> None:
    found = read(text)
    assert found.alert, found.reason
    assert first(found).whose == whose


@pytest.mark.parametrize("text", DATA["own"])
def test_where_no_guests_are_told_of_nobody_is_told(text: str) -> None:
    found = read(text)
    assert not found.alert, found.reason
    assert all(place.whose in ("national", "unknown") for place in found.facts.targets)
