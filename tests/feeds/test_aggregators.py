"""Aggregators' items: the newsroom's publisher, link and identity, and that a poll does not repeat them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from monitor.feeds.parse.parser import parse
from monitor.model.document import Entry, ParsedFeed
from monitor.model.feed import USUAL_LAYOUT, Layout
from newsroom import Newsroom, Story

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
GDELT = "https://api.gdeltproject.org/api/v2/doc/doc?query=base&mode=artlist"
TITLE = "Two drones hit Ain al-Asad air base in western Iraq"


def opaque(number: int) -> str:
    """An id as Google News makes them now: it says nothing of the article, and is another one tomorrow."""
    return "CBMi" + base64.urlsafe_b64encode(
        bytes([8, 19, number]) + b"\xd2\x01AU_yqL" + bytes([number]) * 40
    ).decode().rstrip("=")


def readable(address: str) -> str:
    data = b"\x08\x13\x22" + bytes([len(address)]) + address.encode() + b"\xd2\x01\x00"
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def google(
    title: str, publisher: str, name: str, *, source: bool = True, date: str = "Sat, 21 Nov 2026 10:00:00 GMT"
) -> str:
    link = f"https://news.google.com/rss/articles/{name}?oc=5"
    description = f'<a href="{link}" target="_blank">{title}</a>&nbsp;&nbsp;<font color="#6f6f6f">{publisher}</font>'
    named = f'<source url="https://wire.example">{escape(publisher)}</source>' if source else ""
    return (
        f"<item><title>{escape(title)} - {escape(publisher)}</title><link>{escape(link)}</link>"
        f'<guid isPermaLink="false">{name}</guid><pubDate>{date}</pubDate>'
        f"<description>{escape(description)}</description>{named}</item>"
    )


def rss(*items: str) -> bytes:
    head = "<title>“base” - Google News</title><language>en-US</language>"
    return f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def entries(
    body: bytes, *, base: str = "https://news.google.com/rss/search?q=base", layout: Layout = USUAL_LAYOUT
) -> tuple[Entry, ...]:
    answer = parse(body, content_type=None, base_url=base, now=NOW, layout=layout)
    assert isinstance(answer, ParsedFeed), answer
    return answer.entries


@pytest.mark.parametrize("source", [True, False])
@pytest.mark.parametrize("publisher", ["The Wire", "Al-Wire & Sons"])
def test_the_publisher_is_the_newsroom(source: bool, publisher: str) -> None:
    (entry,) = entries(rss(google(TITLE, publisher, opaque(1), source=source)))
    assert (entry.title, entry.publisher, entry.summary) == (TITLE, publisher, "")


def test_a_dash_of_the_headline_stays() -> None:
    (entry,) = entries(rss(google("Iran - backed militia hits base", "The Wire", opaque(1))))
    assert (entry.title, entry.publisher) == ("Iran - backed militia hits base", "The Wire")


def test_another_id_and_link_name_the_same_article() -> None:
    (one,) = entries(rss(google(TITLE, "The Wire", opaque(1))))
    (other,) = entries(rss(google(TITLE, "The Wire", opaque(2))))
    (later,) = entries(rss(google(TITLE, "The Wire", opaque(2), date="Sun, 22 Nov 2026 10:00:00 GMT")))
    assert one.guid == other.guid
    assert one.url != other.url
    assert later.guid != one.guid, "the same headline of another day is another article"


def test_an_id_that_holds_the_address_gives_it() -> None:
    (entry,) = entries(rss(google(TITLE, "The Wire", readable("https://wire.example/2026/11/asad"))))
    assert entry.url == "https://wire.example/2026/11/asad"


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://wire.example/asad%3Fid%3D1&amp;ct=ga",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&amp;url=https%3a%2f%2fwire.example%2fasad%3fid%3d1&amp;c=9",
    ],
)
def test_a_link_that_leads_on_is_replaced_by_where_it_leads(link: str) -> None:
    (entry,) = entries(rss(f"<item><title>{TITLE} - Wire</title><link>{link}</link></item>"))
    assert (entry.url, entry.title, entry.publisher) == ("https://wire.example/asad?id=1", TITLE, "Wire")


@pytest.mark.parametrize("target", ["javascript:alert(1)", "file:///etc/passwd", ""])
def test_a_link_that_leads_nowhere_stays(target: str) -> None:
    (entry,) = entries(rss(f"<item><title>{TITLE}</title><link>https://www.google.com/url?url={target}</link></item>"))
    assert entry.url == f"https://www.google.com/url?url={target}"


def test_gdelt_lists_in_json_belong_to_their_sites() -> None:
    article = {
        "url": "https://www.wire.example/asad", "url_mobile": "", "title": TITLE, "seendate": "20261121T101500Z",
        "socialimage": "", "domain": "wire.example", "language": "Arabic", "sourcecountry": "Iraq",
    }  # fmt: skip
    (entry,) = entries(json.dumps({"articles": [article]}).encode(), base="http://127.0.0.1/doc")
    assert (entry.title, entry.publisher, entry.url) == (TITLE, "wire.example", "https://www.wire.example/asad")
    assert entry.published == datetime(2026, 11, 21, 10, 15, tzinfo=UTC)
    assert entries(b"{}", base=GDELT + "&format=json") == (), "GDELT's way to say that nothing was found"


def test_gdelt_feeds_and_those_that_feeds_yaml_names_belong_to_their_sites() -> None:
    body = rss(f"<item><title>{TITLE} | The Wire</title><link>https://www.wire.example/asad</link></item>")
    (entry,) = entries(body, base=GDELT + "&format=rss")
    assert (entry.title, entry.publisher) == (TITLE, "The Wire")
    assert entries(body, base="https://planet.example/", layout=Layout(publisher_from_item=True)) == (entry,)
    assert entries(body, base="https://wire.example/rss")[0].publisher == "", "a newsroom's own feed"
    (army,) = entries(rss("<item><title>Base hit - army</title><link>https://wire.example/1</link></item>"), base=GDELT)
    assert (army.title, army.publisher) == ("Base hit - army", "wire.example")


@pytest.mark.slow(20)
def test_a_query_feed_does_not_repeat_its_items(tmp_path: Path) -> None:
    """Each poll has other ids and links, in another order; the newsroom's own feed then brings one as a copy."""
    told = datetime.now(UTC).replace(microsecond=0)
    date = told.strftime("%a, %d %b %Y %H:%M:%S GMT")
    stories = [(f"Story number {number} of the day from a town nearby", f"Paper {number}") for number in range(12)]
    with Newsroom(tmp_path) as room:
        room.feed("query")
        own = room.feed("own", publisher="The Wire")
        polls = []
        for turn in range(1, 5):
            listed = stories + [(TITLE, "The Wire")] * (turn > 1)
            items = [google(title, name, opaque(turn * 20 + n), date=date) for n, (title, name) in enumerate(listed)]
            room.server.put("/query.xml", rss(*(items if turn % 2 else reversed(items))))
            if turn == 3:
                own.add(Story(TITLE, published=told))
            polls += room.poll()
        brought = [(poll.entries, poll.new, poll.updated, poll.seen) for poll in polls if poll.feed == "query"]
        assert brought == [(12, 0, 0, 0), (13, 1, 0, 12), (13, 0, 0, 13), (13, 0, 0, 13)]
        assert [poll.copies for poll in polls if poll.feed == "own"] == [0, 0, 1, 0]
        assert len([alert for poll in polls for alert in poll.alerts]) == 1


def test_an_address_that_is_the_guid_is_not_lost_with_it() -> None:
    link = "https://news.google.com/rss/articles/CBMixyz"
    body = (
        f"<rss version='2.0'><channel><title>G</title><item><title>Missiles hit a base - Wire</title>"
        f"<link>{link}</link><guid>{link}</guid><pubDate>Thu, 01 Jan 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    seen = set()
    for document in (body, body.replace("<item>", "<!-- the reference reads it --><item>")):
        answer = parse(document.encode(), content_type="application/xml", base_url="https://example.org/rss", now=NOW)
        assert isinstance(answer, ParsedFeed)
        assert [(entry.url, entry.publisher) for entry in answer.entries] == [(link, "Wire")]
        seen.update(entry.guid for entry in answer.entries)
    assert len(seen) == 1, "both readers give the item one identity"
