"""Plain text from mark-up, and what may never be in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.parse.entries import identifier, one_line, plain


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Rockets hit base", "Rockets hit base"),
        ("  Rockets\n\thit   base ", "Rockets hit base"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("drone<b>s</b> hit <i>Al</i>-Tanf", "drones hit Al-Tanf"),
        ("a<br>b<br/>c", "a b c"),
        ("<ul><li>one</li><li>two</li></ul>", "one two"),
        ("AT&amp;T &lt;3 &#8220;x&#8221; &eacute; &nbsp;y", "AT&T <3 “x” é y"),
        ("R&D at 5 < 6 > 4 & more", "R&D at 5 < 6 > 4 & more"),
        ("<script>alert(1)</script>safe<style>p{}</style>", "safe"),
        ("<img src=x onerror=alert(1)>text", "text"),
        ("<!-- hidden -->shown", "shown"),
        ("<b>unclosed", "unclosed"),
        ("cut <a href='x", "cut"),
        ("a\x00b\x07c\x1bd\x9be", "abcde"),
        ("&#0;a&#7;b&#xD800;c&#x202E;d", "\ufffda" + "b\ufffdcd"),
        ("abc\u202edef\u2066ghi\u200b\u00adj\ufeff", "abcdefghij"),
        ("\ud800broken\udfff", "broken"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("@everyone <!channel> <@U123>", "@everyone <@U123>"),
        ("\ue000edge", "edge"),
        ("&#xE000;edge &#57344;x", "edge x"),
        ("", ""),
    ],
)
def test_plain(markup: str, expected: str) -> None:
    assert plain(markup, limit=500) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One.</p>\n\n<p>Two  \n words.</p>", "One.\nTwo words."),
        ("<div><p>One.<br><br>Two.</p></div><hr>", "One.\nTwo."),
        ("One.\n\nTwo\nwords.", "One.\nTwo words."),
        ("one <b>line</b>\nonly", "one line only"),
    ],
)
def test_paragraphs_are_lines_where_asked(markup: str, expected: str) -> None:
    assert plain(markup, limit=500, lines=True) == expected


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert plain("word " * 1000, limit=20) == "word word word word…"
    assert len(plain("<p>x</p>" * 100_000, limit=5000, lines=True)) <= 5000
    assert one_line("x" * 1000, limit=10) == "x" * 9 + "…"


def test_long_identifiers_stay_apart() -> None:
    first, second = identifier("x" * 5000 + "1", limit=100), identifier("x" * 5000 + "2", limit=100)
    assert len(first) == len(second) == 100
    assert first != second


@given(st.text(max_size=300), st.booleans())
def test_any_text_becomes_clean(text: str, lines: bool) -> None:
    clean = plain(text, limit=100, lines=lines)
    assert len(clean) <= 100
    assert clean == clean.strip()
    clean.encode()  # no half characters
    allowed = "\n" if lines else ""
    assert not [sign for sign in clean if unicodedata.category(sign) == "Cc" and sign not in allowed]
    assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
