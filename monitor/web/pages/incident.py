"""One incident: how it became known, who says it, who was told, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from monitor.queries.deeds import deed_number, deed_shown
from monitor.queries.incidentpage import incident_page
from monitor.web.answers import Answer
from monitor.web.asking import Ask, Refusal
from monitor.web.pages.forms import rows_of
from monitor.web.pages.rendering import render
from monitor.web.site import Site

#: lines of time, and sources, on one page; the rest by link
LINES, SOURCES = 10, 20


def path_of(incident_id: str) -> str:
    """The address of its page, behind the base path."""
    return f"/incidents/{quote(incident_id, safe='')}"


def show(site: Site, ask: Ask) -> Answer:
    """`/incidents/ID`; an id that went into another one leads there."""
    ask.only("timeline", "sources", "from", "done")
    return page_of(site, ask, ask.parts["id"])


def page_of(
    site: Site,
    ask: Ask,
    incident_id: str,
    *,
    problem: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> Answer:
    """The page; after a form that could not be done with what was wrong, and what was typed."""
    with site.read() as tx:
        shown = incident_page(tx, incident_id, site.configuration(), now=ask.now, zone=ask.zone)
        done = tx.deed(deed_number(word)) if (word := ask.one("done")) else None
    if shown["id"] != incident_id and problem is None:
        where = f"{path_of(shown['id'])}?from={quote(incident_id, safe='')}"
        return Answer(status=301, headers={"Location": where})
    return render(
        site, ask, "incident.html", status=problem.status if problem else 200,
        shown=shown,
        timeline=rows_of(shown["timeline"], ask, "timeline", LINES),
        sources=rows_of(shown["sources"], ask, "sources", SOURCES),
        links={one["id"]: one for source in shown["sources"] for one in (source, *source["copies"])},
        came_from=came if (came := ask.one("from")) in shown["merged"] else "",
        deed=deed_shown(done) if done else None, problem=problem, typed=typed or {"form": ""},
    )  # fmt: skip
