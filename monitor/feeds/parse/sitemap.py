"""News sitemaps (Google's extension of sitemaps.org) and sitemap indexes, as newsrooms publish them beside RSS.

    <urlset><url><loc>…</loc><news:news><news:publication_date>…</…><news:title>…</…></news:news></url> …

A link counts where it has a `news:title`: the links of a plain sitemap say nothing of what happened, and are left out
and counted. Of more links than one document may hold the newest are read, for a sitemap has no order. An index gives no
entries but addresses to follow (`ParsedFeed.follow`): those that are called news first, then those that changed last.

Read by expat as it streams: no document type is taken, so no entity can grow; what stands before a fault is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from xml.parsers import expat

from monitor.feeds.parse.entries import MOST_ENTRIES, Draft, finish, web_link
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem

#: sitemaps of an index that are read in one poll
MOST_FOLLOWED = 3
#: links of one document that are looked at; the format allows 50,000
_MOST_LINKS = 60_000
#: characters of one field
_LONGEST = 5_000
_HEAD = 4_096
_ROOT = re.compile(r"<(?:[\w-]+:)?(urlset|sitemapindex)(?=[\s>/])")
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>\s*)*", re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]*\?>", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NEWS_NAME = re.compile(r"(?i)(?<![a-z])(?:google)?news(?![a-z])")
_FIELDS = frozenset({"loc", "lastmod", "news:title", "news:publication_date", "news:name", "news:language"})
_NAMESPACE = "schemas/sitemap-news/"


def looks_like_sitemap(text: str) -> bool:
    """True where the first element of a document is that of a sitemap or of an index of them."""
    head = text[:_HEAD].lstrip("\ufeff")
    prolog = _PROLOG.match(head)
    return bool(prolog and _ROOT.match(head, prolog.end()))


def parse_sitemap(text: str, *, base_url: str, now: datetime) -> ParsedFeed | ParseFailed:
    """The entries of a news sitemap, or the addresses that an index names, or why there are neither."""
    reader = _read(text)
    if reader.refused:
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail=reader.refused)
    if reader.is_index:
        return _index(reader, base_url)
    news = [link for link in reader.links if link.get("news:title")]
    if not news:
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail=_without_news(reader))
    kept = news
    if len(news) > MOST_ENTRIES:
        kept = sorted(news, key=_newest, reverse=True)[:MOST_ENTRIES]
    name, language = news[0].get("news:name", ""), news[0].get("news:language")
    parsed = finish(name, language, _drafts(kept, base_url), now=now)
    told = [reader.detail]
    if len(kept) < len(news):
        told.append(f"it has {_links(len(news))}; the {len(kept):,} newest were read")
    if without := reader.seen - len(news):
        told.append(f"{_links(without)} without news:title left out")
    dropped = parsed.dropped + reader.seen - len(kept)
    over_cap = parsed.over_cap + len(news) - len(kept)
    return replace(
        parsed, dropped=dropped, over_cap=over_cap, detail="; ".join(filter(None, told)), is_whole=reader.is_whole
    )


def _links(count: int) -> str:
    return f"{count:,} link" + ("" if count == 1 else "s")


def _without_news(reader: _Reader) -> str:
    if not reader.seen:
        return f"it is a sitemap without links{f' ({reader.detail})' if reader.detail else ''}"
    return (
        f"it is a sitemap of {_links(reader.seen)} without headlines (no news:title); "
        "look for the news sitemap, which robots.txt often names"
    )


def _newest(link: dict[str, str]) -> str:
    """Dates are ISO 8601, whose text sorts; what is none comes last. Zones may misplace a few at the edge."""
    date = link.get("news:publication_date") or link.get("lastmod", "")
    return date[:19] if date[:2] in ("19", "20") else ""


def _index(reader: _Reader, base_url: str) -> ParsedFeed | ParseFailed:
    addresses = {web_link((link.get("loc", ""),), base_url): link for link in reader.links}
    addresses.pop("", None)
    if not addresses:
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail="it is a sitemap index that names no sitemap")

    def worth(address: str) -> tuple[bool, str]:
        path = address.split("/", 3)[-1]  # every site of a newsroom may have news in its name
        return bool(_NEWS_NAME.search(path)), addresses[address].get("lastmod", "")[:19]

    chosen = sorted(addresses, key=worth, reverse=True)[:MOST_FOLLOWED]
    return ParsedFeed(follow=tuple(chosen), detail=f"it is an index of {reader.seen:,} sitemaps", is_whole=False)


def _drafts(links: list[dict[str, str]], base_url: str) -> Iterator[Draft]:
    for link in links:
        yield Draft(
            links=(link.get("loc", ""),),
            base=base_url,
            title=link.get("news:title", ""),
            dates=tuple(filter(None, (link.get("news:publication_date"), link.get("lastmod")))),
            language=link.get("news:language"),
        )


# ---------------------------------------------------------------------------------------------- reading


def _read(text: str) -> _Reader:
    """The document's links; where a fault is met, once more with mended ampersands, then what stands before it."""
    text = text[found.end() :] if (found := _DECLARATION.match(text)) else text
    text = text.lstrip("\ufeff \t\r\n")
    reader = _Reader()
    reader.feed(text)
    if reader.is_whole or reader.refused:
        return reader
    again = _Reader()
    again.feed(_BARE_AMPERSAND.sub("&amp;", _FORBIDDEN.sub("", text)))
    if again.refused or again.seen < reader.seen:
        return reader
    if again.is_whole:
        again.detail = f"its XML is broken and was mended ({reader.why})"
    return again


@dataclass
class _Reader:
    """Collects the links while expat walks through the document."""

    links: list[dict[str, str]] = field(default_factory=list)
    seen: int = 0
    is_index: bool = False
    is_whole: bool = True
    #: why nothing of the document is taken
    refused: str = ""
    detail: str = ""
    why: str = ""
    _link: dict[str, str] | None = None
    _name: str = ""
    _text: list[str] = field(default_factory=list)
    _size: int = 0
    #: of the names of news, and that of the sitemap itself
    _prefixes: dict[str, str] = field(default_factory=dict)
    _own: str = ""

    def feed(self, text: str) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(text.encode("utf-8", "replace"), True)
        except _Refused as refused:
            self.refused = str(refused)
        except expat.ExpatError as error:
            self.why = f"line {error.lineno}: {expat.ErrorString(error.code)}"
            self.is_whole = False
            self.detail = f"its XML is broken; what stands before was read ({self.why})"

    def _entity(self, *_: object) -> None:
        raise _Refused("it is a sitemap that declares entities, which none needs")

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        prefix, _, name = element.rpartition(":")
        if not self._prefixes:
            self._prefixes, self._own = {"news": "news"}, prefix
            self.is_index = name == "sitemapindex"
        for key, value in attributes.items():
            if key.startswith("xmlns:") and _NAMESPACE in value:
                self._prefixes[key[len("xmlns:") :]] = "news"
        if name in ("url", "sitemap") and prefix not in self._prefixes:
            self._link = {}
        known = (
            f"news:{name}" if prefix in self._prefixes else name if prefix in ("", "sm", "sitemap", self._own) else ""
        )
        self._name = known if known in _FIELDS else ""
        self._text, self._size = [], 0

    def _characters(self, text: str) -> None:
        if self._name and self._size < _LONGEST:
            self._text.append(text)
            self._size += len(text)

    def _end(self, element: str) -> None:
        prefix, _, name = element.rpartition(":")
        if self._name and self._link is not None:
            self._link.setdefault(self._name, "".join(self._text).strip()[:_LONGEST])
        self._name = ""
        if name in ("url", "sitemap") and prefix not in self._prefixes and self._link is not None:
            self.seen += 1
            if len(self.links) < _MOST_LINKS:
                self.links.append(self._link)
            self._link = None


class _Refused(Exception):
    """Ends the reading of a document that is not taken."""
