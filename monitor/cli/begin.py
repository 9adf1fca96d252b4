"""What every command begins with: common options, how much to say, settings, log lines, rules and database."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import logs
from monitor.cli.render import say
from monitor.errors import ConfigError, StoreError, UsageError

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.store import Store, Transaction
    from monitor.telling import Attention
    from monitor.topics.attacks.topic import RuleSet

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
RulesOption = Annotated[
    Path | None, typer.Option("--rules", metavar="DIR", help="The rules folder (otherwise BASEWATCH_RULES).")
]
BacklogOption = Annotated[
    bool, typer.Option("--alert-backlog", help="Tell also of what is found at the first poll of a feed.")
]

#: -1 quiet, 0 normal, 1 and more: say more; set once by `main`
loudness: ContextVar[int] = ContextVar("loudness", default=0)


def utc_now() -> datetime:
    """The clock of every command."""
    return datetime.now(UTC)


def quiet() -> bool:
    """Did the user ask for errors only?"""
    return loudness.get() < 0


def start_logs(form: str = "text", level: int | None = None) -> None:
    """Log lines for a command that a person runs: warnings, unless told otherwise."""
    more = loudness.get()
    chosen = logging.ERROR if more < 0 else max(logging.DEBUG, (level or logging.WARNING) - 10 * more)
    logs.configure(level=chosen, form=form, tracebacks=more > 0)


def settings(*, daemon: bool = False, warn: bool = True, options: Mapping[str, str] | None = None) -> Settings:
    """The settings of this environment; sets up the logs by them. The daemon speaks at their level, commands less.

    `options` of the command line win, by the names of the settings.
    """
    from monitor.config.settings import load_settings

    found = load_settings(os.environ, Path.cwd(), options=options)
    asked = any(shown.variable == "BASEWATCH_LOG_LEVEL" and shown.source != "default" for shown in found.shown)
    level = getattr(logging, found.log_level.upper()) if daemon or asked else None
    start_logs(found.log_format, level)
    if warn and not quiet():
        for warning in found.warnings:
            say(f"basewatch: warning: {warning}")
    return found


@contextmanager
def database() -> Iterator[Store | None]:
    """The database as it is; None where there is none yet. Nothing is made or upgraded."""
    from monitor.store.store import Store
    from monitor.store.upgrade import REFUSALS, SchemaState, schema_state

    found = settings()
    state = schema_state(found.database_url)
    if state is SchemaState.EMPTY:
        yield None
        return
    if state in REFUSALS:
        raise StoreError(REFUSALS[state])
    with closing(Store(found.database_url)) as store:
        yield store


@contextmanager
def reading() -> Iterator[Transaction | None]:
    """A read transaction on the database as it is; None where there is none yet."""
    with database() as store:
        if store is None:
            yield None
        else:
            with store.read() as tx:
                yield tx


def rules_from(folder: Path | None) -> RuleSet:
    """The rules in `folder`, or in the folder that the settings name."""
    from monitor.topics.loading import load_rules

    return load_rules(rules_folder(folder))


def attention_in_force(rules: RuleSet) -> Attention:
    """The policies in force; without any, or where they cannot be read, every channel has the usual one."""
    from monitor.channels.apprise import Channels
    from monitor.configuration import policies_of
    from monitor.model.policy import Policy
    from monitor.telling import Attention, inside_of, lies_of

    found, inside = settings(warn=False), inside_of(rules.gazetteer)
    lies = lies_of(rules.gazetteer)
    policies: dict[str, Policy] = {}

    def policy(name: str) -> Policy:
        return policies.get(name) or Policy(channel=name, zone=found.timezone)

    if not found.policies.is_file():
        return Attention(policy=policy, inside=inside, lies=lies)
    try:
        policies = {one.channel: one for one in policies_of(found, rules, Channels.load(found.channels))}
    except ConfigError:
        say(f"basewatch: warning: {found.policies} cannot be read, so the usual policy is asked; see: basewatch check")
    return Attention(policy=policy, inside=inside, lies=lies)


def rules_folder(folder: Path | None) -> Path:
    """`folder`, or the rules folder that the settings name."""
    if folder is not None:
        start_logs()
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}; --rules names the folder with the rule files")
        return folder
    configured = settings().rules
    if not configured.is_dir():
        raise ConfigError.at(
            configured, "there is no such folder with rules",
            hint="name one with --rules DIR or BASEWATCH_RULES, or write a starter with: basewatch init DIR",
        )  # fmt: skip
    return configured


def zone_shown() -> str:
    """The zone in which times are shown to people, and in which they write them: `BASEWATCH_TIMEZONE`."""
    return settings(warn=False).timezone


def day_of(text: str, option: str = "--since") -> date:
    """The day that `--since` (or another option) names, by the clock of the zone that is shown."""
    from monitor.queries import moments

    return moments.day_of(text, now=utc_now(), zone=zone_shown(), name=option)


def since(text: str, option: str = "--since") -> datetime:
    """The moment that `--since` (or another option) names: a duration back from now (`30d`, `12h`) or an ISO date.

    A date without zone is one of the zone that is shown.
    """
    from monitor.queries.moments import moment_of

    return moment_of(text, now=utc_now(), zone=zone_shown(), name=option)
