"""Who reports an incident, in which words: quotes with the words that decided, and who copies whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.incidents.sources import family
from monitor.model.item import StoredItem
from monitor.model.ledger import Report
from monitor.model.report import Link
from monitor.queries.formats import web_link
from monitor.queries.jsonvalues import plain, values_of
from monitor.queries.marking import Piece, marks_in, pieces_of
from monitor.text.clean import clean

#: characters of a quote that is shown; no sentence that decides is longer
_MOST_QUOTED = 600
_TELLS = {
    Link.CLAIM: "a claim", Link.TOLL: "a later toll", Link.DENIAL: "a denial", Link.RETRACTION: "a withdrawal",
    Link.RETALIATION: "an answer of the own side", Link.ANALYSIS: "tells of it without news", Link.COPY: "a copy",
}  # fmt: skip


def sources_shown(reports: Sequence[Report], items: Mapping[str, StoredItem]) -> list[dict[str, Any]]:
    """Every report, the first seen first; those that carry the words of a wire or of another paper stand under
    `copies` of the first that does.

    `items` are the reports' items as far as they are still stored: only their quotes carry marks, for only of these
    the offsets are known.
    """
    found: list[dict[str, Any]] = []
    leads: dict[str, dict[str, Any]] = {}
    for report in reports:
        row = source_shown(report, items.get(report.id))
        wire = family(report.origin) if report.origin else ""
        lead = leads.get(wire) if wire else None
        if lead is not None:
            lead["copies"].append(row)
            continue
        found.append(row)
        # whoever prints the wire's words first speaks for it, or the wire itself
        leads.setdefault(wire or family(report.publisher, report.url), row)
    return found


def source_shown(report: Report, stored: StoredItem | None) -> dict[str, Any]:
    """One report in the types of JSON; a quote is a list of pieces, those with `why` are the words that decided."""
    item = stored.item if stored is not None else None
    return {
        **values_of(report, "id", "voice", "act", "reported_at", "seen_at", "retracted_at"),
        "publisher": clean(report.publisher),
        "origin": clean(report.origin),
        "speaker": clean(report.speaker),
        "title": clean(report.title),
        "url": web_link(report.url),
        "tells": _TELLS.get(report.link, ""),
        "language": (item.language if item else None) or "",
        "published": plain(item.published) if item else None,
        "quote": [plain(piece) for piece in _quote(report, stored)],
        "withdrawn": _withdrawn(report),
        "doubts": [clean(doubt) for doubt in report.doubts],
        "stored": stored is not None,
        "copies": [],
    }


def _quote(report: Report, stored: StoredItem | None) -> tuple[Piece, ...]:
    found = stored.classification if stored is not None else None
    if stored is not None and found is not None and (span := found.deciding) is not None:
        text = str(getattr(stored.item, span.field))
        end = min(span.end, span.start + _MOST_QUOTED)
        pieces = pieces_of(text, marks_in(span.field, found.evidence), span.start, end)
        if any(piece.text.strip() for piece in pieces):
            return pieces
    quote = clean(report.quote)[:_MOST_QUOTED]
    return (Piece(text=quote),) if quote else ()


def _withdrawn(report: Report) -> str:
    """What of it was taken back, for people; empty where nothing was."""
    if not report.retracted:
        return ""
    return "withdrawn" if "*" in report.retracted else f"took back: {', '.join(map(clean, report.retracted))}"
