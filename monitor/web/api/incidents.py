"""`/api/v1/incidents`: the ledger page by page and one incident, with the keys of the commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from monitor.queries.filters import GRADES, Asked, wanted
from monitor.queries.formats import as_object
from monitor.queries.ledger import with_baselines, with_places_and_names
from monitor.queries.listing import filter_of, listing
from monitor.queries.rulings import standing
from monitor.queries.show import incident_shown
from monitor.store.store import Transaction
from monitor.web.answers import JSON, Answer, as_json
from monitor.web.api.answering import REVALIDATED, asked_by, known_already, listed, mark
from monitor.web.api.described import PAGE, Operation, day, text
from monitor.web.api.schemas import page_schema, reference
from monitor.web.asking import Ask
from monitor.web.site import Site

LIST = Operation(
    summary="The ledger: a row for each base that was hit, the latest first.",
    parameters=(
        day("since", "The first day.", default="30d"),
        day("until", "The last day."),
        text("place", "A base by its id, a group behind an @, a region or a country.", example="@bases-iraq"),
        text("country", "A country, by code or name.", example="IQ"),
        text("group", "An actor who claims it or is blamed, with those that belong to it.", example="kataib-hezbollah"),
        text("weapon", "For instance drone or rocket.", example="drone"),
        text("grade", f"{', '.join(GRADES)}.", example="confirmed"),
        *PAGE,
    ),
    answers={200: ("A page of the ledger.", JSON, page_schema("incidents", "LedgerRow"))},
)
SHOW = Operation(
    summary="One incident with its versions, sources, quotes, brief, chain and messages.",
    answers={
        200: ("The incident.", JSON, reference("Incident")),
        308: ("It went into another one: `Location` names it.", JSON, {"type": "object"}),
    },
    refuses=(404,),
)


def show_list(site: Site, ask: Ask) -> Answer:
    """`/api/v1/incidents`"""
    given, configuration = LIST.given(ask), site.configuration()
    words = Asked(**{name: given[name] for name in ("place", "country", "group", "weapon", "grade")})
    rows = wanted(given["since"], given["until"], words, lambda: configuration.rules)
    now = ask.now.replace(microsecond=0)
    with site.read() as tx:
        etag = mark(*_state(tx, site, now.date()), asked_by(ask))
        if known := known_already(ask, etag):
            return known
        page = listing(tx, filter_of(tx, rows), rows=rows, cursor=given["cursor"], limit=given["limit"])
        entries = with_baselines(tx, page.rows, now=now)
    entries = with_places_and_names(tuple(replace(entry, as_of=now) for entry in entries), configuration.rules)
    objects = [as_object(entry) for entry in entries]
    return listed(ask, "incidents", objects, following=page.following, total=page.total, etag=etag)


def show_one(site: Site, ask: Ask) -> Answer:
    """`/api/v1/incidents/ID`"""
    SHOW.given(ask)
    now, rules = ask.now.replace(microsecond=0), site.configuration().rules
    with site.read() as tx:
        incident = standing(tx, ask.parts["id"])
        if incident.id != ask.parts["id"]:
            return moved(incident.id)
        shown = incident_shown(tx, incident.id, rules, now=now)
    # the moment of asking is no change
    etag = mark({**shown, "rows": [{**row, "as_of": None} for row in shown["rows"]]})
    return known_already(ask, etag) or as_json(shown, etag=etag, headers=REVALIDATED)


def moved(id: str) -> Answer:
    """The incident stands under another id."""
    return as_json({"incident": id}, status=308, headers={"Location": f"/api/v1/incidents/{id}"})


def _state(tx: Transaction, site: Site, today: date) -> tuple[Any, ...]:
    """What every answer about incidents comes from: what came in and was put right, the rules, and the day, by which
    it is told how unusual something is."""
    return (tx.newest_version(), tx.newest_news(), site.configuration().rules.hash, today)
