"""Addresses that a document names: they are a publisher's, and never as trusted as the operator's own feeds."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

from monitor.feeds.fetch.fetcher import Fetcher, Wanted
from monitor.model.document import Fetched, FetchFailed, FetchProblem
from serving import FeedServer

LOOPBACK = (ip_network("127.0.0.0/8"),)
PUBLIC = "https://publisher.example/feed.xml"
PAGE = Wanted(accept="text/html", one_site=True)


def test_a_publishers_link_or_hub_does_not_reach_an_allowed_inner_network() -> None:
    async def run(server: FeedServer) -> tuple[object, object, str, str]:
        fetcher = Fetcher(allow_networks=LOOPBACK)
        try:
            inner, own = server.url("/admin"), server.url("/own.xml")
            return (
                await fetcher.fetch(inner, wanted=PAGE, named_by=PUBLIC),
                await fetcher.fetch(inner, wanted=PAGE, named_by=own),
                await fetcher.post_form(inner, {"hub.mode": "subscribe"}, named_by=PUBLIC),
                await fetcher.post_form(inner, {"hub.mode": "subscribe"}, named_by=own),
            )
        finally:
            await fetcher.aclose()

    with FeedServer() as server:
        server.put("/admin", b"<html>the router</html>")
        page, own_page, hub, own_hub = asyncio.run(run(server))
        assert isinstance(page, FetchFailed)
        assert page.problem is FetchProblem.BLOCKED_ADDRESS
        assert hub.startswith("blocked address")
        assert isinstance(own_page, Fetched)
        assert own_hub == ""
        assert server.count("/admin") == 2


def test_pages_are_not_remembered_as_feeds_that_name_hubs() -> None:
    async def run(server: FeedServer) -> Fetcher:
        fetcher = Fetcher(allow_networks=LOOPBACK)
        fetcher.learn_hubs()
        for number in range(5):
            await fetcher.fetch(server.url(f"/{number}"), wanted=PAGE)
        await fetcher.aclose()
        return fetcher

    with FeedServer() as server:
        for number in range(5):
            server.put(f"/{number}", b"<html><link rel='hub' href='https://hub.example/'></html>")
        fetcher = asyncio.run(run(server))
    assert not fetcher.offers
    assert not fetcher._looked_at
