"""What happened: `incidents` and `alerts`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import database, rules_from, since, utc_now
from monitor.cli.render import json_out, out, table
from monitor.cli.setup import JsonOption
from monitor.errors import BasewatchError

if TYPE_CHECKING:
    from monitor.model.alert import Alert
    from monitor.model.delivery import Delivery
    from monitor.model.stored import StoredItem
    from monitor.queries.formats import Entry
    from monitor.rules.gazetteer import PlaceSpec
    from monitor.store.store import Transaction


class Format(StrEnum):
    """Forms of the ledger."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    GEOJSON = "geojson"
    MARKDOWN = "markdown"
    HTML = "html"


def incidents(
    back: Annotated[str, typer.Option("--since", metavar="TIME", help="12h, 30d or an ISO date.")] = "30d",
    form: Annotated[Format, typer.Option("--format", help="The form of the answer.")] = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """The ledger: date, location, type of attack, group claiming, killed, wounded, sources.

    One line per incident of that time, the latest first. Every form is safe to open: no cell becomes a formula, no
    title becomes mark-up.

    Example:
      basewatch incidents --since 7d
      basewatch incidents --since 2026-01-01 --format csv > incidents.csv
    """
    from monitor.queries.formats import COLUMNS, TEXTS, VALUES, cells

    moment = since(back, now=utc_now())
    form = Format.JSON if as_json else form
    with database() as store:
        entries: list[Entry] = []
        if store is not None:
            with store.read() as tx:
                entries = _entries(tx, moment.date())
            if entries:
                entries = _with_places_and_names(entries)
    if form is Format.TABLE:
        table(COLUMNS, [cells(entry) for entry in entries], empty=f"no incident since {moment:%Y-%m-%d %H:%M} UTC")
    elif form in VALUES:
        json_out(VALUES[form](entries))
    else:
        out(TEXTS[form](entries))


def _entries(tx: Transaction, first: Any) -> list[Entry]:
    from monitor.queries.formats import Entry

    found = sorted(tx.incidents(first), key=lambda incident: (incident.date, incident.opened_at), reverse=True)
    return [
        Entry(incident=incident, sources=tuple(_source(stored) for stored in tx.incident_items(incident.id)))
        for incident in found
    ]


def _source(stored: StoredItem) -> Any:
    from monitor.queries.formats import Source

    item = stored.item
    return Source(publisher=item.publisher or item.feed, url=item.url, title=item.title)


def _with_places_and_names(entries: list[Entry]) -> list[Entry]:
    """What the rules folder knows beside the ledger: where the places are, the names of countries and actors.

    Where the rules cannot be read, the entries stay as they are: the ledger does not need them.
    """
    from dataclasses import replace

    try:
        rules = rules_from(None)
    except BasewatchError:
        return entries
    places = rules.gazetteer.places
    countries = {code: country.name for code, country in rules.gazetteer.countries.items()}
    return [
        replace(
            entry,
            position=_position(places.get(entry.incident.place_id)),
            more_positions=tuple(_position(places.get(place.id)) for place in entry.incident.more_places),
            claimed_by=tuple(map(rules.name_of, entry.incident.claimed_by)),
            countries=countries,
        )
        for entry in entries
    ]


def _position(place: PlaceSpec | None) -> tuple[float, float] | None:
    if place is None or place.lat is None or place.lon is None:
        return None
    return place.lat, place.lon


def alerts(
    back: Annotated[str, typer.Option("--since", metavar="TIME", help="12h, 30d or an ISO date.")] = "7d",
    as_json: JsonOption = False,
) -> None:
    """Every alert and notice since a time, newest first, with what became of each delivery.

    A delivery is one alert to one address: pending, sending, sent or gave up.

    Example:
      basewatch alerts --since 24h
    """

    moment = since(back, now=utc_now())
    with database() as store:
        found: list[tuple[Alert, tuple[Delivery, ...]]] = []
        if store is not None:
            with store.read() as tx:
                found = tx.alerts(moment)
    if as_json:
        json_out([alert_object(alert, deliveries) for alert, deliveries in found])
        return
    table(
        ("when (UTC)", "level", "alert", "reason", "deliveries"),
        [
            (f"{alert.created_at:%Y-%m-%d %H:%M}", alert.level, alert.title, alert.reason, summary(deliveries))
            for alert, deliveries in found
        ],
        empty=f"no alert since {moment:%Y-%m-%d %H:%M} UTC",
    )


def alert_object(alert: Alert, deliveries: tuple[Delivery, ...]) -> dict[str, Any]:
    """An alert with its deliveries, for JSON."""
    from monitor.cli.render import plain

    keys = ("id", "target", "channel", "label", "state", "attempts", "maybe_sent", "next_try_at", "last_error")
    rows = [{key: getattr(delivery, key) for key in keys} for delivery in deliveries]
    return {**plain(alert), "deliveries": plain(rows)}


def summary(deliveries: tuple[Delivery, ...]) -> str:
    """`2 sent, 1 gave up (webhook: http 500)`."""
    if not deliveries:
        return "nobody: no address has its channels"
    parts = []
    for state in dict.fromkeys(delivery.state for delivery in deliveries):
        members = [delivery for delivery in deliveries if delivery.state is state]
        why = next((f" ({d.channel}: {d.last_error})" for d in members if d.last_error and state != "sent"), "")
        parts.append(f"{len(members)} {state}{why}")
    return ", ".join(parts)
