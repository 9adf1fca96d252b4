"""Whose base a place is: how files and what was stored before say it."""

from __future__ import annotations

from pydantic import TypeAdapter

from classifying import shipped
from monitor.model.place import Place
from monitor.rules.gazetteer import PlaceSpec


def test_a_place_that_was_stored_as_home_is_a_national_base() -> None:
    place = TypeAdapter(Place).validate_python({"id": "x", "name": "X", "country": "IQ", "site": "home"})
    assert (place.site, place.whose) == ("base", "national")


def test_what_was_stored_without_an_owner_leaves_it_open() -> None:
    place = TypeAdapter(Place).validate_python({"id": "x", "name": "X", "country": "IQ"})
    assert (place.site, place.whose, place.kind) == ("base", "unknown", "")


def test_foreign_false_is_read_as_national() -> None:
    keys = {"id": "x", "name": "X", "country": "IQ", "kind": "camp"}
    assert PlaceSpec.model_validate({**keys, "foreign": False}).whose == "national"
    assert PlaceSpec.model_validate({**keys, "foreign": True}).whose == "foreign"


def test_a_place_of_the_gazetteer_brings_its_kind_and_owner() -> None:
    place = shipped().gazetteer.place("unifil-naqoura", "target", "base")
    assert (place.kind, place.whose) == ("headquarters", "un")
