"""JSON Feed 1.0 and 1.1, which feedparser 6 does not read.

Pure. Source of the format: https://www.jsonfeed.org/version/1.1/. Fields of a wrong type count as missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from monitor.feeds.entries import Draft, finish
from monitor.news import ParsedFeed, ParseFailed, ParseProblem

_VERSION = "jsonfeed.org/version/"


def looks_like_json(body: bytes) -> bool:
    """True where a document begins as JSON does, so that no XML reader need be asked."""
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def parse_json(body: bytes, *, base_url: str, now: datetime) -> ParsedFeed | ParseFailed:
    """The entries of a JSON Feed, or why there are none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail="it begins like JSON but is not valid JSON")
    if not isinstance(document, dict) or _VERSION not in _text(document, "version"):
        detail = "it is JSON, but not a JSON Feed (https://www.jsonfeed.org)"
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail=detail)
    language = _text(document, "language")
    return finish(_text(document, "title"), language, _drafts(document, base_url, language), now=now)


def _drafts(document: dict[str, Any], base_url: str, language: str) -> Iterator[Draft]:
    items = document.get("items")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            yield Draft()  # nothing to read: counted as dropped
            continue
        text, html = _text(item, "content_text"), _text(item, "content_html")
        yield Draft(
            guid=_text(item, "id"),
            links=(_text(item, "url"), _text(item, "external_url")),
            base=base_url,
            title=_text(item, "title"),
            summary=_text(item, "summary"),
            body=html or text.replace("&", "&amp;").replace("<", "&lt;"),
            dates=(_text(item, "date_published"), _text(item, "date_modified")),
            language=_text(item, "language") or language,
        )


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)  # ids are numbers in some feeds
    return value if isinstance(value, str) else ""
