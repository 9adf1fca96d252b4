"""The main text of a page, read in a worker that can be killed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from monitor.feeds.parse.article import read_article
from monitor.feeds.parse.pool import ParseLimits, ParseWorkers
from monitor.model.document import Entry, ParsedFeed, ParseFailed, ParseProblem

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
MAIN = (
    "<p>Rockets hit the Ain al-Asad air base on Wednesday, officials said at a press conference.</p>"
    "<p>Three soldiers were killed &amp; eight were wounded, 3 &lt; 8, the ministry said in a statement.</p>"
)


def article(html: str | bytes, content_type: str | None = "text/html; charset=utf-8") -> Entry:
    body = html.encode() if isinstance(html, str) else html
    answer = read_article(body, content_type=content_type, base_url="https://news.example/1", now=NOW)
    assert isinstance(answer, ParsedFeed), answer
    (entry,) = answer.entries
    return entry


def page(main: str, around: str = "", title: str = "Rockets hit base") -> str:
    head = f"<html><head><title>{title}</title></head>"
    return f"{head}<body>{around}<article><h1>{title}</h1>{main}</article></body></html>"


def test_title_and_text_without_what_stands_around() -> None:
    around = (
        "<nav><ul><li><a href=/a>Fifty soldiers killed in crash</a></li></ul></nav>"
        "<script>var x = 'nine soldiers were killed'</script>"
        "<div class=comments><p>Ninety soldiers were killed, I heard of a friend who was there.</p></div>"
        "<aside><a href=/b>241 marines killed in bombing of barracks</a></aside>"
    )
    entry = article(page(MAIN, around))
    assert entry.title == "Rockets hit base"
    first, second = entry.body.split("\n")
    assert first.startswith("Rockets hit the Ain al-Asad")
    assert second == "Three soldiers were killed & eight were wounded, 3 < 8, the ministry said in a statement."


def test_other_alphabets_and_encodings() -> None:
    arabic = page(
        "<p>سقطت صواريخ على قاعدة عين الأسد غربي العراق فجر السبت وقال مسؤولون إن الهجوم كبير.</p>"
        "<p>قتل ثلاثة جنود وأصيب ثمانية بجروح في الهجوم على القاعدة وفق بيان الوزارة.</p>",
        title="صواريخ تستهدف قاعدة",
    )
    assert "قتل ثلاثة جنود" in article(arabic.encode("windows-1256"), "text/html; charset=windows-1256").body


@pytest.mark.parametrize("html", [b"", b"\0\xff" * 1000, b"<html></html>", b"<div>" * 500 + MAIN.encode(), b"%PDF-1.7"])
def test_no_article_is_a_value(html: bytes) -> None:
    answer = read_article(html, content_type=None, base_url="https://news.example/1", now=NOW)
    assert isinstance(answer, ParseFailed)
    assert answer.problem is ParseProblem.NOT_A_FEED


def test_a_page_that_costs_too_much_ends_its_worker_and_no_other_page() -> None:
    async def work() -> list[ParsedFeed | ParseFailed]:
        workers = ParseWorkers(limits=ParseLimits(seconds=1.0, size=1, most=1))
        try:
            return [
                await workers.parse(
                    body, content_type="text/html", base_url="https://news.example/1", now=NOW, is_article=True
                )
                for body in (b"<br>" * 1_000_000, page(MAIN).encode())
            ]
        finally:
            await workers.aclose()

    hostile, good = asyncio.run(work())
    assert isinstance(hostile, ParseFailed)
    assert hostile.problem in {ParseProblem.TIMED_OUT, ParseProblem.OUT_OF_MEMORY, ParseProblem.NOT_A_FEED}
    assert isinstance(good, ParsedFeed)
    assert "Three soldiers" in good.entries[0].body
