"""`basewatch mute`, `ack` and `policy`: what a reader asks of the alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import JsonOption, database, reading, rules_from, settings, utc_now, zone_shown
from monitor.cli.render import json_out, out, table
from monitor.config.yamlfile import did_you_mean
from monitor.errors import BasewatchError, ConfigError, UsageError
from monitor.model.clock import wall
from monitor.model.ledger import Mute
from monitor.model.policy import Policy
from monitor.queries.attention import (
    acknowledge,
    find_incident,
    held_shown,
    mute_target,
    mutes_shown,
    policy_explained,
    policy_shown,
    until,
)

if TYPE_CHECKING:
    from monitor.configuration import Configuration

#: a note says why, it is no article
MAX_NOTE = 500
_NO_DATABASE = "there is no database yet; `basewatch run` makes one"


def mute(
    target: Annotated[str | None, typer.Argument(metavar="ID|RULE", help="An incident or a rule.")] = None,
    ends: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="2h, 07:00 (of the policies' zone) or an ISO date.")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why.")] = "",
    show: Annotated[bool, typer.Option("--list", help="What is muted now.")] = False,
    off: Annotated[bool, typer.Option("--off", help="End a mute.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What happens is recorded all the same. A rule mutes where no other rule sends to a channel.

    Example:
      basewatch mute 2026-11-21-ain-al-asad --until 2h
      basewatch mute --list
    """
    if show:
        if target or ends or off:
            raise UsageError("--list shows what is muted; write only: basewatch mute --list")
        _list(as_json=as_json)
        return
    if target is None:
        raise UsageError("name an incident or a rule: basewatch mute ID --until 2h")
    if (ends is None) == (not off):
        raise UsageError(f"say until when, or --off: basewatch mute {target[:60]} --until 2h")
    if len(note) > MAX_NOTE:
        raise UsageError(f"the note has {len(note):,} characters; write at most {MAX_NOTE}")
    now = utc_now()
    moment = None if ends is None else until(ends, now=now, zone=_zone())
    rules = [] if target[:4].isdigit() else [rule.id for rule in rules_from(None).rules]
    with database() as store:
        if store is None:
            raise BasewatchError(_NO_DATABASE)
        with store.transaction() as tx:
            kind, name = mute_target(tx, target, rules)
            if moment is None:
                found = tx.drop_mute(kind, name)
                said = f"{name} is not muted any more" if found else f"{name} was not muted"
            else:
                tx.add_mute(Mute(kind=kind, target=name, until=moment, at=now, note=note.strip()))
                said = f"{name} is muted until {wall(moment, zone_shown())}"
            muted = mutes_shown(tx, now=now)
    if as_json:
        json_out([one for one in muted if (one["kind"], one["target"]) == (kind, name)])
    else:
        out(said)


def _list(*, as_json: bool) -> None:
    with reading() as tx:
        found = mutes_shown(tx, now=utc_now()) if tx else []
    if as_json:
        json_out(found)
        return
    _table_of_mutes(found, empty="nothing is muted")


def _table_of_mutes(mutes: Sequence[Mapping[str, Any]], **words: str) -> None:
    rows = [(one["kind"], one["target"], _when(one["until"]), one["note"]) for one in mutes]
    table(("what", "id", "until", "note"), rows, **words)


def _when(moment: str | None) -> str:
    """A moment in the form of JSON, for people."""
    return wall(datetime.fromisoformat(moment), zone_shown()) if moment else ""


def _zone() -> str:
    """The zone of the policies, where they have one in common; else the one that is shown."""
    from monitor.configuration import load_configuration

    zones: set[str] = set()
    with suppress(ConfigError):
        found = settings(warn=False)
        if found.policies.is_file():
            zones = {policy.zone for policy in load_configuration(found).policies}
    return zones.pop() if len(zones) == 1 else zone_shown()


def ack(
    id: Annotated[str, typer.Argument(metavar="ID", help="An incident.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who takes notice.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Nothing to acknowledge is no mistake. A later change is told, and repeated, anew.

    Example:
      basewatch ack 2026-11-21-ain-al-asad --by Karim
    """
    with database() as store:
        if store is None:
            raise BasewatchError(_NO_DATABASE)
        with store.transaction() as tx:
            incident = find_incident(tx, id)
            channels = acknowledge(tx, incident.id, by=by.strip()[:100], now=utc_now())
    if as_json:
        json_out({"incident": incident.id, "channels": list(channels)})
    elif channels:
        out(f"{incident.id} is acknowledged for {', '.join(channels)}")
    else:
        out(f"{incident.id}: nothing to acknowledge")


def _configuration() -> Configuration:
    from monitor.configuration import load_configuration

    return load_configuration(settings())


def _policies(configuration: Configuration, channel: str | None) -> list[Policy]:
    """The policy of each channel, or of the one that is asked for."""
    names = sorted(configuration.channels.names() - {"operator"})
    if channel is None:
        return [configuration.policy(name) for name in names]
    if channel.casefold() not in configuration.channels.names():
        hint = did_you_mean(channel, names)
        raise UsageError(f"no address in the channels file has the tag {channel[:60]}; {hint}".rstrip("; "))
    return [configuration.policy(channel.casefold())]


def policy(
    context: typer.Context,
    channel: Annotated[str | None, typer.Option("--channel", metavar="NAME", help="Only this channel.")] = None,
    as_json: JsonOption = False,
) -> None:
    """What is in force for each channel, what waits for it, and what is muted. Without a policies.yaml every channel
    has the usual policy.

    Example:
      basewatch policy
      basewatch policy --channel duty --json
    """
    if context.invoked_subcommand is not None:
        return
    policies = _policies(_configuration(), channel)
    names = None if channel is None else [one.channel for one in policies]
    with reading() as tx:
        held = held_shown(tx, names) if tx else []
        mutes = mutes_shown(tx, now=utc_now()) if tx else []
    shown = [policy_shown(one) for one in policies]
    if as_json:
        json_out({"policies": shown, "held": held, "muted": mutes})
        return
    for one in shown:
        where = f"line {one['line']}" if one["line"] else "the usual policy"
        out(f"{one.pop('channel')} ({where})")
        one.pop("line")
        for name, value in one.items():
            if value not in (None, [], ""):
                out(f"  {name}: {_words(value)}")
        out()
    rows = [(one["channel"], one["incident"], one["why"], _when(one["due"])) for one in held]
    table(("channel", "incident", "why", "due"), rows, title="what waits", empty="nothing waits")
    _table_of_mutes(mutes, title="what is muted", empty="nothing is muted")


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items() if part not in (None, []))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def explain_policy(
    id: Annotated[str, typer.Argument(metavar="ID", help="An incident.")], as_json: JsonOption = False
) -> None:
    """Each channel with what it was told last, what waits for it, and why.

    Example:
      basewatch policy explain 2026-11-21-ain-al-asad
    """
    policies = _policies(_configuration(), None)
    with reading() as tx:
        if tx is None:
            raise BasewatchError(_NO_DATABASE)
        incident = find_incident(tx, id)
        found = policy_explained(tx, incident, policies, now=utc_now(), zone="UTC" if as_json else zone_shown())
    if as_json:
        json_out({"incident": incident.id, "channels": found})
        return
    table(("channel", "why"), [(one["channel"], one["why"]) for one in found], title=incident.id)
