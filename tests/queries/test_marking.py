"""Marks in a text, by offsets."""

from __future__ import annotations

import pytest

from monitor.queries.marking import Mark, Piece, pieces_of


def marked(text: str, *spans: tuple[int, int]) -> list[str]:
    pieces = pieces_of(text, [Mark(start=start, end=end, why="hit") for start, end in spans])
    return [piece.text for piece in pieces if piece.why]


def test_the_words_at_the_offsets_are_marked_and_the_text_is_whole() -> None:
    text = "Drones hit the base; drones hit it again"
    pieces = pieces_of(text, [Mark(start=21, end=27, why="weapon")])
    assert pieces == (
        Piece(text="Drones hit the base; "), Piece(text="drones", why="weapon"), Piece(text=" hit it again"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("🚨🇮🇶 Drones hit the base", "Drones"),
        ("👩🏽‍🚒 fire after a drone strike", "drone"),
        ("Cafe\u0301 near the base hit", "hit"),
        ("قصفت طائراتٌ مسيّرةٌ القاعدةَ", "القاعدة"),
        ("רחפנים פגעו בבסיס", "פגעו"),
    ],
)
def test_emoji_and_combining_signs_move_no_mark(text: str, words: str) -> None:
    start = text.index(words)
    (found,) = marked(text, (start, start + len(words)))
    assert found.startswith(words)
    assert "".join(piece.text for piece in pieces_of(text, [Mark(start=start, end=start + 1, why="x")])) == text


def test_a_mark_tears_no_sign_from_its_accents() -> None:
    assert marked("Cafe\u0301 hit", (0, 4)) == ["Cafe\u0301"]
    assert marked("a 👩🏽‍🚒 b", (2, 3)) == ["👩🏽‍🚒"]


def test_marks_that_overlap_say_both() -> None:
    pieces = pieces_of("air base hit", [Mark(start=0, end=8, why="target"), Mark(start=4, end=12, why="hit")])
    assert [(piece.text, piece.why) for piece in pieces] == [
        ("air ", "target"), ("base", "target; hit"), (" hit", "hit"),
    ]  # fmt: skip


@pytest.mark.parametrize("span", [(-5, -1), (100, 200), (5, 2), (-3, 900), (4, 4)])
def test_offsets_beyond_the_text_break_nothing(span: tuple[int, int]) -> None:
    pieces = pieces_of("Drones hit", [Mark(start=span[0], end=span[1], why="x")])
    assert "".join(piece.text for piece in pieces) == "Drones hit"


def test_what_is_not_for_reading_is_not_shown() -> None:
    assert "".join(p.text for p in pieces_of("a\x00b\u202ec", [Mark(start=0, end=2, why="x")])) == "a bc"


def test_a_part_of_the_text_keeps_the_offsets_of_the_whole() -> None:
    text = "First sentence. Drones hit the base. Last."
    pieces = pieces_of(text, [Mark(start=16, end=22, why="weapon")], 16, 36)
    assert [piece.text for piece in pieces] == ["Drones", " hit the base."]
