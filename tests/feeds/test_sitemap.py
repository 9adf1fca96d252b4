"""News sitemaps and their indexes: the documents, and the whole way from a server on loopback."""

from __future__ import annotations

import asyncio
import gzip
import time
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.parse.entries import MOST_ENTRIES
from monitor.feeds.parse.frames import pack_answer, unpack_answer
from monitor.feeds.parse.parser import parse
from monitor.feeds.parse.pool import ParseWorkers
from monitor.following import read_body
from monitor.model.document import DateMark, Entry, Fetched, FetchFailed, ParsedFeed, ParseFailed, ParseProblem
from serving import FeedServer

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BASE = "https://news.example/news-sitemap.xml"
NAMES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
Answer = ParsedFeed | FetchFailed | ParseFailed


def url(link: str, title: str = "", date: str = "2026-11-21T10:00:00Z", more: str = "") -> str:
    news = (
        f"<news:news><news:publication><news:name>The Wire</news:name><news:language>en</news:language>"
        f"</news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news>"
    )
    return f"<url><loc>{link}</loc>{news if title else ''}{more}</url>"


def urlset(*urls: str, names: str = NAMES) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->\n'
    return f"{head}<urlset {names}>{''.join(urls)}</urlset>".encode()


def index(*links: str) -> bytes:
    listed = "".join(f"<sitemap><loc>{link}</loc></sitemap>" for link in links)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'.encode()


def read(body: bytes) -> ParsedFeed | ParseFailed:
    answer = parse(body, content_type="application/xml", base_url=BASE, now=NOW)
    assert unpack_answer(pack_answer(answer)) == answer, "it comes through the pipe as it is"
    return answer


def parsed(body: bytes) -> ParsedFeed:
    answer = read(body)
    assert isinstance(answer, ParsedFeed), answer
    return answer


def fetched(address: str) -> Answer:
    """What a poll reads at `address`, by the real fetcher and real workers."""

    async def story() -> Answer:
        async with (
            aclosing(Fetcher(allow_networks=(ip_network("127.0.0.0/8"),))) as fetcher,
            aclosing(ParseWorkers()) as workers,
        ):
            body = await fetcher.fetch(address)
            assert isinstance(body, Fetched), body
            return await read_body(body, fetcher=fetcher, workers=workers, now=NOW)

    return asyncio.run(story())


def test_a_news_sitemap_in_full() -> None:
    picture = (
        "<image:image><image:loc>https://news.example/a.jpg</image:loc><image:title>No</image:title></image:image>"
    )
    body = urlset(url("/2026/tanf?a=1&amp;b=2", "Drones hit Al-Tanf &amp; Ain al-Asad", more=picture))
    assert parsed(body) == ParsedFeed(
        title="The Wire",
        language="en",
        entries=(
            Entry(
                url="https://news.example/2026/tanf?a=1&b=2",
                title="Drones hit Al-Tanf & Ain al-Asad",
                published=datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
                date_mark=DateMark.GOOD,
                language="en",
            ),
        ),
    )


def test_other_prefixes_name_the_same_elements() -> None:
    names = 'xmlns:sm="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
    body = urlset(url("/a", "Rockets hit Erbil")).decode().replace(NAMES, names).replace("news:", "n:")
    for name in ("urlset", "url>", "loc"):
        body = body.replace(f"<{name}", f"<sm:{name}").replace(f"</{name}", f"</sm:{name}")
    (entry,) = parsed(body.encode()).entries
    assert (entry.url, entry.title) == ("https://news.example/a", "Rockets hit Erbil")


def test_links_without_a_headline_are_left_out_and_counted() -> None:
    answer = parsed(urlset(url("/about"), url("/a", "Rockets hit Erbil")))
    assert [entry.title for entry in answer.entries] == ["Rockets hit Erbil"]
    assert (answer.dropped, answer.detail) == (1, "1 link without news:title left out")


def test_a_sitemap_without_news_is_none() -> None:
    answer = read(urlset(url("/about"), url("/contact")))
    assert isinstance(answer, ParseFailed)
    assert answer.problem is ParseProblem.NOT_A_FEED
    assert answer.detail.startswith("it is a sitemap of 2 links without headlines (no news:title)")


@pytest.mark.parametrize(
    ("fault", "whole", "told"),
    [("?a=1&b=2", True, "was mended"), ("</news:oops>", False, "what stands before was read")],
)
def test_broken_xml_gives_what_stands_before_the_fault(fault: str, whole: bool, told: str) -> None:
    answer = parsed(urlset(url("/a", "Rockets hit Erbil"), url(f"/b{fault}", "Drones hit Al-Tanf")))
    assert answer.entries[0].title == "Rockets hit Erbil"
    assert len(answer.entries) == 1 + whole
    assert answer.is_whole is whole
    assert told in answer.detail


def test_a_sitemap_that_ends_in_the_middle_is_asked_for_again() -> None:
    body = urlset(url("/a", "Rockets hit Erbil"), url("/b", "Drones hit Al-Tanf"))
    answer = parsed(body[:-60])
    assert [entry.title for entry in answer.entries] == ["Rockets hit Erbil"]
    assert not answer.is_whole


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    body = bomb + urlset(url("/a", "&b;")).partition(b"\n")[2]
    answer = read(body)
    assert isinstance(answer, ParseFailed), answer
    assert (answer.problem, answer.detail) == (
        ParseProblem.NOT_A_FEED,
        "it is a sitemap that declares entities, which none needs",
    )


def test_fifty_thousand_links_are_read_within_the_limits_of_a_worker() -> None:
    last = NOW - timedelta(minutes=1)
    urls = [
        url(
            f"/news/{number}",
            f"Headline number {number} of the day",
            f"{last - timedelta(minutes=number):%Y-%m-%dT%H:%MZ}",
        )
        for number in range(50_000)
    ]
    body = urlset(*reversed(urls)).replace(b"The Wire", b"W")  # the oldest first
    with FeedServer() as server:
        started = time.monotonic()
        answer = fetched(server.put("/news.xml.gz", gzip.compress(body)))
        took = time.monotonic() - started
    assert isinstance(answer, ParsedFeed), answer
    assert len(answer.entries) == MOST_ENTRIES
    assert {entry.url.rpartition("/")[2] for entry in answer.entries} == {str(n) for n in range(MOST_ENTRIES)}, (
        "the newest"
    )
    assert answer.dropped == answer.over_cap == 40_000
    assert answer.detail == "it has 50,000 links; the 10,000 newest were read"
    assert took < 20


def test_fifty_thousand_links_without_headlines_are_no_news() -> None:
    with FeedServer() as server:
        answer = fetched(server.put("/all.xml", urlset(*(url(f"/page/{number}") for number in range(50_000)))))
    assert isinstance(answer, ParseFailed), answer
    assert answer.detail.startswith("it is a sitemap of 50,000 links without headlines")


def test_an_index_leads_to_its_news_sitemap() -> None:
    with FeedServer() as server:
        server.put("/news.xml", urlset(url("/a", "Rockets hit Erbil")))
        server.put("/pages-1.xml", urlset(url("/about")))
        server.put("/pages-2.xml", urlset(url("/b", "Drones hit Al-Tanf")))
        names = [*(f"/old-{number}.xml" for number in range(100)), "/pages-1.xml", "/news.xml", "/pages-2.xml"]
        body = index(*map(server.url, names))
        dated = body.replace(b"pages-1.xml</loc>", b"pages-1.xml</loc><lastmod>2026-11-20</lastmod>")
        dated = dated.replace(b"pages-2.xml</loc>", b"pages-2.xml</loc><lastmod>2026-11-21</lastmod>")
        answer = fetched(server.put("/sitemap.xml", dated))
        asked = [request.path for request in server.requests]
    assert isinstance(answer, ParsedFeed), answer
    assert asked == ["/sitemap.xml", "/news.xml", "/pages-2.xml", "/pages-1.xml"]
    assert [entry.title for entry in answer.entries] == ["Rockets hit Erbil", "Drones hit Al-Tanf"]
    assert not answer.is_whole, "the index may stay as it is while its sitemaps change"
    assert answer.detail.startswith(
        "it is an index of 103 sitemaps; read /news.xml; read /pages-2.xml; not read /pages-1"
    )


def test_an_index_of_which_nothing_can_be_read_fails_by_name() -> None:
    with FeedServer() as server:
        server.put("/again.xml", index(server.url("/sitemap.xml")))
        links = (server.url("/lost.xml"), "http://other.example/news.xml", server.url("/again.xml"))
        answer = fetched(server.put("/sitemap.xml", index(*links)))
    assert not isinstance(answer, ParsedFeed)
    assert "not read /lost.xml: http 404" in answer.detail
    assert "it lies on another site than its index" in answer.detail
    assert "it is an index again" in answer.detail


def test_the_prefixes_that_pythons_own_writer_makes_up() -> None:
    names = (
        'xmlns:ns0="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:ns1="http://www.google.com/schemas/sitemap-news/0.9"'
    )
    body = (
        f"<ns0:urlset {names}><ns0:url><ns0:loc>https://news.example/a</ns0:loc><ns1:news>"
        "<ns1:publication_date>2026-11-21T10:00:00Z</ns1:publication_date><ns1:title>Missiles hit a base</ns1:title>"
        "</ns1:news></ns0:url></ns0:urlset>"
    )
    (entry,) = parsed(body.encode()).entries
    assert (entry.url, entry.title) == ("https://news.example/a", "Missiles hit a base")
    listed = f"<ns0:sitemapindex {names}><ns0:sitemap><ns0:loc>https://news.example/n.xml</ns0:loc></ns0:sitemap>"
    assert parsed(f"{listed}</ns0:sitemapindex>".encode()).follow == ("https://news.example/n.xml",)


def test_a_prefix_that_is_declared_where_it_is_used() -> None:
    own = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
    news = f"<n:news {own}><n:title>Missiles hit a base</n:title></n:news>"
    body = urlset(f"<url><loc>https://news.example/a</loc>{news}</url>")
    assert [entry.title for entry in parsed(body).entries] == ["Missiles hit a base"]
