"""Regions, seas and ships are places that a rule names."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifying import NOW, shipped
from monitor.model.item import Item
from monitor.model.place import Place, region_of
from monitor.rules.folder import read_folder
from monitor.rules.model import Where
from monitor.topics.attacks.classifier import classify
from monitor.topics.loading import compile_rules, load_rules
from monitor.workbench.lint.check import lint
from newsroom import english_rules

RULES = Path(__file__).parent.parent.parent / "rules"


def holds(place: Place | None, *any_of: str) -> bool:
    assert place is not None
    return shipped().rule_matcher.holds(Where(any=any_of), None, place)


@pytest.mark.parametrize(
    ("place", "region", "held"),
    [
        ("rajouri-camp", "kashmir", True),
        ("uri-brigade", "kashmir", True),
        ("nagrota", "kashmir", True),
        ("pathankot", "kashmir", False),
        ("nur-khan", "kashmir", False),
        ("saky", "crimea", True),
        ("saky", "black-sea", True),
        ("starokostiantyniv", "crimea", False),
        ("novorossiysk", "black-sea", True),
        ("engels", "black-sea", False),
        ("port-sudan-base", "red-sea", True),
        ("el-fasher-base", "darfur", True),
        ("boulkessi", "sahel", True),
        ("damasak-base", "lake-chad", True),
        ("erbil-air-base", "kurdistan-region", True),
        ("ain-al-asad", "kurdistan-region", False),
        ("al-udeid", "gulf", True),
    ],
)
def test_a_base_lies_in_a_region(place: str, region: str, held: bool) -> None:
    assert holds(shipped().gazetteer.place(place, "target", "base"), region) is held


def test_towns_and_whole_countries_lie_in_regions_too() -> None:
    gazetteer = shipped().gazetteer
    assert holds(gazetteer.town("Rajauri"), "kashmir")
    assert not holds(gazetteer.town("Amritsar"), "kashmir")
    assert holds(gazetteer.somewhere_in("ML", "target"), "sahel")
    assert not holds(gazetteer.somewhere_in("IN", "target"), "kashmir")
    assert holds(gazetteer.region("kashmir", "target"), "kashmir")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Attack on UN base in Kashmir kills two peacekeepers", "region:kashmir"),
        ("Drones hit US base in Darfur", "region:darfur"),
        ("US base in the Sahel attacked by gunmen", "region:sahel"),
        ("Drones hit US base in Mali in the Sahel", "country:ML"),
        ("Missiles hit US base in Crimea", "region:crimea"),
    ],
)
def test_a_report_that_names_only_the_region_is_there(text: str, place: str) -> None:
    targets = classify(Item(id="1", title=text, first_seen=NOW), shipped()).facts.targets
    assert [one.id for one in targets] == [place]


def test_a_region_has_a_zone() -> None:
    zone_of = shipped().gazetteer.zone_of
    assert zone_of("region:crimea") == "Europe/Simferopol"
    assert zone_of("region:kashmir") == "Asia/Kolkata"
    assert zone_of("region:black-sea") == "UTC"


def test_every_region_without_boxes_of_the_sea_holds_some_place() -> None:
    gazetteer = shipped().gazetteer
    empty = {
        region.id
        for region in gazetteer.regions.values()
        if region.boxes and not gazetteer._in_regions[region.id] and region.country is not None
    }
    assert empty <= {"tigray", "cabo-delgado", "kordofan", "mindanao", "donbas", "sinai"}
    assert not {region_of(name) for name in gazetteer.regions} - {""}


def test_a_ship_is_a_place_without_coordinates() -> None:
    gazetteer = shipped().gazetteer
    ship = gazetteer.place("moskva-cruiser", "target", "base")
    assert (ship.kind, ship.country, gazetteer.position(ship.id)) == ("warship", "", None)
    assert holds(ship, "moskva-cruiser")
    assert not holds(ship, "@bases-elsewhere", "black-sea")


def test_a_town_lies_in_the_circle_of_a_rule(tmp_path: Path) -> None:
    english_rules(tmp_path / "rules")
    (tmp_path / "rules" / "near.yaml").write_text(
        "rule: near\ntitle: Near\nwhy: A test.\nlevel: notice\nsend_to: [duty]\n"
        "where: {within: {km: 60, lat: 16.27, lon: -0.04}}\n"
        "examples: {alert: ['French base in Gao hit by rockets'], quiet: ['French base in Kidal hit by rockets']}\n"
    )
    rules = load_rules(tmp_path / "rules")

    def taken(text: str) -> set[str]:
        return {one.rule for one in classify(Item(id="1", title=text, first_seen=NOW), rules).taken}

    assert "near" in taken("French base in Gao, Mali, hit by rockets")
    assert "near" not in taken("French base in Mopti, Mali, hit by rockets")
    assert "near" not in taken("French base in Mali hit by rockets")


def test_a_rule_may_name_a_town(tmp_path: Path) -> None:
    english_rules(tmp_path / "rules")
    head = "why: A test.\nlevel: notice\nsend_to: [duty]\nexamples: {alert: [x], quiet: [y]}\n"
    for name, where in (("at", "any: [gao-ml]"), ("near", "within: {km: 50, of: gao-ml}"), ("in", "any: [mindanao]")):
        (tmp_path / "rules" / f"{name}.yaml").write_text(f"rule: {name}\ntitle: T\nwhere: {{{where}}}\n{head}")
    files = read_folder(tmp_path / "rules")
    rules = compile_rules(files)
    found = classify(Item(id="1", title="French base in Gao, Mali, hit by rockets", first_seen=NOW), rules)
    assert {"at", "near"} <= {one.rule for one in found.taken}
    assert [str(one) for one in lint(files, rules) if "take nothing" in str(one)] == []


def test_a_rule_for_other_acts_may_ask_for_a_region(tmp_path: Path) -> None:
    english_rules(tmp_path / "rules")
    (tmp_path / "rules" / "sea.yaml").write_text(
        "rule: sea\ntitle: T\nwhy: A test.\nlevel: notice\nsend_to: [duty]\nact: threat\nwhere: {any: [red-sea]}\n"
        "examples: {alert: [x], quiet: [y]}\n"
    )
    rules = load_rules(tmp_path / "rules")
    found = classify(
        Item(id="1", title="Houthis threaten to attack US bases and ships in the Red Sea", first_seen=NOW), rules
    )
    assert "sea" in {one.rule for one in found.taken}
