"""`basewatch incidents` and `basewatch alerts`: what happened, and whom it was told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli.begin import JsonOption, day_of, quiet, reading, rules_from, since, utc_now, zone_shown
from monitor.cli.render import json_out, out, say, table
from monitor.errors import BasewatchError
from monitor.model.clock import wall
from monitor.queries.alerts import alert_object, delivery_summary
from monitor.queries.filters import Asked, wanted
from monitor.queries.formats import COLUMNS, TEXTS, VALUES, cells
from monitor.queries.ledger import ledger, with_baselines, with_places_and_names


class Format(StrEnum):
    """Forms of the ledger."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    GEOJSON = "geojson"
    MARKDOWN = "markdown"
    HTML = "html"


def incidents(
    context: typer.Context,
    back: Annotated[str, typer.Option("--since", metavar="TIME", help="12h, 30d or an ISO date.")] = "30d",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="The last day, written like --since.")] = "",
    place: Annotated[str, typer.Option("--place", metavar="ID|@GROUP", help="A base, a group of bases.")] = "",
    country: Annotated[str, typer.Option("--country", metavar="CC", help="A country, by code or name.")] = "",
    group: Annotated[
        str, typer.Option("--group", metavar="ACTOR", help="Who claims it or is blamed, with those that belong to it.")
    ] = "",
    weapon: Annotated[str, typer.Option("--weapon", metavar="WEAPON", help="For instance drone or rocket.")] = "",
    grade: Annotated[
        str,
        typer.Option("--grade", metavar="WORD", help="claimed, reported, several, confirmed, denied or retracted."),
    ] = "",
    at: Annotated[str, typer.Option("--as-of", metavar="TIME", help="The ledger as it was then.")] = "",
    form: Annotated[Format, typer.Option("--format", help="The form of the answer.")] = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """A row for each base that was hit in that time, the latest first: a salvo has several. Of a number that sources
    differ on the best is shown, and the range. Every form is safe to open: no cell becomes a formula, no title becomes
    mark-up.

    Example:
      basewatch incidents --since 7d --place @bases-iraq
      basewatch incidents --since 2026-01-01 --format csv > incidents.csv
    """
    if context.invoked_subcommand is not None:
        return
    first, last = day_of(back), day_of(until, "--until") if until else None
    as_of = since(at, "--as-of") if at else None
    asked = Asked(place=place, country=country, group=group, weapon=weapon, grade=grade)
    chosen = wanted(first, last, asked, lambda: rules_from(None))
    form = Format.JSON if as_json else form
    with reading() as tx:
        entries = ledger(tx, chosen, as_of=as_of) if tx else ()
        now = as_of or utc_now().replace(microsecond=0)
        if tx and form in VALUES:
            entries = with_baselines(tx, entries, now=now)
    entries = tuple(replace(entry, as_of=now) for entry in entries)
    if entries:
        with suppress(BasewatchError):  # without rules that can be read the entries stay as they are
            entries = with_places_and_names(entries, rules_from(None))
    zone = zone_shown()
    if form is Format.TABLE:
        if entries and not quiet():
            say(f"as of {wall(now, zone)}")
        table(COLUMNS, [cells(entry) for entry in entries], empty=f"no incident since {first}")
    elif form in VALUES:
        json_out(VALUES[form](entries))
    else:
        out(TEXTS[form](entries, zone=zone))


def alerts(
    back: Annotated[str, typer.Option("--since", metavar="TIME", help="12h, 30d or an ISO date.")] = "7d",
    as_json: JsonOption = False,
) -> None:
    """A delivery is one alert to one address: pending, sending, sent or gave up.

    Example:
      basewatch alerts --since 24h
    """
    moment, zone = since(back), zone_shown()
    with reading() as tx:
        found = tx.alerts(moment) if tx else []
    if as_json:
        json_out([alert_object(alert, deliveries) for alert, deliveries in found])
        return
    table(
        (f"when ({zone})", "level", "alert", "reason", "deliveries"),
        [
            (
                wall(alert.created_at, zone, named=False),
                alert.level,
                alert.title,
                alert.reason,
                delivery_summary(deliveries),
            )
            for alert, deliveries in found
        ],
        empty=f"no alert since {wall(moment, zone)}",
    )
