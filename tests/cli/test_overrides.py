"""What commands say of rules that a file of one's own overrides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import Call
from languages import SMALL, live, word_folder, write

HILLS = live(
    "hills", "urgent", where={"any": ["hill-base"]},
    examples={"alert": ["Two drones hit Hill Base", "Drones hit Hill Base, hoax feared"], "quiet": ["Rain"]},
)  # fmt: skip


@pytest.fixture
def rules(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = word_folder(here / "rules", SMALL)
    write(folder / "hills.yaml", HILLS)
    monkeypatch.setenv("BASEWATCH_RULES", str(folder))
    return folder


def override(rules: Path, **keys: object) -> None:
    write(rules / "my-hills.yaml", {"override": "hills", **keys})


def test_check_names_it(call: Call, rules: Path) -> None:
    override(rules, level="notice", send_to=["family"])
    code, _, err = call("rules", "check")
    assert code == 0
    assert "the rule hills is changed by an override (my-hills.yaml: level, send_to)" in err
    row = json.loads(call("rules", "check", "--json")[1])["overrides"][0]
    assert (row["rule"], Path(row["file"]).name, row["keys"]) == ("hills", "my-hills.yaml", ["level", "send_to"])


def test_a_rule_that_can_take_nothing_is_told_where_it_was_narrowed(call: Call, rules: Path) -> None:
    override(rules, where={"not": ["hill-base"]})
    assert "rules/my-hills.yaml:1: where: the rule can take nothing" in call("rules", "check")[1]


def test_explain_names_it(call: Call, rules: Path) -> None:
    override(rules, level="notice")
    assert "override  hills is changed by my-hills.yaml: level\n" in call("explain", "Two drones hit Hill Base")[1]
    row = json.loads(call("explain", "Two drones hit Hill Base", "--json")[1])["overrides"][0]
    assert (row["rule"], Path(row["file"]).name, row["keys"]) == ("hills", "my-hills.yaml", ["level"])
    override(rules, status="off")
    out = call("explain", "Two drones hit Hill Base")[1]
    assert "override  hills is changed by my-hills.yaml: status\n" in out
    assert "switched off (status: off): hills" in out


def test_diff_names_it(call: Call, rules: Path, here: Path) -> None:
    write(word_folder(here / "old", SMALL) / "hills.yaml", HILLS)
    override(rules, level="notice")
    out = call("rules", "diff", "old", "rules")[1]
    assert "changed  rule hills (override in my-hills.yaml)  level\n" in out


def test_an_example_that_the_override_changes_is_no_failure(call: Call, rules: Path) -> None:
    override(rules, never=[{"any": ["hoax"], "in": "item"}], examples={"quiet": ["Hoax: two drones hit Hill Base"]})
    code, out, err = call("rules", "test")
    assert (code, out) == (0, "")
    assert "an example of hills is changed by its override (my-hills.yaml: never, examples)" in err
    assert "“Drones hit Hill Base, hoax feared”" in err
    assert "all 3 examples do as they say" in err
    changed = json.loads(call("rules", "test", "--json")[1])["changed"]
    assert [(row["text"], row["override"]) for row in changed] == [
        ("Drones hit Hill Base, hoax feared", "my-hills.yaml: never, examples")
    ]


def test_an_example_of_the_override_itself_is_a_failure(call: Call, rules: Path) -> None:
    override(rules, level="notice", examples={"quiet": ["Two drones hit Hill Base"]})
    assert call("rules", "test")[0] == 1


def test_what_fails_without_the_override_too_is_a_failure(call: Call, rules: Path) -> None:
    write(rules / "hills.yaml", HILLS | {"examples": {"alert": ["Nothing happened"]}})
    override(rules, level="notice")
    code, out, _ = call("rules", "test")
    assert code == 1
    assert "Nothing happened" in out
