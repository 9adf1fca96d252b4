"""The fast reader goes first and finds what the reference finds; where it might not, it is not asked, and says why."""

from __future__ import annotations

import tarfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import fastfeedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.parse.charset import decode
from monitor.feeds.parse.frames import pack_answer, unpack_answer
from monitor.feeds.parse.parser import parse, read_reference
from monitor.feeds.parse.repair import mend
from monitor.model.document import Doubt, ParsedFeed

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BASE = "https://news.example/feeds/world.xml"
REAL = Path(__file__).parent.parent.parent.parent / "shared/feeds/real-feeds.tar.xz"

NAMES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)
TITLE, LINK, GUID = "<title>Drones hit a base</title>", "<link>https://a.example/1</link>", "<guid>tag:1</guid>"
DATE = "<pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate>"
PLAIN = TITLE + LINK + GUID + DATE


def rss(*items: str, head: str = "<title>News</title><language>en-US</language>", attributes: str = NAMES) -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {attributes}><channel>{head}{inside}</channel></rss>'.encode()


def atom(*entries: str, head: str = "<title>News</title><id>urn:feed</id>", attributes: str = "") -> bytes:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    names = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {names} {attributes}>{head}{inside}</feed>'.encode()


def read(body: bytes) -> ParsedFeed:
    """The answer of the door, which must be the reference's, however it was found."""
    answer = parse(body, content_type=None, base_url=BASE, now=NOW)
    reference = read_reference(mend(decode(body, None).text), base_url=BASE, now=NOW)
    assert isinstance(answer, ParsedFeed)
    assert isinstance(reference, ParsedFeed)
    assert (answer.title, answer.language, answer.dropped) == (reference.title, reference.language, reference.dropped)
    assert answer.entries == reference.entries
    assert unpack_answer(pack_answer(answer)).doubt is answer.doubt
    return answer


@pytest.mark.parametrize(
    "body",
    [
        rss(PLAIN, PLAIN.replace("1<", "2<")),
        rss(PLAIN + "<description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two &amp;amp; three&lt;/p&gt;</description>"),
        rss(PLAIN + "<description><![CDATA[A <b>teaser</b>]]></description>"
            "<content:encoded><![CDATA[<p>Whole</p><p>text</p>]]></content:encoded>"),
        rss(PLAIN + "<content:encoded>&lt;p&gt;no teaser&lt;/p&gt;</content:encoded>",
            PLAIN + "<description>x</description>"),
        rss(TITLE + LINK + DATE + "<guid isPermaLink='false'><![CDATA[77 at https://a.example]]></guid>"),
        rss("<title>Q&amp;A: 5 &lt; 6</title>" + LINK + GUID),
        rss(TITLE + GUID.replace("tag:1", "https://a.example/perma") + DATE),
        rss(PLAIN + "<dc:creator>Somebody</dc:creator><category>x</category><slash:comments>3</slash:comments>"
            "<media:content url='https://a.example/i.jpg'/><media:title>A picture</media:title>"),
        rss(PLAIN.replace(DATE, "<dc:date>2026-11-20T10:00:00Z</dc:date>")),
        rss(PLAIN.replace("20 Nov 2026", "29 Feb 2024"), PLAIN.replace("20 Nov", "31 Oct")),
        rss(PLAIN.replace("Drones", "هجوم على القاعدة")),
        rss(TITLE + LINK + DATE + "<guid> </guid>", "<guid/>" + TITLE + LINK + DATE, PLAIN),
        rss(PLAIN + "<dc:creator>x</dc:creator>", attributes=NAMES.replace("content/", "other/")),
        rss(PLAIN + "<content:encoded xmlns='http://purl.org/rss/1.0/modules/content/'>x</content:encoded>"),
        rss(TITLE + LINK + DATE, TITLE + DATE + "<description>No address, no id</description>"),
        rss(TITLE + LINK + DATE + "<guid><![CDATA[https://a.example/?a=1&b=2]]></guid>"),
        rss(PLAIN + "<description>A teaser</description><media:description>A caption</media:description>"
            "<media:description/>"),
        rss(PLAIN).replace(b"<item>", b"<item xmlns:x='http://purl.org/rss/1.0/modules/content/'>"),
        b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\n" + rss(PLAIN),
        atom("<title>x</title><id>urn:1</id><link href='https://a.example/1'/><updated>2026-11-20T10:00:00+01:00</updated>"),
        atom("<title type='html'>a &amp;lt; b</title><id>urn:1</id><link rel='self' href='https://a.example/s'/>"
             "<link rel='alternate' href='https://a.example/1'/><content type='html' xml:base='https://b.example/'>"
             "&lt;p&gt;One&lt;/p&gt;</content><summary>AT&amp;T &lt; x</summary>"
             "<published>2026-11-20T10:00:00.123Z</published>"),
    ],
)  # fmt: skip
def test_plain_documents_are_read_by_the_fast_reader(body: bytes) -> None:
    assert read(body).doubt is None


@pytest.mark.parametrize(
    ("body", "doubt"),
    [
        (rss(PLAIN)[:-20], Doubt.NOT_WELL_FORMED),
        (rss(PLAIN.replace("base", "base &nbsp; &bogus;")), Doubt.NOT_WELL_FORMED),
        (rss(PLAIN).replace(b"Drones", b"Dr\xd9nes " + 8 * b"\xc3\xb6"), Doubt.CHARSET),
        (rss(PLAIN.replace("Drones", "Dr\u2028ones")), Doubt.LINE_SEPARATORS),
        (rss(PLAIN + "<!-- <item/> -->"), Doubt.COMMENTS),
        (rss(), Doubt.NO_ENTRIES),
        (rss(PLAIN, attributes=NAMES + " xmlns='http://purl.org/rss/1.0/'"), Doubt.FORMAT),
        (rss(PLAIN + "<content:encoded>x</content:encoded>", attributes=NAMES.replace("content/", "other/")),
         Doubt.NAMESPACES),
        (rss(PLAIN + "<source url='https://w.example'>The Wire</source>"), Doubt.ELEMENTS),
        (rss(PLAIN + "<feedburner:origLink>https://b.example/1</feedburner:origLink>"), Doubt.ELEMENTS),
        (rss(PLAIN + "<media:description>A caption</media:description>"), Doubt.ELEMENTS),
        (rss(PLAIN + "<itunes:summary>Other words</itunes:summary>"), Doubt.ELEMENTS),
        (rss(PLAIN + "<title>Another</title>"), Doubt.TWICE),
        (rss(PLAIN.replace(TITLE, "<title/>") + "<media:title>A picture</media:title>"), Doubt.ORDER),
        (atom("<title>x</title><id>7</id><link href='https://a.example/1'/>"
              "<content xml:base='https://b.example'>x</content>"),
         Doubt.BASES),
        (rss("<media:title>A picture</media:title>" + PLAIN), Doubt.ORDER),
        (rss(PLAIN, head="").replace(b"</item>", b"</item><title>Behind</title>"), Doubt.ORDER),
        (rss(PLAIN + "<description>Some <b>bold</b> words</description>"), Doubt.MARKUP),
        (rss(PLAIN.replace("Drones", "écrit".encode().decode("latin-1"))), Doubt.ENCODED_TWICE),
        (atom(TITLE + "<link href='https://a.example/1'/>"), Doubt.MISSING_IDS),
        (atom(TITLE + "<link href='https://a.example/1'/><id> </id>"), Doubt.MISSING_IDS),
        (rss(TITLE + GUID + DATE), Doubt.LINKS),
        (rss(PLAIN.replace("https://a.example/1", "/1")), Doubt.RELATIVE_LINKS),
        (rss(PLAIN.replace("https://a.example/1", "https://a.example/a b")), Doubt.RELATIVE_LINKS),
        (rss(PLAIN, attributes=NAMES + " xml:base='https://b.example/'"), Doubt.BASES),
        (rss(PLAIN.replace("<title>", "<title xml:lang='ar'>")), Doubt.LANGUAGES),
        (rss(PLAIN, attributes=NAMES + " xml:lang='ar'"), Doubt.LANGUAGES),
        (rss(PLAIN.replace("10:00:00 +0100", "10:00:00 CEST")), Doubt.DATES),
        (rss(PLAIN.replace("Fri, 20 Nov 2026 10:00:00 +0100", "2016/6/29 15:07:41")), Doubt.DATES),
        (rss(PLAIN.replace("Nov 2026", "Nov 2036")), Doubt.DATES),
        (rss(PLAIN.replace("20 Nov", "31 Feb").replace("tag:1", "7")), Doubt.DATES),
        (rss(TITLE + LINK + "<guid>2026-11-20T10:00:00Z</guid>"), Doubt.DATES),
        (atom("<title>x</title><id>urn:1</id><link rel='edit' href='https://a.example/1'/>"), Doubt.LINKS),
        (atom("<title>x</title><id>urn:1</id><link href='https://a.example/1'/><link href='https://a.example/2'/>"),
         Doubt.LINKS),
        (atom("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></title><id>urn:1</id>"
              "<link href='https://a.example/1'/>"), Doubt.MARKUP),
    ],
)  # fmt: skip
def test_every_doubt_is_named_and_the_reference_is_asked(body: bytes, doubt: Doubt) -> None:
    assert read(body).doubt is doubt


@pytest.mark.parametrize("odd", ["", "<!-- so the reference reads it -->"])
def test_the_words_under_a_picture_are_not_the_summary(odd: str) -> None:
    caption = "<media:description type='plain'>A photo from last year</media:description><media:description/>"
    first = PLAIN + "<description>Three were killed</description>" + caption + odd
    alone = PLAIN.replace("tag:1", "tag:2") + "<media:description>What a video is about</media:description>"
    answer = read(rss(first, alone))
    assert [entry.summary for entry in answer.entries] == ["Three were killed", "What a video is about"]


def test_what_the_fast_reader_cannot_do_is_the_references_business(monkeypatch: pytest.MonkeyPatch) -> None:
    class Panic(BaseException):
        """What its native part raises is no Exception."""

    def fail(*_: object, **__: object) -> None:
        raise Panic

    monkeypatch.setattr(fastfeedparser, "parse", fail)
    assert read(rss(PLAIN)).doubt is Doubt.FAILED


TEXTS = st.sampled_from(
    ["x", "a &amp; b", "a &lt; b", "&lt;b&gt;bold&lt;/b&gt; &amp;eacute;", "<![CDATA[<p>One</p><p>two</p>]]>", "",
     " \n two\n\n lines ", "<![CDATA[a & b <c]]>", "caf&#233; &#8217;s", "&#195;&#169;", "<b>x</b>", "a<!-- c -->b",
     "قصف", "&lt;script&gt;x&lt;/script&gt;y", "a &amp;copy b", "&amp;amp;lt;", "<![CDATA[a]]> b", "x]]&gt;"]
)  # fmt: skip
DATES = st.sampled_from(
    ["Fri, 20 Nov 2026 10:00:00 GMT", "2026-11-20T10:00:00Z", "Fri, 20 Nov 2026 10:00:00 EST", "soon", "2026-11-20",
     " Fri, 2 Oct 2026 23:59:59 -0730 ", "Fri, 31 Feb 2026 10:00:00 +0000", "2026-02-29T10:00:00Z", "",
     "Mon, 20 Nov 2026 10:00:00 +0000", "1985-01-01T00:00:00Z", "2026-11-20T10:00:00.5+05:45",
     "<![CDATA[2026-11-20T10:00:00Z]]>"]
)  # fmt: skip
ADDRESSES = st.sampled_from(["https://a.example/1", "https://a.example/?a=1&amp;b=2", "/1", " https://a.example/2 ", "",
                             "javascript:x", "HTTPS://A.example/ä"])  # fmt: skip
LINKS = ADDRESSES | st.just("<![CDATA[https://a.example/?a&b]]>")
RELS = st.sampled_from(["", " rel='alternate'", " rel='self'", " rel='enclosure'"])
TYPES = st.sampled_from(["", " type='html'", " type='text'", " xml:base='https://b.example/'"])


@st.composite
def rss_items(draw: st.DrawFn) -> str:
    parts = [
        f"<title>{draw(TEXTS)}</title>", f"<link>{draw(LINKS)}</link>", f"<guid>{draw(LINKS | st.just('7'))}</guid>",
        f"<pubDate>{draw(DATES)}</pubDate>", f"<description>{draw(TEXTS)}</description>",
        f"<content:encoded>{draw(TEXTS)}</content:encoded>", f"<dc:date>{draw(DATES)}</dc:date>",
        f"<media:title>{draw(TEXTS)}</media:title>", f"<comments>{draw(LINKS)}</comments>",
        "<dc:creator>x</dc:creator>",
    ]  # fmt: skip
    return "".join(draw(st.permutations(parts))[: draw(st.integers(0, len(parts)))])


@st.composite
def atom_entries(draw: st.DrawFn) -> str:
    parts = [
        f"<title{draw(TYPES)}>{draw(TEXTS)}</title>", f"<link{draw(RELS)} href='{draw(ADDRESSES)}'/>",
        f"<id>{draw(LINKS | st.just('7'))}</id>", f"<published>{draw(DATES)}</published>",
        f"<updated>{draw(DATES)}</updated>",
        f"<summary{draw(TYPES)}>{draw(TEXTS)}</summary>", f"<content{draw(TYPES)}>{draw(TEXTS)}</content>",
        "<link rel='edit' href='https://a.example/edit'/>", f"<link{draw(RELS)} href='{draw(ADDRESSES)}'/>",
        "<author><name>x</name><uri>y</uri></author>",
    ]  # fmt: skip
    return "".join(draw(st.permutations(parts))[: draw(st.integers(0, len(parts)))])


@settings(max_examples=300, deadline=None)
@given(st.lists(rss_items(), min_size=1, max_size=3))
def test_any_rss_is_read_as_the_reference_reads_it(items: list[str]) -> None:
    read(rss(*items))


@settings(max_examples=300, deadline=None)
@given(st.lists(atom_entries(), min_size=1, max_size=3))
def test_any_atom_is_read_as_the_reference_reads_it(entries: list[str]) -> None:
    read(atom(*entries))


@pytest.mark.skipif(not REAL.exists(), reason="the real feed documents are not on this machine")
def test_real_documents_are_read_as_the_reference_reads_them() -> None:
    doubts: Counter[Doubt | None] = Counter()
    with tarfile.open(REAL) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is None:
                continue
            body = stream.read()
            if isinstance(parse(body, content_type=None, base_url=BASE, now=NOW), ParsedFeed) and body[:1] != b"{":
                doubts[read(body).doubt] += 1
    assert doubts[None] / doubts.total() > 0.65, doubts
    assert doubts[Doubt.FAILED] == doubts[Doubt.COUNT] == 0
