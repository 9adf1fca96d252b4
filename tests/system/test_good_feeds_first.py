"""Hundreds of servers that never answer hold up nobody: the good feeds come in as if they were alone."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from newsroom import Newsroom, PublishedFeed, Story
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
