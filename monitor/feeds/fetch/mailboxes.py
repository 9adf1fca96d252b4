"""A mailbox as a source: the same answer as of a fetch over HTTP, with the messages as one body.

    Mailboxes.fetch(url) → Fetched | NotModified | FetchFailed

The address is checked and dialled by the same `GuardedBackend`; TLS is from the first byte, its certificate checked.
imaplib blocks, so each look runs in a daemon thread of its own, which ends with its time or when nobody waits any more.
The validator (`etag`) is the place in the folder: its UIDVALIDITY and the last number that was read.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import cached_property
from typing import TypeVar

import httpx

from monitor.config.mailboxes import MailLogin, login_of, mailbox_at
from monitor.feeds.bundle import CONTENT_TYPE, pack_messages
from monitor.feeds.fetch import imap
from monitor.feeds.fetch.body import body_hash
from monitor.feeds.fetch.network import GuardedBackend
from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified

T = TypeVar("T")

_PROBLEMS: dict[type[Exception], tuple[FetchProblem, str]] = {
    imap.LoginRefused: (FetchProblem.LOGIN, "the mail server refuses the log-in"),
    imap.FolderMissing: (FetchProblem.NO_FOLDER, "the mail server does not show the folder"),
    imap.TooMuch: (FetchProblem.TOO_LARGE, "the mail server says too much"),
    imap.NoImap: (FetchProblem.PROTOCOL, "the mail server"),
}


class Mailboxes:
    """Reads folders of mail servers; `logins` are those of the settings."""

    def __init__(
        self, backend: GuardedBackend, *, logins: Sequence[MailLogin] = (), limits: imap.MailLimits | None = None
    ) -> None:
        self._backend = backend
        self._logins = tuple(logins)
        self._limits = limits or imap.MailLimits()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()

    async def fetch(self, url: str, *, place: str | None, seconds: float) -> Fetched | NotModified | FetchFailed:
        """What is new in the folder of `url` behind `place`, or its newest messages.

        Raises what dialling and TLS raise, for `failures` to name, and TimeoutError.
        """
        try:
            mailbox = mailbox_at(url)
        except ValueError as error:
            return FetchFailed(problem=FetchProblem.BAD_URL, detail=str(error).partition(";")[0])
        login = login_of(mailbox, self._logins)
        if login is None:
            return FetchFailed(
                problem=FetchProblem.LOGIN, detail=f"no login is set for {mailbox.login}",
                remedy=f"write a line {mailbox.login} USER PASSWORD into BASEWATCH_MAIL_LOGINS or the file that"
                " BASEWATCH_MAIL_LOGINS_FILE names",
            )  # fmt: skip
        stream = await self._backend.connect_tcp(mailbox.host, mailbox.port)
        line = stream.detach()
        try:
            answer = await _in_thread(
                line,
                lambda: imap.read_folder(
                    line, self._tls, mailbox, login, place=place, limits=self._limits, seconds=seconds
                ),
            )
        except tuple(_PROBLEMS) as error:
            problem, said = _PROBLEMS[type(error)]
            return FetchFailed(problem=problem, detail=f"{said}: {error}")
        if isinstance(answer, imap.Unchanged):
            return NotModified(etag=answer.place)
        body = pack_messages(answer.messages)
        return Fetched(
            body=body, content_type=CONTENT_TYPE, etag=answer.place, final_url=url, body_hash=body_hash(body),
            detail=_odd(answer, self._limits),
        )  # fmt: skip


def _odd(answer: imap.New, limits: imap.MailLimits) -> str:
    cut = f"of {answer.cut} long messages the first {limits.message_bytes:,} bytes were read" if answer.cut else ""
    waiting = f"{answer.waiting:,} more messages wait for the next poll" if answer.waiting else ""
    anew = f"the folder's messages have new numbers: the newest {len(answer.messages)} were read"
    return "; ".join(filter(None, (anew if answer.renumbered else "", cut, waiting)))


async def _in_thread(line: socket.socket, ask: Callable[[], T]) -> T:
    """The answer of a blocking question over `line`; whoever stops waiting ends it."""
    ending = line.dup()
    answer: Future[T] = Future()
    answer.set_running_or_notify_cancel()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:
            answer.set_exception(error)
        finally:
            line.close()

    threading.Thread(target=run, name="mailbox", daemon=True).start()
    try:
        return await asyncio.wrap_future(answer)
    finally:
        with contextlib.suppress(OSError):
            ending.shutdown(socket.SHUT_RDWR)
        ending.close()
