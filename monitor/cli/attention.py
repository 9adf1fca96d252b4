"""`basewatch mute`, `ack`, `policy`, `deeds` and `undo`: what a reader asks of the alerts, and takes back."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.begin import JsonOption, database, reading, rules_from, settings, utc_now, zone_shown
from monitor.cli.render import json_out, out, table
from monitor.config.yamlfile import did_you_mean
from monitor.errors import BasewatchError, ConfigError, UsageError
from monitor.model.attention import Matchers
from monitor.model.clock import wall
from monitor.model.policy import Policy
from monitor.queries.attention import (
    ack_in_words,
    acknowledge,
    acks_of,
    held_shown,
    mute_target,
    mutes_shown,
    policy_explained,
    policy_shown,
    unacknowledge,
    until,
)
from monitor.queries.deeds import deed_number, deeds_shown
from monitor.queries.deeds import undo as take_back
from monitor.queries.rulings import standing
from monitor.queries.silences import (
    add_silence,
    end_silence,
    found_silence,
    preview,
    preview_shown,
    read_matchers,
    silence_number,
    silences_shown,
)
from monitor.store.store import Transaction
from monitor.telling import lies_of

if TYPE_CHECKING:
    from monitor.configuration import Configuration
    from monitor.topics.attacks.topic import RuleSet

_NO_DATABASE = "there is no database yet; `basewatch run` makes one"
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it; unless said, your name here.")]


def doer(by: str) -> str:
    """Who does it: the name that is given, else that of the system's user."""
    name = by.strip()[:100]
    with suppress(OSError, KeyError, ImportError):  # a container can have a number without a name
        name = name or getpass.getuser()
    return name


@contextmanager
def _changing() -> Iterator[Transaction]:
    """A transaction that may write, in a database that there is."""
    with database() as store:
        if store is None:
            raise BasewatchError(_NO_DATABASE)
        with store.transaction() as tx:
            yield tx


def mute(
    target: Annotated[str | None, typer.Argument(metavar="ID|RULE|S12", help="An incident or a rule.")] = None,
    ends: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="2h, 07:00 (of the policies' zone) or an ISO date.")
    ] = None,
    starts: Annotated[str, typer.Option("--from", metavar="TIME", help="When it begins; unless said, now.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why.")] = "",
    by: ByOption = "",
    place: Annotated[str, typer.Option("--place", metavar="ID", help="A place, region, country or @group.")] = "",
    country: Annotated[str, typer.Option("--country", metavar="CODE", help="Every place lies in it.")] = "",
    level: Annotated[str, typer.Option("--level", metavar="LEVEL", help="This level and lower ones.")] = "",
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help="Only this channel.")] = "",
    publisher: Annotated[str, typer.Option("--publisher", metavar="NAME", help="Nobody else reports it.")] = "",
    try_only: Annotated[
        bool, typer.Option("--preview", help="Show what it hits, and would have hit in the last 7 days; make nothing.")
    ] = False,
    show: Annotated[bool, typer.Option("--list", help="What is muted now.")] = False,
    off: Annotated[bool, typer.Option("--off", help="End a mute.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What happens is recorded all the same, and who was not told hears at the end what is new. A rule mutes where no
    other rule sends to a channel. With options all of them must be met, and --note says why.

    Example:
      basewatch mute 2026-11-21-ain-al-asad --until 2h
      basewatch mute --place @gulf --level urgent --until 08:00 --note exercise --preview
      basewatch mute --list
    """
    more = {"place": place, "country": country, "level": level, "channel": channel, "publisher": publisher}
    more = {name: word for name, word in more.items() if word.strip()}
    if show:
        if target or ends or off or more:
            raise UsageError("--list shows what is muted; write only: basewatch mute --list")
        _list(as_json=as_json)
        return
    if target is None and not more:
        raise UsageError("name an incident or a rule: basewatch mute ID --until 2h")
    if not try_only and (ends is None) == (not off):
        raise UsageError(f"say until when, or --off: basewatch mute {(target or '--place ID')[:60]} --until 2h")
    now = utc_now()
    if off:
        _end(target, more, doer(by), as_json=as_json)
        return
    moment = None if ends is None else until(ends, now=now, zone=_zone())
    begins = until(starts, now=now, zone=_zone()) if starts else None
    if try_only:
        _preview(target, more, as_json=as_json)
        return
    assert moment is not None
    with _changing() as tx:
        matchers = _matchers(tx, target, more)
        made = add_silence(
            tx, matchers, ends=moment, starts=begins, by=doer(by), note=note, now=now, needs_note=bool(more)
        )
        muted = [one for one in silences_shown(tx, now=now, rules=_rules_if_any()) if one["id"] == made.name]
    if as_json:
        json_out(muted)
    else:
        out(f"{made.target} is muted until {wall(moment, zone_shown())} ({made.name})")


def _matchers(tx: Transaction, target: str | None, more: Mapping[str, str]) -> Matchers:
    """What the command line asks for; the channels and all else are read only where options name them."""
    asked = dict(more)
    if target is not None:
        rules = [] if target[:4].isdigit() else [rule.id for rule in rules_from(None).rules]
        kind, name = mute_target(tx, target, rules)
        if not more:
            return Matchers(incident=name) if kind == "incident" else Matchers(rule=name)
        asked[kind] = name
    return read_matchers(tx, asked, _configuration())


def _end(target: str | None, more: Mapping[str, str], by: str, *, as_json: bool) -> None:
    now = utc_now()
    with _changing() as tx:
        if target is not None and re.fullmatch(r"[Ss][0-9]{1,15}", target):
            number = silence_number(target)
            ending, name = [one for one in tx.silences(now) if one.id == number], target.upper()
            if not ending:
                found_silence(tx, number)
        else:
            matchers = _matchers(tx, target, more)
            ending, name = [one for one in tx.silences(now) if one.matchers == matchers], str(matchers)
            name = target if target is not None and not more else name
            name = matchers.incident or matchers.rule if not more else name
        for one in ending:
            end_silence(tx, one.id, by=by, now=now)
    if as_json:
        json_out([])
    else:
        out(f"{name} is not muted any more" if ending else f"{name} was not muted")


def _preview(target: str | None, more: Mapping[str, str], *, as_json: bool) -> None:
    now = utc_now()
    with reading() as tx:
        if tx is None:
            raise BasewatchError(_NO_DATABASE)
        found = preview_shown(preview(tx, _matchers(tx, target, more), _configuration(), now=now))
    if as_json:
        json_out(found)
        return
    rows = [(one["incident"], one["level"] or "", ", ".join(one["channels"])) for one in found["now"]["shown"]]
    table(("incident", "level", "channels"), rows, title="what it hits now", empty="it hits nothing now")
    counts = f"{found['week']['incidents']} incidents, {found['messages']['count']} messages"
    out(f"in the last 7 days: {counts}, {found['messages']['flash']} of them flashes")
    for warning in found["warnings"]:
        out(f"note: {warning}")
    if found["partial"]:
        out("note: there was more than was looked at")


def _list(*, as_json: bool) -> None:
    with reading() as tx:
        found = silences_shown(tx, now=utc_now(), rules=_rules_if_any()) if tx else []
    if as_json:
        json_out(found)
        return
    _table_of_mutes(found, empty="nothing is muted")


def _rules_if_any() -> RuleSet | None:
    with suppress(BasewatchError):
        return rules_from(None)
    return None


def _table_of_mutes(mutes: Sequence[Mapping[str, Any]], **words: str) -> None:
    rows = [
        (
            one["id"], one["kind"], one["target"], _when(one["until"]), str(one["held_back"]), one["by"],
            "; ".join(filter(None, (one["note"], "matches nothing" if one["matches_nothing"] else ""))),
        )
        for one in mutes
    ]  # fmt: skip
    table(("no", "what", "id", "until", "held back", "by", "note"), rows, **words)


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
    by: ByOption = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What is done about it.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Take it back: a flash is repeated again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """It holds nothing back: every change is told, and one that escalates breaks it and says so. Nothing to acknowledge
    is no mistake.

    Example:
      basewatch ack 2026-11-21-ain-al-asad --by Karim --note "on it"
    """
    with _changing() as tx:
        incident, who = standing(tx, id), doer(by)
        if off:
            ended = unacknowledge(tx, incident.id, by=who, now=utc_now())
            channels: tuple[str, ...] = ()
            said = f"is not acknowledged {'any more' if ended else 'as it is now'}"
        else:
            before = acks_of(tx, [incident.id]).get(incident.id)
            channels = acknowledge(tx, incident.id, by=who, note=note, now=utc_now())
            new = acks_of(tx, [incident.id]).get(incident.id) != before
            said = f"is acknowledged for {', '.join(channels)}" if channels else "is acknowledged"
            said = said if new else f"nothing to acknowledge; {ack_in_words(before, zone_shown())}" if before else said
    if as_json:
        json_out({"incident": incident.id, "channels": list(channels)})
    else:
        out(f"{incident.id}: {said}" if said.startswith("nothing") else f"{incident.id} {said}")


def deeds(
    incident: Annotated[str, typer.Option("--incident", metavar="ID", help="Only what was done to it.")] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="At most so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Acknowledgements, silences, incidents made one or two, and what was taken back, the newest first.

    Example:
      basewatch deeds
    """
    with reading() as tx:
        found = deeds_shown(tx, limit=limit, targets=[incident] if incident else []).rows if tx else ()
    if as_json:
        json_out(list(found))
        return
    rows = [
        (
            one["id"],
            _when(one["at"]),
            one["by"],
            one["text"],
            f"undone by {one['undone_by']}" if one["undone_at"] else "",
        )
        for one in found
    ]
    table(("no", "at", "by", "did", ""), rows, empty="nobody did anything yet")


def undo(
    deed: Annotated[str, typer.Argument(metavar="DEED", help="As `basewatch deeds` names it: D7.")],
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Exit code 2 where it cannot be taken back any more: it says why, and what to do instead.

    Example:
      basewatch undo D7
    """
    number = deed_number(deed)
    with _changing() as tx:
        said = take_back(tx, number, by=doer(by), now=utc_now())
    json_out({"deed": f"D{number}", "text": said}) if as_json else out(said)


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
    configuration = _configuration()
    policies = _policies(configuration, None)
    with reading() as tx:
        if tx is None:
            raise BasewatchError(_NO_DATABASE)
        incident = standing(tx, id)
        found = policy_explained(
            tx, incident, policies, now=utc_now(), zone="UTC" if as_json else zone_shown(),
            lies=lies_of(configuration.rules.gazetteer),
        )  # fmt: skip
    if as_json:
        json_out({"incident": incident.id, "channels": found})
        return
    table(("channel", "why"), [(one["channel"], one["why"]) for one in found], title=incident.id)
