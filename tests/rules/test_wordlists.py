"""A user's own words, wordings and language, put beside the shipped ones by files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from languages import asked, rule, rules_of, small, taken, write
from monitor.errors import ConfigError
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

#: as a user would write it into rules/lists/italian.yaml, never having seen the Python
ITALIAN: dict[str, Any] = {
    "extend": {
        "drone": {"it": ["drone", "droni"]},
        "rocket": {"it": ["razzo", "razzi"]},
        "hit": {"it": ["colpisce", "colpiscono", "colpito", "ha colpito", "hanno colpito"]},
        "base-word": {"it": ["base", "basi", "base aerea"]},
        "us-behind": {"it": ["americana", "americane", "statunitense"]},
        "under-attack": {"it": ["sotto attacco", "è stata attaccata"]},
    },
    "patterns": {
        "it-rain": {
            "act": "attack", "why": "razzi piovono su una base", "points": 6,
            "templates": ["{it-rain} di {weapon} su {target}"],
        }
    },
    "frames": {
        "it-perhaps": {"any": ["@it-perhaps"], "in": "before", "instead": "threat", "why": "condizionale"},
    },
}  # fmt: skip
LISTS = {"it-rain": ["pioggia"], "it-perhaps": ["potrebbe", "potrebbero"]}


@pytest.fixture(scope="session")
def italian(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    any_attack = rule("attack", act=["attack"])
    return rules_of(tmp_path_factory.mktemp("italian"), [any_attack], lists=LISTS, **ITALIAN)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        # the shipped wordings with words of the new language
        ("Due droni hanno colpito la base americana in Iraq", "attack"),
        ("Razzi colpiscono Ain al-Asad", "attack"),
        ("Base statunitense sotto attacco", "attack"),
        # a wording of its own
        ("Pioggia di razzi su Ain al-Asad", "attack"),
        # a frame of its own
        ("Droni potrebbero colpire Ain al-Asad", "threat"),
        # it speaks for its own clause
        ("Droni potrebbero colpire, razzi colpiscono Ain al-Asad", "attack"),
        # the shipped languages go on
        ("Two drones hit Ain al-Asad air base", "attack"),
        ("La base americana è tranquilla", "other"),
    ],
)
def test_a_language_is_added_by_files_alone(italian: RuleSet, text: str, act: str) -> None:
    assert asked(italian, text).act == act


def test_a_list_of_another_file_is_extended(tmp_path: Path) -> None:
    what = rule("one", what={"any": ["@drone"]})
    rules = small(tmp_path, what, extend={"drone": ["quadcopter", "@own"]}, lists={"own": ["paper kite"]})
    assert [bool(taken(asked(rules, t))) for t in ("A drone", "A quadcopter", "A paper kite", "A kite")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_a_list_is_extended_in_the_lists_that_hold_it_and_in_wordings(tmp_path: Path) -> None:
    rules = small(tmp_path, rule("one", act=["attack"]), extend={"drone": ["quadcopter"], "hit": ["buzzes"]})
    assert taken(asked(rules, "A quadcopter buzzes Hill Base"))


def test_a_mask_covers_its_words(tmp_path: Path) -> None:
    rules = small(tmp_path, rule("one", what={"any": ["@drone"]}), masks={"show": ["drone show"]})
    assert taken(asked(rules, "A drone"))
    assert not taken(asked(rules, "A drone show"))
    assert taken(asked(rules, "A drone show, then another drone"))


def test_the_kinds_of_words_stand_together_and_those_of_one_kind_instead_of_each_other(tmp_path: Path) -> None:
    near = [{"words": ["x", "y"]}, {"words": ["p", "q"]}]
    rules = small(
        tmp_path,
        rule("near", what={"near": near}),
        rule("any-near", what={"any": ["gate"], "near": near}),
        rule("all-wording", what={"all": ["gate"], "templates": ["x y", "p q"]}),
        rule("never", never=[{"any": ["gate"], "near": near, "in": "item"}]),
    )
    assert {t: set(taken(asked(rules, t))) for t in ("gate", "x y", "p q gate", "nothing")} == {
        "gate": set(),
        "x y": {"near"},
        "p q gate": {"near", "any-near", "all-wording"},
        "nothing": {"never"},
    }


def test_two_files_extend_one_list(tmp_path: Path) -> None:
    small(tmp_path, rule("one", what={"any": ["@drone"]}), extend={"drone": ["quadcopter"]})
    write(tmp_path / "lists" / "z.yaml", {"extend": {"drone": ["kite"]}})
    rules = load_rules(tmp_path)
    assert taken(asked(rules, "A kite"))
    assert taken(asked(rules, "A quadcopter"))


def test_a_list_that_is_nowhere_cannot_be_extended(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="drnoe"):
        small(tmp_path, rule("one"), extend={"drnoe": ["kite"]})


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"a": ["@b"], "b": ["@a"]}, "circle"),
        ({"a": ["@a"]}, "circle"),
        ({"a": ["@nowhere"]}, "nowhere"),
        ({"drone": ["kite"]}, "drone"),
        ({"a": ["/(x/"]}, "own.yaml"),
    ],
)
def test_lists_that_make_no_sense_are_refused(lists: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        small(tmp_path, rule("one", what={"any": ["@drone"]}), lists=lists)


@pytest.mark.parametrize(
    "expression", [r"/(a)\1/", "/a(?=b)/", "/(?<!a)b/", "/(?>a)/", "/(/", "/[/", "/*/", "//", r"/(?P<x>a)(?P=x)/"]
)
def test_an_expression_that_is_none_or_takes_more_than_linear_time_is_refused(expression: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        small(tmp_path, rule("one", what={"any": [expression]}))
    assert "rules.yaml:1" in str(caught.value)


@pytest.mark.parametrize("expression", ["/a*/", "/(?:a)?/", "/^/", "/x|/"])
def test_an_expression_that_matches_nothing_at_all_is_refused(expression: str, tmp_path: Path) -> None:
    """It would take every item."""
    with pytest.raises(ConfigError):
        small(tmp_path, rule("one", what={"any": [expression]}))


@pytest.mark.parametrize("term", ["", " ", "*", "-", "'", "—", "\u200c", "\u0301", "...", "@", "@ x", "a*b", "** a"])
def test_a_term_that_can_never_match_or_says_nothing_is_refused(term: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        small(tmp_path, rule("one", what={"any": [term]}))
    assert "rules.yaml:1" in str(caught.value)


@pytest.mark.parametrize(
    "what",
    [
        {"near": [{"words": ["a"]}]},
        {"near": [{"words": ["a", "b"], "within": -1}]},
        {"near": [{"words": ["a", "b"], "within": 51}]},
        {"near": [{"words": list("abcdefg")}]},
        {"near": [{"words": ["a", []]}]},
        {"any": ["/\\b/"]},
        {"near": [{"words": ["a", "@nowhere"]}]},
        {"templates": ["{nowhere} x"]},
        {"templates": ["{weapon"]},
        {"templates": ["..."]},
        {"any": ["x"], "in": "sentences"},
        {"any": []},
        {"any": None},
        {},
    ],
)
def test_what_that_makes_no_sense_is_refused(what: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        small(tmp_path, rule("one", what=what))
    assert "rules.yaml:1" in str(caught.value)


@pytest.mark.parametrize(
    "keys",
    [
        {"where": {"any": ["@nowhere"]}},
        {"where": {"any": ["no-place"]}},
        {"where": {"any": ["ZZ"]}},
        {"where": {"within": {"km": 5, "of": "no-place"}}},
        {"where": {"within": {"km": 0, "of": "hill-base"}}},
        {"where": {"within": {"km": 5, "lat": 1}}},
        {"who": {"any": ["@nobody"]}},
        {"raise_to_flash_if": ["killed >= many"]},
        {"raise_to_flash_if": ["claimed by nobody"]},
        {"raise_to_flash_if": ["first here in 0 days"]},
        {"when": {"from": "25:00"}},
        {"when": {"zone": "Mars/Base"}},
        {"when": {"days": ["Caturday"]}},
        {"never": [{"any": ["x"]}]},
        {"language": "english"},
        {"based_on": "nothing"},
        {"level": "loud"},
        {"status": "on"},
    ],
)
def test_keys_that_make_no_sense_are_refused(keys: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        small(tmp_path, rule("one", **keys))
    assert "rules.yaml:1" in str(caught.value)
