"""`basewatch stats`: how many incidents there were; plots and maps."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from monitor.cli.begin import JsonOption, day_of, reading, rules_from
from monitor.cli.render import json_out, out, say, table
from monitor.errors import BasewatchError, UsageError
from monitor.queries.ledger import LedgerEntry, Wanted, ledger, with_places_and_names
from monitor.queries.stats import as_object, counts, spots, told, totals

if TYPE_CHECKING:
    from datetime import date


class Kind(StrEnum):
    """What incidents are counted by."""

    WEEK = "week"
    BASE = "base"
    GROUP = "group"
    WEAPON = "weapon"


def stats(
    back: Annotated[str, typer.Option("--since", metavar="TIME", help="12h, 30d or an ISO date.")] = "90d",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="The last day, written like --since.")] = "",
    by: Annotated[Kind, typer.Option("--by", help="What incidents are counted by.")] = Kind.WEEK,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Draw it: a file .png or .svg.")] = None,
    chart: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="Draw where it was: a file .png or .svg.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Each incident counts once; a salvo counts at each of its bases. The pictures need no network.

    Example:
      basewatch stats --since 30d --by base
      basewatch stats --since 2026-01-01 --plot weeks.png --map where.png
    """
    forms = {file: _form(file) for file in (plot, chart) if file is not None}
    first, last = day_of(back), day_of(until, "--until") if until else None
    entries = ledger_rows(first, last)
    if plot is not None:
        from monitor.pictures.plot import plot as drawn

        title = f"Incidents{'' if by is Kind.WEEK else f' by {by}'}, {_period(first, last)}"
        _write(plot, drawn(counts(entries, by.value), title=title, form=forms[plot], across=by is not Kind.WEEK))
    if chart is not None:
        from monitor.pictures.map import map_of

        _write(chart, map_of(spots(entries), title=f"Incidents, {_period(first, last)}", form=forms[chart]))
    if as_json:
        json_out(as_object(entries, by.value))
        return
    if entries:
        out(", ".join(f"{number} {name}" for name, number in totals(entries).items()))
        out()
    table((str(by), "incidents"), counts(entries, by.value), empty=f"no incident {_period(first, last)}")
    if said := told(entries):
        out()
        out("What the reports say:")
        for one in said:
            out(f"{one['short']}: {one['text']}" + (f" {one['sources'][0]}" if one["sources"] else ""))


def ledger_rows(first: date, last: date | None) -> tuple[LedgerEntry, ...]:
    """The rows of the ledger of a period, with places and names where the rules can be read."""
    with reading() as tx:
        entries = ledger(tx, Wanted(since=first, until=last)) if tx else ()
    if entries:
        with suppress(BasewatchError):
            entries = with_places_and_names(entries, rules_from(None))
    return entries


def _period(first: date, last: date | None) -> str:
    return f"{first} to {last}" if last else f"since {first}"


def _form(file: Path) -> Literal["png", "svg"]:
    form = file.suffix.lower().removeprefix(".")
    if form not in ("png", "svg"):
        raise UsageError(f"{file}: a picture is a file .png or .svg")
    return cast(Literal["png", "svg"], form)


def _write(file: Path, picture: bytes) -> None:
    file.write_bytes(picture)
    say(f"{file}: {len(picture):,} bytes")
