"""`basewatch incidents` and `basewatch alerts`: what happened, and whom it was told."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli.begin import JsonOption, reading, rules_from, since
from monitor.cli.render import json_out, out, table
from monitor.errors import BasewatchError
from monitor.queries.alerts import alert_object, delivery_summary
from monitor.queries.formats import COLUMNS, TEXTS, VALUES, cells
from monitor.queries.ledger import ledger, with_places_and_names


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
    form: Annotated[Format, typer.Option("--format", help="The form of the answer.")] = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """One line per incident of that time, the latest first. Every form is safe to open: no cell becomes a formula, no
    title becomes mark-up.

    Example:
      basewatch incidents --since 7d
      basewatch incidents --since 2026-01-01 --format csv > incidents.csv
    """
    if context.invoked_subcommand is not None:
        return
    moment = since(back)
    form = Format.JSON if as_json else form
    with reading() as tx:
        entries = ledger(tx, moment.date()) if tx else ()
    if entries:
        with suppress(BasewatchError):  # without rules that can be read the entries stay as they are
            entries = with_places_and_names(entries, rules_from(None))
    if form is Format.TABLE:
        table(COLUMNS, [cells(entry) for entry in entries], empty=f"no incident since {moment:%Y-%m-%d %H:%M} UTC")
    elif form in VALUES:
        json_out(VALUES[form](entries))
    else:
        out(TEXTS[form](entries))


def alerts(
    back: Annotated[str, typer.Option("--since", metavar="TIME", help="12h, 30d or an ISO date.")] = "7d",
    as_json: JsonOption = False,
) -> None:
    """A delivery is one alert to one address: pending, sending, sent or gave up.

    Example:
      basewatch alerts --since 24h
    """
    moment = since(back)
    with reading() as tx:
        found = tx.alerts(moment) if tx else []
    if as_json:
        json_out([alert_object(alert, deliveries) for alert, deliveries in found])
        return
    table(
        ("when (UTC)", "level", "alert", "reason", "deliveries"),
        [
            (f"{alert.created_at:%Y-%m-%d %H:%M}", alert.level, alert.title, alert.reason, delivery_summary(deliveries))
            for alert, deliveries in found
        ],
        empty=f"no alert since {moment:%Y-%m-%d %H:%M} UTC",
    )
