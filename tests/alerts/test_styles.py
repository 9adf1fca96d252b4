"""Templates: slots and nothing else, a mistake in one is named with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.alerts.slots import Asked, slots
from monitor.alerts.stylefiles import Styles, read_styles
from monitor.alerts.styles import SHIPPED, SLOTS, filled, problems, shipped, slots_of, subject_line
from monitor.model.ledger import ChangeReason
from toldviews import FIRST_VIEW, NAMES, NOW, change

DOCS = Path(__file__).parent.parent.parent / "docs/channels.md"


@pytest.mark.parametrize("style", SHIPPED)
def test_the_shipped_templates_are_right(style: str) -> None:
    assert problems(shipped(style), f"{style}.txt") == []
    assert len({shipped(name) for name in SHIPPED}) == len(SHIPPED)


def test_every_slot_is_filled_and_told_in_the_docs() -> None:
    asked = Asked(
        view=FIRST_VIEW, change=change(ChangeReason.FIRST), details=(), zone="UTC", names=NAMES, baseline=(), now=NOW
    )
    assert set(slots(asked)) == set(SLOTS)
    told = DOCS.read_text(encoding="utf-8")
    assert [slot for slot in SLOTS if f"`{{{slot}}}`" not in told] == []


def test_an_unknown_style_is_that_of_the_duty_officer() -> None:
    assert shipped("newsroom") == shipped("duty")


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("Place: {place}\nToll: {toll}\n", {"place": "X", "toll": ""}, "Place: X"),
        ("{a} {b}", {"a": "", "b": "y"}, " y".strip("\n")),
        ("# a comment\nalways\n\n\n{a}\n\nend", {"a": ""}, "always\n\nend"),
        ("{a}", {"a": "{b} {place}", "b": "no"}, "{b} {place}"),
        ("{a}", {"a": "one\n\n\ntwo"}, "one\n\ntwo"),
        ("{a}", {"a": "incident: x\n Alert : y"}, "· incident: x\n· Alert : y"),
        ("{a.__class__} {0} {a!r}", {"a": "x"}, ""),
    ],
)
def test_filling(template: str, values: dict[str, str], text: str) -> None:
    assert filled(template, values) == text


def test_the_subject_is_the_first_line_where_there_is_one() -> None:
    assert subject_line("Subject: {level} at {place}\n{toll}", {"level": "FLASH", "place": "X\nBcc: a"}) == (
        "FLASH at X Bcc: a"
    )
    assert subject_line("# c\n\n{toll}", {"subject": "s"}) == "s"
    assert slots_of("Subject: {level}\n{toll} {toll}") == {"level", "toll"}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("Place: {plaec}\n", "t.txt:1: there is no slot {plaec}; did you mean {place}?"),
        ("# {x}\n{place}\n{toll",
         "t.txt:3: a brace stands alone; a slot is a name in braces; write for instance: {place}"),
        ("{place.name}", "t.txt:1: there is no slot {place.name}; did you mean {place}?"),
        ("hello",
         "t.txt: the template has no slot, so every message would be the same; write for instance: Place: {place}"),
    ],
)  # fmt: skip
def test_mistakes_are_named(template: str, message: str) -> None:
    assert [str(one) for one in problems(template, "t.txt")] == [message]


def test_an_unknown_slot_that_is_like_none_is_told_what_there_is() -> None:
    (problem,) = problems("{zzz}", "t.txt")
    assert re.search(r"there are: subject, plain_subject, level", problem.hint)


def test_the_folder_adds_and_replaces_styles(tmp_path: Path) -> None:
    (tmp_path / "family.txt").write_text("\ufeff{plain_what}\n", encoding="utf-8")
    (tmp_path / "newsroom.txt").write_text("{what}\n", encoding="utf-8")
    (tmp_path / ".hidden").write_text("{", encoding="utf-8")
    styles, found = read_styles(tmp_path)
    assert found == []
    assert set(styles.texts) == {*SHIPPED, "newsroom"}
    assert (styles.of("family"), styles.of("newsroom")) == ("{plain_what}\n", "{what}\n")
    assert styles.of("gone") == styles.of("duty") == shipped("duty")


def test_without_a_folder_there_are_the_shipped_ones(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "none"):
        assert read_styles(folder) == (Styles(), [])


def test_what_is_wrong_in_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("{plaec}", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"\xff{place}")
    (tmp_path / "c.text").write_text("{place}", encoding="utf-8")
    (tmp_path / "d.txt.txt").write_text("{place}", encoding="utf-8")
    (tmp_path / "e.txt").write_text("{place}" * 5000, encoding="utf-8")
    (tmp_path / "f").mkdir()
    _, found = read_styles(tmp_path)
    assert [str(one).removeprefix(f"{tmp_path}/") for one in found] == [
        "a.txt:1: there is no slot {plaec}; did you mean {place}?",
        "b.txt: the file is not UTF-8 text; save it as UTF-8",
        "c.text: is not read as a template; name it c.txt",
        "d.txt.txt: is not read as a template; name it d.txt",
        "e.txt: a template has at most 20000 characters",
    ]
    assert [one.severity for one in found] == ["error", "error", "warning", "warning", "error"]
