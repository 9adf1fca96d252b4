"""Near copies are found, others are not, and the index stays as small as it was made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents.nearcopy import NearCopies, signature_of

STORY = (
    "Three drones struck an air base in western Iraq that houses American troops on Monday night, officials said. "
    "Two of them were shot down and the third one hit a hangar, wounding four soldiers, according to the ministry."
)


def other(number: int) -> str:
    return " ".join(f"word{number * 31 + n}" for n in range(30))


def test_a_copy_with_a_few_other_words_is_found_among_thousands() -> None:
    index = NearCopies(5_000)
    for number in range(4_000):
        index.add(f"other-{number}", other(number))
    index.add("story", STORY)
    assert index.like(STORY.upper().replace(",", " ")) == ("story",)
    assert index.like(f"BAGHDAD (AP) - {STORY}") == ("story",)
    assert index.like(STORY.replace("four soldiers", "five soldiers")) == ("story",)
    assert index.like(other(17)) == ("other-17",)
    assert index.like("Markets rose on Tuesday as investors waited for figures from the central bank") == ()


def test_the_likeliest_comes_first_and_a_key_counts_once() -> None:
    index = NearCopies(100)
    index.add("near", STORY.replace("four soldiers", "five men"))
    index.add("same", STORY)
    index.add("same", STORY)
    assert index.like(STORY) == ("same", "near")


def test_the_oldest_go_first() -> None:
    index = NearCopies(50)
    for number in range(500):
        index.add(str(number), other(number))
    assert len(index) == 50
    assert index.like(other(100)) == ()
    assert index.like(other(499)) == ("499",)


def test_one_flood_of_the_same_text_leaves_the_others_where_they_are() -> None:
    index = NearCopies(1_000)
    index.add("story", STORY)
    for number in range(500):
        index.add(f"flood-{number}", "Buy now and save, only this week and only here, at half the price of last year")
    assert index.like(STORY) == ("story",)


@given(text=st.text(max_size=200))
def test_every_text_has_a_signature(text: str) -> None:
    assert len(signature_of(text)) == 64


@given(words=st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), min_size=20, max_size=60))
def test_every_text_that_is_long_enough_finds_itself(words: list[str]) -> None:
    index, text = NearCopies(10), " ".join(words)
    assert index.like(text) == ()
    index.add("it", text)
    assert index.like(text) == ("it",)


def test_a_headline_is_too_short_to_be_a_copy() -> None:
    index = NearCopies(10)
    index.add("it", "Drones hit an air base in western Iraq")
    assert len(index) == 0
    assert index.like("Drones hit an air base in western Iraq") == ()
