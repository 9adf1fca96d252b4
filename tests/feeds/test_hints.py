"""What a reply and its document say of when to ask again."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from monitor.feeds.fetch.fetcher import Fetcher, user_agent
from monitor.feeds.fetch.hints import LONGEST, fresh_for, made_anew_every
from monitor.model.document import Fetched, NotModified
from serving import FeedServer

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
DATE = "Sat, 28 Nov 2026 09:00:00 GMT"  # the server's clock is three hours slow


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "public, Max-Age = 600 , must-revalidate"}, 600),
        ({"cache-control": 'max-age="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "900"}, None),
        ({"cache-control": "max-age=600", "age": "old"}, 600),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=600, no-cache"}, None),
        ({"cache-control": "no-store, max-age=600"}, None),
        ({"cache-control": "max-age=9999999999"}, LONGEST.total_seconds()),
        ({"cache-control": "max-age=99999999999999999999"}, None),
        ({"cache-control": "max-age"}, None),
        ({"cache-control": "max-age=600", "expires": "Sat, 28 Nov 2026 10:00:00 GMT", "date": DATE}, 600),
        ({"expires": "Sat, 28 Nov 2026 09:10:00 GMT", "date": DATE}, 600),
        ({"expires": "Sat, 28 Nov 2026 12:10:00 GMT"}, 600),
        ({"expires": "Sat, 28 Nov 2026 09:00:00 GMT", "date": DATE}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT", "date": DATE}, None),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({"expires": "Sat, 28 Nov 2099 09:00:00 GMT", "date": DATE}, LONGEST.total_seconds()),
    ],
)
def test_how_long_a_reply_is_fresh(headers: dict[str, str], seconds: float | None) -> None:
    hint = fresh_for(headers, now=NOW)
    assert hint == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("", None),
        ("<ttl>15</ttl>", 15),
        ("<ttl> <![CDATA[ 15 ]]> </ttl>", 15),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>9999999</ttl>", LONGEST.total_seconds() / 60),
        ("<ttl>99999999999</ttl>", None),
        ("<sy:updatePeriod>\n daily </sy:updatePeriod>", 1440),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>\t4\t</sy:updateFrequency>", 15),
        ("<syn:updatePeriod>Daily</syn:updatePeriod><syn:updateFrequency>24</syn:updateFrequency>", 60),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", LONGEST.total_seconds() / 60),
        ("<sy:updatePeriod>often</sy:updatePeriod>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", None),  # what WordPress writes everywhere
        ("<ttl>1440</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 1440),
        ("<item><ttl>15</ttl></item>", None),
    ],
)
def test_how_often_a_document_is_made_anew(head: str, minutes: float | None) -> None:
    hint = made_anew_every(f"<rss><channel>{head}<item><ttl>3</ttl></item></channel></rss>".encode())
    assert hint == (None if minutes is None else timedelta(minutes=minutes))


def test_hints_come_with_the_answer_also_where_nothing_has_changed() -> None:
    async def run(url: str) -> list[object]:
        fetcher = Fetcher(allow_networks=[ip_network("127.0.0.0/8")], contact="mailto:desk@example.org")
        try:
            first = await fetcher.fetch(url)
            return [first, await fetcher.fetch(url, etag='"1"')]
        finally:
            await fetcher.aclose()

    with FeedServer() as server:
        body = "<rss><channel><ttl>20</ttl></channel></rss>"
        url = server.put("/a", body, etag='"1"', headers={"Cache-Control": "max-age=300"})
        first, again = asyncio.run(run(url))
        assert server.requests[0].headers["user-agent"] == user_agent("mailto:desk@example.org")
    assert isinstance(first, Fetched)
    assert (first.fresh_for, first.made_anew_every) == (timedelta(minutes=5), timedelta(minutes=20))
    assert isinstance(again, NotModified)
    assert again.fresh_for == timedelta(minutes=5)


def test_the_name_that_publishers_see_cannot_be_broken_by_a_contact() -> None:
    assert user_agent().startswith("basewatch/")
    assert user_agent("https://desk.example/bot").endswith(" (+https://desk.example/bot)")
    assert user_agent("a\r\nX: y) evil\\ (\u00e9").count("(") == 1
    assert "\n" not in user_agent("a\r\nX: y")


@pytest.mark.parametrize("tag", ["ttl", "sy:updatePeriod", "sy:updateFrequency"])
def test_blanks_cost_no_square_of_their_number(tag: str) -> None:
    period = "<sy:updatePeriod>daily</sy:updatePeriod>" if "Frequency" in tag else ""
    for document in (f"<rss>{period}<{tag}>{' ' * 60_000}!", f"<rss>{period}<{tag}>7{' ' * 60_000}!"):
        began = time.perf_counter()
        made_anew_every(document.encode())
        assert time.perf_counter() - began < 1.0
