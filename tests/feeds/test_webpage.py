"""News of web pages by selectors of feeds.yaml, and the feeds that a page names."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds.parse.frames import Job, pack_answer, pack_job, unpack_answer, unpack_job
from monitor.feeds.parse.parser import parse
from monitor.model.document import DateMark, Entry, ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import Layout, Selectors
from newsroom import Newsroom

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BASE = "https://mod.example/en/news?page=1"
ROW = """<div class="row"><a class="pic" href="/img/{0}"><img alt="x"></a><h2><a href="news/{0}">Rockets hit base {0}
 &amp; town</a></h2><span class="when" data-at="2026-11-21T10:00:00Z">today</span>
<p>Nobody was <b>hurt</b>.</p></div>"""
FULL = Selectors(item="div.row", title="h2", link="h2 a", date=".when@data-at", summary="p")


def page(*rows: str, head: str = "<title>Ministry &amp; news</title>") -> bytes:
    return f'<!DOCTYPE html><html lang="en-GB"><head>{head}</head><body>{"".join(rows)}</body></html>'.encode()


def answered(body: bytes, select: Selectors | None) -> ParsedFeed | ParseFailed:
    layout = Layout(select=select)
    job = Job(body=body, content_type="text/html; charset=utf-8", base_url=BASE, now=NOW, layout=layout)
    head, sent = pack_job(job)
    assert unpack_job(head[8:], sent) == job, "it comes through the pipe as it is"
    given = dict(vars(job))
    del given["is_article"]
    answer = parse(**given)
    assert unpack_answer(pack_answer(answer)) == answer
    return answer


def read(body: bytes, select: Selectors) -> tuple[Entry, ...]:
    answer = answered(body, select)
    assert isinstance(answer, ParsedFeed), answer
    return answer.entries


def failed(body: bytes, select: Selectors | None) -> ParseFailed:
    answer = answered(body, select)
    assert isinstance(answer, ParseFailed), answer
    return answer


def test_every_selector() -> None:
    answer = answered(page(ROW.format(1), ROW.format(2)), FULL)
    assert isinstance(answer, ParsedFeed)
    assert (answer.title, answer.language, len(answer.entries)) == ("Ministry & news", "en-gb", 2)
    assert answer.entries[0] == Entry(
        url="https://mod.example/en/news/1",
        title="Rockets hit base 1 & town",
        summary="Nobody was hurt.",
        published=datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
        date_mark=DateMark.GOOD,
        language="en-gb",
    )


def test_the_item_alone_is_enough() -> None:
    row = '<li><a href="/a"><img></a><a href="/b">Rockets hit Erbil</a><time datetime="2026-11-21">today</time></li>'
    (entry,) = read(page(row), Selectors(item="li"))
    assert (entry.title, entry.url) == ("Rockets hit Erbil", "https://mod.example/b")
    assert entry.published == datetime(2026, 11, 21, tzinfo=UTC)
    (entry,) = read(page('<a class="n" href="/c">Drones hit Al-Tanf</a>'), Selectors(item="a.n"))
    assert (entry.title, entry.url) == ("Drones hit Al-Tanf", "https://mod.example/c")


def test_an_attribute_may_be_meant() -> None:
    row = '<div data-url="/a" class="n"><img alt="Rockets &lt;hit&gt; Erbil"></div>'
    (entry,) = read(page(row), Selectors(item=".n", title="img@alt", link="@data-url"))
    assert (entry.title, entry.url) == ("Rockets <hit> Erbil", "https://mod.example/a")


def test_the_base_of_the_page_counts() -> None:
    (entry,) = read(page('<a class="n" href="c">Drones hit</a>', head='<base href="/other/">'), Selectors(item="a.n"))
    assert entry.url == "https://mod.example/other/c"


@pytest.mark.parametrize(
    ("select", "told"),
    [
        (Selectors(item="article"), "select.item 'article' finds nothing in the page; was the site rebuilt?"),
        (Selectors(item="div..row"), "select.item 'div..row' is no CSS selector that can be read"),
        (Selectors(item="div.row", date="p:nonsense"), "select.date 'p:nonsense' is no CSS selector that can be read"),
        (Selectors(item="div.row", title="h5"), "select.title 'h5' finds no words in any of 1 items"),
        (Selectors(item="div.row", link="p"), "select.link 'p' finds no address in any of 1 items"),
        (Selectors(item="span"), "select.item 'span' finds 1 elements, none with a title or a link"),
    ],
)
def test_a_selector_that_finds_nothing_is_named(select: Selectors, told: str) -> None:
    answer = failed(page(ROW.format(1)), select)
    assert (answer.problem, answer.detail) == (ParseProblem.NOTHING_SELECTED, told)


def test_rows_without_news_are_counted() -> None:
    answer = answered(page(ROW.format(1), '<div class="row"></div>'), FULL)
    assert isinstance(answer, ParsedFeed)
    assert (len(answer.entries), answer.dropped) == (1, 1)


def test_hostile_pages_cost_no_more_than_their_worker() -> None:
    started = time.process_time()
    assert failed(page("<div><x-y>" * 100_000), FULL).detail == "its elements lie in each other as deep as in no page"
    assert failed(page("<div>" * 100_000), None).problem is ParseProblem.NOT_A_FEED
    assert failed(page("<div class=tgme_page>" * 100_000), None).problem is ParseProblem.NOT_A_FEED
    assert time.process_time() - started < 5
    (entry,) = read(
        page('<a class="n" href="javascript:alert(1)"><script>x()</script>Drones hit</a>'), Selectors(item="a.n")
    )
    assert (entry.url, entry.title) == ("", "Drones hit")
    assert len(read(page("<a class=n href=/a>Drones</a>" * 12_000), Selectors(item="a.n"))) == 10_000


def test_a_page_tells_which_feeds_it_names() -> None:
    head = """<link rel="stylesheet" href="/a.css"><link rel="alternate" hreflang="ar" href="/ar">
    <link rel="alternate" type="application/rss+xml" href="/feed/"><link rel="Alternate home"
    type="application/atom+xml" href="//cdn.example/atom">
    <link rel="alternate" type="application/rss+xml" href="javascript:x">"""
    answer = failed(
        page('<a href="/about">x</a><a href="/news/rss.xml?a=1">RSS</a><a href="/feed/">again</a>', head=head), None
    )
    assert answer.problem is ParseProblem.NOT_A_FEED
    assert answer.feeds == (
        "https://mod.example/feed/", "https://cdn.example/atom", "https://mod.example/news/rss.xml?a=1",
    )  # fmt: skip
    assert answer.detail == "it is an HTML page, which names a feed: https://mod.example/feed/"


@pytest.mark.slow(15)
def test_a_page_is_polled_like_a_feed(tmp_path: Path) -> None:
    with Newsroom(tmp_path) as room:
        feed = room.feed("ministry")
        feed.options["select"] = {"item": "div.row", "title": "h2", "date": ".when@data-at", "summary": "p"}  # type: ignore[assignment]
        room.write_feeds()
        polls = []
        first = ROW.format(1).replace("hit base 1", "are parts of an exhibition in the museum")
        for rows in (
            [first],
            [ROW.format(2).replace("base 2", "Ain al-Asad air base in Iraq"), first],
            ["<div>new look</div>"],
        ):
            room.server.put("/ministry.xml", page(*rows), headers={"Content-Type": "text/html"})
            polls += room.poll()
        assert [(poll.result, poll.entries, poll.new) for poll in polls] == [
            ("fetched", 1, 0), ("fetched", 2, 1), ("nothing selected", 0, 0),
        ]  # fmt: skip
        assert polls[2].detail == "select.item 'div.row' finds nothing in the page; was the site rebuilt?"
