"""From the bytes on the wire to the document, with an end to how much that may become.

Pure. Only gzip and deflate are ever inflated, and never past the limit: a reply of a few hundred bytes that
stands for half a gigabyte costs the limit and no more. Other codings (br, zstd) are refused undecoded: we did not
offer them, and their decoders give out whole blocks whatever one asks for (measurements: 405 bytes, 512 MiB).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from hashlib import blake2b

from monitor.news import FetchProblem

#: members of one gzip body; real servers send one, a few tools one per 64 KiB
_MEMBERS = 256
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, kw_only=True)
class Inflated:
    """The document, or the problem that kept it."""

    body: bytes = b""
    problem: FetchProblem | None = None
    detail: str = ""


def inflate(raw: bytes, encoding: str, *, limit: int) -> Inflated:
    """The document that `raw` stands for under a Content-Encoding of `encoding`, at most `limit` bytes of it."""
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if not codings:
        return Inflated(body=raw) if len(raw) <= limit else _too_large(limit)
    if len(codings) > 1 or codings[0] not in ("gzip", "x-gzip", "deflate"):
        said = ", ".join(codings)[:60]
        detail = f"the server sent the body as {said!r} although only gzip and deflate were offered"
        return Inflated(problem=FetchProblem.UNSUPPORTED_ENCODING, detail=detail)
    if not raw:
        return Inflated()
    window = _deflate_window(raw) if codings[0] == "deflate" else _GZIP
    try:
        return _members(raw, window, limit)
    except zlib.error as error:
        return _corrupt(f"the body is not valid {codings[0]}: {error}")


def body_hash(body: bytes) -> str:
    """Hex digest by which an unchanged document is known again."""
    return blake2b(body, digest_size=16).hexdigest()


def _members(raw: bytes, window: int, limit: int) -> Inflated:
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
            return Inflated(body=b"".join(parts))  # whatever follows is padding, as browsers see it
    return _corrupt(f"the gzip body has more than {_MEMBERS} members")


def _deflate_window(raw: bytes) -> int:
    """`deflate` means a zlib stream (RFC 9110), but some servers send a bare one: the two header bytes tell."""
    is_zlib = len(raw) >= 2 and raw[0] & 0x0F == 8 and (raw[0] << 8 | raw[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


def _too_large(limit: int) -> Inflated:
    detail = f"the body inflates to more than {limit:,} bytes"
    return Inflated(problem=FetchProblem.INFLATES_TOO_LARGE, detail=detail)


def _corrupt(detail: str) -> Inflated:
    return Inflated(problem=FetchProblem.CORRUPT_ENCODING, detail=detail)
