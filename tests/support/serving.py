"""A real HTTP server on loopback for tests: programmable paths, a request log, a thread of its own.

    with FeedServer() as server:
        server.put("/a.xml", RSS, etag='"1"')                  # 200, answers If-None-Match with 304 by itself
        server.put("/b.xml", b"", status=503, headers={"Retry-After": "30"})
        server.put("/c.xml", RSS, chunked=True, drip=0.1, piece=10)   # 10 bytes each 0.1 s
        server.put("/d.xml", b"", hang=True)                   # reads the request, never answers
        server.redirect("/old", "/a.xml", status=301)
        server.raw("/e.xml", b"HTTP/1.1 200 OK\\r\\nbro")   # bytes as they are, then the connection is closed
        server.on("/f.xml", lambda request: Reply(body=...))   # called in the server's thread
        server.url("/a.xml")                                   # http://127.0.0.1:<port>/a.xml
        server.requests                                        # every Request so far; server.count("/a.xml")

Replies may be replaced at any time (`put` the path again) and from any thread. Unknown paths give 404.
`wait_for(condition)` polls a condition with a deadline, so that no test sleeps for a guess.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType

import httpx


@dataclass(frozen=True)
class Request:
    """What a client sent; header names are lower case."""

    method: str
    #: path with its query
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    #: time.monotonic() of its arrival
    at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server answers."""

    body: bytes = b""
    status: int = 200
    #: a list of pairs where a name shall come twice
    headers: Mapping[str, str] | list[tuple[str, str]] = field(default_factory=dict)
    #: sent as ETag; a request with the same If-None-Match gets 304
    etag: str | None = None
    #: sent as Last-Modified; a request with the same If-Modified-Since gets 304
    last_modified: str | None = None
    chunked: bool = False
    #: seconds to wait before the status line
    delay: float = 0.0
    #: seconds between two pieces of the body
    drip: float = 0.0
    #: bytes of a piece; 0: all at once
    piece: int = 0
    #: never answer
    hang: bool = False
    #: sent verbatim instead of all of the above, then the connection is closed
    raw: bytes | None = None


Answer = Reply | Callable[[Request], Reply]


class FeedServer:
    """See the module's docstring; `tls` makes it an https server."""

    def __init__(self, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.port = 0
        self.requests: list[Request] = []
        self._tls = tls
        self._answers: dict[str, Answer] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="feed-server", daemon=True)
        self._ready = threading.Event()

    # ------------------------------------------------------------------------------- programming it

    def put(self, path: str, body: bytes | str = b"", **options: object) -> str:
        """Answer `path` (without query) with `body`; `options` are the fields of `Reply`. Returns the URL."""
        data = body.encode() if isinstance(body, str) else body
        self._answers[path] = Reply(body=data, **options)  # type: ignore[arg-type]
        return self.url(path)

    def on(self, path: str, answer: Callable[[Request], Reply]) -> str:
        """Answer `path` with what the function returns."""
        self._answers[path] = answer
        return self.url(path)

    def raw(self, path: str, data: bytes) -> str:
        """Answer `path` with these very bytes."""
        return self.put(path, raw=data)

    def redirect(self, path: str, to: str, *, status: int = 302) -> str:
        """Answer `path` with a redirect."""
        return self.put(path, status=status, headers={"Location": to})

    def url(self, path: str = "/") -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def count(self, path: str) -> int:
        """How often this path (without query) was asked for."""
        return sum(request.path.partition("?")[0] == path for request in list(self.requests))

    # --------------------------------------------------------------------------------- its life

    def __enter__(self) -> FeedServer:
        self._thread.start()
        assert self._ready.wait(10), "the test server did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, self.host, 0, ssl=self._tls, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                while await self._exchange(reader, writer):
                    pass
        except asyncio.CancelledError:
            pass  # the server stops; a cancelled connection task is no error of the test
        finally:
            self._tasks.discard(task)
            writer.close()

    # ------------------------------------------------------------------------------ one exchange

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await self._read(reader)
        self.requests.append(request)
        answer = self._answers.get(request.path.partition("?")[0], Reply(status=404, body=b"no such path"))
        reply = answer if isinstance(answer, Reply) else answer(request)
        if reply.hang:
            await reader.read()
            return False
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.raw is not None:
            await _pieces(writer, reply.raw, reply)
            return False
        await self._send(writer, request, reply)
        return request.headers.get("connection", "").lower() != "close"

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Request(method, path, headers, body, time.monotonic())

    async def _send(self, writer: asyncio.StreamWriter, request: Request, reply: Reply) -> None:
        unchanged = (reply.etag and request.headers.get("if-none-match") == reply.etag) or (
            reply.last_modified and request.headers.get("if-modified-since") == reply.last_modified
        )
        status, body = (304, b"") if unchanged and reply.status == 200 else (reply.status, reply.body)
        given = list(reply.headers.items()) if isinstance(reply.headers, Mapping) else list(reply.headers)
        names = {name.lower() for name, _ in given}
        head = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in given)]
        head += [f"ETag: {reply.etag}"] * bool(reply.etag)
        head += [f"Last-Modified: {reply.last_modified}"] * bool(reply.last_modified)
        if reply.chunked and status == 200:
            head.append("Transfer-Encoding: chunked")
        elif "content-length" not in names and status != 304:
            head.append(f"Content-Length: {len(body)}")
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode("latin-1"))
        await _pieces(writer, body, reply)
        await writer.drain()


async def _pieces(writer: asyncio.StreamWriter, data: bytes, reply: Reply) -> None:
    chunked = reply.chunked and reply.raw is None and reply.status == 200
    step = reply.piece or max(len(data), 1)
    for start in range(0, len(data), step):
        piece = data[start : start + step]
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        await writer.drain()
        if reply.drip:
            await asyncio.sleep(reply.drip)
    if chunked:
        writer.write(b"0\r\n\r\n")
    await writer.drain()


def wait_for(condition: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Returns as soon as `condition()` is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still waiting after {seconds} s"
        time.sleep(0.01)


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def until_served(port: int, *, seconds: float = 40) -> httpx.Response:
    """The first page of a board that is starting."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/", timeout=10)
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
