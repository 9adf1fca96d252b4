"""The headline of a news page, for `explain URL`. Pure: bytes in, title and description out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from monitor.feeds.parse.charset import decode

#: headlines stand in the head of a page; the rest is not read
_MOST_BYTES = 512 * 1024
_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{1,40})")
_TITLES = ("og:title", "twitter:title")
_SUMMARIES = ("og:description", "description", "twitter:description")


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
