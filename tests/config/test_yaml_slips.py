"""However a file is spoilt, reading it ends in values or in problems with a line that the file has."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from languages import SHIPPED
from monitor.config.syntax import find_slip
from monitor.config.yamlfile import parse
from monitor.errors import ConfigError, Problem

FILE = Path("x.yaml")
WHOLE = """\
# a remark
rule: first
title: "A title: with a colon"
why: |
  level urgent
  it's "half
level: urgent
where: {any: ['@bases-iraq', "al-udeid"], not: [KW]}
never:
  - any: [drill,
      'it''s']
    in: sentence
  - {any: [film], in: item}
examples:
  alert:
    - "Two drones hit Hill Base"
    - Rockets hit
      Hill Base
"""
SIGNS = st.sampled_from([*"\"'[]{}:,-#&*!|>%@`?\t \n\\“”’：=aé", "- ", ": ", " #", "\n\n", "---\n"])


def read(text: str) -> None:
    problems: list[Problem] = []
    try:
        parse(text, FILE)
    except ConfigError as refused:
        problems = refused.problems
    lines = max(1, len(text.splitlines()) + 1)
    assert all(0 <= problem.line <= lines and problem.message for problem in problems)


@given(st.integers(0, len(WHOLE)), st.integers(0, 3), SIGNS)
def test_a_file_with_a_slip_is_values_or_a_problem(at: int, cut: int, put: str) -> None:
    read(WHOLE[:at] + put + WHOLE[at + cut :])


@given(st.lists(SIGNS, max_size=60).map("".join))
def test_so_is_any_heap_of_signs(text: str) -> None:
    read(text)


def test_a_right_file_has_no_slip() -> None:
    parse(WHOLE, FILE)
    assert find_slip(WHOLE, WHOLE.count("\n")) is None


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.yaml")), ids=lambda path: path.name)
def test_the_shipped_files_have_none(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert find_slip(text, text.count("\n") + 1) is None


def test_texts_of_several_lines_are_read_in_time_that_grows_with_them() -> None:
    text = "a:\n" + "  - word\n    goes on\n  - 'word\n    goes on'\n" * 5000
    began = time.process_time()
    assert len(parse(text, FILE).data["a"]) == 10000
    assert time.process_time() - began < 5
