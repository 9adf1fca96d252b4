"""Do two versions of an article tell the same story?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dedupe.words import WordComparison, Words, compare

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TALKS = "Parliament votes on the annual budget bill after lengthy talks tonight"
STRIKE = "Missiles struck barracks near the airport and several soldiers were wounded"


def compared(old: str, new: str, *, hours: float = 1, old_text: str = "", new_text: str = "") -> WordComparison:
    first = Words(title=old, text=old_text, published=NOW - timedelta(hours=hours))
    return compare(Words(title=new, text=new_text, published=NOW), first, new_at=NOW, old_at=NOW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Two killed in attack on northern base", "Three killed in attack on northern base"),
        ("Drones hit base in the desert - Reuters", "Drones hit base in the desert - AP"),
        ("Drones hit base: army", "Drones hit base: ministry"),
        ("Live: rockets land near the barracks", "Live: rockets land near barracks in the north"),
        ("انفجار قرب قاعدة حرير", "انفجار كبير قرب قاعدة حرير"),
        ("Раненые при атаке на базу", "Трое раненых при атаке на базу"),
        ("无人机袭击北部军事基地", "多架无人机袭击北部军事基地"),
        ("Live", "Live"),
        ("", "A headline where none was"),
    ],
)
def test_an_edit_contradicts_nothing(old: str, new: str) -> None:
    assert not compared(old, new).contradicts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Live: ministers meet for talks", "Live: rockets land near the barracks"),
        ("Border war live: leader speaks", "Border war live: missiles land on the eastern airfield"),
        ("Live updates", "Live updates: rockets land near the barracks"),
        ("Ministers meet for talks | World", "Rockets land near the barracks | World"),
        ("The minister of the north is on the way to the talks", "The base in the north is on fire after the raid"),
        ("بيان حول التدريبات في الشمال", "هجوم صاروخي يستهدف قاعدة حرير"),
        ("国会审议明年预算案", "无人机袭击北部军事基地"),
        ("รัฐสภาอภิปรายงบประมาณ", "โดรนโจมตีฐานทัพทางเหนือ"),
    ],
)
def test_another_headline_is_another_story(old: str, new: str) -> None:
    assert compared(old, new).contradicts


@pytest.mark.parametrize("headline", ["Alert", "", "Live updates from the whole region"])
def test_under_a_headline_that_stays_the_text_decides(headline: str) -> None:
    assert compared(headline, headline, old_text=TALKS, new_text=STRIKE).contradicts
    assert not compared(headline, headline, old_text=TALKS, new_text=f"{TALKS}. {STRIKE}").contradicts
    assert not compared(headline, headline, old_text="More soon", new_text=STRIKE).contradicts
    assert not compared(headline, headline, old_text=TALKS, new_text=STRIKE, hours=0).contradicts, "the date stayed"


def test_a_headline_written_anew_over_its_text_and_date_is_an_edit() -> None:
    old, new = "Blast reported at dawn", "Nine troops hurt when missiles land"
    assert not compared(old, new, hours=0, old_text=STRIKE, new_text=STRIKE).contradicts
    assert compared(old, new, hours=2, old_text=STRIKE, new_text=STRIKE).contradicts


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=80), st.text(max_size=80))
def test_any_words_are_compared_alike_both_ways(old: str, new: str, old_text: str, new_text: str) -> None:
    there = compared(old, new, old_text=old_text, new_text=new_text)
    back = compared(new, old, old_text=new_text, new_text=old_text)
    assert (there.headline, there.text, there.contradicts) == (back.headline, back.text, back.contradicts)


@given(st.text(max_size=60), st.text(max_size=80))
def test_the_same_words_never_contradict(title: str, text: str) -> None:
    assert not compared(title, title, old_text=text, new_text=text, hours=99).contradicts
