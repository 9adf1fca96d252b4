"""The door to uvicorn: the board on a thread and an event loop of its own, so that a page never holds up a poll.

Strangers are expected: connections are counted, in all and of one address, and each has little time for its request
and for taking its answer. The live stream alone may last; it too ends where nobody reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.web.application import Application
from monitor.web.headers import ALWAYS
from monitor.web.live import Live
from monitor.web.site import Site

MOST_CONNECTIONS, MOST_OF_ONE = 300, 200
HEAD_BYTES = 16 * 1024
#: seconds: for a request's head and body, for a whole exchange, for one that takes a file of many years along, and for
#: which nobody may leave an answer unread
REQUEST, EXCHANGE, FILE, UNREAD = 10.0, 120.0, 1800.0, 20.0
#: seconds between two looks at a connection
_LOOK = 2.0
#: of a body that was refused, so much more is read and dropped, so that its sender reads why
_DROPPED_BYTES = 16 * 1024 * 1024
#: bytes that wait inside for somebody who reads slowly
_WAITING_BYTES = 64 * 1024


def _bare(status: str, said: str, *more: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in ALWAYS.items()), *more,
             "Content-Type: text/plain; charset=utf-8", "Cache-Control: no-store", "Connection: close",
             f"Content-Length: {len(said)}", "", said)  # fmt: skip
    return "\r\n".join(lines).encode()


_UNREADABLE = _bare("400 Bad Request", "this is no request that can be read\n")
_FULL = _bare("503 Service Unavailable", "too many connections at once\n", "Retry-After: 10")


def _at_once(connection: socket.socket | None) -> None:
    """Head and body are two writes: without this the second waits some 40 ms until the reader owns to the first.

    asyncio does so itself for sockets that were made with a protocol, which `socket.create_server` leaves out.
    """
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Connection(H11Protocol):
    """uvicorn waits for ever for a request, and for an answer to be taken; here nobody stays longer than told above."""

    _end: asyncio.TimerHandle | None = None
    _asked = _moved = _left = 0.0
    _dropped = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _at_once(transport.get_extra_info("socket"))
        transport.set_write_buffer_limits(_WAITING_BYTES)
        of_one = Counter(one.client[0] for one in self.connections if isinstance(one, H11Protocol) and one.client)
        mine = of_one[self.client[0] if self.client else ""]
        if len(self.connections) > MOST_CONNECTIONS or (self.client and mine > MOST_OF_ONE):
            transport.write(_FULL)
            transport.close()
            return
        self._asked = self.loop.time()
        self._end = self.loop.call_later(_LOOK, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.cycle is not None and self.cycle.response_complete:
            if self.conn.their_state is h11.SEND_BODY:  # refused before it was read
                self._dropped += len(data)
                if self._dropped > _DROPPED_BYTES:
                    self.transport.abort()
                    return
            else:
                self._asked, self._dropped = self.loop.time(), 0
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        self.transport.write(_UNREADABLE)
        self.transport.close()

    def _look(self) -> None:
        now, unread = self.loop.time(), self.transport.get_write_buffer_size()
        if not unread or unread < self._left:
            self._moved = now
        self._left = unread
        cycle, since = self.cycle, now - self._asked
        waits = cycle is None or cycle.more_body or (cycle.response_complete and self.conn.their_state is not h11.IDLE)
        late = (waits and since > REQUEST) or since > _longest(cycle.scope["path"] if cycle is not None else "")
        if late or (unread and now - self._moved > UNREAD):
            self.transport.abort()
            return
        self._end = self.loop.call_later(_LOOK, self._look)


def _longest(path: str) -> float:
    """Seconds that an exchange may last, as long as its answer moves: the live stream for ever."""
    if path.endswith("/live"):
        return math.inf
    return FILE if "/incidents." in path else EXCHANGE


class _Server(uvicorn.Server):
    live: Live

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.live.close()
        await super().shutdown(sockets)


class WebServer:
    """Listens from `start` to `close`."""

    def __init__(self, site: Site) -> None:
        self._live = Live(site)
        self._application = Application(site, self._live)
        config = uvicorn.Config(
            self._application, http=_Connection, ws="none", lifespan="off", log_config=None, log_level="critical",
            access_log=False, server_header=False, proxy_headers=False, timeout_keep_alive=5,
            timeout_graceful_shutdown=2, h11_max_incomplete_event_size=HEAD_BYTES, backlog=128,
        )  # fmt: skip
        self._server = _Server(config)
        self._server.live = self._live
        self._thread: threading.Thread | None = None
        self._listening: socket.socket | None = None
        self._file: Path | None = None
        #: the port that it listens on, once it does
        self.port = 0

    @property
    def alive(self) -> bool:
        """Whether it still serves."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, host: str, port: int) -> None:
        """Raises OSError where the place cannot be had. `unix:/path` is a socket in the file system."""
        if host.startswith("unix:"):
            listening = self._in_files(Path(host.removeprefix("unix:")))
        else:
            listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
            self.port = listening.getsockname()[1]
        self._listening = listening
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name="web", daemon=True)
        self._thread.start()

    def _in_files(self, path: Path) -> socket.socket:
        """A socket that its owner and group may open; one that a killed process left behind is taken away."""
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if path.is_socket():
                with socket.socket(socket.AF_UNIX) as asked:
                    if asked.connect_ex(str(path)) == 0:
                        raise OSError(f"somebody listens at {path}")
                path.unlink()
            before = os.umask(0o117)
            try:
                listening.bind(str(path))
            finally:
                os.umask(before)
            listening.listen(128)
        except BaseException:
            listening.close()
            raise
        self._file = path
        return listening

    def close(self) -> None:
        """Ends it; requests in hand get two seconds."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._application.close()
        if self._listening is not None:  # whose event loop died has not given the place back
            self._listening.close()
        if self._file is not None:
            self._file.unlink(missing_ok=True)
