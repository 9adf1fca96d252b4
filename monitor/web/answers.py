"""What the board answers, as a value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

HTML = "text/html; charset=utf-8"
JSON = "application/json"
PROBLEM = "application/problem+json"
TEXT = "text/plain; charset=utf-8"
SVG = "image/svg+xml; charset=utf-8"
EVENTS = "text/event-stream; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One response. `pieces` in place of `body` are sent one after another."""

    status: int = 200
    content_type: str = HTML
    body: bytes = b""
    pieces: Iterator[bytes] | None = None
    #: the live stream in place of both
    live: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    #: names this state of the answer; who has it already gets 304. Empty: worked out of the body
    etag: str = ""


def page(html: str, *, status: int = 200) -> Answer:
    """A page."""
    return Answer(status=status, body=html.encode())


def as_json(value: Any, *, status: int = 200, etag: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """JSON, in UTF-8."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Answer(status=status, content_type=JSON, body=body, etag=etag, headers=headers or {})


def see_other(path: str) -> Answer:
    """After a form: the page that shows what it did (303). `path` is relative to the base path."""
    return Answer(status=303, content_type=TEXT, headers={"Location": path})
