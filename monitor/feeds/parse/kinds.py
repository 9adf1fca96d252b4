"""Which reader takes a document that is neither RSS, RDF, Atom nor JSON: told from the document, or from feeds.yaml."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from monitor.feeds.parse.entries import is_too_deep
from monitor.feeds.parse.sitemap import looks_like_sitemap, parse_sitemap
from monitor.feeds.parse.telegram import looks_like_channel, parse_channel
from monitor.feeds.parse.webpage import parse_page
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import Layout

Reader = Callable[..., ParsedFeed | ParseFailed]


def other_kind(text: str, layout: Layout) -> Reader | None:
    """The reader of `text`, asked with its text, `base_url` and `now`; None where an XML feed is to be looked for."""
    if layout.select is None and looks_like_sitemap(text):
        return parse_sitemap
    if layout.select is None and not looks_like_channel(text):
        return None
    if is_too_deep(text):
        return _refuse
    return parse_channel if layout.select is None else partial(parse_page, select=layout.select)


def _refuse(_text: str, **_: object) -> ParseFailed:
    return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail="its elements lie in each other as deep as in no page")
