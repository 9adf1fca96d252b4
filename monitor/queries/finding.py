"""The item that a person names: a stored one by its id or link, a page on the web, or pasted text."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from html.parser import HTMLParser

from monitor.config.values import Network
from monitor.dedupe.canonical import canonical_url
from monitor.errors import BasewatchError
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.locations import without_secrets
from monitor.feeds.parse.charset import decode
from monitor.model.document import Fetched, FetchFailed, NotModified
from monitor.model.item import Item, StoredItem
from monitor.store.store import Transaction

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{13}")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
#: headlines stand in the head of a page; the rest is not read
_MOST_BYTES = 512 * 1024
_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{1,40})")
_TITLES = ("og:title", "twitter:title")
_SUMMARIES = ("og:description", "description", "twitter:description")


def is_id(what: str) -> bool:
    """Whether it is written as the id of an item."""
    return _ID.fullmatch(what) is not None


def is_link(what: str) -> bool:
    """Whether it is a link, and not an id or a text."""
    return _LINK.fullmatch(what) is not None


def find_item(tx: Transaction, what: str) -> StoredItem | None:
    """The stored item with this id, or the one that first had this link; None where there is none, or no more."""
    if is_id(what) and (stored := tx.item(what)):
        return stored
    link = canonical_url(what) if is_link(what) else None
    return tx.find_item_by_url(link) if link else None


def new_item(what: str, now: datetime, *, allow_networks: Sequence[Network]) -> Item:
    """What no feed has brought: a page's headline, or pasted text (first line the headline, the rest below).

    A page is fetched under the limits that feeds are; `BasewatchError` where it has no headline that can be read.
    """
    if not is_link(what):
        head, _, rest = what.partition("\n")
        return Item(id="pasted", title=head.strip(), summary=rest.strip(), first_seen=now)
    answer = asyncio.run(_fetch(what, allow_networks))
    title, summary, why = "", "", "it holds no headline"
    if isinstance(answer, Fetched):
        title, summary = headline_of(answer.body, answer.content_type)
    else:
        why = f"{answer.result} {getattr(answer, 'told', '')}".strip()
    if not title:
        raise BasewatchError(
            f"no stored item has the link {without_secrets(what)}, and the page cannot be read ({why}); "
            "paste its headline"
        )
    return Item(id="page", title=title, summary=summary, url=what, first_seen=now)


async def _fetch(link: str, allow_networks: Sequence[Network]) -> Fetched | NotModified | FetchFailed:
    async with aclosing(Fetcher(allow_networks=allow_networks)) as fetcher:
        return await fetcher.fetch(link)


def headline_of(page: bytes, content_type: str | None) -> tuple[str, str]:
    """Title and description as the page gives them to others (Open Graph), else its `<title>`; else nothing."""
    declared = _CHARSET.search(page[:4096])
    if declared and "charset" not in (content_type or "").lower():
        content_type = f"text/html; charset={declared[1].decode()}"
    text = decode(page[:_MOST_BYTES], content_type).text
    reader = _Head()
    reader.feed(text)
    title = next((reader.meta[name] for name in _TITLES if reader.meta.get(name)), reader.title.strip())
    summary = next((reader.meta[name] for name in _SUMMARIES if reader.meta.get(name)), "")
    return title, summary if summary != title else ""


class _Head(HTMLParser):
    """Collects `<title>` and `<meta>`; the first of each name counts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: dict[str, str] = {}
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self.title
        given = dict(attrs)
        name = given.get("property") or given.get("name")
        if tag == "meta" and name:
            self.meta.setdefault(name.lower(), (given.get("content") or "").strip())

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
