"""A list, place or actor file that is gone, has another name or stands elsewhere: one problem that says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from languages import SHIPPED, live, rule, small
from monitor.config.filenames import is_odd_name, meant_name
from monitor.errors import ConfigError
from monitor.rules.folder import read_folder
from monitor.topics.loading import compile_rules, load_rules
from monitor.workbench.lint.check import lint

Change = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / "rules")


def told(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_rules(folder)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_a_list_file_that_is_gone_is_one_problem(folder: Path) -> None:
    (folder / "lists" / "weapons.yaml").unlink()
    (said,) = told(folder)
    assert said.startswith("lists/weapons.yaml: lists/weapons.yaml is gone: ")
    assert "put it back" in said
    assert "drone" in said


@pytest.mark.parametrize(
    "name", ["weapons.yml", "weapons.yaml.txt", "weapons.YAML", "weapons.yaml.bak", "weapons.yaml~", "old/weapons.yaml"]
)
def test_one_of_another_name_is_found_under_it(folder: Path, name: str) -> None:
    (folder / "lists" / "old").mkdir()
    (folder / "lists" / "weapons.yaml").rename(folder / "lists" / name)
    (said,) = told(folder)
    assert said.startswith(f"lists/{name}: lists/{name} is not read, and holds ")
    assert "name it weapons.yaml, in lists/" in said


def test_one_that_was_only_renamed_is_read(folder: Path) -> None:
    (folder / "lists" / "weapons.yaml").rename(folder / "lists" / "arms.yaml")
    load_rules(folder)


def test_one_that_was_moved_into_the_rules_is_told_there(folder: Path) -> None:
    (folder / "lists" / "weapons.yaml").rename(folder / "weapons.yaml")
    (said,) = told(folder)
    assert said.startswith("weapons.yaml:")
    assert "this is a list file" in said
    assert "move it into rules/lists/" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda at: (at / "places" / "countries.yaml").unlink(), "places/countries.yaml is gone"),
        (lambda at: shutil.rmtree(at / "lists"), "the folder lists/ is gone"),
        (lambda at: shutil.rmtree(at / "places"), "the folder places/ is gone"),
    ],
)
def test_places_and_whole_folders(folder: Path, change: Change, words: str) -> None:
    change(folder)
    (said,) = told(folder)
    assert words in said


def test_a_list_that_was_taken_out_of_its_file_is_one_problem(folder: Path) -> None:
    file = folder / "lists" / "weapons.yaml"
    file.write_text(file.read_text().replace("\n  drone:", "\n  drohne:", 1))
    (said,) = told(folder)
    assert "1 list (drone)" in said
    assert "is gone from lists/weapons.yaml" in said


@pytest.mark.parametrize("spoil", [lambda text: text + "\nfoo bar\n", lambda text: text.replace("lists:", "lsits:", 1)])
def test_a_mistake_in_a_list_file_is_told_without_all_that_follows(folder: Path, spoil: Callable[[str], str]) -> None:
    file = folder / "lists" / "weapons.yaml"
    file.write_text(spoil(file.read_text()))
    (said,) = told(folder)
    assert said.startswith("lists/weapons.yaml:")


@pytest.mark.parametrize("name", ["places/gulf.yaml", "lists/german.yaml"])
def test_a_shipped_file_that_nobody_misses_is_a_warning(folder: Path, name: str) -> None:
    (folder / name).unlink()
    files = read_folder(folder)
    said = [problem for problem in lint(files, compile_rules(files)) if "shipped rules is gone" in problem.message]
    assert [problem.message.partition(" ")[0] for problem in said] == [name]


@pytest.mark.parametrize(("name", "use"), [("blamed", "who is blamed"), ("yesterday", "the day before the report")])
def test_a_list_that_only_the_program_asks_for_is_missed_with_its_use(folder: Path, name: str, use: str) -> None:
    (file,) = [
        path for path in (folder / "lists").glob("*.yaml") if f"\n  {name}:" in path.read_text().split("extend:")[0]
    ]
    for path in (folder / "lists").glob("*.yaml"):  # what other languages add to it
        path.write_text(path.read_text().replace(f"\n  {name}:", f"\n  my-{name}:"))
    files = read_folder(folder)
    said = [str(problem) for problem in lint(files, compile_rules(files)) if "has lost" in problem.message]
    assert len(said) == 1
    assert f"lists/{file.name} of the shipped rules has lost what the program asks for: {name} ({use})" in said[0]


def test_a_list_without_which_a_rule_can_never_hold_is_a_problem(tmp_path: Path) -> None:
    def load(*rules: dict[str, object]) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            small(tmp_path, *rules)
        return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]

    (said,) = load(live("one", raise_to_flash_if=["wounded >= 1"]), live("two", raise_to_flash_if=["wounded >= 2"]))
    assert said.startswith(
        "lists: there is no list wounded (words of wounding, for the toll), without which nobody would ever be counted "
        "as wounded, as the rule one asks (rules.yaml:1); write wounded: [its words] under lists:"
    )
    assert "no list tank_fire" in load(live("one", raise_to_flash_if=["weapon is tank_fire"]))[0]
    assert "no list intercept (" in load(live("one", raise_to_flash_if=["intercepted > 2"]))[0]
    small(tmp_path, live("one", status="off", raise_to_flash_if=["wounded >= 1"]))
    (tmp_path / "lists" / "program.yaml").unlink()
    (tmp_path / "rules.yaml").write_text(json.dumps(rule("words", act=["other"], what={"any": ["drone"]})))
    load_rules(tmp_path)
    (tmp_path / "rules.yaml").write_text(json.dumps(live("claims", who={"any": ["@hill-men"], "role": "claims"})))
    with pytest.raises(ConfigError) as caught:
        load_rules(tmp_path)
    assert [problem.unknown for problem in caught.value.problems] == ["base-target", "claim"]


def test_a_file_with_required_lists_that_is_gone_says_what_would_never_be(folder: Path) -> None:
    (folder / "lists" / "claims.yaml").write_text("lists: {claims-of-mine: [claims]}\n")
    (folder / "mine.yaml").write_text(json.dumps(live("mine", raise_to_flash_if=["claimed"])))
    said = next(problem for problem in told(folder) if problem.startswith("lists/claims.yaml"))
    assert "without which nobody would ever be said to claim an attack, as the rule mine asks (mine.yaml:1)" in said


def test_a_folder_that_was_moved_away_is_found_beside_its_place(folder: Path, tmp_path: Path) -> None:
    folder.rename(tmp_path / "rules.old")
    assert "rules.old/ beside it looks like one: name it rules" in told(folder)[0]
    shutil.rmtree(tmp_path / "rules.old")
    assert "copy DIR/rules to" in told(folder)[0]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("x.yml", "x.yaml"), ("x.YAML", "x.yaml"), ("x.Yml", "x.yaml"), ("x.yaml.txt", "x.yaml"), ("x.txt", "x.yaml"),
        ("x.yml.txt", "x.yaml"), ("x.yaml~", "x.yaml"), ("x.yaml.bak", "x.yaml"), ("x.yaml.orig", "x.yaml"),
        ("x.yaml.swp", "x.yaml"), ("#x.yaml#", "x.yaml"), ("x.yaml.1", "x.yaml"), ("x.yaml.old", "x.yaml"),
    ],
)  # fmt: skip
def test_names_that_are_not_read(name: str, meant: str, tmp_path: Path) -> None:
    assert is_odd_name(tmp_path / name)
    assert meant_name(name) == meant


@pytest.mark.parametrize(
    "name", ["x.yaml", ".x.yaml", ".x.yaml.swp", "4913", "read-me.md", "x.json", "x.yaml.off", "~x.yaml", "sedA1b2C3"]
)
def test_names_that_nobody_meant_to_be_read(name: str, tmp_path: Path) -> None:
    assert not is_odd_name(tmp_path / name)


@pytest.mark.parametrize("name", ["x.yaml~", "x.yaml.bak", "#x.yaml#", "x.yaml.swp", "x.yaml.tmp"])
def test_a_copy_beside_its_file_is_what_an_editor_left(name: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").touch()
    assert not is_odd_name(tmp_path / name)


@pytest.mark.parametrize(("word", "meant"), [('"@al-udeid"', "write al-udeid"), ("bases-gulf", 'write "@bases-gulf"')])
def test_what_is_only_of_another_kind_is_not_lost(folder: Path, word: str, meant: str) -> None:
    rule = f"rule: mine\ntitle: Mine\nwhy: A test.\nlevel: notice\nwhere: {{any: [{word}]}}\n"
    (folder / "mine.yaml").write_text(rule)
    (said,) = told(folder)
    assert said.startswith("mine.yaml:5: ")
    assert said.endswith((meant, "did you mean @bases-gulf?"))
