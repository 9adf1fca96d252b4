"""The shipped rules load, do as their examples say, and the gazetteer is sound."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from classifying import asked, item, shipped, targets
from monitor.cli.main import main
from monitor.model.report import INCIDENT_ACTS, Level
from monitor.rules.folder import read_folder
from monitor.rules.model import Rule
from monitor.text.normalise import normalise_term
from monitor.topics.attacks.classifier import classify
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import compile_rules
from monitor.workbench.lint.check import lint

RULES = shipped().rules
FOLDER = Path(__file__).parent.parent.parent / "rules"


@cache
def all_on() -> RuleSet:
    """The shipped rules, also those that are shipped switched off."""
    files = read_folder(FOLDER)
    rules = tuple((document, rule.model_copy(update={"status": "live"})) for document, rule in files.rules)
    return compile_rules(replace(files, rules=rules, hash=f"{files.hash}, all on"))


def warnings_of(folder: Path) -> list[str]:
    files = read_folder(folder)
    return [str(problem) for problem in lint(files, compile_rules(files))]


def test_nothing_in_the_shipped_rules_is_there_in_vain() -> None:
    assert warnings_of(FOLDER) == []


def test_the_rules_that_init_writes_have_no_warning(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "news")]) == 0
    assert warnings_of(tmp_path / "news" / "rules") == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_why_and_has_six_examples_of_each_kind(rule: Rule) -> None:
    assert len(rule.why) > 20
    assert rule.send_to
    assert len(rule.examples.alert) >= 6
    assert len(rule.examples.quiet) >= 6


EXAMPLES = [(r, t, True) for r in RULES for t in r.examples.alert] + [
    (r, t, False) for r in RULES for t in r.examples.quiet
]


@pytest.mark.parametrize(("rule", "text", "takes"), EXAMPLES, ids=lambda v: v.id if hasattr(v, "id") else None)
def test_a_rule_takes_what_its_examples_say(rule: Rule, text: str, takes: bool) -> None:
    """A rule that is shipped switched off is judged as if it were on, beside the others."""
    if rule.status == "off":
        found = classify(item(text), all_on())
        assert (rule.id in [one.rule for one in found.taken]) is takes, found.reason
    else:
        found = asked(text)
        assert (found.rule == rule.id) is takes, found.reason


def test_what_a_rule_for_attacks_leaves_is_no_alert_of_another() -> None:
    quiet = {text for rule in RULES if set(rule.act) & INCIDENT_ACTS for text in rule.examples.quiet}
    assert [text for text in quiet if asked(text).alert] == []


def test_bases_wake_people_and_embassies_do_not() -> None:
    levels = {rule.id: rule.level for rule in RULES}
    assert {levels[f"attack-{region}"] for region in ("iraq", "syria", "jordan", "gulf")} == {Level.URGENT}
    assert levels["attack-elsewhere"] is Level.NOTICE
    assert {levels[name] for name in ("embassies", "retaliation", "threats")} == {Level.DIGEST}
    assert {name for rule in shipped().rules for name in rule.send_to} == {"alerts"}


def test_the_gazetteer_is_complete_and_in_range() -> None:
    gazetteer = shipped().gazetteer
    assert len(gazetteer.places) >= 170
    for place in gazetteer.places.values():
        if place.kind == "warship":
            continue
        assert place.lat is not None, place.id
        assert place.lon is not None, place.id
        assert -90 <= place.lat <= 90
        assert -180 <= place.lon <= 180
        assert place.country in gazetteer.countries, place.id
        assert place.hosts or place.whose == "national", place.id
        assert "/" in gazetteer.zone_of(place.id), place.id
    assert len(gazetteer.actors) >= 50


def test_no_name_belongs_to_two_places_unless_both_say_so() -> None:
    owners: dict[str, set[str]] = {}
    places = shipped().gazetteer.places
    for place in places.values():
        for name in (place.name, *place.names, *place.town, *place.loose):
            owners.setdefault(normalise_term(name)[0], set()).add(place.id)
    shared = {name: ids for name, ids in owners.items() if len(ids) > 1}
    for name, ids in shared.items():
        assert any(set(places[one].shares_names_with) & ids for one in ids), name


def test_the_arabic_word_for_country_is_no_base() -> None:
    assert not asked("قصف يطال البلد").alert


def test_every_region_has_its_group() -> None:
    groups = shipped().gazetteer.groups
    assert groups["bases-iraq"].holds("ain-al-asad", "IQ", "base")
    assert groups["bases-iraq"].holds(None, "IQ", "base")
    assert not groups["bases-iraq"].holds("us-embassy-baghdad", "IQ", "diplomatic")
    assert groups["embassies"].holds("green-zone", "IQ", "diplomatic")
    assert groups["bases-elsewhere"].holds("raf-akrotiri", "CY", "base")
    assert not groups["bases-elsewhere"].holds(None, "KW", "base")
    assert not groups["bases-elsewhere"].holds(None, "", "base")


def test_al_qaeda_is_an_actor_and_no_base() -> None:
    claimed = asked("تنظيم القاعدة يتبنى الهجوم على القاعدة الأمريكية في الأنبار")
    assert claimed.alert
    assert claimed.facts.claimed_by == ("al-qaeda",)
    for text in ("قصف يستهدف تنظيم القاعدة", "هجوم على القاعدة في جزيرة العرب", "هجوم على عناصر القاعدة"):
        assert not asked(text).alert, text


def test_a_base_with_a_turkish_ordinal_is_found() -> None:
    found = asked("Bahreyn'deki ABD 5. Filosu füzelerle vuruldu")
    assert found.alert, found.reason
    assert targets(found) == ["nsa-bahrain"]
