"""The fast reader, which goes first. The door to fastfeedparser; runs inside a worker process.

    read_fast(mended, base_url=…) → FastFeed | Doubt

Some forty times as quick as feedparser, and right about plain documents; which those are `shape` says. What it gives is
looked at once more: as many entries as there are, whole addresses, an id that the document has, dates that count. On
any doubt there is no answer but its name, and `parser` asks the reference. Only bytes are ever handed over: a text that
is an address would be fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import fastfeedparser

from monitor.feeds.parse.entries import Draft, escaped
from monitor.feeds.parse.repair import Mended
from monitor.feeds.parse.shape import Part, Shape, shape_of
from monitor.model.document import Doubt

#: of an address that was escaped twice: the reference takes the second coat off
_ESCAPED = re.compile(r"&\w+;")
_WHOLE = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, kw_only=True)
class FastFeed:
    """What `entries.finish` needs of a document."""

    title: str
    language: str | None
    drafts: tuple[Draft, ...]


def read_fast(mended: Mended, *, base_url: str) -> FastFeed | Doubt:
    """The entries of a well-formed document, or why the reference must be asked. Raises MemoryError only."""
    if mended.detail:
        return Doubt.NOT_WELL_FORMED
    shape = shape_of(mended.text)
    if isinstance(shape, Doubt):
        return shape
    body = mended.text.encode("utf-8", "replace")
    try:
        document = _parse(body, with_content=False)
        full = _parse(body, with_content=True) if shape.has_content else document
        return _feed(shape, document, full, base_url)
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of its native part is no Exception, and is the reference's business like any other
        return Doubt.FAILED


def _parse(body: bytes, *, with_content: bool) -> Any:
    """Without content a summary is the document's own; with it, one is made where there is none."""
    return fastfeedparser.parse(
        body, include_content=with_content, include_tags=False, include_media=False, include_enclosures=False
    )


def _feed(shape: Shape, document: Any, full: Any, base_url: str) -> FastFeed | Doubt:
    if not len(shape.parts) == len(document.entries) == len(full.entries):
        return Doubt.COUNT
    has_bases = shape.has_bases
    drafts: list[Draft] = []
    for part, entry, whole in zip(shape.parts, document.entries, full.entries, strict=True):
        draft = _draft(part, entry, whole, base_url=base_url, has_bases=has_bases)
        if isinstance(draft, Doubt):
            return draft
        drafts.append(draft)
    title = _text(document.feed, "title")
    if _was_encoded_twice(title):
        return Doubt.ENCODED_TWICE
    return FastFeed(title=escaped(title), language=shape.language or None, drafts=tuple(drafts))


def _draft(part: Part, entry: Any, whole: Any, *, base_url: str, has_bases: bool) -> Draft | Doubt:
    # where there is none it takes another field for it
    guid, link = _text(entry, "id") if part.has_id else "", _text(entry, "link")
    if part.has_id and not guid:
        return Doubt.MISSING_IDS
    if not part.has_link and not part.has_id:
        link = ""
    elif not _WHOLE.fullmatch(link):
        return Doubt.RELATIVE_LINKS if link else Doubt.LINKS
    if _ESCAPED.search(link):
        return Doubt.ENCODED_TWICE
    if has_bases and urljoin("https://base.invalid/", guid) != guid:
        return Doubt.BASES  # the reference makes an address of it
    dates = tuple(filter(None, (_text(entry, "published"), _text(entry, "updated"))))
    if bool(dates) is not part.has_date:  # some are read out of ids
        return Doubt.DATES
    title, summary = _text(entry, "title"), _text(entry, "description") if part.has_summary else ""
    content = next(_contents(whole), "") if part.has_content else ""
    if not title and part.has_other_title:
        return Doubt.ORDER
    if any(map(_was_encoded_twice, (guid, title, summary, content))):
        return Doubt.ENCODED_TWICE
    title = escaped(title) if "title" in part.plain else title
    summary = escaped(summary) if "summary" in part.plain else summary
    content = escaped(content) if "content" in part.plain else content
    links = (link if link != guid else "",)
    return Draft(guid=guid, links=links, base=base_url, title=title, summary=summary, body=content, dates=dates)


def _contents(entry: Any) -> Iterator[str]:
    for content in entry.get("content") or ():
        yield content.get("value") or ""


def _text(holder: Any, key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _was_encoded_twice(text: str) -> bool:
    """`Ã©` for `é`: the reference takes the second coat off."""
    if text.isascii():
        return False
    try:
        text.encode("latin-1").decode("utf-8")
    except ValueError:
        return False
    return True
