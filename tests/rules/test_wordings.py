"""Wordings that files add to the shapes, patterns and frames of others, and wordings in either order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from languages import asked, rule, rules_of, small, write
from monitor.errors import ConfigError
from monitor.text.expressions import TermError
from monitor.text.templates import orders, split
from monitor.topics.loading import load_rules

ATTACK = rule("attack", act=["attack"])


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("{a} {b}", ["a b"]),
        ("{a} & {b}", ["a b", "b a"]),
        ("{a} & {b} & {c}", ["a b c", "a c b", "b a c", "b c a", "c a b", "c b a"]),
        ("{x} {a} & {b} ... {c}", ["x a b  c", "x b a  c"]),
        ("hit hard & {a}? {b} & {c}", ["hit hard a b c", "hit hard a c b", "a hit hard b c", "a hit hard c b"]),
    ],
)
def test_an_ampersand_stands_for_either_order(written: str, made: list[str]) -> None:
    assert [" ".join(content for _, content, _ in order) for order in orders(split(written))] == made


@pytest.mark.parametrize("written", ["& {a}", "{a} &", "{a} & & {b}", "{a} ... & {b}", "{a} & ... {b}", "&"])
def test_an_ampersand_without_a_part_beside_it_is_refused(written: str) -> None:
    with pytest.raises(TermError, match=r"between two parts|at least one part"):
        orders(split(written))


def test_four_parts_in_either_order_are_too_many() -> None:
    with pytest.raises(TermError, match="at most 3"):
        orders(split("{a} & {b} & {c} & {d}"))


def extended(tmp_path: Path, language: str | None = None, **extend: Any) -> Any:
    words = {"it-on": ["sopra"], "it-hit": ["colpito"], "it-not": ["mai"]}
    said = {"language": language} if language else {}
    return rules_of(tmp_path, [ATTACK], lists=words, extend=extend, **said)


def test_a_pattern_is_given_a_wording(tmp_path: Path) -> None:
    rules = extended(tmp_path, **{"weapon-hits-target": {"templates": ["{it-on} {target} {weapon}"]}})
    assert asked(rules, "sopra Ain al-Asad bomb").act == "attack"
    assert asked(rules, "bomb sopra US").act != "attack"


def test_a_wording_that_is_given_counts_in_its_language_alone(tmp_path: Path) -> None:
    more = {"weapon-hits-target": {"templates": ["seen {target} {weapon}"]}}
    rules = extended(tmp_path, "it", **more)
    assert asked(rules, "sopra: seen Ain al-Asad bomb").act == "attack"
    assert asked(rules, "Seen Ain al-Asad bomb").act != "attack"


def test_a_wording_that_is_given_has_its_own_gap_and_walls(tmp_path: Path) -> None:
    far = "sopra one two three four five six seven eight nine Harir air base bomb"
    wide = {"weapon-hits-target": {"templates": ["{it-on} {target} {weapon}"], "gap": 12, "not_between": ["it-not"]}}
    assert asked(extended(tmp_path / "wide", **wide), far).act == "attack"
    assert asked(extended(tmp_path / "wide2", **wide), far.replace("one", "mai")).act != "attack"
    narrow = {"weapon-hits-target": {"templates": wide["weapon-hits-target"]["templates"]}}
    assert asked(extended(tmp_path / "narrow", **narrow), far).act != "attack"


def test_a_shape_is_given_a_wording(tmp_path: Path) -> None:
    rules = extended(tmp_path, **{"foreign-base": {"templates": ["caserma {us}"]}})
    assert asked(rules, "Missile hits caserma US").act == "attack"


def test_a_frame_is_given_wordings_and_lists(tmp_path: Path) -> None:
    more = {"cyber": {"any": ["@it-not"], "templates": ["solo {weapon}"]}}
    rules = extended(tmp_path, "it", **more)
    assert asked(rules, "Missile hits Ain al-Asad sopra").act == "attack"
    assert asked(rules, "Missile hits Ain al-Asad mai").act == "other"
    assert asked(rules, "solo missile hits Ain al-Asad sopra").act == "other"
    assert asked(rules, "solo missile hits Ain al-Asad").act == "attack"


def test_a_word_between_the_parts_of_a_frame_breaks_it(tmp_path: Path) -> None:
    frame = {"templates": ["solo {drone}"], "not_between": ["it-not"], "in": "sentence", "instead": "other", "why": "w"}
    words = {"lists": {"it-not": ["mai"]}, "frames": {"own-solo": frame}}
    rules = rules_of(tmp_path, [ATTACK], **words)
    assert asked(rules, "solo un drone hits Ain al-Asad").act == "other"
    assert asked(rules, "solo mai drone hits Ain al-Asad").act == "attack"


@pytest.mark.parametrize(
    ("extend", "said"),
    [
        ({"wepon-hits-target": {"templates": ["{weapon}"]}}, "did you mean weapon-hits-target"),
        ({"drone": {"templates": ["{weapon}"]}}, "drone is a list"),
        ({"weapon-hits-target": ["missile"]}, "is a pattern, which is made of wordings"),
        ({"foreign-base": ["caserma"]}, "is a shape, which is made of wordings"),
        ({"foreign-base": {"any": ["@drone"]}}, "only a frame has any"),
        ({"cyber": {"templates": ["x"], "not_between": ["drnoe"]}}, "drnoe"),
        ({"weapon-hits-target": {"gap": 3}}, "given nothing"),
        ({"weapon-hits-target": {"templates": ["{wepon}"]}}, "wepon"),
        ({"weapon-hits-target": {"templates": ["{weapon} &"]}}, "between two parts"),
        ({"cyber": {"any": ["@drnoe"]}}, "drnoe"),
        ({"foreign-base": {"templates": ["x"], "not_between": ["drnoe"]}}, "drnoe"),
    ],
)
def test_what_cannot_be_extended_is_told_with_its_line(extend: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        rules_of(tmp_path, [ATTACK], extend=extend)
    assert said in str(caught.value)
    assert "own.yaml:1" in str(caught.value)


def test_wordings_for_any_language_are_read_in_all_but_english(tmp_path: Path) -> None:
    write(tmp_path / "lists" / "it.yaml", {"language": "it", "extend": {"drone": ["ronzio"]}})
    more = {"frames": {"f": {"templates": ["seen twice"], "in": "item", "instead": "other", "why": "w"}}}
    rules = small(tmp_path, ATTACK, language="any", **more)
    assert asked(rules, "A drone hits Hill Base, seen twice").act == "attack"
    assert asked(rules, "A ronzio hits Hill Base, seen twice").act == "other"
    assert asked(rules, "A ronzio hits Hill Base, seen once").act == "attack"


def test_without_any_language_they_are_read_nowhere(tmp_path: Path) -> None:
    frames = {"f": {"templates": ["seen twice"], "in": "item", "instead": "other", "why": "w"}}
    rules = small(tmp_path, ATTACK, language="any", frames=frames)
    assert asked(rules, "A drone hits Hill Base, seen twice").act == "attack"


def test_a_file_for_any_language_counts_in_none(tmp_path: Path) -> None:
    write(tmp_path / "lists" / "any.yaml", {"language": "any", "months": {1: ["x"]}})
    with pytest.raises(ConfigError, match="say which language"):
        load_rules(tmp_path)
