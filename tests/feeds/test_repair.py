"""Loose XML of every kind, and the entries that come out of it as they were meant."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.parse.parser import parse
from monitor.feeds.parse.repair import mend
from monitor.model.document import Entry, ParsedFeed

LINK = "https://a.example/1"
ITEMS = "".join(
    f"<item><title>Story {n}</title><link>https://a.example/{n}</link><guid>g{n}</guid><description>d{n}</description></item>"
    for n in (1, 2, 3)
)
NETSCAPE = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.example/rss-0.91.dtd">'
LATIN = '<!DOCTYPE rss [<!ENTITY % l PUBLIC "-//W3C//ENTITIES Latin 1//EN" "http://w.example/lat1.ent"> %l;]>'


def rss(items: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>f</title>{items}</channel></rss>'


def read(text: str) -> ParsedFeed:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    answer = parse(text.encode(), content_type="text/html", base_url="https://a.example/", now=now)
    assert isinstance(answer, ParsedFeed), answer
    return answer


def first(items: str, head: str = "") -> Entry:
    return read(rss(items, head)).entries[0]


@pytest.mark.parametrize(
    "parameter",
    ["lang=en", "copy=1", "region=iq", "para=3", "not=1", "lt=5", "gt=5", "amp=1", "nbsp=1", "reg", "b", "#12",
     "sect=x", "times=2", "eacute=1", "quot=2&curren=EUR", "x=1&copy"],
)  # fmt: skip
def test_an_address_with_bare_ampersands_leads_where_it_led(parameter: str) -> None:
    url = f"https://a.example/s?id=1&{parameter}"
    right = url.replace("&", "&amp;").replace("<", "&lt;")
    loose = "<description>a & b</description>"
    for written in (url, right, f"<![CDATA[{url}]]>"):
        only = first(f"<item><title>x</title><link>{written}</link><guid>{written}</guid>{loose}</item>")
        assert (only.url, only.guid, only.summary) == (url, url, "a & b")
    assert first(f"<item><title>x</title><link>{right}</link></item>").url == url, "a document without fault"
    for quote in "\"'":
        link = f"<link rel='alternate' href={quote}{url}{quote}/>"
        atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>f</title><entry><title>x</title>{link}</entry></feed>"
        assert read(atom).entries[0].url == url


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Q&A: R&D at AT&T", "Q&A: R&D at AT&T"),
        ("one & two; three &amp; four", "one & two; three & four"),
        ("rockets&nbsp;and&nbspdrones", "rockets and drones"),
        ("caf&eacute;, caf&eacute and caf&eacutes", "café, café and cafés"),
        ("&ldquo;base&rdquo; &ndash; &hellip; &rsquo;", "“base” – … ’"),
        ("caf&amp;eacute; &amp;nbsp; x", "café x"),
        ("&bogus; base", "&bogus; base"),
        ("&#8217;s &#x2019 s &#8211 s", "’s ’ s – s"),
        ("a&#0;b&#7;c&#x1;d", "abcd"),
        ("a\x01b\x08c\ufffed", "abcd"),
        ("word\x0bword\x0cword", "word word word"),
        ("&#xD83D;&#xDE80; &#55357;&#56960; &#xD83D; &#xDE80;", "🚀 🚀 \ufffd \ufffd"),
        ("&#99999999999; x", "\ufffd x"),
        ("killed <5 in raid", "killed <5 in raid"),
        ("a < b, c <d and e", "a < b, c <d and e"),
        ("<3 & <b>bold</b>", "<3 & bold"),
        ("<![CDATA[A & B]]> & C", "A & B & C"),
        ("5 &lt; 6 & 7", "5 < 6 & 7"),
    ],
)
@pytest.mark.parametrize("head", ["", '<?xml version="1.0"?>' + NETSCAPE, LATIN], ids=["none", "netscape", "latin"])
def test_words_are_what_was_written(raw: str, text: str, head: str) -> None:
    only = first(f"<item><title>{raw}</title><link>{LINK}</link><description>{raw}</description></item>", head)
    assert (only.title, only.summary, only.url) == (text, text, LINK)


def test_entities_of_the_document_itself() -> None:
    own = "<!DOCTYPE rss [<!-- don't ]> --><!ENTITY co 'Smith & Sons'><!ENTITY odd \"a]>b\"><!ENTITY f SYSTEM 'file:///x'>]>"
    only = first("<item><title>&co; &odd; &f; &mdash; &amp;</title></item>", own)
    assert only.title == "Smith & Sons a]>b &f; — &"


def test_entities_do_not_multiply() -> None:
    own = f"<!DOCTYPE rss [<!ENTITY big '{'x' * 900}'>]>"
    text = rss(f"<item><title>t</title><description>{'&big;' * 100_000}</description></item>", own)
    assert len(mend(text).text) < 2_000_000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("<title>", "<TITLE>"),
        ("</title><link>https://a.example/2", "<link>https://a.example/2"),
        ("d2</description>", "d2"),
        ("</item><item>", "<item>"),
        ("d2", "<p>d2<br><b><i>x</b></i><img src=x><ul><li>a<li>b</ul>"),
        ("d2", "<![CDATA[d2 <![CDATA[ inner ]]> outer ]]>"),
        ("d2", "d2 ]]> x"),
        ("<description>d2", "<description><![CDATA[d2"),
        ("<guid>g2", "<dc:creator>me</dc:creator><x:y z:a='1'/><guid>g2"),
        ("<guid>g2", "<guid isPermaLink=false>g2"),
        ("<guid>g2", '<guid isPermaLink="false>g2'),
        ("<guid>g2", "<guid a='1' a='2'>g2"),
        ("<guid>g2", "<!-- a -- b --><guid>g2"),
        ("<guid>g2", "<!-- never ended <guid>g2"),
        ("<guid>g2", '<?xml version="1.0"?><guid>g2'),
        ("</channel></rss>", "</channel></rss><script>&</script> junk"),
        ("<item><title>Story 3", "</channel></rss><item><title>Story 3"),
        ("<item><title>Story 3", "</channel></rss>\n" + '<?xml version="1.0"?><rss><channel><item><title>Story 3'),
        ('<?xml version="1.0"?>', "\n\n<br />\n<b>Warning</b>: x in <b>y.php</b>\n" + '<?xml version="1.0"?>'),
    ],
)
def test_a_fault_costs_no_other_entry(old: str, new: str) -> None:
    answer = read(rss(ITEMS).replace(old, new) if old else rss(ITEMS))
    assert [entry.title for entry in answer.entries] == ["Story 1", "Story 2", "Story 3"]
    assert [entry.url for entry in answer.entries] == [f"https://a.example/{n}" for n in (1, 2, 3)]
    assert all(f"d{n}" in entry.summary for n, entry in enumerate(answer.entries, start=1))
    assert answer.is_whole
    assert bool(answer.detail) is bool(old)


def test_upper_case_throughout() -> None:
    text = rss(ITEMS).replace("https://a.example/", "#").upper().replace("#", "https://a.example/")
    assert [entry.title for entry in read(text.replace('<?XML VERSION="1.0"?>', "")).entries] == [
        "STORY 1",
        "STORY 2",
        "STORY 3",
    ]


def test_what_stands_before_a_cut_stays() -> None:
    text = rss(ITEMS)
    for end in range(text.index("Story 2"), len(text)):
        answer = read(text[:end])
        assert answer.entries[0] == read(text).entries[0]
        assert all(not entry.url or entry.url == f"https://a.example/{n}" for n, entry in enumerate(answer.entries, 1))
        assert not answer.is_whole
        assert "ends in the middle" in answer.detail


def test_a_cut_section_keeps_its_words() -> None:
    text = rss("<item><title>t</title><description><![CDATA[half a sen")
    assert read(text[: text.index("half a sen") + 10]).entries[0].summary == "half a sen"


def test_a_cut_json_feed_gives_the_items_before_the_cut() -> None:
    text = '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "one"}, {"id": "2", "ti'
    answer = read(text)
    assert [entry.title for entry in answer.entries] == ["one"]
    assert not answer.is_whole


def test_a_good_document_is_left_as_it_is() -> None:
    text = rss(f"{ITEMS}<item><title>&amp;lang=1 &lt;b&gt; <![CDATA[&copy <b>]]></title></item>", "")
    assert mend('<?xml version="1.0" encoding="x"?>\n' + text).text == text
    assert mend(text).detail == ""


def test_a_page_stays_a_page() -> None:
    page = "<!DOCTYPE html><html><body>see <rss> & more</body></html>"
    assert mend(page).text == page


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(
    ["<rss>", "<item>", "</item>", "<title>", "</title>", "<![CDATA[", "]]>", "<!--", "-->", "&", "&amp;", "<", ">",
     "a:b", "<a:b c:d='e'>", "<x y=\"", "'", "<br>", "</rss>", "text", "<xmlns:q>", "<q xmlns:p=''>",
     "<p:z>", "<a xmlns:xml='q'>", "<é ü='ö'>", " a='1' a='2'", "&#xD83D;", "<link>", "<item/>",
     "&nbsp;", "\x00", "<?", "?>", "<!DOCTYPE r ["]
), max_size=30))  # fmt: skip
def test_any_heap_of_tags_becomes_well_formed(pieces: list[str]) -> None:
    once = mend("<rss>" + "".join(pieces))
    assert mend(once.text).text == once.text
    assert not mend(once.text).detail


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<a b='", "&", "<![CDATA[", "<!--", "<a>", "</a>", "<a b=c ", "]]>", "&#", "<?"]
)
def test_time_grows_with_the_text(piece: str) -> None:
    text = "<rss>" + piece * (300_000 // len(piece)) + ">"
    started = time.process_time()
    mend(text)
    assert time.process_time() - started < 15, "the square of it takes minutes"
