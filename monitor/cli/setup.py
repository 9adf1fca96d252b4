"""Setting up: `init`, `check`, `send-test`, `db upgrade`."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import quiet, settings, utc_now
from monitor.cli.render import clean, json_out, out, plain, say, stdout_kept_for_json, table
from monitor.errors import BasewatchError, ConfigError, Problem, UsageError

if TYPE_CHECKING:
    from monitor.config.settings import Settings

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

CHANNELS_EXAMPLE = """\
# Where alerts go. Copy this file to channels.yaml and edit it; without channels.yaml alerts go to the console.
#
# It is an Apprise file: one address per channel, and tags that say what it gets. The shipped rules send to the tag
# `alerts`; notices about feeds, rules and basewatch itself go to the tag `operator`. All kinds of addresses:
# https://github.com/caronc/apprise/wiki
#
# ${NAME} is the environment variable NAME, or the content of the file that NAME_FILE names: keep secrets there.
# Try a channel with:  basewatch send-test alerts

urls:
  - "mailto://user:${SMTP_PASSWORD}@mail.example.org?to=duty@example.org":
      tag: alerts
  - "tgram://${TELEGRAM_TOKEN}/123456789/":
      tag: alerts, operator
"""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to set up; made where needed.")],
) -> None:
    """Write a starter feeds.yaml, a rules folder and an example of a channels file.

    Never overwrites: where one of them exists nothing is written, and the exit code is 1.

    Example:
      basewatch init news
      cd news && basewatch check && basewatch run
    """
    from monitor.resources import packaged_or_beside

    feeds, rules = packaged_or_beside("starter/feeds.yaml", "feeds.yaml"), packaged_or_beside("starter/rules", "rules")
    targets = {name: folder / name for name in ("feeds.yaml", "rules", "channels.example.yaml")}
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    if held := [path for path in targets.values() if path.exists() or path.is_symlink()]:
        raise BasewatchError("\n".join(f"{path} exists; nothing was written" for path in held))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(rules, targets["rules"], ignore=shutil.ignore_patterns("__pycache__", ".*"))
    shutil.copyfile(feeds, targets["feeds.yaml"])
    targets["channels.example.yaml"].write_text(CHANNELS_EXAMPLE, encoding="utf-8")
    for path in targets.values():
        out(str(path))
    if not quiet():
        say(
            "\nNext:\n"
            + (f"  cd {shlex.quote(str(folder))}\n" if folder.resolve() != Path.cwd() else "")
            + "  basewatch check       every mistake in these files\n"
            "  basewatch poll        one pass now; the first only learns what is old\n"
            "  basewatch run         stay and watch\n"
            "Alerts go to the console until you copy channels.example.yaml to channels.yaml and edit it."
        )


def check(
    show_settings: Annotated[bool, typer.Option("--settings", help="Show every setting with its source.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find every problem in settings, feeds, rules, channels and database, with file and line.

    Exit code 1 where there is an error; warnings alone are fine.

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
        problems += _desk_problems(found, facts) + _database_problems(found, facts)
    errors = [problem for problem in problems if problem.severity == "error"]
    shown = [plain(row) for row in found.shown] if found and show_settings else None
    if as_json:
        json_out({"ok": not errors, "problems": problems, "facts": facts, "settings": shown})
        raise typer.Exit(1 if errors else 0)
    if shown is not None:
        columns = ("variable", "value", "source", "default", "meaning")
        table(columns, [[row[key] for key in columns] for row in shown])
    for problem in problems:
        warning = "" if problem.severity == "error" else "warning: "
        out(clean(f"{warning}{problem}"))
    if errors:
        say(f"basewatch: {len(errors)} problem{'s' * (len(errors) != 1)} found")
    elif not quiet():
        say(
            f"all is well: {facts['feeds']} feeds, {facts['rules']} rules, alerts go to {facts['targets']};"
            f" the database {facts['database']}"
        )
    raise typer.Exit(1 if errors else 0)


def _desk_problems(found: Settings, facts: dict[str, Any]) -> list[Problem]:
    from monitor.configuration import load_configuration

    try:
        configuration = load_configuration(found)
    except ConfigError as error:
        return error.problems
    facts |= {"feeds": len(configuration.feeds), "rules": len(configuration.rules.rules)}
    facts["targets"] = ", ".join(
        target.label for target in configuration.channels.targets(configuration.channels.names())
    )
    from monitor.cli.languages import languages_not_read

    return [*configuration.warnings, *languages_not_read(found, configuration.feeds)]


def _database_problems(found: Settings, facts: dict[str, Any]) -> list[Problem]:
    from monitor.config.database import without_secrets
    from monitor.store.upgrade import REFUSALS, SchemaState, schema_state

    variable, address = "BASEWATCH_DATABASE_URL", without_secrets(found.database_url)
    try:
        state = schema_state(found.database_url)
    except BasewatchError as error:
        return [Problem(file=variable, message=f"{address}: {error}")]
    if state in REFUSALS:
        return [Problem(file=variable, message=f"{address}: {REFUSALS[state]}")]
    facts["database"] = "is made by the first poll" if state is SchemaState.EMPTY else f"is {state}"
    return []


def send_test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="A tag of the channels file.")],
    as_json: JsonOption = False,
) -> None:
    """Send a real test message to every address of one channel and say what came of it.

    Exit code 1 where an address did not take it, 2 where there is no such channel.

    Example:
      basewatch send-test alerts
    """
    from monitor.alerts.message import operator_alert
    from monitor.channels.apprise import Channels
    from monitor.config.yamlfile import did_you_mean
    from monitor.model.alert import OperatorReason
    from monitor.model.delivery import SendOutcome
    from monitor.store.ids import new_id

    found = settings()
    channels = Channels.load(found.channels)
    if channel.casefold() not in {name.casefold() for name in channels.names()}:
        raise UsageError(f"there is no channel {channel!r}; {did_you_mean(channel, channels.names())}".rstrip("; "))
    now = utc_now()
    alert = operator_alert(
        OperatorReason.TEST, f"test of channel {channel}",
        "This is a test: nothing has happened. Alerts will look like this.",
        alert_id=new_id(now), now=now, channels=(channel,),
    )  # fmt: skip
    rows = []
    with stdout_kept_for_json(as_json):
        for target in channels.targets([channel]):
            result = channels.send(target.key, alert, seconds=found.send_timeout.total_seconds())
            rows.append({"target": target.label, "outcome": result.outcome, "detail": result.detail})
    if as_json:
        json_out(rows)
    else:
        table(("target", "outcome", "detail"), [list(row.values()) for row in rows])
    raise typer.Exit(0 if all(row["outcome"] is SendOutcome.SENT for row in rows) else 1)


def database() -> None:
    """The database: bring it up to this version.

    BASEWATCH_DATABASE_URL says which one: SQLite or PostgreSQL.

    Example:
      basewatch db upgrade
    """


def upgrade() -> None:
    """Bring the database to the form that this version needs; back it up first.

    A database that is up to date stays as it is; one that a newer version made is refused.

    Example:
      basewatch db upgrade
    """
    from monitor.config.database import without_secrets
    from monitor.store.upgrade import schema_state
    from monitor.store.upgrade import upgrade as bring_up

    found = settings()
    before = schema_state(found.database_url)
    bring_up(found.database_url)
    out(f"{without_secrets(found.database_url)}: was {before}, is {schema_state(found.database_url)}")
