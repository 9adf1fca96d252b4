"""JSON Feed 1.0 and 1.1, which feedparser 6 does not read, and the list of articles of GDELT's queries.

Source of the format: https://www.jsonfeed.org/version/1.1/. Fields of a wrong type count as missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.feeds.parse.aggregators import LANGUAGES, by_newsrooms
from monitor.feeds.parse.entries import Draft, finish
from monitor.feeds.parse.repair import undisguised
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import USUAL_LAYOUT, Layout

#: control characters in strings are forbidden and frequent
_JSON = json.JSONDecoder(strict=False)
_ITEMS = re.compile(r"\"items\"\s*:\s*\[")
_BETWEEN = re.compile(r"[\s,]*")
_VERSION = "jsonfeed.org/version/"


def looks_like_json(text: str) -> bool:
    """True where a document begins as JSON does, so that no XML reader need be asked."""
    return text[:64].lstrip()[:1] in ("{", "[")


def parse_json(text: str, *, base_url: str, now: datetime, layout: Layout = USUAL_LAYOUT) -> ParsedFeed | ParseFailed:
    """The entries of a JSON Feed, or why there are none. Of one that is cut in the middle, those before the cut."""
    text = text.lstrip()
    detail, is_whole = "", True
    try:
        document, end = _JSON.raw_decode(text)
        detail = "something stands behind its JSON" if text[end:].strip() else ""
    except (ValueError, RecursionError) as error:
        document = _before_the_fault(text)
        if document is None:
            return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail="it begins like JSON but is not valid JSON")
        detail, is_whole = f"its JSON is broken; what stands before was read ({error})", False
    if isinstance(document, dict) and _is_gdelt(document, base_url):
        drafts = by_newsrooms(_articles(document, base_url), base_url=base_url, by_item=True)
        return replace(finish("", None, drafts, now=now), detail=detail, is_whole=is_whole)
    if not isinstance(document, dict) or _VERSION not in _text(document, "version"):
        detail = "it is JSON, but not a JSON Feed (https://www.jsonfeed.org)"
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail=detail)
    language = _text(document, "language")
    drafts = by_newsrooms(_drafts(document, base_url), base_url=base_url, by_item=layout.publisher_from_item)
    parsed = finish(_text(document, "title"), language, drafts, now=now)
    return replace(parsed, detail=detail, is_whole=is_whole)


def _before_the_fault(text: str) -> dict[str, Any] | None:
    """The head of a broken feed and its items up to the fault; None where there is not even a head."""
    found = _ITEMS.search(text)
    if found is None:
        return None
    try:
        document = _JSON.decode(text[: found.start()].rstrip(", \t\r\n") + "}")
    except (ValueError, RecursionError):
        return None
    items: list[Any] = []
    at = found.end()
    try:
        while True:
            item, at = _JSON.raw_decode(text, _BETWEEN.match(text, at).end())  # type: ignore[union-attr]
            items.append(item)
    except (ValueError, RecursionError):
        pass  # the fault, or the end of the list
    return {**document, "items": items} if isinstance(document, dict) else None


def _drafts(document: dict[str, Any], base_url: str) -> Iterator[Draft]:
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
            language=_text(item, "language"),
        )


def _is_gdelt(document: dict[str, Any], base_url: str) -> bool:
    """The answer of GDELT's DOC API to `mode=artlist&format=json`; `{}` is its way to say that nothing was found."""
    articles = document.get("articles")
    if isinstance(articles, list) and articles:
        first = articles[0]
        return isinstance(first, dict) and {"url", "title", "seendate"} <= first.keys()
    return not document and "//api.gdeltproject.org/" in base_url


def _articles(document: dict[str, Any], base_url: str) -> Iterator[Draft]:
    for article in document.get("articles", ()):
        if not isinstance(article, dict):
            yield Draft()
            continue
        yield Draft(
            links=(_text(article, "url"),),
            base=base_url,
            title=_text(article, "title"),
            dates=(_text(article, "seendate"),),
            language=LANGUAGES.get(_text(article, "language").casefold()),
            publisher=_text(article, "domain"),
        )


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)  # ids are numbers in some feeds
    return undisguised(value) if isinstance(value, str) else ""
