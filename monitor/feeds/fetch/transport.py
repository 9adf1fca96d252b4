"""How the one shared httpx client sends: on checked connections, of which a few are kept for the next request.

httpcore's own pool looks at every connection for every request, which costs more than the request itself once
many feeds are polled; here one idle connection per origin waits in a dictionary.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cached_property, partial

import httpcore
import httpx

#: idle connections kept, and for how long
_KEPT = 16
_KEEP_SECONDS = 10.0


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends a request on a checked connection; raises httpcore's exceptions as they are."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend
        #: by origin: scheme, host and port
        self._kept: dict[str, httpcore.AsyncHTTPConnection] = {}
        self._closed = False

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Checks certificates against certifi's list, or that of SSL_CERT_FILE; loaded with the first https feed."""
        return httpx.create_ssl_context()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        connection, response = await self._send(asked)
        body = _Body(response, partial(self._give_back, connection, str(asked.url.origin)))
        return httpx.Response(
            response.status, headers=response.headers, stream=body, extensions=response.extensions, request=request
        )

    async def _send(self, request: httpcore.Request) -> tuple[httpcore.AsyncHTTPConnection, httpcore.Response]:
        kept = self._kept.pop(str(request.url.origin), None)
        if kept is not None:
            try:
                if kept.is_available() and not kept.has_expired():
                    return kept, await kept.handle_async_request(request)
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                pass  # the server closed it while the request was on its way: once more on a new one
            await kept.aclose()
        connection = httpcore.AsyncHTTPConnection(
            request.url.origin,
            ssl_context=self._tls if request.url.scheme == b"https" else None,
            keepalive_expiry=_KEEP_SECONDS,
            network_backend=self._backend,
        )
        try:
            return connection, await connection.handle_async_request(request)
        except BaseException:
            await connection.aclose()
            raise

    async def _give_back(self, connection: httpcore.AsyncHTTPConnection, origin: str) -> None:
        """Keeps a connection whose reply was read to its end, for the next request to the same origin."""
        if not connection.is_idle() or origin in self._kept or self._closed:
            await connection.aclose()
            return
        self._kept[origin] = connection
        if len(self._kept) > _KEPT:
            oldest = next(iter(self._kept))
            await self._kept.pop(oldest).aclose()

    async def aclose(self) -> None:
        self._closed = True
        while self._kept:
            _, connection = self._kept.popitem()
            await connection.aclose()


class _Body(httpx.AsyncByteStream):
    """A reply's raw body, which gives its connection back when it is closed."""

    def __init__(self, response: httpcore.Response, done: Callable[[], Awaitable[None]]) -> None:
        self._response = response
        self._done = done

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        try:
            await self._response.aclose()
        finally:
            await self._done()
