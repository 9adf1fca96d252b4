"""`basewatch health`."""

from __future__ import annotations

import typer

from monitor.cli.begin import database, utc_now
from monitor.cli.options import JsonOption
from monitor.cli.render import json_out, out
from monitor.text.clean import clean


def health(as_json: JsonOption = False) -> None:
    """Say whether the daemon is at work, from what it wrote into the database; needs no port.

    Exit code 1 with one sentence per problem: no sign of life, no network, blind feeds, overdue deliveries, an edited
    file that is not in force. Warnings (a file that is not read under its name, a feed in a language that no list
    reads) leave it 0.

    Example:
      basewatch health || echo "basewatch needs you"
    """
    from monitor.queries.status import daemon_health

    with database() as store:
        verdict = daemon_health(store, now=utc_now())
    if as_json:
        json_out(verdict)
    else:
        for problem in verdict.problems:
            out(clean(problem))
        for warning in verdict.warnings:
            out(clean(f"warning: {warning}"))
        if verdict.ok:
            out("fine: " + ", ".join(f"{key} {value}" for key, value in verdict.facts.items()))
    raise typer.Exit(0 if verdict.ok else 1)
