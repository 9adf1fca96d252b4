"""Texts and links of publishers that must stay text, and a stored item with one, for tests of pages."""

from __future__ import annotations

from ledgers import NOW
from monitor.model.document import DateMark
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem
from monitor.model.report import Act, Classification, Evidence, Span

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "{% raw %}",
    "\u202egnp.exe",
    "a\x00b",
    "</title><h1>x",
    "' onmouseover='alert(1)",
    "&lt;b&gt;",
    "<svg/onload=alert(1)>",
    "x" * 10_000,
    "<!--",
    "]]>",
    "\u2028\u2029",
    "<a href=javascript:alert(1)>",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
)
LINKS = (
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    " javascript:alert(1)",
    'https://a.example/"onmouseover="alert(1)',
    "file:///etc/passwd",
    "//evil.example/x",
)


def stored(id: str, title: str, language: str, start: int, end: int, incident_id: str) -> StoredItem:
    evidence = (Evidence(field="title", start=start, end=end, text=title[start:end], why="weapon"),)
    return StoredItem(
        item=Item(
            id=id,
            title=title,
            url="https://wire.example/x",
            feed="Harbour Wire",
            publisher="Wire",
            language=language,
            published=NOW,
            first_seen=NOW,
        ),
        date_mark=DateMark.MISSING,
        novelty=Novelty.NEW,
        novelty_reason=NoveltyReason.UNKNOWN,
        classification=Classification(
            act=Act.ATTACK, evidence=evidence, deciding=Span(field="title", start=0, end=len(title))
        ),
        incident_id=incident_id,
    )
