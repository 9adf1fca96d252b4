"""Sentences of our own writing in seven languages beside what they report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from classifying import asked, targets
from monitor.config import yamlfile

DATA = Path(__file__).parent.parent / "data" / "classify"


def cases() -> list[Any]:
    out = []
    for path in sorted(DATA.glob("*.yaml")):
        data = yamlfile.read(path).data
        out += [pytest.param(case, id=f"{data['language']}-{i}") for i, case in enumerate(data["cases"])]
    return out


@pytest.mark.parametrize("case", cases())
def test_a_sentence_is_understood(case: dict[str, Any]) -> None:
    found = asked(case["text"])
    assert (str(found.act), found.alert) == (case["act"], case["alert"]), found.reason
    if "place" in case:
        assert case["place"] in targets(found)
    for fact in ("killed", "wounded", "intercepted"):
        if fact in case:
            assert getattr(found.facts, fact) == case[fact]
    for fact in ("weapons", "claimed_by"):
        if fact in case:
            assert list(getattr(found.facts, fact)) == case[fact]


@pytest.mark.parametrize("case", cases())
def test_the_evidence_quotes_the_text_and_the_reason_names_the_act(case: dict[str, Any]) -> None:
    found = asked(case["text"])
    for word in found.evidence:
        assert word.text == case["text"][word.start : word.end]
        assert word.text.strip()
        assert word.why
    assert found.reason.startswith(f"{found.act}: ")
    if found.alert:
        assert sum(part.points for part in found.score) >= 4.5


def test_the_reason_names_the_nearest_rule_and_the_condition_that_failed() -> None:
    found = asked("Rockets hit Israeli air base Nevatim")
    assert (found.act, found.rule) == ("attack", None)
    assert "the nearest is attack-elsewhere" in found.reason
    assert "whose base it is: national, and not foreign or un" in found.reason


def test_an_item_without_a_title_has_its_first_line_as_one() -> None:
    question = "What does the drone attack on Ain al-Asad mean?\nTwo drones hit Ain al-Asad air base on Sunday."
    news = "Militants launched an attack on a US base in Iraq.\n\nOn Sunday two drones hit Ain al-Asad air base."
    assert asked("", body=question).act == "background"
    found = asked("", body=news)
    assert found.alert
    assert targets(found) == ["ain-al-asad"]
    assert found.facts.date is not None
    assert found.facts.date.isoformat() == "2026-05-03"


def test_the_lead_decides_where_the_headline_tells_nothing() -> None:
    found = asked("Night of alarm in Anbar", summary="Three rockets hit Ain al-Asad air base on Monday.")
    assert found.act == "attack"
    assert found.evidence[0].field == "summary"


def test_an_anniversary_in_the_last_paragraph_does_not_silence_the_lead() -> None:
    body = "The attack came days before the anniversary of another one.\nOfficials marked the anniversary quietly."
    assert asked("Drones hit Harir air base in Iraq", body=body).alert


def test_a_day_far_back_is_no_news() -> None:
    found = asked("Rockets hit Harir air base in Iraq on April 20")
    assert found.act == "background"
    assert "15 days before the report" in found.reason


def test_more_killed_raise_the_level() -> None:
    assert asked("Rocket attack on Harir air base wounds two").level == "urgent"
    assert asked("Rocket attack on Harir air base kills one").level == "flash"


@pytest.mark.parametrize("words", ["rocket hit base ", "attack on US ", "US base ", "drone ", "قاعدة ", "after ", "? "])
def test_a_hostile_text_takes_no_longer_than_a_long_one(words: str) -> None:
    found = asked(words * 20_000, summary=words * 20_000, body=words * 20_000)
    assert found.act


@pytest.mark.parametrize("text", ["", " ", "\n", "…", "٪", "\u200f", "🚀", "\ud800", "İ" * 50, "a\u0301" * 50])
def test_odd_texts_are_no_news(text: str) -> None:
    assert not asked(text, summary=text, body=text).alert
