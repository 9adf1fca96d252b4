"""Documents of every kind and fault, and the entries that come out."""

from __future__ import annotations

import json
import socket
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.parse.entries import BODY, MOST_ENTRIES, SUMMARY, TITLE
from monitor.feeds.parse.frames import pack_answer, unpack_answer
from monitor.feeds.parse.parser import parse
from monitor.model.document import DateMark, Entry, ParsedFeed, ParseFailed, ParseProblem

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BASE = "https://news.example/feeds/world.xml"
REAL = Path(__file__).parent.parent.parent.parent / "shared/feeds/real-feeds.tar.xz"

SCALARS = st.none() | st.booleans() | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(["items", "id", "url", "title", "content_html", "date_published", "language"])


def rss(items: str, channel: str = "<title>News</title>", attributes: str = "") -> bytes:
    names = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<rss version="2.0" {names} {attributes}><channel>{channel}{items}</channel></rss>'.encode()


def parsed(body: bytes, content_type: str | None = None) -> ParsedFeed:
    answer = parse(body, content_type=content_type, base_url=BASE, now=NOW)
    assert isinstance(answer, ParsedFeed), answer
    assert unpack_answer(pack_answer(answer)) == answer, "it comes through the pipe as it is"
    return answer


def entry(item: str, **options: str) -> Entry:
    (only,) = parsed(rss(f"<item>{item}</item>", **options)).entries
    return only


def failed(body: bytes) -> ParseFailed:
    answer = parse(body, content_type=None, base_url=BASE, now=NOW)
    assert isinstance(answer, ParseFailed), answer
    assert answer.detail
    return answer


def test_an_rss_item_in_full() -> None:
    body = rss(
        """<item><title>Drones hit &lt;b&gt;Al-Tanf&lt;/b&gt; base</title><link>/2026/tanf?a=1&amp;b=2</link>
        <guid isPermaLink="false">tag:1</guid><pubDate>Fri, 20 Nov 2026 10:00:00 CET</pubDate>
        <description>&lt;p&gt;Two drones.&lt;/p&gt;&lt;p&gt;No &amp;amp; casualties.&lt;/p&gt;</description>
        <content:encoded><![CDATA[<p>Full <b>text</b>.</p>]]></content:encoded>
        <source url="https://wire.example/rss">The Wire</source></item>""",
        "<title>World &amp;amp; Region</title><language>en_US</language>",
    )
    assert parsed(body) == ParsedFeed(
        title="World & Region",
        language="en-us",
        entries=(
            Entry(
                guid="tag:1",
                url="https://news.example/2026/tanf?a=1&b=2",
                title="Drones hit Al-Tanf base",
                summary="Two drones.\nNo & casualties.",
                body="Full text.",
                published=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
                date_mark=DateMark.GOOD,
                language="en-us",
                publisher="The Wire",
            ),
        ),
    )


def test_an_atom_entry_with_bases_and_languages() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://cdn.example/a/" xml:lang="en">
      <title>A</title><entry xml:base="b/" xml:lang="ar"><id>urn:1</id><title type="html">&lt;i&gt;x&lt;/i&gt;</title>
      <link rel="enclosure" href="https://other.example/e.mp3"/><link rel="alternate" href="c"/>
      <updated>2026-11-20T10:00:00Z</updated><published>2026-11-19T10:00:00Z</published>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div></content></entry></feed>"""
    (only,) = parsed(body).entries
    assert (only.guid, only.title, only.url) == ("urn:1", "x", "https://cdn.example/a/b/c")
    assert (only.summary, only.body, only.language) == ("", "One\nTwo", "ar")
    assert only.published == datetime(2026, 11, 19, 10, 0, tzinfo=UTC)


def test_rdf() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>R</title></channel>
      <item rdf:about="https://a.example/1"><title>one</title><link>https://a.example/1</link>
      <dc:date>2026-11-20</dc:date></item></rdf:RDF>"""
    (only,) = parsed(body).entries
    assert (only.guid, only.url, only.date_mark) == ("https://a.example/1", "https://a.example/1", DateMark.GOOD)


def test_json_feed() -> None:
    items = [
        {"id": 7, "url": "/a", "title": "A & B", "content_html": "<p>x</p>", "date_published": "2026-11-20T10:00:00Z"},
        {"id": "https://a.example/b", "content_text": "1 < 2 & <b>kept</b>", "language": "ar"},
        {"id": None, "title": ["wrong"], "url": {}},
        "wrong",
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "en", "items": items}
    answer = parsed(json.dumps(document).encode())
    first, second = answer.entries
    assert (first.guid, first.url, first.title, first.body) == ("7", "https://news.example/a", "A & B", "x")
    assert (second.url, second.body, second.language) == ("https://a.example/b", "1 < 2 & <b>kept</b>", "ar")
    assert answer.dropped == 2


#: ids that count within their feed, and what publishers declare them to be
NO_ADDRESSES = (
    "101", "abc", "?p=12", "/news/1", "a/b.html", "#post-1", "//cdn.example", "urn:x:1", "tag:a.example,2026:1",
    "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", "1225c695-cfb8-4ebb-aaaa-80da344efa6a", "www.a.example/1", "http:",
)  # fmt: skip
PERMALINKS = ("", " isPermaLink='true'", " isPermaLink='false'")


@pytest.mark.parametrize("id_", [*NO_ADDRESSES, 101, 1.5])
def test_an_id_that_is_no_address_is_no_link_in_a_json_feed_either(id_: str | float) -> None:
    document = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": id_, "title": "x"}]}
    (only,) = parsed(json.dumps(document).encode()).entries
    assert (only.guid, only.url) == (str(id_), "")


@pytest.mark.parametrize("id_", NO_ADDRESSES)
def test_an_id_that_is_no_address_is_no_link_in_atom_either(id_: str) -> None:
    body = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>{id_}</id><title>x</title></entry></feed>"
    (only,) = parsed(body.encode()).entries
    assert (only.guid, only.url) == (id_, "")


def test_links_are_relative_to_the_base_that_the_document_names() -> None:
    body = b"""<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/sub/'><entry><id>urn:1</id><title>x</title>
      <link rel='alternate' href='one.html'/></entry></feed>"""
    assert [one.url for one in parsed(body).entries] == ["https://news.example/sub/one.html"]


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>https://a.example/1</link>", "https://a.example/1"),
        ("<link> \n https://a.example/1 </link>", "https://a.example/1"),
        ("<link>//cdn.example/1</link>", "https://cdn.example/1"),
        ("<link>../1</link>", "https://news.example/1"),
        ("<title>x</title><link>javascript:alert(1)</link>", ""),
        ("<title>x</title><link>data:text/html,x</link>", ""),
        ("<title>x</title><link>ftp://a.example/1</link>", ""),
        ("<title>x</title><link>http://[::1</link>", ""),
        ("<link>https://a.example/ä ö</link>", "https://a.example/ä%20ö"),
        ("<guid>https://a.example/perma</guid>", "https://a.example/perma"),
        ("<guid isPermaLink='true'>https://a.example/perma</guid>", "https://a.example/perma"),
        ("<guid>https://a.example/perma</guid><link>/1</link>", "https://news.example/1"),
        ("<link>/1</link><guid>https://a.example/perma</guid>", "https://news.example/1"),
        *[(f"<title>x</title><guid{kind}>{guid}</guid>", "") for guid in NO_ADDRESSES for kind in PERMALINKS],
        (f"<title>x</title><link>https://a.example/{'y' * 5000}</link>", ""),
    ],
)
def test_links(item: str, url: str) -> None:
    assert entry(item).url == url


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("5 &lt; 6", "5 < 6"),
        ("<![CDATA[<b>bold</b> &eacute;]]>", "bold é"),
        ("a&#x202E;b&#0;c", "abc"),
        ("@everyone &lt;!channel&gt;", "@everyone <!channel>"),
        ("&lt;script&gt;x&lt;/script&gt;y", "y"),
        ("two\n  lines", "two lines"),
    ],
)
def test_titles(raw: str, title: str) -> None:
    assert entry(f"<title>{raw}</title>").title == title


def test_fields_are_bounded() -> None:
    long = "word " * 40_000
    only = entry(f"<title>{long}</title><description>{long}</description><content:encoded>{long}</content:encoded>")
    assert (len(only.title), len(only.summary), len(only.body)) == (TITLE, SUMMARY, BODY)


def test_a_whole_article_in_the_description_is_not_lost() -> None:
    only = entry(f"<description>{'word ' * 5_000}</description>")
    assert len(only.summary) == SUMMARY
    assert len(only.body) > 20_000


def test_dates_are_read_from_their_raw_text() -> None:
    slash = entry("<title>x</title><pubDate>2016/6/29 15:07:41</pubDate>")
    assert (slash.published, slash.date_mark) == (datetime(2016, 6, 29, 15, 7, 41, tzinfo=UTC), DateMark.GOOD)
    assert entry("<title>x</title>").date_mark is DateMark.MISSING
    assert entry("<title>x</title><pubDate>soon</pubDate>").date_mark is DateMark.UNREADABLE
    future = entry("<title>x</title><pubDate>Fri, 01 Jan 2038 00:00:00 GMT</pubDate>")
    assert (future.published, future.date_mark) == (NOW, DateMark.FAR_AHEAD)
    second = entry("<title>x</title><pubDate>soon</pubDate><dc:date>2026-11-01</dc:date>")
    assert second.date_mark is DateMark.UNREADABLE or second.published == datetime(2026, 11, 1, tzinfo=UTC)


def test_ten_thousand_entries_are_taken_and_the_rest_counted() -> None:
    answer = parsed(rss("<item><title>x</title></item>" * (MOST_ENTRIES + 5) + "<item/>"))
    assert (len(answer.entries), answer.dropped, answer.over_cap) == (MOST_ENTRIES, 6, 6)


def test_entries_that_say_nothing_are_counted() -> None:
    answer = parsed(rss("<item/><item><title> </title></item><item><title>x</title></item>"))
    assert (len(answer.entries), answer.dropped, answer.over_cap) == (1, 2, 0)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parsed(rss("")).entries == ()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<?xml version='1.0' encoding='windows-1251'?>" + rss("<item><title>Удар</title></item>").decode(), None),
        (rss("<item><title>Удар</title></item>").decode(), "text/xml; charset=windows-1251"),
        (rss("<item><title>Удар</title></item>").decode(), "application/xml; charset=windows-1251"),
        ("<?xml version='1.0' encoding='cp1251'?>" + rss("<item><title>Удар</title></item>").decode(), "text/xml"),
        ("<?xml version='1.0' encoding='cp1251'?>" + rss("<item><title>Удар</title></item>").decode(), "x; charset=no"),
    ],
)
def test_charsets_of_the_document_and_of_the_reply(body: str, content_type: str | None) -> None:
    (only,) = parsed(body.encode("windows-1251"), content_type).entries
    assert only.title == "Удар"


@pytest.mark.parametrize("declared", ["", "<?xml version='1.0' encoding='iso-8859-1'?>", "<?xml version='1.0'?>"])
@pytest.mark.parametrize("content_type", [None, "text/xml", "text/xml; charset=iso-8859-1", "text/html; charset=x"])
def test_utf8_is_utf8_whatever_is_declared(declared: str, content_type: str | None) -> None:
    (only,) = parsed(declared.encode() + rss("<item><title>Größe «Удар»</title></item>"), content_type).entries
    assert only.title == "Größe «Удар»"


def test_text_of_no_known_encoding_is_read_as_western() -> None:
    (only,) = parsed(rss("<item><title>caf\xe9</title></item>").decode().encode("latin-1")).entries
    assert only.title == "café"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-8"])
def test_unicode_in_its_forms(encoding: str) -> None:
    text = "<?xml version='1.0'?>" + rss("<item><title>هجوم على القاعدة</title></item>").decode()
    prefix = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (only,) = parsed(prefix + text.encode(encoding)).entries
    assert only.title == "هجوم على القاعدة"


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>first</title></item>")[:-18],
        rss("<item><title>first &nbsp; &bogus; & more</title></item>"),
        b"\n\n  " + rss("<item><title>first</title></item>"),
        b"garbage before " + rss("<item><title>first</title></item>"),
        rss("<item><title>first \xff</title></item>".encode().decode("latin-1")),
        rss("<item><title>first\x00</title></item>"),
    ],
    ids=["cut", "entities", "space", "garbage", "bytes", "nul"],
)
def test_broken_documents_still_give_their_entries(body: bytes) -> None:
    assert parsed(body).entries[0].title.startswith("first")


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"<!DOCTYPE html><html><body>Access denied</body></html>", "HTML"),
        (b"<html><head><title>x</title></head></html>", "HTML"),
        (b"<?xml version='1.0'?><note><to>x</to></note>", "no RSS"),
        (b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "names no sitemap"),
        (b"just words", "plain text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unknown bytes"),
        (b'{"error": "not found"}', "not a JSON Feed"),
        (b"[1, 2", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"https://127.0.0.1:1/never-fetched", "plain text"),
        (b"/etc/passwd", "plain text"),
    ],
)
def test_what_is_no_feed_says_what_it_looks_like(body: bytes, hint: str) -> None:
    answer = failed(body)
    assert answer.problem is ParseProblem.NOT_A_FEED
    assert hint in answer.detail


def test_entities_neither_explode_nor_reach_outside() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    answer = parsed(head.encode() + rss("<item><title>x &l9; &file;</title></item>"))
    assert len(answer.entries[0].title) < 100
    assert "root:" not in answer.entries[0].title


def test_nothing_is_asked_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the parser wanted the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    head = b'<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://my.example/rss-0.91.dtd">'
    assert parsed(head + rss("<item><title>x</title><link>http://a.example/</link></item>")).entries
    failed(b"http://a.example/feed.xml")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(body: bytes) -> None:
    assert isinstance(parse(body, content_type=None, base_url=BASE, now=NOW), (ParsedFeed, ParseFailed))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_to_a_feed_is_answered(data: st.DataObject) -> None:
    body = bytearray(rss("<item><title>a &amp; b</title><link>/x</link><pubDate>Fri, 20 Nov 2026</pubDate></item>"))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    content_type = data.draw(st.none() | st.text(max_size=30))
    answer = parse(bytes(body), content_type=content_type, base_url=data.draw(st.text(max_size=20)), now=NOW)
    assert isinstance(answer, (ParsedFeed, ParseFailed))
    assert not isinstance(answer, ParseFailed) or answer.problem is ParseProblem.NOT_A_FEED, answer


@settings(max_examples=60, deadline=None)
@given(st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5)))
def test_any_json_feed_is_answered(value: object) -> None:
    document = {"version": "https://jsonfeed.org/version/1", "items": [value], "title": value, "language": value}
    assert isinstance(parse(json.dumps(document).encode(), content_type=None, base_url=BASE, now=NOW), ParsedFeed)


@pytest.mark.skipif(not REAL.exists(), reason="the real feed documents are not on this machine")
def test_real_documents_parse_without_a_failure() -> None:
    with tarfile.open(REAL) as archive:
        bodies = [archive.extractfile(member).read() for member in archive if member.isfile()]  # type: ignore[union-attr]
    feeds = [parsed(body) for body in bodies[:: max(1, len(bodies) // 25)]]
    entries = [entry for feed in feeds for entry in feed.entries]
    assert all(feed.entries for feed in feeds)
    assert sum(entry.date_mark is DateMark.GOOD for entry in entries) > 0.95 * len(entries)
    assert all(entry.title or entry.body or entry.summary for entry in entries)
