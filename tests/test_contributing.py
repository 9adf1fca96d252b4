"""Whoever looks for a thing finds it: each path that CONTRIBUTING.md and the glossary name, and tests by room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: a path, as against a word in code letters: it begins with a folder of the repository, or is a file at its top
PATH = re.compile(
    r"`((?:monitor|tests|docs|rules|migrations|benchmarks|deploy|\.ci)/[^` ]*|\w+\.(?:yaml|toml|txt|md))`"
)
#: not rooms of the program
OTHER = {"system", "support", "data"}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/glossary.md"])
def test_every_path_that_is_named_exists(page: str) -> None:
    named = PATH.findall((ROOT / page).read_text("utf-8"))
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_module_that_the_map_names_exists() -> None:
    """By its path below monitor/, or by its name alone where its row has said the room."""
    named = set(re.findall(r"`((?:\w+/)*\w+\.py)`", (ROOT / "docs" / "architecture.md").read_text("utf-8")))
    modules = {path.relative_to(ROOT / "monitor").as_posix() for path in (ROOT / "monitor").rglob("*.py")}
    there = modules | {name.rpartition("/")[2] for name in modules}
    assert len(named) > 60
    assert [name for name in sorted(named) if name not in there and not (ROOT / name).exists()] == []


#: rooms of which each module has its word on the map
MAPPED = ("", "daemon", "alerts", "incidents", "pictures", "topics/attacks", "dedupe", "text")


@pytest.mark.parametrize("room", MAPPED)
def test_the_map_names_every_module_of_a_room(room: str) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    modules = [path.name for path in (ROOT / "monitor" / room).glob("*.py") if not path.name.startswith("__")]
    assert modules
    assert [name for name in sorted(modules) if not re.search(rf"`(?:[\w/]+/)?{name}`", text)] == []


def test_every_row_of_the_table_says_what_to_touch_and_what_to_test() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    assert {len(row) for row in rows} == {3}
    assert [row[0] for row in rows[1:] if not PATH.search(row[1]) or "tests/" not in row[2]] == []


def test_tests_lie_in_folders_of_the_rooms() -> None:
    package = ROOT / "monitor"
    rooms = {path.stem for path in package.iterdir() if path.is_dir() or path.suffix == ".py"}
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert folders - rooms - OTHER == set()
