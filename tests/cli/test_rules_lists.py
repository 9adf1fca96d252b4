"""`basewatch rules lists`: which lists there are, and what stands in one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from commands import Call
from languages import SMALL


@pytest.fixture
def rules(here: Path) -> str:
    shutil.copytree(SMALL, here / "rules")
    (here / "rules" / "lists" / "mine.yaml").write_text(
        "lists:\n  my-kites: {en: [kite, kites], fr: [cerf-volant]}\n  my-toys: ['@my-kites', yo-yo]\n"
        "masks:\n  my-film: [drone festival]\n"
        "shapes:\n  my-kite-base: {templates: ['{my-kites} base', 'base of {my-kites}']}\n"
    )
    (here / "rules" / "mine.yaml").write_text(
        "rule: toys\ntitle: t\nwhy: w\nlevel: digest\nact: [other]\nwhat: {any: ['@my-toys']}\n"
    )
    return "rules"


def test_all_lists_as_a_table(call: Call, rules: str) -> None:
    code, out, _ = call("rules", "lists", "--rules", rules)
    rows = {line.split()[0]: line for line in out.splitlines()}
    assert code == 0
    assert rows["my-toys"].split("  ")[0] == "my-toys"
    assert [rows[name].split()[1:3] for name in ("my-kites", "my-toys", "my-film", "my-kite-base")] == [
        ["list", "3"], ["list", "4"], ["mask", "1"], ["shape", "2"],
    ]  # fmt: skip
    assert "list my-toys, shape my-kite-base" in rows["my-kites"]
    assert "rule toys" in rows["my-toys"]
    assert "nothing uses it" in rows["my-kite-base"]
    assert "lists/mine.yaml" in rows["my-kites"]


@pytest.mark.parametrize("name", ["my-toys", "@my-toys", "{my-toys}"])
def test_one_list(call: Call, rules: str, name: str) -> None:
    code, out, _ = call("rules", "lists", name, "--rules", rules)
    assert code == 0
    assert "used by   rule toys\ntakes in  @my-kites (3)\nfiles     lists/mine.yaml\n" in out
    assert "\nen        yo-yo\n" in out


def test_one_list_by_language(call: Call, rules: str) -> None:
    _, out, _ = call("rules", "lists", "my-kites", "--rules", rules, "--json")
    row = json.loads(out)
    assert row["words"] == {"en": ["kite", "kites"], "fr": ["cerf-volant"]}
    assert (row["count"], row["files"]) == (3, ["lists/mine.yaml"])
    _, out, _ = call("rules", "lists", "--rules", rules, "--json")
    assert {one["name"] for one in json.loads(out)} >= {"my-kites", "my-toys", "my-film", "my-kite-base", "drone"}


def test_a_list_that_there_is_not(call: Call, rules: str) -> None:
    code, _, err = call("rules", "lists", "my-kitez", "--rules", rules)
    assert (code, err) == (2, "basewatch: there is no list 'my-kitez'; did you mean my-kites?\n")
    assert "is an actor, no list" in call("rules", "lists", "hill-men", "--rules", rules)[2]


def test_lists_are_shown_while_a_rule_is_wrong(call: Call, rules: str) -> None:
    Path("rules/mine.yaml").write_text("rule: x\nwhat: {any: ['@nothing-like-it']}\n")
    assert call("rules", "lists", "my-kites", "--rules", rules)[0] == 0
    Path("rules/lists/mine.yaml").write_text("lists:\n  my-kites: [kite\n")
    code, _, err = call("rules", "lists", "--rules", rules)
    assert code == 0
    assert "not read, because of a mistake (see basewatch rules check): rules/lists/mine.yaml" in err


def test_the_mistake_points_to_the_command(call: Call, rules: str) -> None:
    Path("rules/mine.yaml").write_text(
        "rule: x\ntitle: t\nwhy: w\nlevel: digest\nact: [other]\nwhat: {any: [@confirmd]}\n"
    )
    assert (
        "there is no list or actor @confirmd; `basewatch rules lists` shows all"
        in call("rules", "check", "--rules", rules)[1]
    )
