"""`basewatch check`: every problem in what people write, and in the database; `db upgrade`, which ends one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from monitor.cli.begin import JsonOption, quiet, reading, settings, utc_now
from monitor.cli.render import json_out, out, problems_out, say, table
from monitor.config.database import without_secrets
from monitor.config.settings import Settings
from monitor.configuration import load_configuration
from monitor.errors import BasewatchError, ConfigError, Problem
from monitor.queries.jsonvalues import plain
from monitor.queries.status import unread_feed_languages
from monitor.store.upgrade import REFUSALS, SchemaState, schema_state
from monitor.store.upgrade import upgrade as bring_up


def check(
    show_settings: Annotated[bool, typer.Option("--settings", help="Show every setting with its source.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Exit code 1 where there is an error; warnings alone are fine.

    Example:
      basewatch check
      basewatch check --settings
    """
    found: Settings | None = None
    problems: list[Problem] = []
    facts: dict[str, Any] = {}
    try:
        found = settings(warn=False)
        problems += found.warnings
    except ConfigError as error:
        problems += error.problems
    if found is not None:
        problems += _configuration_problems(found, facts) + _database_problems(found, facts)
    errors = [problem for problem in problems if problem.severity == "error"]
    shown = [plain(row) for row in found.shown] if found and show_settings else None
    if as_json:
        json_out({"ok": not errors, "problems": problems, "facts": facts, "settings": shown})
        raise typer.Exit(1 if errors else 0)
    if shown is not None:
        columns = ("variable", "value", "source", "default", "meaning")
        table(columns, [[row[key] for key in columns] for row in shown])
    problems_out(problems)
    if errors:
        say(f"basewatch: {len(errors)} problem{'s' * (len(errors) != 1)} found")
    elif not quiet():
        say(
            f"all is well: {facts['feeds']} feeds, {facts['rules']} rules, alerts go to {facts['addresses']};"
            f" the database {facts['database']}"
        )
    raise typer.Exit(1 if errors else 0)


def _configuration_problems(found: Settings, facts: dict[str, Any]) -> list[Problem]:
    try:
        configuration = load_configuration(found)
    except ConfigError as error:
        return error.problems
    channels = configuration.channels
    facts |= {"feeds": len(configuration.feeds), "rules": len(configuration.rules.rules)}
    facts["addresses"] = ", ".join(address.label for address in channels.addresses(channels.names()))
    try:
        with reading() as tx:
            unread = unread_feed_languages(tx, found, configuration.feeds, now=utc_now())
    except BasewatchError:  # `_database_problems` tells of it
        unread = unread_feed_languages(None, found, configuration.feeds, now=utc_now())
    return [*configuration.warnings, *unread]


def _database_problems(found: Settings, facts: dict[str, Any]) -> list[Problem]:
    variable, address = "BASEWATCH_DATABASE_URL", without_secrets(found.database_url)
    try:
        state = schema_state(found.database_url)
    except BasewatchError as error:
        return [Problem(file=variable, message=f"{address}: {error}")]
    if state in REFUSALS:
        return [Problem(file=variable, message=f"{address}: {REFUSALS[state]}")]
    facts["database"] = "is made by the first poll" if state is SchemaState.EMPTY else f"is {state}"
    return []


def upgrade() -> None:
    """A database that is up to date stays as it is; one that a newer version made is refused.

    Example:
      basewatch db upgrade
    """
    found = settings()
    before = schema_state(found.database_url)
    bring_up(found.database_url)
    out(f"{without_secrets(found.database_url)}: was {before}, is {schema_state(found.database_url)}")
