"""How often one host and one publisher is asked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.fetch.courtesy import Courtesy, waits
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.fetch.network import Endpoint
from monitor.model.document import Fetched
from serving import FeedServer


@given(
    arrivals=st.lists(st.floats(min_value=0, max_value=50), min_size=1, max_size=60).map(sorted),
    burst=st.integers(min_value=1, max_value=8),
)
def test_never_more_than_the_burst_within_its_time(arrivals: list[float], burst: int) -> None:
    over, asked = 0.0, []
    for now in arrivals:
        wait, over = waits(over, now, burst=burst, gap=0.5)
        asked.append(now + wait)
    assert asked == sorted(asked)
    for first, last in zip(asked, asked[burst:], strict=False):
        assert last - first >= burst * 0.5 - 0.5 - 1e-6
    assert all(later - earlier >= 0.5 - 1e-6 for earlier, later in pairwise(asked[burst:]) if later > arrivals[-1])


def test_who_comes_seldom_never_waits() -> None:
    over = 0.0
    for now in range(1, 100):
        wait, over = waits(over, float(now), burst=1, gap=0.5)
        assert wait == 0


async def elsewhere(_host: str, port: int) -> Sequence[Endpoint]:
    """Names of hosts that lie here."""
    return [(socket.AF_INET, ("127.0.0.1", port))]


@pytest.mark.parametrize(
    ("hosts", "publisher", "waited"),
    [
        (("news.example",), "", True),
        (("a.news.example", "b.news.example", "c.example"), "The News", True),
        (("a.news.example", "b.news.example", "c.example"), "", False),
        (("127.0.0.1",), "", False),
    ],
    ids=["one host", "one publisher", "others", "a server of one's own"],
)
def test_a_gap_lies_between_requests(hosts: Sequence[str], publisher: str, *, waited: bool) -> None:
    """Of three requests the first is free, and then there is a gap before each."""

    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(round(seconds, -1))

    async def asked() -> None:
        courtesy = Courtesy(burst=1, gap=1000, sleep=wait)
        fetcher = Fetcher(allow_networks=[ip_network("127.0.0.0/8")], courtesy=courtesy, resolver=elsewhere)
        with FeedServer() as server:
            path = server.put("/x.xml", b"<rss/>").partition("127.0.0.1")[2]
            for n in range(3):
                url = f"http://{hosts[n % len(hosts)]}{path}"
                assert isinstance(await fetcher.fetch(url, publisher=publisher), Fetched)
        await fetcher.aclose()

    asyncio.run(asked())
    assert waits == ([1000, 2000] if waited else [])
