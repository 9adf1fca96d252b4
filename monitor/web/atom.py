"""`/feed.atom`: what people were told, as a feed (RFC 4287): one entry for each version, with an id that stays.

The base address, the zone and a restart change no id. Whatever a publisher wrote is text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape, quoteattr

from monitor.model.alert import Alert, AlertKind
from monitor.model.report import Level
from monitor.queries.alerts import alerts
from monitor.queries.filters import Asked, wanted
from monitor.queries.formats import web_link
from monitor.queries.jsonvalues import plain
from monitor.queries.ledger import Wanted, sources_of
from monitor.store.paging import AlertFilter
from monitor.store.store import Transaction
from monitor.text.clean import clean_message
from monitor.web.answers import ATOM, Answer
from monitor.web.api.answering import asked_by, known_already, mark
from monitor.web.api.described import CURSOR, Operation, text, word
from monitor.web.asking import Ask
from monitor.web.site import Site

ENTRIES = 50
#: of alerts that are looked through for those that are meant
_MOST_PAGES = 10
#: links to sources in one entry
_MOST_SOURCES = 20
_HEADERS = {"Cache-Control": "private, max-age=60"}
#: what XML 1.0 cannot hold
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FEED = Operation(
    summary="What people were told, as a feed: the newest 50.",
    parameters=(
        word("level", "This level and more urgent ones.", tuple(Level)),
        text("country", "A country of the incident, by code or name."),
        text("place", "A base by its id, a group behind an @, a region or a country."),
        CURSOR,
    ),
)


def show(site: Site, ask: Ask) -> Answer:
    """`/feed.atom`"""
    given, rules = FEED.given(ask), site.configuration().rules
    place = wanted(
        ask.now.date(), None, Asked(place=given["place"], country=given["country"]), lambda: rules
    )  # fmt: skip
    with site.read() as tx:
        etag = mark(tx.newest_alert(), tx.newest_version(), rules.hash, ask.address, asked_by(ask))
        if known := known_already(ask, etag):
            return Answer(content_type=ATOM, etag=known.etag, headers=_HEADERS)
        rows, following = _wanted_rows(tx, place, given["level"], given["cursor"])
        rows = _one_a_version(rows)
        links = _sources(tx, rows)
    entries = "".join(_entry(one, links.get(one.incident_id or "", ()), ask.address) for one in rows)
    updated = max((one.created_at for one in rows), default=datetime.fromisoformat("1970-01-01T00:00:00+00:00"))
    body = _feed(ask, entries, updated, following)
    return Answer(content_type=ATOM, body=body.encode("utf-8", "replace"), etag=etag, headers=_HEADERS)


def _wanted_rows(tx: Transaction, place: Wanted, level: str, cursor: str) -> tuple[list[Alert], str]:
    """The next entries, and the cursor behind them; where few of many are meant, it looks through so many pages."""
    rows: list[Alert] = []
    least = Level(level).rank if level else 0
    for _ in range(_MOST_PAGES):
        page = alerts(tx, AlertFilter(kind=AlertKind.INCIDENT), cursor=cursor, limit=ENTRIES)
        those = [alert for alert, _ in page.rows if alert.level.rank >= least]
        rows += those if place.is_place is None and not place.country else [one for one in those if _at(tx, one, place)]
        cursor = page.following
        if not cursor or len(rows) >= ENTRIES // 2:
            break
    return rows, cursor


def _id_of(alert: Alert) -> str:
    """Of a version of an incident, however many channels and repeats told of it; else of the message itself."""
    if alert.incident_id is None or alert.audience.startswith("item:"):
        return f"urn:basewatch:alert:{quote(alert.id)}"
    return f"urn:basewatch:incident:{quote(alert.incident_id)}:{alert.version}"


def _one_a_version(rows: Sequence[Alert]) -> list[Alert]:
    """The first message about each version, the newest version first."""
    first: dict[str, Alert] = {}
    for alert in reversed(rows):
        first.setdefault(_id_of(alert), alert)
    return list(reversed(first.values()))


def _at(tx: Transaction, alert: Alert, wanted: Wanted) -> bool:
    """Whether the alert's incident has such a place."""
    incident = tx.incident(alert.incident_id or "")
    return incident is not None and any(
        (wanted.is_place is None or wanted.is_place(place)) and wanted.country in ("", place.country)
        for place in incident.places
    )


def _feed(ask: Ask, entries: str, updated: datetime, following: str) -> str:
    query = [(name, value) for name, values in ask.query.items() for value in values]
    own = f"{ask.address}/feed.atom" + (f"?{urlencode(query)}" if query else "")
    # a reader that can send its token in the address alone could not read on without it; `self` is what people pass on
    kept = [("token", ask.token)] if ask.token else []
    more = urlencode([*((name, value) for name, value in query if name != "cursor"), ("cursor", following), *kept])
    following = f'<link rel="next" href={quoteattr(f"{ask.address}/feed.atom?{more}")}/>' if following else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>urn:basewatch:alerts</id><title>basewatch: alerts</title><updated>{plain(updated)}</updated>"
        "<author><name>basewatch</name></author>"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(own)}/>'
        f'<link rel="alternate" type="text/html" href={quoteattr(f"{ask.address}/")}/>{following}\n{entries}</feed>\n'
    )


def _entry(alert: Alert, sources: Sequence[str], address: str) -> str:
    id = alert.incident_id or ""
    page = f"{address}/incidents/{quote(id)}"
    related = "".join(f'<link rel="related" href={quoteattr(_xml(one))}/>' for one in sources)
    words = "".join(f"<category term={quoteattr(str(one))}/>" for one in (alert.level, alert.reason, *alert.also))
    at, title = plain(alert.created_at), " ".join(_xml(alert.title).split())
    return (
        f"<entry><id>{_id_of(alert)}</id><title>{escape(title)}</title>"
        f"<updated>{at}</updated><published>{at}</published>"
        f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>{related}{words}'
        f'<content type="text">{escape(_xml(alert.body))}</content></entry>\n'
    )


def _xml(written: str) -> str:
    """What a stranger wrote, without what XML cannot hold or what turns the reading direction."""
    return _NOT_XML.sub("", clean_message(written, lines=True))


def _sources(tx: Transaction, rows: Sequence[Alert]) -> dict[str, tuple[str, ...]]:
    reports = tx.reports_of({one.incident_id for one in rows if one.incident_id})
    return {
        id: tuple(dict.fromkeys(link for one in sources_of(own) if (link := web_link(one.url))))[:_MOST_SOURCES]
        for id, own in reports.items()
    }
