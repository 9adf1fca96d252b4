"""Which reader takes a document that is neither RSS, RDF, Atom nor JSON: told from the document, or from feeds.yaml."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from monitor.feeds.parse.sitemap import looks_like_sitemap, parse_sitemap
from monitor.feeds.parse.telegram import looks_like_channel, parse_channel
from monitor.feeds.parse.webpage import parse_page
from monitor.model.document import ParsedFeed, ParseFailed
from monitor.model.feed import Hints

Reader = Callable[..., ParsedFeed | ParseFailed]


def other_kind(text: str, hints: Hints) -> Reader | None:
    """The reader of `text`, asked with its text, `base_url` and `now`; None where an XML feed is to be looked for."""
    if hints.select is not None:
        return partial(parse_page, select=hints.select)
    if looks_like_sitemap(text):
        return parse_sitemap
    return parse_channel if looks_like_channel(text) else None
