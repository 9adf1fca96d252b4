"""What is allowed in a rules folder and yet does nothing: one flaw a file, each with its exact warning."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from monitor.rules.folder import read_folder
from monitor.topics.attacks.lists import LISTS
from monitor.topics.loading import compile_rules
from monitor.workbench.lint.check import lint

DATA = Path(__file__).parent.parent / "data" / "rules"
SHIPPED = Path(__file__).parent.parent.parent / "rules"


def warnings_of(folder: Path) -> list[str]:
    files = read_folder(folder)
    problems = lint(files, compile_rules(files))
    assert {problem.severity for problem in problems} <= {"warning"}
    return [str(problem).replace(f"{folder}/", "") for problem in problems]


@pytest.mark.parametrize("case", sorted((DATA / "lint").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_flaw_is_told_with_its_line_and_meaning(case: Path, tmp_path: Path) -> None:
    lines = case.read_text(encoding="utf-8").splitlines()
    at = lines[0].removeprefix("# at: ")
    says = [line.removeprefix("# says: ") for line in lines if line.startswith("# says: ")]
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "clean", folder)
    (folder / at).parent.mkdir(exist_ok=True)
    shutil.copy(case, folder / at)
    assert warnings_of(folder) == [line for line in says if line != "nothing"]


def test_a_folder_without_a_flaw_has_no_warning() -> None:
    assert warnings_of(DATA / "clean") == []


def test_what_the_program_itself_looks_for_is_used() -> None:
    """The program asks for no list but by a field of `AttackLists`, so that the lint cannot lag behind it."""
    assert {"killed", "claim", "weapon", "ballistic_missile", "monday", "target", "origin", "cause"} <= LISTS.keys()
    assert "exercise" not in LISTS


def test_the_shipped_rules_have_every_list_that_the_program_relies_on() -> None:
    known = compile_rules(read_folder(SHIPPED)).vocabulary.bits
    assert [name for name in LISTS if name not in known] == []


@pytest.mark.parametrize("own", ["what: {{any: [word{0}]}}", "where: {{within: {{km: 9, lat: 33.1, lon: 44.{0}}}}}"])
def test_many_rules_are_compared_quickly(own: str, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA / "clean", folder)
    one = "  - {{rule: r{0}, title: A, why: B, level: notice, send_to: ['c{0}'], " + own + "}}\n"
    (folder / "many.yaml").write_text("rules:\n" + "".join(one.format(number) for number in range(500)))
    files = read_folder(folder)
    rules = compile_rules(files)
    began = time.process_time()
    lint(files, rules)
    assert time.process_time() - began < 4
