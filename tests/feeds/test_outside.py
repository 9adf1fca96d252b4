"""From the outside: what a publisher, a name server or a redirect may try against the client, and what each becomes.

The tables of `tests/data/feeds/outside/` hold an input and its named result a line; `-s` prints how many became what.
Everything is asked for real on loopback; a name server's word is handed in, because loopback has none. A server that
nothing may reach listens at 127.0.0.2 and ::1 and must not hear a word.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.feeds.fetch.fetcher import Fetcher, FetchLimits
from monitor.feeds.fetch.network import Endpoint, TlsStream
from monitor.model.document import Fetched, FetchFailed, NotModified
from serving import FeedServer

TABLES = Path(__file__).parent.parent / "data/feeds/outside"
#: only the server outside may be asked
OUTSIDE = [ip_network("127.0.0.1/32")]
LIMITS = FetchLimits(total_seconds=1.5, compressed_bytes=1 << 20, inflated_bytes=2 << 20)
#: the longest time for which a hostile reply may keep the event loop from other feeds
LONGEST_STOP = 0.5
BECAME: dict[str, Counter[str]] = {}


def table(name: str) -> list[list[str]]:
    lines = (TABLES / name).read_text(encoding="utf-8").split("\n")
    return [line.split(" | ") for line in lines if line and not line.startswith("# ") and " | " in line]


@pytest.fixture(scope="module", autouse=True)
def count() -> Iterator[None]:
    yield
    for name, became in BECAME.items():
        print(f"\n{name}: {became.total()} inputs:", ", ".join(f"{word} {n}" for word, n in became.most_common()))


@pytest.fixture(scope="module")
def inside() -> Iterator[FeedServer]:
    """What nothing may reach."""
    with FeedServer(host="127.0.0.2") as server:
        server.put("/", b"inside")
        with contextlib.suppress(OSError), socket.create_server(("::1", server.port), family=socket.AF_INET6):
            yield server
            return
        yield server


@pytest.fixture
def outside() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


def fetch(url: str, **options: object) -> Fetched | NotModified | FetchFailed:
    """One fetch, during which the event loop was never kept from other feeds for long."""

    async def run() -> Fetched | NotModified | FetchFailed:
        fetcher = Fetcher(limits=LIMITS, **options)  # type: ignore[arg-type]
        stops: list[float] = []
        watch = asyncio.create_task(_watch(stops))
        try:
            return await fetcher.fetch(url)
        finally:
            watch.cancel()
            await fetcher.aclose()
            assert max(stops, default=0) < LONGEST_STOP, f"the loop stood still for {max(stops):.2f} s"

    return asyncio.run(run())


async def _watch(stops: list[float]) -> None:
    while True:
        before = time.thread_time()  # of processor time: that the machine is busy is nobody's fault
        await asyncio.sleep(0.005)
        stops.append(time.thread_time() - before)


def judged(name: str, answer: Fetched | NotModified | FetchFailed, expected: str) -> None:
    BECAME.setdefault(name, Counter())[answer.result] += 1
    assert answer.result in expected.split(", "), answer
    if isinstance(answer, FetchFailed):
        assert answer.detail, "a failure says something to people"


# ------------------------------------------------------------------------------------ where a fetch may lead


@pytest.mark.parametrize("row", table("addresses.txt"), ids=lambda row: row[0])
def test_an_inner_address_is_not_asked_itself(inside: FeedServer, row: list[str]) -> None:
    judged("addresses", fetch(row[0].replace("INSIDE", str(inside.port))), row[1])
    assert inside.requests == []


@pytest.mark.parametrize("row", table("addresses.txt"), ids=lambda row: row[0])
def test_an_inner_address_is_not_asked_after_a_redirect(
    inside: FeedServer, outside: FeedServer, row: list[str]
) -> None:
    answer = _redirected(outside, row[0].replace("INSIDE", str(inside.port)), status=301 + len(row[0]) % 2 * 6)
    judged("addresses in redirects", answer, row[-1])
    assert inside.requests == []


@pytest.mark.parametrize("row", table("redirects.txt"), ids=lambda row: row[0])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_trick_of_a_redirect_leads_nowhere(
    inside: FeedServer, outside: FeedServer, row: list[str], status: int
) -> None:
    judged("redirects", _redirected(outside, row[0].replace("INSIDE", str(inside.port)), status=status), row[1])
    assert inside.requests == []


def _redirected(outside: FeedServer, location: str, *, status: int) -> Fetched | NotModified | FetchFailed:
    head = f"HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    outside.raw("/feed", head.encode())
    return fetch(outside.url("/feed"), allow_networks=OUTSIDE)


@pytest.mark.parametrize("row", table("names.txt"), ids=lambda row: row[0])
@pytest.mark.parametrize("hop", ["first", "second"])
def test_a_name_that_leads_inside_is_not_asked(
    inside: FeedServer, outside: FeedServer, row: list[str], hop: str
) -> None:
    async def resolve(host: str, port: int) -> Sequence[Endpoint]:
        records = [record for record in row[0].split(", ") if record]
        return [(socket.AF_INET6 if ":" in ip else socket.AF_INET, (ip, port)) for ip in records]

    url = f"http://news.example:{inside.port}/"
    outside.redirect("/feed", url)
    asked = outside.url("/feed") if hop == "second" else url
    judged("names", fetch(asked, allow_networks=OUTSIDE, resolver=resolve), row[1])
    assert inside.requests == []


def test_a_name_server_that_changes_its_mind_is_asked_once_for_each_dial(
    inside: FeedServer, outside: FeedServer
) -> None:
    asked = []

    async def rebind(host: str, port: int) -> Sequence[Endpoint]:
        asked.append(host)
        return [(socket.AF_INET, ("127.0.0.1" if len(asked) % 2 else "127.0.0.2", port))]

    outside.put("/", b"<rss/>")
    url = f"http://rebind.example:{outside.port}/"
    results = [fetch(url, allow_networks=OUTSIDE, resolver=rebind).result for _ in range(4)]
    assert results == ["fetched", "blocked address", "fetched", "blocked address"]
    assert inside.requests == []


# --------------------------------------------------------------------------------------- what a reply may be

#: what is sent: bytes, seconds to wait, or None for the rough end of a connection
Script = Iterator[bytes | float | None]
OK = b"HTTP/1.1 200 OK\r\n"
RSS = b"<rss version='2.0'><channel><title>t</title></channel></rss>"
ZEROS = bytes(1 << 20)


def plain(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(body), b"", body])


def forever(piece: bytes, *, seconds: float = 0.0) -> Script:
    while True:
        yield piece
        if seconds:
            yield seconds


def quine() -> bytes:
    """Russ Cox's construction is a file; a loop of one gzip in the next stands for it: packed again and again."""
    body = RSS
    for _ in range(40):
        body = gzip.compress(body)
    return body


def deflated(data: bytes, window: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return packer.compress(data) + packer.flush()


@cache
def packed(kind: str) -> bytes:
    """The body of a bomb; made before it is asked for, because it takes long on a busy machine."""
    big = ZEROS * 64
    zipped = gzip.compress(big)
    bodies: dict[str, Callable[[], bytes]] = {
        "deflate": lambda: deflated(big, 15),
        "deflate-raw": lambda: deflated(big, -15),
        "gzip-members": lambda: gzip.compress(ZEROS) * 100,
        "gzip-twice": lambda: gzip.compress(zipped),
        "gzip-thrice-unnamed": lambda: gzip.compress(gzip.compress(zipped)),
        "gzip,deflate": lambda: deflated(zipped, 15),
        "gzip-zero-length-members": lambda: gzip.compress(b"") * 40_000,
        "gzip-long-name": lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 900_000,
        "br": lambda: bytes.fromhex("5b00000080aaaaaaeaff") * 40,
        "zstd": lambda: bytes.fromhex("28b52ffd") + bytes(16_000),
        "compress": lambda: b"\x1f\x9d\x90" + bytes(1000),
    }
    return bodies.get(kind, lambda: zipped)()


def bomb(kind: str) -> Script:
    body, coding = packed(kind), kind.split("-")[0].encode()
    named = {"gzip-unnamed": b"", "gzip-thrice-unnamed": b"", "gzip-named-br": b"br", "x-gzip": b"x-gzip"}
    header = b"Content-Encoding: " + named.get(kind, coding)
    if kind == "gzip-chunked":
        yield OK + header + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
        for start in range(0, len(body), 1000):
            piece = body[start : start + 1000]
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"
    else:
        yield plain(body, header)


def coding(kind: str) -> Script:
    if kind == "twice":
        yield plain(gzip.compress(gzip.compress(ZEROS * 4)), b"Content-Encoding: gzip", b"Content-Encoding: gzip")
        return
    said = {"many": b", ".join([b"gzip"] * 1000), "chunked": b"chunked", "nul": b"g\0zip"}[kind]
    yield plain(gzip.compress(RSS), b"Content-Encoding: " + said)


def slow(where: str) -> Script:
    heads = {
        "status-line": b"HTTP/1.1 2", "headers": OK + b"X: ", "body": OK + b"\r\n",
        "chunk-size": OK + b"Transfer-Encoding: chunked\r\n\r\n0", "length": OK + b"Content-Length: 900000\r\n\r\n",
        "chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n",
    }  # fmt: skip
    yield heads[where]
    yield from forever(b"0" if where in ("status-line", "chunk-size") else b"a", seconds=0.2)


def endless(what: str) -> Script:
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    scripts: dict[str, tuple[bytes, bytes]] = {
        "status-line": (b"HTTP/1.1 200 ", b"x" * 4096),
        "header-line": (OK + b"X: ", b"x" * 4096),
        "headers": (OK, b"X: y\r\n" * 500),
        "continues": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
        "early-hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500),
        "body": (OK + b"\r\n", ZEROS[:65536]),
        "chunks": (chunked, b"4000\r\n" + ZEROS[:16384] + b"\r\n"),
        "crumbs": (chunked, b"1\r\na\r\n" * 5000),
        "chunk-size": (chunked, b"0" * 4096),
        "chunk-extension": (chunked + b"5;a=", b"x" * 4096),
        "trailers": (chunked + b"0\r\n", b"X: y\r\n" * 500),
        "blank-chunks": (chunked, b"\r\n" * 4000),
        "gzip": (OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08" + bytes(7), ZEROS[:65536]),
    }
    head, piece = scripts[what]
    yield head
    yield from forever(piece)


def headers(kind: str) -> Script:
    lines = {
        "100000": lambda: b"".join(b"X-%d: y\r\n" % n for n in range(100_000)),
        "100000-short": lambda: b"a:\r\n" * 100_000,
        "501": lambda: b"a: b\r\n" * 501,
        "500": lambda: b"a: b\r\n" * 499,
        "one-of-70000-bytes": lambda: b"X: " + b"y" * 70_000 + b"\r\n",
        "one-of-1000000-bytes": lambda: b"X: " + b"y" * 1_000_000 + b"\r\n",
        "100-etags": lambda: b'ETag: "e"\r\n' * 100,
    }[kind]()
    yield OK + lines + b"Content-Length: %d\r\n\r\n" % len(RSS) + RSS


def redirects(kind: str) -> Script:
    if kind == "slow":
        yield 0.5
    # the path of a raw server does not matter: each hop meets the same script
    location = b"/again" if kind != "growing" else b"again/" * 800
    yield b"HTTP/1.1 302 X\r\nContent-Length: 0\r\nConnection: close\r\nLocation: " + location + b"\r\n\r\n"


def length(kind: str) -> Script:
    real = b"%d" % len(RSS)
    said = {
        "longer": b"999", "shorter": b"5", "zero": b"0", "negative": b"-1", "huge": b"999999999999", "words": b"many",
        "hex": b"0x10", "plus": b"+10", "float": b"10.0", "empty": b"", "4000-digits": b"9" * 4000,
        "two-same": real + b"\r\nContent-Length: " + real, "two-different": real + b"\r\nContent-Length: 5",
        "and-chunked": real + b"\r\nTransfer-Encoding: chunked",
    }[kind]  # fmt: skip
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(RSS), RSS) if kind == "and-chunked" else RSS
    yield OK + b"Content-Length: " + said + b"\r\n\r\n" + body


def chunks(kind: str) -> Script:
    yield OK + b"Transfer-Encoding: chunked\r\n\r\n"
    yield {
        "cut": b"20\r\nabc", "negative": b"-5\r\nabcde\r\n0\r\n\r\n", "too-long": b"3\r\nabcde\r\n0\r\n\r\n",
        "too-short": b"9\r\nabcde\r\n0\r\n\r\n", "not-hex": b"zz\r\nabc\r\n0\r\n\r\n", "0x": b"0x3\r\nabc\r\n0\r\n\r\n",
        "huge": b"ffffffffffffffffff\r\nabc", "no-end": b"3\r\nabc\r\n",
    }[kind]  # fmt: skip


def transfer(kind: str) -> Script:
    said = {"unknown": b"rot13", "gzip": b"gzip, chunked", "twice": b"chunked, chunked"}[kind]
    yield OK + b"Transfer-Encoding: " + said + b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n"


def nul(where: str) -> Script:
    yield {
        "status-line": b"HTTP/1.1 200 O\0K\r\n\r\n", "header-name": OK + b"X\0Y: z\r\n\r\n",
        "header-value": OK + b"X: a\0b\r\n\r\n", "etag": OK + b'ETag: "\0"\r\n\r\n' + RSS,
        "body": plain(b"\0" * 1000 + RSS), "location": b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.2\0/\r\n\r\n",
    }[where]  # fmt: skip


def raw(kind: str) -> Script:
    yield {
        "nothing": b"", "lf-only": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
        "no-reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "http-0.9": RSS,
        "http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http-9": b"HTTP/9.9 200 OK\r\n\r\n",
        "tls-alert": bytes.fromhex("15030100020246"), "ssh": b"SSH-2.0-OpenSSH_9.6\r\n", "smtp": b"220 mail ESMTP\r\n",
        "random": bytes(range(256)) * 16, "two-status-lines": OK + OK + b"\r\n",
        "space-before-colon": OK + b"Content-Length : 2\r\n\r\nhi", "folded": OK + b"X: a\r\n b\r\n\r\n",
        "no-colon": OK + b"nonsense\r\n\r\n", "latin-1-value": plain(RSS, b"X: \xe9\xff"),
        "control-value": OK + b"X: a\x01b\x7f\r\n\r\n", "reset": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    }[kind]  # fmt: skip
    if kind == "reset":
        yield 0.05
        yield None


def status(code: str) -> Script:
    yield b"HTTP/1.1 " + code.encode() + b" X\r\nContent-Length: 0\r\n\r\n"


def smuggled(kind: str) -> Script:
    again = plain(b"smuggled")
    yield plain(RSS) + again if kind == "second-reply" else plain(RSS) + b"HTTP/1.1 304 X\r\n\r\n"
    yield 5.0  # the connection stays open: a client may think that it can be asked again


RECIPES: dict[str, Callable[[str], Script]] = {
    "bomb": bomb, "coding": coding, "slow": slow, "endless": endless, "headers": headers, "redirects": redirects,
    "length": length, "chunks": chunks, "transfer": transfer, "nul": nul, "bytes": raw, "status": status,
    "smuggled": smuggled, "silent": lambda _: forever(b"", seconds=0.2),
    "quine": lambda kind: iter([plain(quine(), b"Content-Encoding: gzip" if kind == "gzip" else b"X: y")]),
}  # fmt: skip


@contextlib.contextmanager
def serving(recipe: str) -> Iterator[str]:
    """A server whose every connection meets the recipe; gives its address."""
    kind, _, what = recipe.partition(" ")
    if kind == "bomb":
        packed(what)
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    ports: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await reader.readuntil(b"\r\n\r\n")
            for step in RECIPES[kind](what):
                if step is None:
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    writer.transport.abort()
                elif isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    writer.write(step)
                    await writer.drain()
                if writer.is_closing():
                    break
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"http://127.0.0.1:{ports[0]}/feed"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@pytest.mark.parametrize("row", table("replies.txt"), ids=lambda row: row[0])
def test_a_hostile_reply_has_its_named_result(row: list[str]) -> None:
    with serving(row[0]) as url:
        started = time.monotonic()
        answer = fetch(url, allow_networks=OUTSIDE)
        took = time.monotonic() - started
    judged("replies", answer, row[1])
    assert took < LIMITS.total_seconds + 3
    if isinstance(answer, Fetched):
        assert b"smuggled" not in answer.body


def test_what_follows_a_reply_is_not_the_next_ones_answer() -> None:
    async def run(url: str) -> list[object]:
        fetcher = Fetcher(limits=LIMITS, allow_networks=OUTSIDE)
        try:
            return [getattr(await fetcher.fetch(url), "body", None) for _ in range(3)]
        finally:
            await fetcher.aclose()

    with serving("smuggled second-reply") as url:
        assert asyncio.run(run(url)) == [RSS] * 3


def test_over_tls_what_came_after_a_reply_is_seen_before_the_next_request() -> None:
    async def run(came: bytes) -> bool:
        reader = asyncio.StreamReader()
        reader.feed_data(came)
        return bool(TlsStream(reader, None).get_extra_info("is_readable"))  # type: ignore[arg-type]

    assert asyncio.run(run(plain(b"smuggled")))
    assert not asyncio.run(run(b""))
