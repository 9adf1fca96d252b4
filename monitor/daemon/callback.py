"""The door to Starlette and uvicorn: the one address at which hubs call, inside the daemon's own event loop.

    GET  …/TOKEN?hub.mode=…    is the subscription wished?      the challenge, or 404
    POST …/TOKEN               something was published          202; 410 where nobody knows the token

It stands behind a public https address, so it expects anybody: connections, their length in time, headers and bodies
are bounded, a body is only counted and hashed, and no answer tells whether a signature was good. Signals are the
daemon's. Imported only where a public address is set: both libraries take a tenth of a second of a start.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.feeds.hubs import Signature

_BODY_BYTES = 15 * 1024 * 1024
_HEAD_BYTES = 16 * 1024
#: a connection ends after so many seconds, whatever is going on over it
_LIFETIME = 20.0
_CONNECTIONS = 64
_CLOSE = {"Connection": "close"}

#: token and query → what to answer, or None
Confirm = Callable[[str, Mapping[str, str]], str | None]
#: token and the signature's header → what the body is to be held against, or None where the token is unknown
Expected = Callable[[str, str], Signature | None]


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _ShortLived(H11Protocol):
    """uvicorn waits for ever for the end of a request's headers; here nobody stays longer than `lifetime`."""

    lifetime = _LIFETIME

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._end = self.loop.call_later(self.lifetime, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end.cancel()
        super().connection_lost(exc)


class CallbackServer:
    """Listens from `start` to `aclose`."""

    def __init__(self, *, confirm: Confirm, expected: Expected, delivered: Callable[[str], None]) -> None:
        self._confirm = confirm
        self._expected = expected
        self._delivered = delivered
        self._task: asyncio.Task[None] | None = None
        #: the port that it listens on, once it does
        self.port = 0
        app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])
        config = uvicorn.Config(
            app, http=_ShortLived, ws="none", lifespan="off", log_config=None, log_level="error", access_log=False,
            server_header=False, date_header=False, proxy_headers=False, limit_concurrency=_CONNECTIONS,
            timeout_keep_alive=5, timeout_graceful_shutdown=2, h11_max_incomplete_event_size=_HEAD_BYTES,
        )  # fmt: skip
        self._server = _Server(config)

    async def start(self, host: str, port: int) -> None:
        """Raises OSError where the port cannot be had."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
            listening.listen(_CONNECTIONS)
        except BaseException:
            listening.close()
            raise
        self.port = listening.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))

    async def aclose(self) -> None:
        """Ends it; requests in hand get two seconds."""
        if self._task is not None:
            self._server.should_exit = True
            await self._task

    async def _answer(self, request: Request) -> Response:
        token = request.path_params["path"].rpartition("/")[2]
        if request.method == "POST":
            return await self._take(request, token)
        answer = self._confirm(token, request.query_params)
        if answer is None:
            return Response(status_code=404, headers=_CLOSE)
        return PlainTextResponse(answer, headers=_CLOSE | {"X-Content-Type-Options": "nosniff"})

    async def _take(self, request: Request, token: str) -> Response:
        signature = self._expected(token, request.headers.get("x-hub-signature", ""))
        if signature is None:
            return Response(status_code=410, headers=_CLOSE)
        size = 0
        try:
            async for piece in request.stream():
                size += len(piece)
                if size > _BODY_BYTES:
                    return Response(status_code=413, headers=_CLOSE)
                signature.add(piece)
        except ClientDisconnect:
            return Response(status_code=400, headers=_CLOSE)
        if signature.is_good:
            self._delivered(token)
        return Response(status_code=202, headers=_CLOSE)
