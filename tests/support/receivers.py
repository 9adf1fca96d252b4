"""Real receivers on loopback for everybody's tests: a mail server and a webhook server, each on a free port.

    with SmtpReceiver() as mail, WebhookReceiver() as hook:
        mail.url("duty@example.org")            # mailto://127.0.0.1:40123/…, an Apprise address
        hook.url("alerts")                      # json://127.0.0.1:40124/alerts
        hook.behave(Mode.REFUSE, code=429)      # from the next connection on
        …
        mail.wait_for(1)                        # blocks until one message was taken, or fails the test
        mail.taken[0].title, mail.taken[0].text, mail.taken[0].at

Both work as context managers, run in threads of the test process, and record what arrived with its time
(`time.monotonic()`). Change the behaviour whenever you like; it holds for connections made after that.

| Mode       | mail server                                   | webhook                                  | in `taken` |
|------------|-----------------------------------------------|------------------------------------------|------------|
| ACCEPT     | 250                                           | 200                                      | yes        |
| REFUSE     | `code` at RCPT (or at `stage`)                | `code`                                   | no         |
| HANG       | never greets                                  | reads nothing, answers nothing           | no         |
| HANG_AFTER | takes the message, then silence               | reads the request, then silence          | yes        |
| SLOW       | takes the message, answers after `seconds`    | reads, answers after `seconds`           | yes        |
| DROP       | takes the message, then cuts the connection   | reads the request, then cuts (RST)       | yes        |
| RESET      | cuts at once                                  | cuts before reading                      | no         |

`connections` counts every connection, `refused` holds what a webhook was sent and refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.message
import email.policy
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Mode(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    HANG = "hang"
    HANG_AFTER = "hang after"
    SLOW = "slow"
    DROP = "drop"
    RESET = "reset"


@dataclass(frozen=True)
class Received:
    """One message that a receiver read to its end."""

    at: float
    title: str
    text: str
    #: mail: envelope recipients; webhook: the request path
    to: tuple[str, ...]
    raw: bytes
    headers: dict[str, str] = field(default_factory=dict)
    #: webhook only: the decoded JSON body
    payload: Any = None


class _Receiver:
    """What both have in common: behaviour, the record and waiting for it."""

    def __init__(self) -> None:
        self.mode = Mode.ACCEPT
        self.code = 0
        self.stage = "RCPT"
        self.seconds = 0.5
        self.port = 0
        self.connections = 0
        self.taken: list[Received] = []
        self.refused: list[Received] = []
        self.changed = threading.Condition()
        self.closing = threading.Event()

    def behave(self, mode: Mode, *, code: int = 0, seconds: float = 0.5, stage: str = "RCPT") -> None:
        """From the next connection on: `code` for REFUSE (550 / 500 by default), `seconds` for SLOW."""
        self.mode, self.code, self.seconds, self.stage = mode, code, seconds, stage

    def wait_until(self, condition: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Block until `condition()` holds (looked at whenever something arrives), or fail the test."""
        with self.changed:
            if not self.changed.wait_for(condition, timeout=seconds):
                raise AssertionError(f"not within {seconds} s: {len(self.taken)} taken, {self.connections} connections")

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Received]:
        """The messages taken, as soon as there are `count` of them."""
        self.wait_until(lambda: len(self.taken) >= count, seconds=seconds)
        return list(self.taken)

    def clear(self) -> None:
        with self.changed:
            self.taken.clear()
            self.refused.clear()
            self.connections = 0

    def _connected(self) -> None:
        with self.changed:
            self.connections += 1
            self.changed.notify_all()

    def _record(self, received: Received, *, taken: bool = True) -> None:
        with self.changed:
            (self.taken if taken else self.refused).append(received)
            self.changed.notify_all()


# ------------------------------------------------------------------------------------------------ mail


class _Mute(asyncio.Protocol):
    """Takes a connection and says nothing, or cuts it at once."""

    def __init__(self, *, cut: bool) -> None:
        self.cut = cut

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.cut:
            transport.abort()  # type: ignore[attr-defined]


class _MailHandler:
    """aiosmtpd's hooks for one connection, whose behaviour is fixed when it is made."""

    def __init__(self, receiver: SmtpReceiver) -> None:
        self.receiver = receiver
        self.mode, self.code, self.stage, self.seconds = (
            receiver.mode,
            receiver.code or 550,
            receiver.stage,
            receiver.seconds,
        )

    def _refuses(self, stage: str) -> bool:
        return self.mode is Mode.REFUSE and self.stage == stage

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self._refuses("RCPT"):
            return f"{self.code} not today"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._refuses("DATA"):
            return f"{self.code} not this message"
        self.receiver.take(envelope)
        if self.mode is Mode.HANG_AFTER:
            await asyncio.sleep(3600)
        if self.mode is Mode.SLOW:
            await asyncio.sleep(self.seconds)
        if self.mode is Mode.DROP and server.transport is not None:
            server.transport.abort()
            await asyncio.sleep(3600)  # the lost connection cancels this
        return "250 OK"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=not self._refuses("AUTH"), handled=False)


class SmtpReceiver(_Receiver):
    """A mail server; `stage` of REFUSE is `RCPT`, `DATA` or `AUTH` (for addresses with a login)."""

    def __enter__(self) -> SmtpReceiver:
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True, name="smtp-receiver")
        self._thread.start()
        if not ready.wait(10):
            raise AssertionError("the mail server did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def url(self, to: str = "duty@example.org", *, login: str = "", query: str = "") -> str:
        """The Apprise address of this server for one recipient; `login` is `user:password`."""
        at = f"{login}@" if login else ""
        extra = f"&{query}" if query else ""
        return f"mailto://{at}127.0.0.1:{self.port}/?from=basewatch@example.org&to={quote(to)}{extra}"

    def take(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        body = message.get_body(("plain",)) if isinstance(message, email.message.EmailMessage) else None
        text = body.get_content() if body is not None else ""
        headers = {name: str(value) for name, value in message.items()}
        self._record(
            Received(time.monotonic(), headers.get("Subject", ""), text, tuple(envelope.rcpt_tos), raw, headers)
        )

    def _connection(self) -> asyncio.BaseProtocol:
        self._connected()
        if self.mode in (Mode.HANG, Mode.RESET):
            return _Mute(cut=self.mode is Mode.RESET)
        handler = _MailHandler(self)
        return SMTP(
            handler, loop=self._loop, hostname="localhost", authenticator=handler.authenticate, auth_require_tls=False
        )

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda _loop, _context: None)  # cut connections are this server's trade
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        self._stop = asyncio.Event()
        server = await self._loop.create_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


# --------------------------------------------------------------------------------------------- webhook


class _HookHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: WebhookReceiver

    def handle(self) -> None:
        self.receiver._connected()
        mode = self.receiver.mode
        if mode is Mode.HANG:
            self.receiver.closing.wait()
        elif mode is Mode.RESET:
            self._cut()
        else:
            with contextlib.suppress(ConnectionError):
                super().handle()

    def do_POST(self) -> None:
        receiver = self.receiver
        mode, code, seconds = receiver.mode, receiver.code or 500, receiver.seconds
        length = int(self.headers.get("Content-Length", "0"))
        raw = self.rfile.read(length)
        if len(raw) < length:  # who sent it was killed in between: a real receiver takes no half message either
            self.close_connection = True
            return
        self._note(raw, taken=mode is not Mode.REFUSE)
        if mode is Mode.HANG_AFTER:
            receiver.closing.wait()
        elif mode is Mode.DROP:
            self._cut()
        else:
            if mode is Mode.SLOW:
                receiver.closing.wait(seconds)
            self._answer(code if mode is Mode.REFUSE else 200)

    def _note(self, raw: bytes, *, taken: bool) -> None:
        try:
            payload = json.loads(raw)
        except ValueError:
            payload = None
        fields = payload if isinstance(payload, dict) else {}
        self.receiver._record(
            Received(
                time.monotonic(),
                str(fields.get("title", "")),
                str(fields.get("message", "")),
                (self.path,),
                raw,
                dict(self.headers.items()),
                payload,
            ),
            taken=taken,
        )

    def _answer(self, status: int) -> None:
        with contextlib.suppress(ConnectionError):
            self.send_response(status)
            for name, value in self.receiver.answer_headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(self.receiver.answer_body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(self.receiver.answer_body)

    def _cut(self) -> None:
        """Close with RST, as a crashed server's kernel does."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the record is the log."""


class _HookServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silent: clients that go away are this server's trade."""

    def shutdown_request(self, request: Any) -> None:
        with contextlib.suppress(OSError):
            super().shutdown_request(request)


class WebhookReceiver(_Receiver):
    """A web server that takes any POST; `answer_headers` and `answer_body` go with every answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answer_headers: dict[str, str] = {}
        self.answer_body = b""

    def __enter__(self) -> WebhookReceiver:
        handler = type("Handler", (_HookHandler,), {"receiver": self})
        self._server = _HookServer(("127.0.0.1", 0), handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True, name="webhook-receiver"
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def url(self, path: str = "alerts", *, login: str = "", query: str = "") -> str:
        """The Apprise address (`json://`) of this server; `login` is `user:password`."""
        at = f"{login}@" if login else ""
        return f"json://{at}127.0.0.1:{self.port}/{path}" + (f"?{query}" if query else "")


def closed_port() -> int:
    """A port on loopback where nobody listens (refuses connections)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
