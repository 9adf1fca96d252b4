"""From the bytes on the wire to the document, with an end to how much that may become.

Pure. The bytes are read for what they are: a body that begins as gzip does is gzip, whether the reply says so or not
(`feed.xml.gz`, or packed once by the program and once more by the server), and one that begins as a document does is
a document, whatever coding the reply names. Only gzip and deflate are ever inflated, and never past the limit: a
reply of a few hundred bytes that stands for half a gigabyte costs the limit and no more. Other codings (br, zstd) are
refused undecoded: we did not offer them, and their decoders give out whole blocks whatever one asks for (a brotli body
of 405 bytes: 512 MiB). A packed body that ends too early is refused: the poll fails by name and is made again.
"""

from __future__ import annotations

import re
import zlib
from hashlib import blake2b

from monitor.model.fetch import FetchFailed, FetchProblem

#: members of one gzip body; real servers send one, a few tools one per 64 KiB
_MEMBERS = 256
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b\x08"
#: a document packed more often than this is no feed
_LAYERS = 3
_OFFERED = frozenset({"gzip", "x-gzip", "deflate"})
#: how a document begins that is not packed: mark-up or JSON behind a mark or blanks, in encodings of one byte or two
_DOCUMENT = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\0\t\n\r ]{0,64}(?:<\0?[a-zA-Z?!]|\{\0?[\0\s]{0,64}\")")


def inflate(raw: bytes, encoding: str, *, limit: int) -> tuple[bytes, str] | FetchFailed:
    """The document that `raw` stands for under a Content-Encoding of `encoding`, and what is odd about it.

    At most `limit` bytes are read of it.
    """
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    said = ", ".join(codings)[:60]
    if codings and _DOCUMENT.match(raw):
        odd = f"the server says {said!r}, but the body is not packed"
        return (raw, odd) if len(raw) <= limit else _too_large(limit)
    if any(coding not in _OFFERED for coding in codings):
        return _refused(said)
    if not codings and len(raw) > limit:
        return _too_large(limit)
    try:
        body = _unpacked(raw, codings, limit)
    except zlib.error as error:
        body = _corrupt(f"the body is not valid {said or 'gzip'}: {error}")
    if isinstance(body, bytes):
        return body, ""
    # one coding was offered: several are read where they can be, and are no excuse for anything else
    return _refused(said) if len(codings) > 1 else body


def body_hash(body: bytes) -> str:
    """Hex digest by which an unchanged document is known again."""
    return blake2b(body, digest_size=16).hexdigest()


def _unpacked(body: bytes, codings: list[str], limit: int) -> bytes | FetchFailed:
    """The body without the layers that the reply names, the last on the outside, and those that it does not."""
    for coding in [*reversed(codings[-_LAYERS:]), *[""] * _LAYERS]:
        if body.startswith(_GZIP_MAGIC):
            inner = _members(body, _GZIP, limit)
        elif coding and body:
            inner = _members(body, _deflate_window(body), limit)
        else:
            continue
        if isinstance(inner, FetchFailed):
            return inner
        body = inner
    return body if not body.startswith(_GZIP_MAGIC) else _corrupt("the body is packed again and again")


def _members(raw: bytes, window: int, limit: int) -> bytes | FetchFailed:
    """All members of a gzip body (RFC 1952 allows several), or the one stream of a deflate body."""
    parts: list[bytes] = []
    size = 0
    for _ in range(_MEMBERS):
        stream = zlib.decompressobj(window)
        part = stream.decompress(raw, limit - size + 1)
        parts.append(part)
        size += len(part)
        if size > limit:
            return _too_large(limit)
        if not stream.eof:
            return _corrupt("the compressed body ends too early")
        raw = stream.unused_data
        if window != _GZIP or not raw.startswith(b"\x1f\x8b"):
            return b"".join(parts)  # whatever follows is padding, as browsers see it
    return _corrupt(f"the gzip body has more than {_MEMBERS} members")


def _deflate_window(raw: bytes) -> int:
    """A zlib stream, as RFC 9110 has `deflate`, or the bare one that some servers send: the two header bytes tell."""
    is_zlib = len(raw) >= 2 and raw[0] & 0x0F == 8 and (raw[0] << 8 | raw[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


def _too_large(limit: int) -> FetchFailed:
    detail = f"the body inflates to more than {limit:,} bytes"
    return FetchFailed(problem=FetchProblem.INFLATES_TOO_LARGE, detail=detail)


def _refused(said: str) -> FetchFailed:
    detail = f"the server sent the body as {said!r} although only gzip and deflate were offered"
    return FetchFailed(problem=FetchProblem.UNSUPPORTED_ENCODING, detail=detail)


def _corrupt(detail: str) -> FetchFailed:
    return FetchFailed(problem=FetchProblem.CORRUPT_ENCODING, detail=detail)
