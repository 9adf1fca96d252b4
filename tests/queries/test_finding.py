"""The headline of a page, whatever the page is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.queries.finding import headline_of

ARABIC = "هجوم على قاعدة عين الأسد"


@pytest.mark.parametrize(
    ("page", "title", "summary"),
    [
        ("<title> A &amp; B </title>", "A & B", ""),
        ('<title>Site</title><meta property="og:title" content="Head &quot;line&quot;">', 'Head "line"', ""),
        ('<meta name=description content="D"><title>T</title>', "T", "D"),
        ('<meta property="og:title" content=""><title>T</title><meta name="og:description" content="T">', "T", ""),
        ("<title>first</title><svg><title>second</title></svg>", "first", ""),
        ("<p>nothing</p>", "", ""),
        ("", "", ""),
    ],
)
def test_title_and_description(page: str, title: str, summary: str) -> None:
    assert headline_of(page.encode(), "text/html") == (title, summary)


@pytest.mark.parametrize(
    ("page", "content_type"),
    [
        (f"<title>{ARABIC}</title>".encode(), None),
        (f"<title>{ARABIC}</title>".encode("windows-1256"), "text/html; charset=windows-1256"),
        (f'<meta charset="windows-1256"><title>{ARABIC}</title>'.encode("windows-1256"), "text/html"),
    ],
)
def test_charsets(page: bytes, content_type: str | None) -> None:
    assert headline_of(page, content_type)[0] == ARABIC


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_exception(page: bytes) -> None:
    assert len(headline_of(b"<title" + page, None)) == 2
