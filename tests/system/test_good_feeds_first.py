"""Hundreds of servers that never answer hold up nobody: the good feeds come in as if they were alone."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from newsroom import Newsroom, PublishedFeed, Story, rss
from serving import FeedServer

#: servers that hang, each with as many feeds as are asked of one host at once
SERVERS, OF_EACH, GOOD = 15, 8, 8


@pytest.mark.slow(20)
def test_good_feeds_beside_servers_that_hang(tmp_path: Path) -> None:
    with (
        contextlib.ExitStack() as stack,
        Newsroom(tmp_path, environment={"BASEWATCH_CONCURRENCY": "20"}) as room,
    ):
        for number in range(SERVERS):
            server = stack.enter_context(FeedServer())
            for other in range(OF_EACH):
                name = f"hangs-{number}-{other}"
                room.feeds.append(PublishedFeed(server, name, [], {}))
                server.put(f"/{name}.xml", b"", hang=True)
        good = [room.feed(f"good-{number}", [Story(f"Sport {number}")]) for number in range(GOOD)]
        room.spawn()
        room.until(lambda: " runs" in room.log, "the daemon runs")
        began = time.monotonic()
        room.until(lambda: all(room.polls(feed.name) for feed in good), "a first poll of every good feed")
        first = time.monotonic() - began
        good[0].add(Story("Two drones hit Ain al-Asad air base in western Iraq"))
        room.hook.wait_for(1, seconds=40)
        print(f"{SERVERS * OF_EACH} feeds hang, {GOOD} good ones were in after {first:.1f} s")
        assert all(not room.polls(feed.name) for feed in room.feeds if feed not in good)


@pytest.mark.slow(20)
def test_good_feeds_beside_indexes_whose_sitemaps_hang(tmp_path: Path) -> None:
    with (
        contextlib.ExitStack() as stack,
        Newsroom(tmp_path, environment={"BASEWATCH_CONCURRENCY": "4"}) as room,
    ):
        for number in range(8):
            server = stack.enter_context(FeedServer())
            name = f"index-{number}"
            index = f"<sitemapindex><sitemap><loc>{server.url('/news.xml')}</loc></sitemap></sitemapindex>"
            feed = PublishedFeed(server, name, [], {})
            room.feeds.append(feed)
            server.put(f"/{name}.xml", index)
            server.put("/news.xml", b"", hang=True)
        good = [room.feed(f"good-{number}", [Story(f"Sport {number}")]) for number in range(GOOD)]
        room.spawn()
        room.until(lambda: all(room.polls(feed.name) for feed in good), "a first poll of every good feed", seconds=15)
        assert not any(room.polls(feed.name) for feed in room.feeds if feed not in good)


@pytest.mark.slow(10)
def test_large_documents_of_a_server_that_wait_for_its_indexes_are_read(tmp_path: Path) -> None:
    """The indexes had the turns of large documents, and the documents the places at the server: nobody went on."""
    padding = f"<!--{'x' * 600_000}-->"
    with FeedServer() as server, Newsroom(tmp_path) as room:

        def add(name: str, body: str, delay: float) -> None:
            room.feeds.append(PublishedFeed(server, name, [], {}))
            server.put(f"/{name}.xml", body, delay=delay)

        for number in range(3):
            server.put(f"/news-{number}.xml", "<urlset></urlset>")
            link = f"<sitemap><loc>{server.url(f'/news-{number}.xml')}</loc></sitemap>"
            add(f"index-{number}", f"<sitemapindex>{link}{padding}</sitemapindex>", 0)
        document = rss([Story("Sport")]).decode().replace("</channel>", f"{padding}</channel>")
        for number in range(10):
            add(f"large-{number}", document, 0.5)
        room.feed("last")
        room.spawn()
        names = [feed.name for feed in room.feeds if feed.name.startswith("large")]
        room.until(lambda: all(map(room.polls, names)), "a poll of each large document", seconds=20)
