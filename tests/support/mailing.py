"""Mail servers on loopback, with TLS from the first byte: a real one (pymap), and one that says what a test wants.

with MailServer(certificate) as server:          # user "reader", password "hunter2 ü"
    server.deliver(b"Subject: …")                # into INBOX, or folder="Lists"
    server.flags()                               # of the messages, to see that nobody touched them

with ScriptedServer(certificate, {"EXAMINE": [b"* 1 EXISTS"]}) as server: ...
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import ssl
import subprocess
import threading
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from proxyprotocol.result import ProxyResultUnknown
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

USER, PASSWORD = "reader", "hunter2 ü"


def make_certificate(folder: Path) -> Path:
    """A certificate for localhost, in one file with its key."""
    made, key = folder / "mail-cert.pem", folder / "mail-key.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:prime256v1", "-keyout", str(key), "-out", str(made), "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost"]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed, so no certificate can be made")
    return made


class _Served:
    """A server in a thread with an event loop of its own."""

    def __init__(self, certificate: Path) -> None:
        self.port = 0
        self.certificate = certificate
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, certificate.with_name("mail-key.pem"))
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the mail server did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def url(self, folder: str = "") -> str:
        return f"imaps://localhost:{self.port}/{folder}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        await self._begin()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
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
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _begin(self) -> None:
        pass

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


class MailServer(_Served):
    """pymap with one user; the messages are in memory."""

    async def _begin(self) -> None:
        said = Namespace(
            host="127.0.0.1", port=0, debug=False, cert=None, key=None, tls=False, proxy_protocol=None,
            passlib_cfg=None, inherited_sockets=None, demo_data=False, demo_user=USER, demo_password=PASSWORD,
        )  # fmt: skip
        backend, config = await DictBackend.init(said, invalid_user_sleep=0.0)
        config.apply_context()
        self._answer = IMAPServer(backend.login, config)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer(reader, writer, SocketInfo.get(writer, ProxyResultUnknown(), unique_id=b"test"))

    @contextlib.contextmanager
    def client(self):  # type: ignore[no-untyped-def]
        trusting = ssl.create_default_context(cafile=str(self.certificate))
        client = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=trusting, timeout=10)
        client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        try:
            yield client
        finally:
            client.logout()

    def deliver(self, *messages: bytes, folder: str = "INBOX") -> None:
        with self.client() as client:
            if folder != "INBOX":
                client.create(folder)
            for message in messages:
                answer, said = client.append(folder, "", "", message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
                assert answer == "OK", said

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        with self.client() as client:
            client.select(folder, readonly=True)
            return [row for row in client.uid("FETCH", "1:*", "(FLAGS)")[1] if row]

    def forget(self, folder: str) -> None:
        """Deletes a folder and makes it anew: its numbers are others then."""
        with self.client() as client:
            client.delete(folder)
            client.create(folder)


Said = list[bytes] | Callable[[bytes], list[bytes]]

#: what a harmless server with one message says
USUAL: dict[str, Said] = {
    "": [b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello"],
    "CAPABILITY": [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN"],
    "AUTHENTICATE": [],
    "LOGIN": [],
    "EXAMINE": [b"* 1 EXISTS", b"* OK [UIDVALIDITY 7] ok", b"* OK [UIDNEXT 6] ok"],
    "FETCH": [b"* 1 FETCH (UID 5 RFC822.SIZE 12)"],
    "UID FETCH": [b"* 1 FETCH (UID 5 BODY[]<0> {12}", b"Subject: a\r\n)"],
    "LOGOUT": [],
}


class ScriptedServer(_Served):
    """Answers commands by a script: lines to say before `OK`; a last line that begins with `!` takes its place.

    `hang` is a command after which nothing more is said, `raw` bytes that are sent over and over instead of a greeting.
    """

    def __init__(
        self, certificate: Path, said: Mapping[str, Said] = {}, *, hang: str | None = None, raw: bytes = b""
    ) -> None:
        super().__init__(certificate)
        self._said = {**USUAL, **said}
        self._hang = hang
        self._raw = raw
        self.asked: list[bytes] = []

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._raw:
            writer.write(self._raw)
            await writer.drain()
            await asyncio.sleep(0)  # without room in the loop nobody would hear that the other side is gone
            if writer.is_closing():
                return
        if self._hang == "":
            await asyncio.sleep(3600)
        await self._say(writer, "", b"")
        while line := await reader.readline():
            self.asked.append(line.strip())
            tag, _, rest = line.strip().partition(b" ")
            words = rest.decode("utf-8", "replace").upper().split()
            command = " ".join(words[:2]) if words[0] == "UID" else words[0]
            if self._hang == command:
                await asyncio.sleep(3600)
            if command == "AUTHENTICATE":
                writer.write(b"+ \r\n")
                self.asked.append((await reader.readline()).strip())
            await self._say(writer, command, tag)

    async def _say(self, writer: asyncio.StreamWriter, command: str, tag: bytes) -> None:
        said = self._said[command]
        lines = said(tag) if callable(said) else list(said)
        end = lines.pop()[1:] if lines and lines[-1].startswith(b"!") else b"OK done"
        for line in lines:
            writer.write(line + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)
            if writer.is_closing():
                return
        if tag:
            writer.write(tag + b" " + end + b"\r\n")
        await writer.drain()
