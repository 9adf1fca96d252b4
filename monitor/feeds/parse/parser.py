"""From the bytes of a document to its entries. The door to feedparser; runs inside a worker process.

    parse(body) → ParsedFeed | ParseFailed

Never touches the network (feedparser fetches what looks like an address, hence the `BytesIO`) and never raises for
what a publisher sends. Bytes become text in `charset`, loose XML becomes well-formed in `repair`; what was wrong with
them is told in `ParsedFeed.detail`. A document that is broken XML but still gives entries gives them; one without
entries and without a known format is NOT_A_FEED, with what it looks like instead. feedparser's clean-up of HTML and its
rewriting of links inside HTML are switched off: we keep no HTML, and they take two thirds of the time.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin
from xml.sax.expatreader import ExpatParser

import feedparser
import feedparser.api

from monitor.config.mailboxes import is_mailbox
from monitor.feeds.locations import without_secrets
from monitor.feeds.parse.aggregators import by_newsrooms
from monitor.feeds.parse.charset import decode
from monitor.feeds.parse.entries import Draft, escaped, finish
from monitor.feeds.parse.fast import read_fast
from monitor.feeds.parse.jsonfeed import looks_like_json, parse_json
from monitor.feeds.parse.kinds import other_kind
from monitor.feeds.parse.mail import parse_messages
from monitor.feeds.parse.repair import Mended, mend, problem_of, without_captions
from monitor.feeds.parse.webpage import named_feeds
from monitor.model.document import DateMark, Doubt, ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import USUAL_LAYOUT, Layout

feedparser.api.PREFERRED_XML_PARSERS[:] = [__name__]

_HTML = re.compile(r"(?i)<!doctype\s+html|<html[\s>]")
#: so many characters are searched for what tells a page
_HEAD = 4_096
_ENTRY = re.compile(r"(?i)<(?:[\w.-]+:)?(?:item|entry)[\s>]")


def parse(
    body: bytes,
    *,
    content_type: str | None,
    base_url: str,
    now: datetime,
    language: str | None = None,
    layout: Layout = USUAL_LAYOUT,
) -> ParsedFeed | ParseFailed:
    """The entries of one document.

    `content_type` is the reply's header (its charset is a hint, see `charset`), `base_url` the address that it came
    from, `language` and `layout` what feeds.yaml says of it. Costs what the document wants: the caller, `pool`, limits
    time and memory.
    """
    if not body.strip(b"\0 \t\r\n"):
        return _not_a_feed("the body is empty")
    try:
        if is_mailbox(base_url):
            return parse_messages(body, now=now, language=language, layout=layout)
        decoded = decode(body, content_type, language=language)
        odd = decoded.detail
        if looks_like_json(decoded.text):
            answer = parse_json(decoded.text, base_url=base_url, now=now, layout=layout)
        elif (kind := other_kind(decoded.text, layout)) is not None:
            answer = kind(decoded.text, base_url=base_url, now=now)
        else:
            mended = mend(decoded.text)
            del decoded  # a document may be large, and the readers below make copies of their own
            answer = _read(mended, Doubt.CHARSET if odd else None, base_url=base_url, now=now, layout=layout)
    except MemoryError:
        return ParseFailed(problem=ParseProblem.OUT_OF_MEMORY, detail="reading it takes more memory than allowed")
    except Exception as error:  # a library fails on hostile bytes: this document's result, nobody else's
        return ParseFailed(problem=ParseProblem.CRASHED, detail=f"the parser failed: {type(error).__name__}")
    if isinstance(answer, ParseFailed):
        return answer
    return replace(answer, detail="; ".join(filter(None, (odd, answer.detail))))


def _read(
    mended: Mended, doubt: Doubt | None, *, base_url: str, now: datetime, layout: Layout
) -> ParsedFeed | ParseFailed:
    """The fast reader goes first; on any doubt the reference is asked, and the answer names the doubt."""
    if not mended.is_feed and (failed := _without_feed(mended.text, base_url)):
        return failed
    fast = doubt or read_fast(mended, base_url=base_url)
    if not isinstance(fast, Doubt):
        drafts = by_newsrooms(fast.drafts, base_url=base_url, by_item=layout.publisher_from_item)
        parsed = finish(fast.title, fast.language, drafts, now=now)
        if all(entry.date_mark in (DateMark.GOOD, DateMark.MISSING) for entry in parsed.entries):
            return parsed
        fast = Doubt.DATES  # another date of the entry may be better, or its words say more
    answer = read_reference(mended, base_url=base_url, now=now, layout=layout)
    return replace(answer, doubt=fast) if isinstance(answer, ParsedFeed) else answer


def _without_feed(text: str, base_url: str) -> ParseFailed | None:
    """Why a document in which no feed begins is none; None where it is XML with entries in a shape of its own.

    Asked before the reference, which looks for entries in any soup of tags: that takes seconds for a hostile page, and
    its reader of soup fails on numbers that stand for no character.
    """
    if _HTML.search(text, 0, _HEAD) or not text.lstrip().startswith("<"):
        return _no_xml_feed(text, "", base_url)
    why = problem_of(text) or ""
    return _no_xml_feed(text, why, base_url) if why or not _ENTRY.search(text) or "<!DOCTYPE" in text else None


#: what feedparser's handlers of elements raise where an attribute or an element's place is odd
_FAILURES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
#: of a document and of an element; feedparser takes the square of either
_MOST_NAMESPACES, _MOST_ATTRIBUTES = 200, 100


class _BufferedParser(ExpatParser):
    """Python's expat reader, but with text handed over in whole pieces, and an odd element costs no more than itself.

    Otherwise every line and every `&lt;` of an article is a call of its own, a million of them in a hundred feeds;
    so feedparser takes a quarter less time and finds the same entries.
    """

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True  # type: ignore[attr-defined]
        self._parser.buffer_size = 64 * 1024  # type: ignore[attr-defined]

    def start_namespace_decl(self, prefix: str | None, uri: str) -> None:
        self._namespaces = getattr(self, "_namespaces", 0) + 1
        if self._namespaces <= _MOST_NAMESPACES:
            super().start_namespace_decl(prefix, uri)

    def start_element_ns(self, name: str, attributes: Mapping[str, str]) -> None:
        if attributes:
            attributes = _fair(attributes)
        try:
            super().start_element_ns(name, attributes)
        except _FAILURES:
            return  # its attributes are lost, and nothing else

    def end_element_ns(self, name: str) -> None:
        try:
            super().end_element_ns(name)
        except _FAILURES:
            return  # its text is lost, and nothing else


def _fair(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Attributes without those beyond the limit, and without a base against which no link could be read."""
    if len(attributes) > _MOST_ATTRIBUTES:
        attributes = dict(islice(attributes.items(), _MOST_ATTRIBUTES))
    odd = [
        name
        for name in attributes
        if "base" in name and not _joined("http://base.invalid/", attributes[name], default="")
    ]
    return {name: value for name, value in attributes.items() if name not in odd} if odd else attributes


#: by this name `xml.sax.make_parser` finds the reader in a module that it is given
create_parser = _BufferedParser


def read_reference(
    mended: Mended, *, base_url: str, now: datetime, layout: Layout = USUAL_LAYOUT
) -> ParsedFeed | ParseFailed:
    """The document as feedparser reads it, which decides what is right."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = feedparser.parse(
            io.BytesIO(without_captions(mended.text).encode("utf-8", "replace")),
            # without the address of the document: feedparser would make links of ids that count within the feed
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    if not document.get("version") and not document.get("entries"):
        error = document.get("bozo_exception")
        return _no_xml_feed(mended.text, type(error).__name__ if document.get("bozo") else "", base_url)
    feed = document.get("feed", {})
    drafts = by_newsrooms(_drafts(document.entries, base_url), base_url=base_url, by_item=layout.publisher_from_item)
    parsed = finish(_value(feed, "title"), _value(feed, "language") or None, drafts, now=now)
    return replace(parsed, detail=mended.detail, is_whole=mended.whole)


def _drafts(entries: list[Any], base_url: str) -> Iterator[Draft]:
    for entry in entries:
        source = _value(entry, "source", {})
        detail = _value(entry, "title_detail", {})
        # without a summary of its own an entry is given a copy of its content by feedparser
        has_summary = "summary_detail" in entry or not _value(entry, "content", [])
        yield Draft(
            guid=_value(entry, "id"),
            links=_links(entry),
            base=_joined(base_url, _value(detail, "base")),
            title=_markup(_value(entry, "title"), detail),
            summary=_markup(_value(entry, "summary"), _value(entry, "summary_detail", {})) if has_summary else "",
            body=_body(entry),
            dates=tuple(filter(None, (_value(entry, key) for key in ("published", "updated", "created")))),
            language=_value(entry, "language") or _value(detail, "language") or None,
            publisher=_value(source, "title") if isinstance(source, dict) else "",
        )


def _joined(base: str, other: str, *, default: str | None = None) -> str:
    """`other` against `base`; `default`, else `base`, where it is no address."""
    try:
        return urljoin(base, other)
    except ValueError:
        return base if default is None else default


def _value(holder: Any, key: str, default: Any = "") -> Any:
    """A field as it stands; feedparser's own look-up takes `published` for a missing `updated`, with a warning."""
    found = dict.get(holder, key) if isinstance(holder, dict) else None
    return default if found is None or not isinstance(found, type(default)) else found


def _links(entry: Any) -> tuple[str, ...]:
    """Where the article is: the original behind a feed service, the entry's link.

    Where an entry has no link feedparser puts its guid there, address or not: `finish` judges that.
    """
    others = [_value(link, "href") for link in _value(entry, "links", []) if _value(link, "rel") == "alternate"]
    link = _value(entry, "link")
    return (_value(entry, "feedburner_origlink"), link if link != _value(entry, "id") else "", *others)


def _body(entry: Any) -> str:
    """The longest of the contents: feeds repeat one article as text and as HTML."""
    contents = [_markup(_value(content, "value"), content) for content in _value(entry, "content", [])]
    return max(contents, key=len, default="")


def _markup(text: str, detail: Any) -> str:
    return escaped(text) if _value(detail, "type") == "text/plain" else text


def _no_xml_feed(text: str, why: str, base_url: str) -> ParseFailed:
    """What the document looks like, and the feeds that it names where it is a page; `why` it is not well-formed."""
    is_page = bool(_HTML.search(text, 0, _HEAD))
    feeds = named_feeds(text, base_url) if is_page else ()
    if feeds:
        return replace(_not_a_feed(f"it is an HTML page, which names a feed: {without_secrets(feeds[0])}"), feeds=feeds)
    if is_page:
        return _not_a_feed("it is an HTML page; the site may want a browser, or the feed has moved")
    if not text.lstrip().startswith("<"):
        return _not_a_feed("it is plain text or unknown bytes, not XML")
    return _not_a_feed("it is XML, but no RSS, Atom or RDF" + (f" ({why})" if why else ""))


def _not_a_feed(detail: str) -> ParseFailed:
    return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail=detail)
