"""Feeds per second and peak memory over loopback feeds, beside bare httpx and `reader` 3.26, in one run.

    python benchmarks/polling.py --documents FOLDER [--feeds 500] [--rounds 3] [--reader PYTHON]

FOLDER holds feed documents (any files). READER is a Python that has `reader==3.26 sgmllib3k` installed (own venv:
it is a benchmark dependency only). Every contestant polls the same URLs from the same server, which runs in a process
of its own and gives each feed an address of its own (127.0.x.y); they take turns, and the medians are compared as
ratios. A first poll fetches, parses and stores; the second one meets only 304.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config.settings import Settings

HERE = Path(__file__)


def number_of(head: bytes) -> int:
    """Which feed a request asks for."""
    return int(head.split(b" ", 2)[1].strip(b"/").partition(b".")[0])


def reply(writer: asyncio.StreamWriter, head: bytes, documents: list[bytes]) -> None:
    """Fixed bytes with an ETag, or 304."""
    number = number_of(head)
    tag = b'"v%d"' % number
    if tag in head:
        writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\nContent-Length: 0\r\n\r\n")
        return
    body = documents[number % len(documents)]
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nETag: " + tag
        + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )  # fmt: skip


async def serve(documents: list[bytes]) -> None:
    """A keep-alive server that is cheaper than any of its clients."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                reply(writer, head, documents)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def urls(port: int, count: int, *, one_origin: bool = False) -> list[str]:
    if one_origin:
        return [f"http://127.0.0.1:{port}/{n}.xml" for n in range(count)]
    return [f"http://127.0.{n // 250}.{n % 250 + 1}:{port}/{n}.xml" for n in range(count)]


# ------------------------------------------------------------------------- contestants (each a process of its own)


def race_httpx(addresses: list[str], _folder: Path) -> Iterator[float]:
    """The bare GET of every URL, then again with If-None-Match."""
    import httpx

    async def get(client: httpx.AsyncClient, gate: asyncio.Semaphore, url: str, tags: dict[str, str]) -> None:
        async with gate:
            reply = await client.get(url, headers={"If-None-Match": tags[url]} if url in tags else {})
            tags[url] = reply.headers["etag"]

    async def both() -> list[float]:
        times, tags, gate = [], {}, asyncio.Semaphore(50)
        async with httpx.AsyncClient() as client:
            for _ in range(2):
                started = time.perf_counter()
                await asyncio.gather(*(get(client, gate, url, tags) for url in addresses))
                times.append(time.perf_counter() - started)
        return times

    yield from asyncio.run(both())


def race_reader(addresses: list[str], folder: Path) -> Iterator[float]:
    from reader import make_reader

    reader = make_reader(str(folder / "reader.db"))
    for url in addresses:
        reader.add_feed(url)
    for _ in range(2):
        started = time.perf_counter()
        reader.update_feeds(workers=20, scheduled=False)
        yield time.perf_counter() - started


def settings_of(addresses: list[str], folder: Path) -> Settings:
    """Those of a basewatch with these feeds and a database in `folder`."""
    from monitor.config.settings import load_settings

    feeds = folder / "feeds.yaml"
    feeds.write_text(json.dumps({"feeds": [{"name": f"f{n}", "url": url} for n, url in enumerate(addresses)]}))
    environment = {
        **{key: value for key, value in os.environ.items() if key.startswith("BASEWATCH_")},
        "BASEWATCH_CONFIG": str(feeds),
        "BASEWATCH_RULES": str(HERE.parent.parent / "rules"),
        "BASEWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "BASEWATCH_DATABASE_URL": f"sqlite:///{folder / 'basewatch.db'}",
    }
    return load_settings(environment, folder)


def race_basewatch(addresses: list[str], folder: Path) -> Iterator[float]:
    from monitor.app import open_app

    with open_app(settings_of(addresses, folder)) as app:
        for _ in range(2):
            started = time.perf_counter()
            reports = asyncio.run(app.poll())
            yield time.perf_counter() - started
            print(f"results: { {r: sum(x.result == r for x in reports) for r in {x.result for x in reports}} }",
                  f"items kept: {sum(x.old + x.new + x.copies for x in reports)}", file=sys.stderr)  # fmt: skip


RACES = {"httpx": race_httpx, "reader": race_reader, "basewatch": race_basewatch}


# --------------------------------------------------------------------------------------------------- the referee


def memory_of_tree(pid: int) -> tuple[int, int]:
    """(RSS, PSS) of a process and all its children in KiB; PSS counts a page that n processes share as 1/n."""
    rss = pss = 0
    for child in [pid, *descendants(pid)]:
        try:
            if (
                child != pid
                and Path(f"/proc/{child}/cmdline").read_bytes() == Path(f"/proc/{pid}/cmdline").read_bytes()
            ):
                continue  # about to become a worker: until then its memory is that of its parent
            for line in Path(f"/proc/{child}/smaps_rollup").read_text().splitlines():
                rss += int(line.split()[1]) if line.startswith("Rss:") else 0
                pss += int(line.split()[1]) if line.startswith("Pss:") else 0
        except OSError:
            continue
    return rss, pss


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue
    return found + [grand for child in found for grand in descendants(child)]


@contextmanager
def peak_memory(pid: int) -> Iterator[dict[str, float]]:
    peak, done = {"rss": 0.0, "pss": 0.0}, threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            rss, pss = memory_of_tree(pid)
            peak["rss"], peak["pss"] = max(peak["rss"], rss / 1024), max(peak["pss"], pss / 1024)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield peak
    done.set()
    thread.join()


def contest(name: str, python: str, port: int, count: int, *options: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            python,
            str(HERE),
            "--race",
            name,
            "--port",
            str(port),
            "--feeds",
            str(count),
            "--folder",
            folder,
            *options,
        ]
        environment = os.environ | {"PYTHONPATH": str(HERE.parent.parent)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            with peak_memory(process.pid) as peak:
                out, _ = process.communicate()
            if process.returncode:
                raise SystemExit(f"{name} failed")
    first, again = map(float, out.split())
    return {"first": count / first, "304": count / again, **peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reader", default=sys.executable)
    parser.add_argument("--one-origin", action="store_true", help="all feeds at one address (a keep-alive connection)")
    parser.add_argument("--only", choices=RACES, action="append", help="leave the others out")
    parser.add_argument("--race", choices=RACES)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--serve", action="store_true")
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve([path.read_bytes() for path in sorted(given.documents.rglob("*")) if path.is_file()]))
        return
    if given.race:
        for seconds in RACES[given.race](urls(given.port, given.feeds, one_origin=given.one_origin), given.folder):
            print(seconds, flush=True)
        return
    with subprocess.Popen(
        [sys.executable, str(HERE), "--serve", "--documents", str(given.documents)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        results: dict[str, list[dict[str, float]]] = {name: [] for name in given.only or RACES}
        options = ["--one-origin"] if given.one_origin else []
        for _ in range(given.rounds):
            for name in results:
                python = given.reader if name == "reader" else sys.executable
                results[name].append(contest(name, python, port, given.feeds, *options))
        server.terminate()
    median = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for name, runs in results.items()
    }
    print(f"{given.feeds} feeds, {given.rounds} rounds, medians")
    print(f"{'':12}{'first poll/s':>14}{'304/s':>10}{'peak RSS MiB':>14}{'peak PSS MiB':>14}")
    for name, row in median.items():
        print(f"{name:12}{row['first']:14.0f}{row['304']:10.0f}{row['rss']:14.0f}{row['pss']:14.0f}")
    ours = median["basewatch"]
    for other in median.keys() - {"basewatch"}:
        first, again = ours["first"] / median[other]["first"], ours["304"] / median[other]["304"]
        print(f"basewatch / {other}: first poll {first:.2f}x, 304 poll {again:.2f}x")


if __name__ == "__main__":
    main()
