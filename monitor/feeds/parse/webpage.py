"""Any web page: its news by the selectors of feeds.yaml, and the feeds that it names.

What a page is cannot be told from the page, so its news are looked for only where feeds.yaml says how (`select`). A
selector that cannot be read, or finds nothing in the whole page, fails by name: a site that was rebuilt is
not taken for one that is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.feeds.parse.entries import MOST_ENTRIES, Draft, finish, tree_of, web_link
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import Selectors

_ATTRIBUTE = re.compile(r"(.*?)@([A-Za-z][\w:.-]*)\s*", re.DOTALL)
_FEED_TYPE = re.compile(r"(?i)\s*application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)\b")
_FEED_PATH = re.compile(
    r"(?i)(?:/(?:rss|feed|atom|feeds)(?:/|$)|(?:rss|atom|feed)[\w-]*\.(?:xml|rss|json|php)$|\.rss$)"
)
#: feeds of one page that are worth a question
_MOST_FEEDS = 8
_MOST_ANCHORS = 5_000
_LINKING = re.compile(r"(?i)<(?:link|a|base)\s[^<>]{1,3000}>")
#: where the moment stands in an element that has one beside its words
_MOMENTS = ("datetime", "content", "data-date", "data-time", "data-timestamp")


def parse_page(text: str, *, select: Selectors, base_url: str, now: datetime) -> ParsedFeed | ParseFailed:
    """The news of a page, or which selector found none."""
    tree = tree_of(text)
    if wrong := _unreadable(tree, select):
        return _failed(wrong)
    items = tree.css(_split(select.item)[0])
    if not items:
        return _failed(f"select.item {select.item!r} finds nothing in the page; was the site rebuilt?")
    drafts = list(_drafts(items, select, _base(tree, base_url)))
    if wrong := _finds_nothing(items, drafts, select):
        return _failed(wrong)
    root = tree.css_first("html")
    language = root.attributes.get("lang") if root is not None else None
    title = tree.css_first("head title")
    parsed = finish(title.html or "" if title is not None else "", language, drafts, now=now)
    if not parsed.entries:
        return _failed(f"select.item {select.item!r} finds {len(items)} elements, none with a title or a link")
    return parsed


def _failed(detail: str) -> ParseFailed:
    return ParseFailed(problem=ParseProblem.NOTHING_SELECTED, detail=detail)


def _split(selector: str) -> tuple[str, str]:
    """(the selector, the attribute that is meant or "")."""
    found = _ATTRIBUTE.fullmatch(selector)
    return (found[1].strip(), found[2].lower()) if found else (selector.strip(), "")


def _unreadable(tree: LexborHTMLParser, select: Selectors) -> str:
    for key, selector in vars(select).items():
        css = _split(selector)[0]
        if css:
            try:
                tree.css_first(css)
            except (SelectolaxError, ValueError):
                return f"select.{key} {selector!r} is no CSS selector that can be read"
    return ""


def _finds_nothing(items: list[LexborNode], drafts: list[Draft], select: Selectors) -> str:
    """Names the selector that finds nothing in any item; without a date or a summary there is still news."""
    if select.title and not any(draft.title for draft in drafts):
        return f"select.title {select.title!r} finds no words in any of {len(items)} items"
    if select.link and not any(web_link(draft.links, draft.base) for draft in drafts):
        return f"select.link {select.link!r} finds no address in any of {len(items)} items"
    return ""


def _base(tree: LexborHTMLParser, base_url: str) -> str:
    base = tree.css_first("base[href]")
    if base is None:
        return base_url
    try:
        return urljoin(base_url, base.attributes.get("href") or "")
    except ValueError:
        return base_url


def _drafts(items: list[LexborNode], select: Selectors, base: str) -> Iterator[Draft]:
    for item in items[: MOST_ENTRIES + 1]:
        anchor = _found(item, select.link) if select.link else _anchor(item)
        link = _value(anchor, _split(select.link)[1] or "href")
        titled = _found(item, select.title) if select.title else anchor
        moment = _found(item, select.date or "time")
        yield Draft(
            links=(link,) if link else (),
            base=base,
            title=_words(titled, _split(select.title)[1]),
            summary=_words(_found(item, select.summary), _split(select.summary)[1]) if select.summary else "",
            dates=tuple(filter(None, (*_moments(moment, _split(select.date)[1]),))),
        )


def _found(item: LexborNode, selector: str) -> LexborNode | None:
    """The first that the selector finds inside the item; `@name` alone means the item itself."""
    css = _split(selector)[0]
    return item.css_first(css) if css else item


def _anchor(item: LexborNode) -> LexborNode | None:
    if item.tag == "a":
        return item
    # a picture's link has no words
    anchors = item.css("a[href]")
    return next((anchor for anchor in anchors if anchor.text(deep=True, strip=True)), anchors[0] if anchors else None)


def _value(node: LexborNode | None, attribute: str) -> str:
    return (node.attributes.get(attribute) or "").strip() if node is not None else ""


def _words(node: LexborNode | None, attribute: str) -> str:
    if node is None:
        return ""
    if attribute:
        return _value(node, attribute).replace("&", "&amp;").replace("<", "&lt;")
    # asked for words first: a title of mark-up alone is none
    return (node.html or "") if node.text(deep=True, strip=True) else ""


def _moments(node: LexborNode | None, attribute: str) -> tuple[str, ...]:
    if node is None:
        return ()
    if attribute:
        return (_value(node, attribute),)
    return (*(_value(node, name) for name in _MOMENTS), " ".join(node.text(deep=True, separator=" ").split())[:100])


# ------------------------------------------------------------------------------------ feeds behind a page


def named_feeds(text: str, base_url: str) -> tuple[str, ...]:
    """Addresses of feeds that a page names: those it declares first, then links that are called like one.

    Only its <link>, <a> and <base> are read, each by itself: what else the page holds costs nothing.
    """
    tags = [found[0] for found in islice(_LINKING.finditer(text), _MOST_ANCHORS)]
    tree = tree_of("".join(f"{tag}</a>" if tag[1] in "aA" else tag for tag in tags))
    base = _base(tree, base_url)
    declared = [
        _value(link, "href")
        for link in tree.css("link[rel~='alternate' i][href]")
        if _FEED_TYPE.match(_value(link, "type"))
    ]
    linked = [_value(anchor, "href") for anchor in tree.css("a[href]")]
    called = [href for href in linked if _FEED_PATH.search(href.partition("?")[0].partition("#")[0])]
    addresses = (web_link((href,), base) for href in (*declared, *called))
    return tuple(dict.fromkeys(filter(None, addresses)))[:_MOST_FEEDS]
