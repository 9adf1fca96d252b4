"""Messages of a mailbox as entries: newsletters, ministries' lists, whatever somebody writes there.

    subject → title          From or List-Id → publisher, where feeds.yaml names none
    text → summary and body  Message-ID → guid          Date, else Received → published

Whoever knows the address can send anything, so a message is read by rules of its own instead of the standard library's
parser, which takes the square of what a nested or long message holds (CPython issues 75630, 136063): headers are cut
before they are read, parts are found by their boundary, to a depth and up to a number. Pure; runs in a worker process.

A link is the message's own place in an archive, else the first in it that leads to a page: never a home page, the
list's archive or the way to unsubscribe, which stand in each message and would make one article of all of them.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from hashlib import blake2b
from html import unescape
from itertools import islice
from urllib.parse import urlsplit

from monitor.feeds.bundle import unpack_messages
from monitor.feeds.locations import holds_secret
from monitor.feeds.parse.charset import decode
from monitor.feeds.parse.entries import BODY, PUBLISHER, Draft, finish, is_too_deep, one_line, plain
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import Layout

_LONGEST_HEAD = 64 * 1024
_LONGEST_HEADER = 2_000
_MOST_HEADERS = 1_000
#: parts of one message, and how deep they may lie in each other
_MOST_PARTS, _DEEPEST = 60, 8
#: of one text, before it is decoded
_LONGEST_TEXT = 768 * 1024
_MOST_LINKS = 60
#: a plain text of fewer letters only says that there is HTML
_FEWEST_LETTERS = 80

_BLANK = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_HEADER = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_LINE = re.compile(r"\r\n?")
_EMPTY_LINES = re.compile(r"\n[ \t\f\v]*\n\s*")
_SIGNATURE = re.compile(r"\n-- ?\n")
_SENDER = re.compile(r"([^<]*)<([^<>]*)>[^<>]*")
_TAG = re.compile(r"\s*\[[^\]\n]{1,60}\]\s*(?=\S)")
_HREF = re.compile(r"(?i)<a\s[^<>]{0,1000}?\bhref\s*+=\s*+[\"']?+\s*+(https?://[^\"'<>\s]{1,2000})")
_ADDRESS = re.compile(r"(?i)\bhttps?://[^\s<>\"'()\[\]]{1,2000}")
_NO_ARTICLE = re.compile(
    r"(?i)unsubscribe|opt-?out|/preferences|manage[-_/]|forward-to-a-friend|\.(?:png|gif|jpe?g|svg|css)\b"
    r"|//(?:[\w-]+\.)*(?:facebook|twitter|x|linkedin|instagram|youtube|whatsapp)\.com\b"
)


@dataclass(frozen=True, kw_only=True)
class _Text:
    """A text of the message, as it is written."""

    text: str
    is_html: bool


def parse_messages(body: bytes, *, now: datetime, language: str | None, layout: Layout) -> ParsedFeed | ParseFailed:
    """The entries of a bundle of messages, in its order."""
    try:
        messages = unpack_messages(body)
    except ValueError as error:
        return ParseFailed(problem=ParseProblem.CRASHED, detail=str(error))
    drafts = (_draft(raw, language, by_sender=layout.publisher_from_item) for _, raw in messages)
    return finish("", None, drafts, now=now)


def _draft(raw: bytes, language: str | None, *, by_sender: bool) -> Draft:
    headers, body = _headers_and_body(raw)
    texts = list(islice(_texts(headers, body, language, [_MOST_PARTS], depth=0), _MOST_PARTS))
    words = _words(texts)
    subject = _decoded(headers.get("subject", ""), language)
    if headers.get("list-id"):
        subject = _TAG.sub("", subject, count=1) if _TAG.match(subject) else subject
    return Draft(
        guid=_identity(headers),
        links=tuple(_links(headers, texts)),
        title=_escaped(subject),
        summary=_escaped(words).replace("\n", "<br>"),
        dates=tuple(filter(None, (headers.get("date", ""), headers.get("received", "").rpartition(";")[2].strip()))),
        language=headers.get("content-language", "").partition(",")[0].strip() or None,
        publisher=_escaped(_publisher(headers, language)) if by_sender else "",
    )


# ------------------------------------------------------------------------------------ headers and parts


def _headers_and_body(raw: bytes) -> tuple[dict[str, str], bytes]:
    """The headers by their names in small letters, the first of each name; what stands behind them."""
    end = _BLANK.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    lines = head[:_LONGEST_HEAD].decode("ascii", "surrogateescape").replace("\r\n", "\n").split("\n")
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        if line[:1] in (" ", "\t"):
            if name and len(headers[name]) < _LONGEST_HEADER:
                headers[name] = f"{headers[name]} {line.strip()}"[:_LONGEST_HEADER]
            continue
        found = _HEADER.fullmatch(line)
        name = found[1].lower() if found else ""
        if found is None or name in headers or len(headers) >= _MOST_HEADERS:
            name = ""
        else:
            headers[name] = found[2].strip()[:_LONGEST_HEADER]
    return headers, body


def _texts(
    headers: dict[str, str], body: bytes, language: str | None, left: list[int], *, depth: int
) -> Iterator[_Text]:
    """The texts of a part, attachments left out; of alternatives each. `left` counts the parts of the whole message."""
    left[0] -= 1
    if left[0] < 0 or depth > _DEEPEST or headers.get("content-disposition", "").lower().startswith("attachment"):
        return
    kind, boundary, charset = _content(headers)
    if kind.startswith("multipart/") and boundary:
        for part in _parts(body, boundary):
            yield from _texts(*_headers_and_body(part), language, left, depth=depth + 1)
    elif kind == "message/rfc822":
        yield from _texts(*_headers_and_body(body), language, left, depth=depth + 1)
    elif kind in ("text/plain", "text/html"):
        raw = _unpacked(body[:_LONGEST_TEXT], headers.get("content-transfer-encoding", ""))
        text = decode(raw, f"{kind}; charset={charset}", language=language).text
        yield _Text(text=_LINE.sub("\n", text), is_html=kind == "text/html")


def _content(headers: dict[str, str]) -> tuple[str, str, str]:
    """(kind, boundary, charset) of a part."""
    said = Message()
    said["Content-Type"] = "".join(sign for sign in headers.get("content-type", "text/plain") if sign.isprintable())
    try:
        return said.get_content_type(), str(said.get_boundary("")), str(said.get_content_charset(""))
    except (ValueError, LookupError, TypeError):  # parameters in an encoding that does not exist
        return said.get_content_type(), "", ""


def _parts(body: bytes, boundary: str) -> Iterator[bytes]:
    mark = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("ascii", "replace")) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    start: int | None = None
    for found in islice(mark.finditer(body), _MOST_PARTS + 1):
        if start is not None:
            yield _inside(body[start : found.start()])
        start = None if found[1] else found.end()
        if found[1]:
            return
    if start is not None:  # cut, or without its end: what is there is read
        yield _inside(body[start:])


def _inside(part: bytes) -> bytes:
    return part[2:] if part.startswith(b"\r\n") else part[1:] if part.startswith(b"\n") else part


def _unpacked(body: bytes, encoding: str) -> bytes:
    encoding = encoding.strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding == "base64":
        packed = _NOT_BASE64.sub(b"", body)
        packed = packed[: len(packed) - (len(packed) % 4 == 1)]
        return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))
    return body


def _decoded(value: str, language: str | None) -> str:
    """A header's text: encoded words (RFC 2047), or bytes that nobody encoded."""
    if not value.isascii():
        return decode(value.encode("ascii", "surrogateescape"), None, language=language).text
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    texts = [
        piece if isinstance(piece, str) else decode(piece, f"text/plain; charset={label or ''}", language=language).text
        for piece, label in pieces
    ]
    return "".join(texts)


# --------------------------------------------------------------------------------------- what they mean


def _words(texts: list[_Text]) -> str:
    """The message as lines of plain text: the plain text it comes with, unless that only says that there is HTML."""
    written = [text for text in texts if not text.is_html and text.text.strip()]
    said = "\n".join(_plain_lines(text.text) for text in written)
    if sum(sign.isalpha() for sign in said) >= _FEWEST_LETTERS:
        return said
    shown = [text.text for text in texts if text.is_html and not is_too_deep(text.text)]
    return "\n".join(plain(html, limit=BODY, lines=True) for html in shown) or said


def _plain_lines(text: str) -> str:
    """A line for each paragraph: the lines of a mail end where a screen of eighty letters did."""
    above = _SIGNATURE.split(text, maxsplit=1)[0]
    paragraphs = _EMPTY_LINES.split(above if above.strip() else text)
    return "\n".join(filter(None, (" ".join(paragraph.split()) for paragraph in paragraphs)))


def _publisher(headers: dict[str, str], language: str | None) -> str:
    """The list by the name that it gives itself, else the sender by name, else the sender's host."""
    listed = _decoded(headers.get("list-id", "").partition("<")[0], language).strip(" \t\"'")
    if listed:
        return one_line(listed, limit=PUBLISHER)
    sender = headers.get("from", "")
    found = _SENDER.fullmatch(sender)
    name, address = (found[1], found[2]) if found else ("", sender)
    name = _decoded(name, language).strip(" \t\"'")
    if name and "@" not in name:
        return one_line(name, limit=PUBLISHER)
    return one_line(address.rpartition("@")[2].strip(" \t<>()"), limit=PUBLISHER)


def _identity(headers: dict[str, str]) -> str:
    """The Message-ID; of a message without one, a mark of who wrote what when."""
    said = headers.get("message-id", "").strip().strip("<>").strip()
    if said:
        return said
    parts = [headers.get(name, "") for name in ("from", "date", "subject")]
    return "mail:" + blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _links(headers: dict[str, str], texts: list[_Text]) -> Iterator[str]:
    """Where the message can be read, the best first."""
    yield headers.get("archived-at", "").strip(" \t<>")
    for text in sorted(texts, key=lambda text: not text.is_html):
        found = _HREF.finditer(text.text) if text.is_html else _ADDRESS.finditer(text.text)
        for match in islice(found, _MOST_LINKS):
            address = unescape(match[1]) if text.is_html else match[0].rstrip(".,;:!?»”’")
            if _leads_to_a_page(address):
                yield address


def _leads_to_a_page(address: str) -> bool:
    if _NO_ARTICLE.search(address):
        return False
    try:
        parts = urlsplit(address)
        return bool(parts.path.strip("/") or parts.query) and not holds_secret(address)
    except ValueError:
        return False


def _escaped(text: str) -> str:
    """Text that is plain already, so that `<` and `&` in it stay what they are."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
