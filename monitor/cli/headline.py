"""What no feed has brought, as an item: a headline that a person pasted, or a page with one."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from monitor.cli.begin import settings
from monitor.errors import BasewatchError
from monitor.queries.finding import is_link

if TYPE_CHECKING:
    from monitor.model.item import Item

#: headlines stand in the head of a page; the rest is not read
_MOST_BYTES = 512 * 1024
_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{1,40})")
_TITLES = ("og:title", "twitter:title")
_SUMMARIES = ("og:description", "description", "twitter:description")


def new_item(what: str, now: datetime) -> Item:
    """A page's headline, or pasted text (first line the headline, the rest below); a page may be asked for on the web.

    `BasewatchError` where a page has no headline that can be read.
    """
    from monitor.model.item import Item

    if is_link(what):
        title, summary = _headline(what)
        return Item(id="page", title=title, summary=summary, url=what, first_seen=now)
    head, _, rest = what.partition("\n")
    return Item(id="pasted", title=head.strip(), summary=rest.strip(), first_seen=now)


def _headline(link: str) -> tuple[str, str]:
    """Title and description of a page that no feed has brought; fetched under the limits that feeds are."""
    import asyncio

    from monitor.feeds.fetch.fetcher import Fetcher
    from monitor.model.document import Fetched

    async def fetch() -> Any:
        fetcher = Fetcher(allow_networks=settings().allow_networks)
        try:
            return await fetcher.fetch(link)
        finally:
            await fetcher.aclose()

    answer = asyncio.run(fetch())
    title, summary = headline_of(answer.body, answer.content_type) if isinstance(answer, Fetched) else ("", "")
    if not title:
        why = (
            "it holds no headline"
            if isinstance(answer, Fetched)
            else f"{answer.result} {getattr(answer, 'told', answer.detail)}".strip()
        )
        raise BasewatchError(
            f"no stored item has the link {link}, and the page cannot be read ({why}); paste its headline"
        )
    return title, summary


def headline_of(page: bytes, content_type: str | None) -> tuple[str, str]:
    """Title and description as the page gives them to others (Open Graph), else its `<title>`; else nothing."""
    from monitor.feeds.parse.charset import decode

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
