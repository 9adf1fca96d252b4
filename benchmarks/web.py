"""Does the board hold up what basewatch is for? Polls and deliveries of a real daemon, with and without readers.

    python benchmarks/web.py [--rounds 3] [--seconds 40] [--readers 50] [--flat 120]

`basewatch run --web` polls 20 loopback feeds each 10 s; they publish news of attacks, each about another place; a
webhook takes the alerts. Rounds WITHOUT and WITH readers alternate. A reader follows `/live` and loads the first page
anew after each change, at a random moment within 2 s, as board.js does; one more client takes a page one byte a second.
Readers run in a process of their own with nice 19, since they are other machines in life. Measured from the moment at
which the daemon asks for the document that holds the news: until its poll is kept, and until the webhook has it.
Memory is that of the daemon's own process (its parse workers are the same with and without the board).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_server
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))
if TYPE_CHECKING:
    from newsroom import Newsroom, PublishedFeed

FEEDS, EVERY = 20, 2.0
#: seconds in which what was published last is still awaited
LATE = 25.0
POLLED = re.compile(r"polled feed=(\S+) .*? new=(\d+) .*? ms=(\d+)")


# --------------------------------------------------------------------------------------------------- the readers


async def page(port: int, path: str) -> int:
    """Loads one page over a connection of its own; the answer is its size."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    size = len(await reader.read(-1))
    writer.close()
    return size


async def follow(port: int, path: str) -> None:
    """One screen: the stream, and the page again after each change."""
    waiting: set[asyncio.Task[None]] = set()

    async def again() -> None:
        await asyncio.sleep(random.random() * 2)
        await page(port, path)

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await page(port, path)
    while line := await reader.readline():
        if line.startswith(b"event: changed") and not waiting:
            task = asyncio.create_task(again())
            waiting.add(task)
            task.add_done_callback(waiting.discard)


async def one_byte_a_second(port: int, path: str) -> None:
    """Somebody who reads as slowly as can be; cut off, they come again."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            while await reader.read(1):
                await asyncio.sleep(1)
            writer.close()
        await asyncio.sleep(1)


async def read_all(port: int, readers: int) -> None:
    os.nice(19)
    await asyncio.gather(*(follow(port, "/") for _ in range(readers)), one_byte_a_second(port, "/"))


# ------------------------------------------------------------------------------------------------- what is measured


@dataclass
class Round:
    """Milliseconds."""

    fetched: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    delivered: list[float] = field(default_factory=list)


class Tail:
    """The daemon's log, each line with the moment at which it came."""

    def __init__(self, path: Path) -> None:
        self.path, self.lines = path, list[tuple[float, str, int, int]]()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        with self.path.open() as log:
            rest = ""
            while True:
                if not (found := log.readline()):
                    time.sleep(0.003)
                    continue
                rest += found
                if rest.endswith("\n"):
                    if read := POLLED.search(rest):
                        self.lines.append((time.monotonic(), read[1], int(read[2]), int(read[3])))
                    rest = ""


@dataclass
class News:
    """What was published, and when the daemon learned, kept and told it."""

    feed: PublishedFeed
    title: str
    at: float


def measure(room: Newsroom, tail: Tail, places: list[str], *, seconds: float, into: Round) -> None:
    """Publishes for so long, then waits until all of it is told."""
    begun, published = time.monotonic(), list[News]()
    while time.monotonic() < begun + seconds and places:
        from newsroom import Story

        title = f"Two drones hit US troops at {places.pop()}, three wounded"
        feed = room.feeds[len(published) % FEEDS]
        published.append(News(feed, title, time.monotonic()))
        feed.add(Story(title))
        time.sleep(EVERY)
    ended = time.monotonic()
    while time.monotonic() < ended + LATE and not all(told(room, one) for one in published):
        time.sleep(0.2)
    into.fetched += [ms for at, _, _, ms in tail.lines if begun <= at <= ended]
    for one in published:
        asked = next((r.at for r in room.server.requests if r.path == f"/{one.feed.name}.xml" and r.at > one.at), None)
        if asked is None:
            continue
        kept = next((at for at, name, new, _ in tail.lines if name == one.feed.name and new and at > asked), None)
        into.kept += [1000 * (kept - asked)] if kept else []
        moment = told(room, one)
        into.delivered += [1000 * (moment - asked)] if moment else []


def told(room: Newsroom, one: News) -> float | None:
    return next((taken.at for taken in list(room.hook.taken) if one.title in taken.text), None)


def memory(process: subprocess.Popen[str]) -> float:
    """In MiB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(one for one in lines if one.startswith("VmRSS")).split()[1]) / 1024


def late(found: list[float]) -> float:
    return sorted(found)[int(0.95 * (len(found) - 1))] if found else float("nan")


def show(without: Round, beside: Round) -> None:
    print(f"{'ms':34} {'n':>9} {'median':>15} {'p95':>15} {'ratio':>6} {'p95':>6}")
    for name, words in (
        ("fetched", "fetch and parse of a poll"), ("kept", "asked for → kept"),
        ("delivered", "asked for → webhook"),
    ):  # fmt: skip
        one, two = getattr(without, name), getattr(beside, name)
        if not one or not two:
            print(f"{words:34} {len(one):4}/{len(two):4} nothing to compare")
            continue
        middle, other = statistics.median(one), statistics.median(two)
        print(
            f"{words:34} {len(one):4}/{len(two):4} {middle:6.0f} / {other:6.0f} {late(one):6.0f} / {late(two):6.0f}"
            f" {other / middle:6.2f} {late(two) / late(one):6.2f}"
        )


# ------------------------------------------------------------------------------------------------------- the run


def newsroom(folder: Path) -> Newsroom:
    from newsroom import Newsroom, Story, old

    folder.mkdir()
    room = Newsroom(folder)
    room.__enter__()
    room.channels({"alerts": [room.hook.url("alerts")]})
    for number in range(FEEDS):
        room.feed(f"wire{number}", [Story(f"Sport: match {number} ends", published=old(3))], publisher=f"Wire {number}")
    return room


def places() -> list[str]:
    """Names of bases that host US troops."""
    from newsroom import shipped_rules

    bases = shipped_rules().gazetteer.places
    found = [one.name for one in bases.values() if any("US" in host for host in one.hosts) and one.country != "SY"]
    random.Random(1).shuffle(found)
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--seconds", type=float, default=40, help="of publishing in each round")
    asked.add_argument("--readers", type=int, default=50)
    asked.add_argument("--flat", type=float, default=120, help="seconds for which memory is watched with all readers")
    asked.add_argument("--read", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.read:
        asyncio.run(read_all(given.read, given.readers))
        return
    with tempfile.TemporaryDirectory() as name:
        alone = newsroom(Path(name, "alone"))
        alone.start()
        time.sleep(5)
        print(f"memory without the board {memory(alone.process):.0f} MiB", flush=True)
        alone.stop()
        alone.__exit__()
        room = newsroom(Path(name, "board"))
        try:
            run(room, given)
        finally:
            room.__exit__()


def run(room: Newsroom, given: argparse.Namespace) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    room.start("--web", f"127.0.0.1:{port}")
    time.sleep(5)
    print(f"memory with the board {memory(room.process):.0f} MiB", flush=True)
    for number in range(200):
        path = ("/", "/incidents", "/feeds", "/deliveries", "/rules")[number % 5]
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").read()
    print(f"after 200 requests {memory(room.process):.0f} MiB", flush=True)
    tail, names, without, beside = Tail(room.path("run.log")), places(), Round(), Round()
    command = [sys.executable, __file__, "--read", str(port), "--readers", str(given.readers)]
    for number in range(given.rounds):
        measure(room, tail, names, seconds=given.seconds, into=without)
        readers = subprocess.Popen(command)
        try:
            time.sleep(3)
            measure(room, tail, names, seconds=given.seconds, into=beside)
        finally:
            readers.terminate()
            readers.wait()
        print(f"round {number + 1}: memory {memory(room.process):.0f} MiB", flush=True)
        show(without, beside)
    if given.flat:
        readers = subprocess.Popen(command)
        try:
            for second in range(0, int(given.flat) + 1, 20):
                print(f"{given.readers} readers, after {second:3} s: {memory(room.process):.1f} MiB", flush=True)
                time.sleep(20)
        finally:
            readers.terminate()
            readers.wait()
    room.stop()


if __name__ == "__main__":
    main()
