"""`basewatch incidents`: the ledger."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.begin import database, rules_from, since, utc_now
from monitor.cli.options import JsonOption
from monitor.cli.render import json_out, out, table
from monitor.errors import BasewatchError

if TYPE_CHECKING:
    from monitor.queries.ledger import LedgerEntry


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
    from monitor.queries.ledger import ledger

    moment = since(back, now=utc_now())
    form = Format.JSON if as_json else form
    entries: tuple[LedgerEntry, ...] = ()
    with database() as store:
        if store is not None:
            with store.read() as tx:
                entries = ledger(tx, moment.date())
            if entries:
                entries = _with_places_and_names(entries)
    if form is Format.TABLE:
        table(COLUMNS, [cells(entry) for entry in entries], empty=f"no incident since {moment:%Y-%m-%d %H:%M} UTC")
    elif form in VALUES:
        json_out(VALUES[form](entries))
    else:
        out(TEXTS[form](entries))


def _with_places_and_names(entries: tuple[LedgerEntry, ...]) -> tuple[LedgerEntry, ...]:
    """Where the rules cannot be read, the entries stay as they are: the ledger does not need them."""
    from monitor.queries.ledger import with_places_and_names

    try:
        return with_places_and_names(entries, rules_from(None))
    except BasewatchError:
        return entries
