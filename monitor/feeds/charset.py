"""Which encoding a document is written in.

Pure. feedparser follows RFC 3023 to the letter: UTF-8 without a declaration and without a Content-Type becomes
ISO 8859-1, and a server's wrong charset wins over the document's right one. Here the bytes are asked first: text
beyond ASCII that is valid UTF-8 is UTF-8, whatever anybody says (RFC 7303 in spirit, browsers in practice).
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32le"),
    (codecs.BOM_UTF32_BE, "utf-32be"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
    (codecs.BOM_UTF8, "utf-8"),
    ("<?".encode("utf-16le"), "utf-16le"),
    ("<?".encode("utf-16be"), "utf-16be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})")
_IN_HEADER = re.compile(r"(?i)charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})")
_LAST_RESORT = "windows-1252"


def charset_of(body: bytes, content_type: str | None) -> str:
    """The name of an encoding that Python knows, for `body` under a reply's Content-Type."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name
    if not body.isascii() and _decodes(body, "utf-8"):
        return "utf-8"
    declared = _DECLARED.search(body[:1024])
    in_header = _IN_HEADER.search(content_type or "")
    for name in (in_header[1] if in_header else "", declared[1].decode() if declared else ""):
        if name and _decodes(body, name):
            return name
    return "utf-8" if body.isascii() else _LAST_RESORT


def _decodes(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return False
    return True
