"""From the outside: what a publisher's document may try against the parser, and what each becomes.

The rows of `tests/data/feeds/outside/documents.txt` name a recipe of `hostile`, the result that is right and how many
entries; `-s` prints how many became what, and the slowest. Each is served by a real server, fetched by the real client
and read by the real workers with their usual limits, as a poll does it. A server that nothing may reach listens at
127.0.0.2 and must not hear a word.
"""

from __future__ import annotations

import asyncio
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from hostile import document
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.parse.entries import BODY, GUID, MOST_ENTRIES, PUBLISHER, SUMMARY, TITLE
from monitor.feeds.parse.pool import ParseWorkers
from monitor.following import read_body
from monitor.model.document import Fetched, FetchFailed, ParsedFeed, ParseFailed
from monitor.model.feed import USUAL_LAYOUT, Layout, Selectors
from serving import FeedServer

TABLE = Path(__file__).parent.parent / "data/feeds/outside/documents.txt"
OUTSIDE = [ip_network("127.0.0.1/32")]
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
LONGEST_STOP = 0.5
BECAME: Counter[str] = Counter()
TOOK: list[tuple[float, str]] = []

Answer = ParsedFeed | FetchFailed | ParseFailed


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").split("\n")
    return [line.split(" | ") for line in lines if line and not line.startswith("# ")]


@pytest.fixture(scope="module", autouse=True)
def count() -> Iterator[None]:
    yield
    print(f"\ndocuments: {BECAME.total()} inputs:", ", ".join(f"{word} {n}" for word, n in BECAME.most_common()))
    print("slowest:", ", ".join(f"{name} {took:.1f} s" for took, name in sorted(TOOK, reverse=True)[:8]))


class Reader:
    """The fetcher and the workers of a daemon, in one loop for all documents."""

    def __init__(self, runner: asyncio.Runner, outside: FeedServer, inside: FeedServer) -> None:
        self._runner, self._outside, self.inside = runner, outside, inside
        self.fetcher = Fetcher(allow_networks=OUTSIDE)
        self.workers = ParseWorkers()

    def read(self, recipe: str) -> Answer:
        made = document(recipe, inside=self.inside.url("/").rstrip("/"))
        url = self._outside.put("/document", made.body, headers={"Content-Type": made.content_type})
        layout = replace(USUAL_LAYOUT, select=Selectors(item=made.select)) if made.select else USUAL_LAYOUT
        return self._runner.run(self._read(url, layout))

    async def _read(self, url: str, layout: Layout) -> Answer:
        stops: list[float] = []
        watch = asyncio.create_task(_watch(stops))
        try:
            fetched = await self.fetcher.fetch(url)
            if not isinstance(fetched, Fetched):
                assert isinstance(fetched, FetchFailed)
                return fetched
            return await read_body(fetched, fetcher=self.fetcher, workers=self.workers, now=NOW, layout=layout)
        finally:
            watch.cancel()
            assert max(stops, default=0) < LONGEST_STOP, f"the loop stood still for {max(stops):.2f} s"

    def close(self) -> None:
        self._runner.run(self.workers.aclose())
        self._runner.run(self.fetcher.aclose())


async def _watch(stops: list[float]) -> None:
    while True:
        before = time.thread_time()  # of processor time: that the machine is busy is nobody's fault
        await asyncio.sleep(0.005)
        stops.append(time.thread_time() - before)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with FeedServer(host="127.0.0.2") as inside, FeedServer() as outside, asyncio.Runner() as runner:
        reader = Reader(runner, outside, inside)
        yield reader
        reader.close()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_hostile_document_has_its_named_result(reader: Reader, row: list[str]) -> None:
    recipe, expected, entries = row
    started = time.monotonic()
    answer = reader.read(recipe)
    TOOK.append((time.monotonic() - started, recipe))
    result = answer.result if isinstance(answer, FetchFailed | ParseFailed) else "read"
    BECAME[result] += 1
    assert reader.inside.requests == [], "somebody was asked who may not be asked"
    assert result in expected.split(", "), answer
    if isinstance(answer, ParsedFeed):
        assert len(answer.entries) == int(entries), (len(answer.entries), answer.detail, answer.entries[:3])
        check(answer)
    else:
        assert answer.detail, "a failure says something to people"


def check(parsed: ParsedFeed) -> None:
    """No entry beyond its limits, nothing in any text that a reader may not see, and no secret of this machine."""
    assert len(parsed.entries) <= MOST_ENTRIES
    for entry in parsed.entries:
        limits = {"title": TITLE, "summary": SUMMARY, "body": BODY, "guid": GUID, "publisher": PUBLISHER, "url": 4096}
        for name, most in limits.items():
            text = getattr(entry, name)
            assert len(text) <= most, name
            odd = {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs")} - {"\n"}
            assert not odd, (name, odd)
            assert not re.search("root:|(?:ha){100}|[\ufdd0-\ufdef\u202a-\u202e\u2066-\u2069]", text), (
                name,
                text[:100],
            )
        assert re.match(r"https?://[^/]", entry.url) or not entry.url
