"""Texts and links of publishers that must stay text, and a stored item with one, for tests of pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from boards import Board
from ledgers import ASAD, NOW, incident_at, put, report_of
from monitor.model.alert import Alert, Decision, DecisionReason
from monitor.model.delivery import Address
from monitor.model.document import DateMark
from monitor.model.feed import Feed, Poll
from monitor.model.incident import Incident
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem
from monitor.model.ledger import Change, ChangeReason, Detail
from monitor.model.report import Act, Classification, Evidence, Level, Span
from monitor.store.store import Transaction

#: scripts, elements, attributes, templates, formulas, what breaks files, and what turns the reading direction
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><img src=x onerror=alert(1)>',
    '"><svg/onload=alert(1)>', "<svg/onload=alert(1)>", "'-alert(1)-'", "</title><script>alert(1)</script>",
    "</title><h1>x", "{{ 7*7 }}", "{% raw %}", "javascript:alert(1)", "<!--", "-->", "]]>", "<![CDATA[", "<?xml x?>",
    "&lt;b&gt;", "&nbsp;&unknown;", "&#0;", "</textarea><script>", "<a href='javascript:alert(1)'>x</a>",
    "<a href=javascript:alert(1)>", "<iframe src=//evil.example>", "\u202egnp.exe", "\u202eevil\u202c",
    "\u2066\u2067turned", "a\x00b", "a\x0bc\x1f\x85", "\x07bell\x1b[31m", "\ufffe\uffff", "\ufffd", "\u2028\u2029",
    "one\r\ndata: two\n\nevent: state", "x" * 10_000, "word " * 2_000, "a\u0301" * 500, "\u200b\u200d\ufeff",
    "=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "-1+1", "\t=1", "\r=1", ";=1", "<style>*{display:none}</style>",
    "<base href=//evil.example>", "<meta http-equiv=refresh content=0>", "<form action=//evil.example>",
    "<svg><script>1</script></svg>", "<math><mi//xlink:href='data:x,<script>'>", "onmouseover=alert(1) x=",
    '" style="position:fixed', "' onfocus='alert(1)' autofocus='", "' onmouseover='alert(1)",
    "<details open ontoggle=alert(1)>", "<plaintext>", "<xmp>", "<noscript><p title='</noscript><script>'>",
    "ＡＢＣ＜script＞", "%3Cscript%3E", "\\u003cscript\\u003e", "<<script>script>", "&#60;script&#62;",
    "<link rel=stylesheet href=//evil.example>", "<object data=//evil.example>", "<embed src=//evil.example>",
    "data:text/html,<script>", "vbscript:x", "<b>Drones</b> hit 'it' & \"that\"", "هجوم على قاعدة عين الأسد",
)  # fmt: skip
LINKS = (
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
    "data:text/html,<script>1</script>", "vbscript:x", "file:///etc/passwd", "//evil.example/x", "\\\\evil.example\\x",
    'https://ok.example/"onmouseover="alert(1)', "https://ok.example/<script>", "https://ok.example/'><svg onload=x>",
    "https:javascript:alert(1)", "http://[", "https://", "",
)  # fmt: skip


def publish(board: Board, texts: Sequence[str], *, links: Sequence[str] = LINKS) -> None:
    """Incidents, versions, items, polls and messages that say these texts, each in every field that holds one."""
    incident = incident_at(ASAD)
    with board.store.transaction() as tx:
        tx.sync_feeds(board.configuration.feeds, now=NOW)
        for number, text in enumerate(texts):
            _publish(tx, number, text, links[number % len(links)], board.configuration.feeds)
        reports = [
            replace(
                report_of(f"h{number}", incident, hours=number % 20, killed=number + 1), title=text, quote=text,
                publisher=text[:300], speaker=text[:300], origin=text[:200], url=links[number % len(links)],
                doubts=(text[:200],),
            )
            for number, text in enumerate(texts)
        ]  # fmt: skip
        put(tx, incident, *reports)
        tx.add_versions([_version(incident, number, text) for number, text in enumerate(texts)])


def _publish(tx: Transaction, number: int, text: str, link: str, feeds: Sequence[Feed]) -> None:
    feed = feeds[number % len(feeds)]
    polled = replace(tx.feed_state(feed.name), last_poll_at=NOW, last_success_at=NOW, last_result="fetched",
                     last_detail=text, baseline_at=NOW - timedelta(days=3))  # fmt: skip
    tx.save_polls([(polled, Poll(at=NOW, result="fetched"))])
    incident = incident_at(replace(ASAD, id=f"p{number}", name=text), id=f"2026-11-23-x{number}")
    report = report_of(f"r{number}", incident, killed=2)
    put(tx, incident, replace(report, publisher=text, title=text, url=link, quote=text, speaker=text))
    item = Item(id=f"{number:013d}", title=text, summary=text, url=link, feed=feeds[0].name, publisher=text,
                first_seen=NOW - timedelta(hours=1))  # fmt: skip
    quiet = Decision(tell=False, reason=DecisionReason.NOT_AN_ATTACK, detail=text)
    tx.add_items([StoredItem(item=item, novelty=Novelty.NEW, novelty_reason=NoveltyReason.UNKNOWN, decision=quiet,
                             classification=Classification(act=Act.THREAT, reason=text))])  # fmt: skip
    alert = Alert(id=f"A{number}", incident_id=incident.id, version=1, reason="FIRST", level=Level.URGENT,
                  channels=("duty",), title=text, body=text, created_at=NOW)  # fmt: skip
    tx.add_alert(alert, [Address(key=f"k{number}", channel="duty", label=text[:200])])


def _version(incident: Incident, number: int, text: str) -> Change:
    said = Detail(reason=ChangeReason.CLAIMED, field=text[:20], before=text, after=text, by=text, report=f"h{number}")
    at = NOW + timedelta(minutes=number)
    return Change(
        incident_id=incident.id, version=number + 1, at=at, reasons=(), note=text, details=(said,), report=f"h{number}"
    )  # fmt: skip


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
