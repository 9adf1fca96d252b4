"""The door to imaplib: what is new in one folder, read without changing anything there, under limits of bytes and time.

    read_folder(line, tls, mailbox, login) → New | Unchanged     (blocking: belongs in a thread)

imaplib reads as much as a server announces, however much that is, and waits as long as it likes between two bytes.
So it is given a transport of our own, `_Bounded`, which counts bytes, lines and pieces and keeps the time; what remains
of imaplib is its commands and its reading of answers. The folder is examined (never selected) and messages are peeked
at: nothing is marked as read, moved or deleted.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from base64 import b64encode
from dataclasses import dataclass

from monitor.config.mailboxes import Mailbox, MailLogin

_TAG = "imap"
_RECEIVED = 64 * 1024
_ATOM = re.compile(rb"UID (\d{1,10})")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")
_PLACE = re.compile(rf"{_TAG}-(\d{{1,10}})-(\d{{1,10}})")
#: answers to a log-in that say nothing of the password (RFC 5530)
_NOT_NOW = re.compile(r"\[(?:UNAVAILABLE|LIMIT|INUSE|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class MailLimits:
    """How much of anything one look into a folder may take."""

    #: messages of one look: the newest at first, then the oldest of those that are new
    messages: int = 200
    #: of one message; of a longer one the beginning is read, where its text stands
    message_bytes: int = 1024 * 1024
    #: of all messages of one look; the others wait for the next
    total_bytes: int = 8 * 1024 * 1024
    #: of all that the server says
    wire_bytes: int = 12 * 1024 * 1024
    line_bytes: int = 64 * 1024
    lines: int = 50_000
    #: messages that are asked for with one command
    together: int = 20


@dataclass(frozen=True, kw_only=True)
class New:
    """Messages with their numbers, and the place in the folder from which to go on."""

    messages: tuple[tuple[int, bytes], ...]
    place: str
    #: how many of them were cut, and how many new ones wait for the next look
    cut: int = 0
    waiting: int = 0
    #: the folder's numbers are others than at the last look, so the newest messages were read
    renumbered: bool = False


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """Nothing behind the place."""

    place: str


class LoginRefused(Exception):
    """The server does not take the user and password; its text holds neither."""


class FolderMissing(Exception):
    """The server does not show the folder; its text is the server's."""


class TooMuch(Exception):
    """The server says more than any mailbox needs; its text says what."""


class NoImap(Exception):
    """What the server says is no IMAP, or it breaks off."""


class _Bounded(imaplib.IMAP4):
    """imaplib over a connection that is there already, with an end to everything that may come over it."""

    def __init__(self, connected: socket.socket, *, host: str, limits: MailLimits, until: float) -> None:
        self._connected = connected
        self._limits = limits
        self._until = until
        self._buffer = bytearray()
        self._bytes = self._lines = self._pieces = 0
        super().__init__(host)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:  # noqa: ARG002
        self.host, self.port, self.sock = host, port, self._connected

    def send(self, data: bytes) -> None:  # type: ignore[override]
        self._connected.settimeout(self._left())
        self._connected.sendall(data)

    def read(self, size: int) -> bytes:
        if size > self._limits.wire_bytes - self._bytes + len(self._buffer):
            raise TooMuch(f"it announces {size:,} bytes at once")
        while len(self._buffer) < size:
            self._receive()
        return self._take(size)

    def readline(self) -> bytes:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > self._limits.line_bytes:
                raise TooMuch("it sends a line without an end")
            self._receive()
        self._lines += 1
        if self._lines > self._limits.lines or end > self._limits.line_bytes:
            raise TooMuch(f"it sends more than {self._limits.lines:,} lines, or one that is too long")
        return self._take(end + 1)

    def shutdown(self) -> None:
        self._connected.close()

    def socket(self) -> socket.socket:
        return self._connected

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _receive(self) -> None:
        self._connected.settimeout(self._left())
        piece = self._connected.recv(_RECEIVED)
        if not piece:
            raise NoImap("it breaks off in the middle of an answer")
        self._bytes += len(piece)
        self._pieces += 1
        if self._bytes > self._limits.wire_bytes:
            raise TooMuch(f"it says more than {self._limits.wire_bytes:,} bytes")
        if self._pieces > 4000 + self._bytes // 64:
            raise TooMuch(f"it speaks in crumbs: {self._bytes:,} bytes in {self._pieces:,} pieces")
        self._buffer += piece

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def read_folder(
    line: socket.socket, tls: ssl.SSLContext, mailbox: Mailbox, login: MailLogin, *,
    place: str | None, limits: MailLimits, seconds: float,
) -> New | Unchanged:  # fmt: skip
    """What stands in a folder behind `place` (None: the newest messages), over the connected socket `line`.

    Closes the connection. Raises OSError (of TLS too), and the exceptions of this module.
    """
    until = time.monotonic() + seconds
    line.settimeout(seconds)
    with tls.wrap_socket(line, server_hostname=mailbox.host) as secured:
        try:
            server = _Bounded(secured, host=mailbox.host, limits=limits, until=until)
            _log_in(server, login)
            answer = _look(server, mailbox.folder, place, limits)
            server.send(b"basewatch LOGOUT\r\n")  # a goodbye is not waited for
            return answer
        except (imaplib.IMAP4.error, ValueError, IndexError, UnicodeError) as error:
            raise NoImap(f"what it says cannot be read ({_shown(error, login) or type(error).__name__})") from error


def _log_in(server: _Bounded, login: MailLogin) -> None:
    """By AUTHENTICATE PLAIN where it is offered, for that takes any letters; else by LOGIN."""
    if "LOGINDISABLED" in server.capabilities:
        raise LoginRefused("it takes no password")
    try:
        if "AUTH=PLAIN" in server.capabilities:
            secret = f"\0{login.user}\0{login.password}".encode()
            server.authenticate("PLAIN", lambda _: secret)
        elif (login.user + login.password).isascii():
            answer, told = server.xatom("LOGIN", _quoted(login.user), _quoted(login.password))
            if answer != "OK":
                raise server.error(_text(told))
        else:
            raise LoginRefused("it takes only a user and a password in plain ASCII")
    except server.abort as error:
        raise NoImap(f"it breaks off at the log-in ({_shown(error, login)})") from error
    except server.error as error:
        said = _shown(error, login)
        if _NOT_NOW.search(said):
            raise NoImap(f"it lets nobody in now: {said}") from error
        raise LoginRefused(said or "it gives no reason") from error
    server.state = "AUTH"


def _look(server: _Bounded, folder: str, place: str | None, limits: MailLimits) -> New | Unchanged:
    answer, told = server.select(_quoted(_utf7(folder)), readonly=True)
    if answer != "OK":
        raise FolderMissing(_text(told))
    exists = int((told[0] or b"0")[:10])
    validity = _number(server, "UIDVALIDITY")
    behind = _behind(place, validity)
    if behind is not None and _number(server, "UIDNEXT") == behind + 1:
        return Unchanged(place=f"{_TAG}-{validity}-{behind}")
    sizes = _sizes(server, behind, exists, limits) if exists else []
    taken, waiting = _chosen(sizes, limits)
    if not taken:
        return Unchanged(place=f"{_TAG}-{validity}-{behind or 0}")
    messages: list[tuple[int, bytes]] = []
    for at in range(0, len(taken), limits.together):
        try:
            messages += _messages(server, [uid for uid, _ in taken[at : at + limits.together]], limits)
        except NoImap:
            if not at:
                raise
            taken, waiting = taken[:at], waiting + len(taken) - at  # it stopped in the middle: the next look goes on
            break
    if not messages:  # all of them were deleted meanwhile
        return Unchanged(place=f"{_TAG}-{validity}-{taken[-1][0]}")
    cut = sum(size > limits.message_bytes for _, size in taken)
    return New(
        messages=tuple(messages), place=f"{_TAG}-{validity}-{taken[-1][0]}", cut=cut, waiting=waiting,
        renumbered=place is not None and behind is None,
    )  # fmt: skip


def _behind(place: str | None, validity: int) -> int | None:
    """The number of the last message read; None where the folder's numbers are others now, or nothing was read."""
    found = _PLACE.fullmatch(place or "")
    return int(found[2]) if found and validity and int(found[1]) == validity else None


def _number(server: _Bounded, name: str) -> int:
    _, said = server.response(name)
    return int((said[0] or b"0")[:10]) if said and said[0] is not None else 0


def _sizes(server: _Bounded, behind: int | None, exists: int, limits: MailLimits) -> list[tuple[int, int]]:
    """(number, size) of the newest messages, or of all behind a number, the oldest first."""
    what = "(UID RFC822.SIZE)"
    if behind is None:
        answer, rows = server.fetch(f"{max(exists - limits.messages + 1, 1)}:*", what)
    else:
        answer, rows = server.uid("FETCH", f"{behind + 1}:*", what)
    if answer != "OK":
        raise NoImap(f"it does not list its messages: {_text(rows)}")
    found: dict[int, int] = {}
    for row in rows:
        text = row if isinstance(row, bytes) else row[0] if row else b""
        number, size = _ATOM.search(text), _SIZE.search(text)
        # `n:*` always names the last message, also where it stands before n
        if number and size and int(number[1]) > (behind or 0):
            found[int(number[1])] = int(size[1])
    return sorted(found.items())


def _chosen(sizes: list[tuple[int, int]], limits: MailLimits) -> tuple[list[tuple[int, int]], int]:
    """The first messages that fit into one look, and how many are left for the next."""
    total = 0
    for at, (_, size) in enumerate(sizes):
        total += min(size, limits.message_bytes)
        if at == limits.messages or (at and total > limits.total_bytes):
            return sizes[:at], len(sizes) - at
    return sizes, 0


def _messages(server: _Bounded, numbers: list[int], limits: MailLimits) -> list[tuple[int, bytes]]:
    """The messages of these numbers, as far as they are still there.

    A "no" to all of them is one for now, and they are asked for again; one for some of them (RFC 2180) lets the others
    pass.
    """
    asked = ",".join(map(str, numbers))
    answer, rows = server.uid("FETCH", asked, f"(UID BODY.PEEK[]<0.{limits.message_bytes}>)")
    found: dict[int, bytes] = {}
    for at, row in enumerate(rows):
        if not isinstance(row, tuple):
            continue
        behind = rows[at + 1] if at + 1 < len(rows) and isinstance(rows[at + 1], bytes) else b""
        number = _ATOM.search(row[0]) or _ATOM.search(behind)
        if number and int(number[1]) in numbers:
            found[int(number[1])] = row[1][: limits.message_bytes]
    if answer != "OK" and not found:
        raise NoImap(f"it does not hand over its messages: {_text(rows)}")
    return sorted(found.items())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _utf7(name: str) -> str:
    """A folder's name in the spelling of IMAP4rev1 (RFC 3501, 5.1.3)."""

    def written(found: re.Match[str]) -> str:
        packed = b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{packed}-"

    return re.sub(r"[^\x20-\x7e]+", written, name.replace("&", "&-"))


def _text(said: object) -> str:
    first = said[0] if isinstance(said, list) and said else said
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first or "")
    return "".join(sign for sign in text if sign.isprintable())[:200]


def _shown(error: Exception, login: MailLogin) -> str:
    """What the server says of a log-in, without user and password should it repeat them."""
    said = _text(list(error.args))
    for secret in sorted((login.user, login.password), key=len, reverse=True):
        said = said.replace(secret, "***")
    return said
