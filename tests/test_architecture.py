"""The shape of the code: which way imports run, how long modules and functions may be, what decides reads no clock."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "monitor").rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]

LONGEST_MODULE = 450
LONGEST_FUNCTION = 60
#: names that say nothing about what is inside
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "core", "common", "misc", "base", "services"}
#: modules that decide: values in, values out, `now` is passed in
PURE = ("model/", "evaluation.py", "polls.py", "writer.py", "health.py", "dedupe/", "incidents/", "topics/", "text/",
        "rules/", "workbench/", "queries/", "pictures/",
        "daemon/attention.py", "daemon/edits.py", "daemon/connectivity.py", "daemon/database_loss.py",
        "feeds/cadence.py", "feeds/rhythm.py", "feeds/state.py", "feeds/parse/dates.py",
        "feeds/parse/parser.py",
        "alerts/", "channels/retry.py", "channels/escape.py", "channels/outcome.py")  # fmt: skip
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
          ("time", "time"), ("time", "monotonic"), ("time", "perf_counter")}  # fmt: skip


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_imports_run_one_way_and_every_library_has_one_door() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_import_is_hidden_from_that_test() -> None:
    """`TYPE_CHECKING` may make a start quicker, never hide a cycle: imports under it count in the contracts."""
    assert "exclude_type_checking_imports" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_is_short_and_its_functions_shorter(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_MODULE, f"{lines} lines"
    long = {f.name: (f.end_lineno or 0) - f.lineno + 1 for f in functions(path)}
    assert {name: length for name, length in long.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "a sentence at the top"
    assert not EMPTY_NAMES & {part.removesuffix(".py").strip("_") for part in path.relative_to(ROOT).parts}


def test_there_is_no_code_in_an_init() -> None:
    for path in MODULES:
        if path.name != "__init__.py":
            continue
        for node in tree(path).body:
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            version = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
            assert docstring or version, f"{path.relative_to(ROOT)}: {ast.unparse(node)}"


def test_what_decides_reads_no_clock() -> None:
    package = ROOT / "monitor"
    pure = [path for path in MODULES if str(path.relative_to(package)).startswith(PURE)]
    assert len(pure) >= len(PURE), "the list names modules that are not there"
    for path in pure:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                asked = (ast.unparse(node.value).rpartition(".")[2], node.attr)
                assert asked not in CLOCKS, f"{path.relative_to(ROOT)}:{node.lineno} reads the clock"


def test_functions_stay_short_on_the_whole() -> None:
    lengths = sorted((f.end_lineno or 0) - f.lineno + 1 for path in MODULES for f in functions(path))
    assert lengths[int(len(lengths) * 0.95)] <= 40
