"""A pass over thousands of loopback feeds of which some hang and some are hostile: speed, memory, cost per feed.

    python benchmarks/thousands.py --documents FOLDER [--feeds 10000] [--sizes 100,1000]

FOLDER holds feed documents (any files). Of the feeds 5 % take the connection and never answer, 2 % are hostile (a body
that inflates without end, headers without end, a body that drips, nested tags, an entity bomb). Each pass has a
process, a server and a database of its own: first everything is new, then every good answer is 304. Told are the feeds
per second of the good ones until the last of them was in, the whole pass, and the peak memory of the process with its
parse workers (RSS; PSS counts a shared page once). `--sizes` are passes without hanging or hostile feeds, to see
whether a feed costs the same among few and among many.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polling

#: every so many feeds one hangs, one is hostile
HANGING, HOSTILE = 20, 50


def is_hanging(number: int) -> bool:
    """It takes the connection and never answers."""
    return number % HANGING == 7


def is_hostile(number: int) -> bool:
    """Its answer costs whoever reads it without limits."""
    return number % HOSTILE == 13


def hostile_bodies() -> list[bytes]:
    """Whole replies."""
    deep = b"<rss><channel>" + b"<item>" * 500_000
    bomb = b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 1000 + b'">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)
    ) + b"]><rss><channel><item><title>&i;</title></item></channel></rss>"  # fmt: skip
    page = b"<!DOCTYPE html><html><body>" + b"<div>" * 100_000
    zeros = gzip.compress(bytes(64 * 1024 * 1024))
    plain = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body for body in (deep, bomb, page)]
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(zeros) + zeros
    return [*plain, packed, b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000]


async def serve(documents: list[bytes], *, spoiled: bool) -> None:
    """As in `polling`, but for the feeds that hang or are hostile."""
    bodies = hostile_bodies()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                number = polling.number_of(head)
                if spoiled and is_hanging(number):
                    await reader.read()  # until the other side gives up
                    return
                if spoiled and is_hostile(number):
                    writer.write(bodies[number // HOSTILE % len(bodies)])
                else:
                    polling.reply(writer, head, documents)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def race(port: int, count: int, folder: Path, *, spoiled: bool) -> None:
    """Two passes; prints what they came to as JSON, one line each."""
    from monitor.app import open_app

    with open_app(polling.settings_of(polling.urls(port, count), folder)) as app:
        for _ in range(2):
            began, used, results, good_in = time.perf_counter(), processor_seconds(), Counter[str](), 0.0

            def came(report: object, began: float = began, results: Counter[str] = results) -> None:
                nonlocal good_in
                number, result = int(report.feed[1:]), report.result  # type: ignore[attr-defined]
                results[result] += 1
                if not (spoiled and (is_hanging(number) or is_hostile(number))):
                    good_in = time.perf_counter() - began

            asyncio.run(app.poll(on_report=came))
            seconds = time.perf_counter() - began
            told = {"good_in": good_in, "whole": seconds, "processor": processor_seconds() - used, "results": results}
            print(json.dumps(told), flush=True)


def processor_seconds() -> float:
    """Of this process and the workers that have ended."""
    who = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))


def contest(documents: Path, count: int, *, spoiled: bool) -> None:
    """One row for each pass."""
    options = ["--documents", str(documents), *(["--spoiled"] if spoiled else [])]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen([sys.executable, __file__, "--serve", *options], stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None
        port = int(server.stdout.readline())
        command = [sys.executable, __file__, "--race", str(count), "--port", str(port), "--folder", folder, *options]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        with process, polling.peak_memory(process.pid) as peak:
            out, _ = process.communicate()
        server.terminate()
        if process.returncode:
            raise SystemExit(f"{count} feeds failed")
    good = sum(not (spoiled and (is_hanging(n) or is_hostile(n))) for n in range(count))
    for name, line in zip(("first", "304"), out.splitlines(), strict=True):
        told = json.loads(line)
        print(
            f"{count:6} {'with bad ones' if spoiled else 'good ones':14}{name:6}{good / told['good_in']:8.0f}/s"
            f"{told['good_in']:9.1f} s{told['whole']:9.1f} s{told['processor'] / count * 1000:9.2f} ms"
            f"{peak['rss']:8.0f} MiB{peak['pss']:8.0f} MiB  {told['results']}"
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--sizes", default="100,1000")
    parser.add_argument("--spoiled", action="store_true")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--race", type=int)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.serve:
        documents = [path.read_bytes() for path in sorted(given.documents.rglob("*")) if path.is_file()]
        asyncio.run(serve(documents, spoiled=given.spoiled))
    elif given.race:
        race(given.port, given.race, given.folder, spoiled=given.spoiled)
    else:
        print("feeds                pass   good ones  last good  whole pass  processor     RSS        PSS")
        for size in filter(None, given.sizes.split(",")):
            contest(given.documents, int(size), spoiled=False)
        if given.feeds:
            contest(given.documents, given.feeds, spoiled=True)


if __name__ == "__main__":
    main()
