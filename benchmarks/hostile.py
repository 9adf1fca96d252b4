"""Five good feeds beside hundreds of hostile ones: when are the good ones in, and what does it cost in memory?

    python benchmarks/hostile.py [--hostile 338] [--rounds 2]

The hostile documents are those of `tests/data/feeds/outside/documents.txt`, spread over the whole table, on a loopback
server in a process of its own. First the good feeds are polled alone, twice; then all together, with a database of its
own: the first pass knows nobody, in the next ones the hostile are suspects. Memory is the peak of the process and its
parse workers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polling

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tests/data/feeds/outside/documents.txt"
GOOD = 5


def good_document(number: int) -> bytes:
    """An ordinary feed of 30 entries."""
    items = "".join(
        f"<item><title>Story {n} of feed {number}</title><link>https://news.example/{number}/{n}</link>"
        f"<guid>{number}-{n}</guid><description>{'words of a teaser ' * 20}</description></item>"
        for n in range(30)
    )
    return f"<rss version='2.0'><channel><title>Good {number}</title>{items}</channel></rss>".encode()


async def serve(hostile: int) -> None:
    """Number 0 to 4 are good, the others hostile."""
    sys.path.insert(0, str(ROOT / "tests/support"))
    from hostile import document

    recipes = [line.split(" | ")[0] for line in TABLE.read_text("utf-8").split("\n") if line and line[:2] != "# "]
    chosen = [recipes[n * len(recipes) // hostile] for n in range(hostile)]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                number = polling.number_of(head)
                if number < GOOD:
                    body, kind = good_document(number), "application/rss+xml"
                else:
                    made = document(chosen[(number - GOOD) % hostile], inside="http://127.0.0.2:9")
                    body, kind = made.body, made.content_type
                start = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(start.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def race(port: int, hostile: int, folder: Path, rounds: int) -> None:
    """The passes; prints what each came to as a line of JSON."""
    from monitor.app import open_app

    addresses = polling.urls(port, GOOD + hostile)
    addresses = addresses[GOOD:] + addresses[:GOOD]  # the good ones stand last in the file
    with open_app(polling.settings_of(addresses, folder)) as app:
        good = {feed.name for feed in app.configuration.feeds[hostile:]}
        for number in range(rounds):
            began, last, results = time.perf_counter(), [0.0], Counter[str]()

            def came(report: object, last: list[float] = last, began: float = began) -> None:
                if report.feed in good:  # type: ignore[attr-defined]
                    last[0] = time.perf_counter() - began

            reports = asyncio.run(app.poll(on_report=came))
            results.update(report.result for report in reports)
            print(json.dumps({"pass": number + 1, "good": last[0], "whole": time.perf_counter() - began,
                              "results": results}), flush=True)  # fmt: skip


def contest(hostile: int, rounds: int) -> None:
    """One line for each pass."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, __file__, "--serve", "--hostile", str(max(hostile, 1))], stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        command = [sys.executable, __file__, "--race", "--port", port, "--folder", folder]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [*command, "--hostile", str(hostile), "--rounds", str(rounds)],
            stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        with process, polling.peak_memory(process.pid) as peak:
            out, _ = process.communicate()
        server.terminate()
        if process.returncode:
            raise SystemExit("it failed")
    for line in out.splitlines():
        told = json.loads(line)
        print(
            f"{hostile:4} hostile, pass {told['pass']}: good ones in after {told['good']:.2f} s, all after "
            f"{told['whole']:.1f} s; {', '.join(f'{name} {n}' for name, n in told['results'].items())}"
        )
    print(f"     peak {peak['rss']:.0f} MiB RSS, {peak['pss']:.0f} MiB PSS")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hostile", type=int, default=338)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--race", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.hostile))
    elif given.race:
        race(given.port, given.hostile, given.folder, given.rounds)
    else:
        contest(0, 2)
        contest(given.hostile, given.rounds)


if __name__ == "__main__":
    main()
