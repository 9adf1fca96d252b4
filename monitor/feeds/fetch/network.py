"""The way to the network: every connection goes to an address that was checked, and to no other.

    Connections.reply ─ a kept connection, or a new one ─→ GuardedBackend ─ checks, dials ─→ PlainStream, TlsStream

For each connection `GuardedBackend` asks the resolver once, checks **every** address of the answer (`addresses`),
and dials a checked address itself, so that a name cannot mean one thing when it is checked and another when it is
dialled. Host header and TLS name stay the name. The streams keep no time: the limit of the whole fetch does
(`fetcher`), however slowly a publisher drips.

httpcore's own pool looks at every connection for every request, and httpx's client does more for each than a poll that
brings nothing is worth: here one idle connection per origin waits in a dictionary. aiohttp is quicker in its parser by
less than a poll's twentieth (benchmarks/README.md) and would decide about addresses in code of its own.

What is read is counted on the stream, before anything looks at it: headers that do not end, and answers that only
announce an answer (100, 103), cost their limit and no more.
"""

# ruff: noqa: ARG002  (httpcore's interface passes time limits and options that have no use here)

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any

import httpcore

from monitor.feeds.fetch.addresses import Network, address_problem, allowing, is_allowed
from monitor.feeds.fetch.plainhttpx import httpx

#: family and socket address, as `socket.getaddrinfo` gives them
Endpoint = tuple[socket.AddressFamily, tuple[Any, ...]]
Resolver = Callable[[str, int], Awaitable[Sequence[Endpoint]]]

#: addresses of one name that are tried
_TRIES = 4
#: idle connections kept, and for how long
_KEPT, _KEEP_SECONDS = 16, 10.0


class NameNotFound(httpcore.ConnectError):
    """The resolver knows no address for the name."""


class AddressRefused(httpcore.ConnectError):
    """The name leads to an address that may not be dialled."""

    #: what to set where it is a server of one's own
    remedy = ""


async def resolve(host: str, port: int) -> Sequence[Endpoint]:
    """The addresses of a host by the system's resolver.

    Runs in a daemon thread of its own: `getaddrinfo` cannot be cancelled, and a dead resolver must neither
    fill a shared pool of threads nor hold up the end of the program.
    """
    answer: Future[list[Endpoint]] = Future()
    answer.set_running_or_notify_cancel()  # whoever asks may go away, the look-up ends all the same

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([(family, address) for family, _, _, _, address in rows])
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await asyncio.wrap_future(answer)


class HeadTooLong(httpcore.RemoteProtocolError):
    """So many bytes came that the headers should long have ended."""


@dataclass(frozen=True)
class _Line:
    """A connection and the stream under it, whose bytes are counted."""

    http: httpcore.AsyncHTTP11Connection
    stream: PlainStream | TlsStream


class Connections:
    """Sends requests on checked connections, of which a few are kept; raises httpcore's exceptions as they are.

    `head_bytes` is how much may come before the headers of the reply are complete.
    """

    def __init__(self, backend: GuardedBackend, *, head_bytes: int) -> None:
        self._backend = backend
        self._head_bytes = head_bytes
        #: by origin: scheme, host and port
        self._kept: dict[str, _Line] = {}
        self._closed = False

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Checks certificates against certifi's list, or that of SSL_CERT_FILE; loaded with the first https feed."""
        context = httpx.create_ssl_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    @contextlib.asynccontextmanager
    async def reply(
        self, url: httpx.URL, headers: Mapping[str, str], *, form: bytes | None = None
    ) -> AsyncIterator[httpcore.Response]:
        """The reply to a GET, or to a POST of `form`, its body unread and as it comes over the wire."""
        sent: list[tuple[bytes | str, bytes | str]] = [("Host", url.netloc), *headers.items()]
        if url.userinfo:
            sent.append(("Authorization", b"Basic " + b64encode(f"{url.username}:{url.password}".encode())))
        asked = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        if form is not None:
            sent += [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(form)))]
        method = "GET" if form is None else "POST"
        line, response = await self._send(httpcore.Request(method, asked, headers=sent, content=form))
        try:
            yield response
        finally:
            try:
                await response.aclose()
            finally:
                await self._give_back(line, str(asked.origin))

    async def _send(self, request: httpcore.Request) -> tuple[_Line, httpcore.Response]:
        kept = self._kept.pop(str(request.url.origin), None)
        if kept is not None:
            try:
                if kept.http.is_available() and not kept.http.has_expired():
                    return kept, await self._ask(kept, request)
            except HeadTooLong:
                raise  # it answered, and how
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                pass  # the server closed it while the request was on its way: once more on a new one
            await kept.http.aclose()
        line = await self._opened(request.url.origin)
        try:
            return line, await self._ask(line, request)
        except BaseException:
            await line.http.aclose()
            raise

    async def _opened(self, origin: httpcore.Origin) -> _Line:
        host = origin.host.decode("ascii")
        plain = await self._backend.connect_tcp(host, origin.port)
        stream = await plain.start_tls(self._tls, host) if origin.scheme == b"https" else plain
        return _Line(httpcore.AsyncHTTP11Connection(origin, stream, _KEEP_SECONDS), stream)

    async def _ask(self, line: _Line, request: httpcore.Request) -> httpcore.Response:
        line.stream.counter.left = self._head_bytes
        response = await line.http.handle_async_request(request)
        line.stream.counter.left = None  # of the body whoever reads it counts the bytes
        return response

    async def _give_back(self, line: _Line, origin: str) -> None:
        """Keeps a connection whose reply was read to its end, for the next request to the same origin.

        One on which more came than the reply is closed: it would be taken for the answer to that request.
        """
        if not line.http.is_idle() or origin in self._kept or self._closed or _holds_more(line.http):
            await line.http.aclose()
            return
        self._kept[origin] = line
        if len(self._kept) > _KEPT:
            oldest = next(iter(self._kept))
            await self._kept.pop(oldest).http.aclose()

    async def aclose(self) -> None:
        self._closed = True
        while self._kept:
            _, line = self._kept.popitem()
            await line.http.aclose()


def _holds_more(http: httpcore.AsyncHTTP11Connection) -> bool:
    """Whether bytes were read that belong to no reply. httpcore asks only the socket, which they have left."""
    return bool(http._h11_state.trailing_data[0])


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials checked addresses only; refuses Unix sockets."""

    def __init__(
        self, *, allow: Sequence[Network] = (), connect_seconds: float = 10.0, resolver: Resolver = resolve
    ) -> None:
        self._allow = tuple(allow)
        self._connect_seconds = connect_seconds
        self._resolver = resolver

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> PlainStream:
        """A connection to one of the checked addresses of `host`."""
        endpoints = self._checked(host, await self._endpoints(host, port))[:_TRIES]
        failure: OSError | None = None
        for endpoint in endpoints:
            try:
                async with asyncio.timeout(self._connect_seconds / len(endpoints)):
                    return await _dial(endpoint)
            except OSError as error:  # TimeoutError is one
                failure = error
        if isinstance(failure, TimeoutError):
            raise httpcore.ConnectTimeout("no answer to the connection attempt") from failure
        reason = os.strerror(failure.errno).lower() if failure and failure.errno else "no connection"
        raise httpcore.ConnectError(reason) from failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("a Unix socket")

    async def _endpoints(self, host: str, port: int) -> Sequence[Endpoint]:
        with contextlib.suppress(ValueError):  # a name
            return [(socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET, (host, port))]
        try:
            return list(dict.fromkeys(await self._resolver(host, port)))
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "the name is not valid"
            raise NameNotFound(f"{host}: {reason}") from error

    def _checked(self, host: str, endpoints: Sequence[Endpoint]) -> list[Endpoint]:
        """Those that may be dialled: all, or none where one is bad.

        A public name with one private address among its records is an attempt to get inside. A name of which the
        operator allowed an address (`localhost` with 127.0.0.0/8) is used through its allowed addresses only.
        """
        addresses = [ip_address(str(where[0])) for _, where in endpoints]
        if not addresses:
            raise NameNotFound(f"{host}: the name has no address")
        allowed = [row for row, address in zip(endpoints, addresses, strict=True) if is_allowed(address, self._allow)]
        if allowed:
            return allowed
        for address in addresses:
            if problem := address_problem(address, self._allow):
                named = "" if str(address) == host else f"{host} leads to "
                article = "an" if problem[0] in "Iu" else "a"  # an IPv4-mapped, an unspecified address
                refused = AddressRefused(f"{named}{address}, {article} {problem}")
                refused.remedy = f"only if it is a server of your own, set {allowing(address, self._allow)}"
                raise refused
        return list(endpoints)


async def _dial(endpoint: Endpoint) -> PlainStream:
    family, where = endpoint
    dialled = socket.socket(family, socket.SOCK_STREAM)
    try:
        dialled.setblocking(False)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(dialled, where)
    except BaseException:
        dialled.close()
        raise
    return PlainStream(dialled)


class _Counter:
    """How many bytes may still come; None: any number."""

    left: int | None = None

    def check(self) -> None:
        if self.left is not None and self.left <= 0:
            raise HeadTooLong("the headers do not end")

    def count(self, data: bytes) -> bytes:
        if self.left is not None:
            self.left -= len(data)
        return data


class PlainStream(httpcore.AsyncNetworkStream):
    """A connected socket."""

    def __init__(self, connected: socket.socket) -> None:
        self.counter = _Counter()
        self._socket = connected
        self._loop = asyncio.get_running_loop()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.counter.check()
        try:
            return self.counter.count(await self._loop.sock_recv(self._socket, max_bytes))
        except OSError as error:
            raise httpcore.ReadError(error.strerror or "connection lost") from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            await self._loop.sock_sendall(self._socket, buffer)
        except OSError as error:
            raise httpcore.WriteError(error.strerror or "connection lost") from error

    async def aclose(self) -> None:
        self._socket.close()

    def detach(self) -> socket.socket:
        """The connected socket, for what does not speak HTTP on it; whoever asks closes it."""
        return self._socket

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> TlsStream:
        try:
            reader, writer = await asyncio.open_connection(
                sock=self._socket, ssl=ssl_context, server_hostname=(server_hostname or "").rstrip(".")
            )
        except BaseException as error:
            self._socket.close()
            if isinstance(error, OSError):  # ssl.SSLError is one; `failures` asks for the cause
                raise httpcore.ConnectError("the TLS handshake failed") from error
            raise
        return TlsStream(reader, writer)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # an idle connection that is readable was closed by the server
            return self._socket.fileno() == -1 or _is_readable(self._socket)
        return None


class TlsStream(httpcore.AsyncNetworkStream):
    """The same over TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counter = _Counter()
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.counter.check()
        try:
            return self.counter.count(await self._reader.read(max_bytes))
        except OSError as error:
            raise httpcore.ReadError(error.strerror or "connection lost") from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError(error.strerror or "connection lost") from error

    async def aclose(self) -> None:
        self._writer.transport.abort()  # no waiting for the goodbye of a server that may never say it

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asyncio reads ahead: what waits here has left the socket, and belongs to no reply
            return self._reader.at_eof() or bool(self._reader._buffer)  # type: ignore[attr-defined]
        return None


def _is_readable(connected: socket.socket) -> bool:
    try:
        return len(connected.recv(1, socket.MSG_PEEK)) >= 0
    except BlockingIOError:
        return False
    except OSError:
        return True
