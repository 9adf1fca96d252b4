"""`basewatch digest`: the incidents of a day or a week as one message."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from monitor.cli.begin import JsonOption, database, rules_from, settings, utc_now, zone_shown
from monitor.cli.render import json_out, out, say
from monitor.config.validation import did_you_mean
from monitor.config.values import zone_name
from monitor.errors import BasewatchError, UsageError
from monitor.model.policy import Policy
from monitor.queries.digest import Digest, as_object, channels_of, digest_of, pictures_of
from monitor.queries.ledger import with_places_and_names
from monitor.queries.show import Unnamed
from monitor.store.ids import new_id
from monitor.telling import inside_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.model.alert import Alert
    from monitor.store.store import Store
    from monitor.topics.attacks.topic import RuleSet


class Length(StrEnum):
    """How much a digest tells of."""

    DAY = "day"
    WEEK = "week"


class DigestForm(StrEnum):
    """How it is shown."""

    TEXT = "text"
    HTML = "html"


def digest(
    period: Annotated[Length, typer.Option("--period", help="The last day or the last week.")] = Length.DAY,
    send: Annotated[
        bool, typer.Option("--send", help="Queue it; the daemon, or `basewatch poll`, delivers it.")
    ] = False,
    channel: Annotated[
        list[str] | None,
        typer.Option("--channel", metavar="CHANNEL", help="To whom (else who has a digest by policy, else alerts)."),
    ] = None,
    form: Annotated[DigestForm, typer.Option("--format", help="Text, or the page that mails hold.")] = DigestForm.TEXT,
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", help="The zone of its times (otherwise that of the policy).")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Table and brief of the incidents that happened or changed in that time. Mails also hold the plot of the last
    weeks and a map. Without --send it is shown and nothing is queued. A channel with a policy is told of its places, in
    its zone.

    Example:
      basewatch digest --period week
      basewatch digest --send --channel duty
    """
    now = utc_now()
    if zone:
        _known_zone(zone)
    rules = _rules_if_any()
    to = _policies(channel or (), rules) if send else _usual(channels_of(channel or (), ()))
    with database() as store:
        if store is None:
            raise BasewatchError("there is no database yet; `basewatch poll` or `basewatch run` makes it")
        # a channel is told of its places, in its zone; shown is the digest of everything
        made = [_made(store, period.value, one, rules, zone or one.zone, now, with_pictures=send) for one in to]
        if send:
            for _, alert in made:
                _queue(store, alert)
    if as_json:
        objects = [as_object(*one) for one in made]
        json_out(objects[0] if len(objects) == 1 else objects)
        return
    for _, alert in made:
        out(alert.html if form is DigestForm.HTML and alert.html else f"{alert.title}\n\n{alert.body}")


def _made(
    store: Store,
    period: Literal["day", "week"],
    policy: Policy,
    rules: RuleSet | None,
    zone: str,
    now: datetime,
    *,
    with_pictures: bool,
) -> tuple[Digest, Alert]:
    from monitor.alerts.digest import digest_alert
    from monitor.reminding import silenced_incidents

    wanted = partial(inside_of(rules.gazetteer), policy.places) if rules is not None and policy.places else None
    with store.read() as tx:
        found = digest_of(tx, period, until=now, wanted=wanted)
        muted = silenced_incidents(tx, policy.channel, now=now)
        held = [one for one in tx.held() if one.channel == policy.channel and one.why not in ("digest", "silence")]
    if rules is not None:
        found = replace(found, rows=with_places_and_names(found.rows, rules))
    # outside of the transaction: no writer waits for them
    pictures = pictures_of(found) if with_pictures else ()
    alert = digest_alert(
        period, found.views, pictures, zone=zone, names=rules if rules is not None else Unnamed(),
        alert_id=new_id(now), now=now, channels=(policy.channel,), held=len(held), muted=muted,
    )  # fmt: skip
    return found, alert


def _policies(asked: Sequence[str], rules: RuleSet | None) -> list[Policy]:
    """How each of the channels is told that the digest is sent to."""
    from monitor.channels.apprise import Channels
    from monitor.configuration import policies_of

    edited = settings(warn=False)
    known = Channels.load(edited.channels)
    policies = policies_of(edited, rules, known) if rules is not None else ()
    names = channels_of(asked, [policy.channel for policy in policies if policy.digest is not None])
    for name in names:
        if name not in known.names():
            raise UsageError(f"there is no channel {name!r}; {did_you_mean(name, known.names())}".rstrip("; "))
    named = {policy.channel: policy for policy in policies}
    return [named.get(usual.channel, usual) for usual in _usual(names)]


def _usual(channels: Sequence[str]) -> list[Policy]:
    """How channels are told that no policy names."""
    zone = zone_shown()
    return [Policy(channel=name, zone=zone) for name in channels]


def _queue(store: Store, alert: Alert) -> None:
    from monitor.channels.apprise import Channels

    addresses = Channels.load(settings(warn=False).channels).addresses(alert.channels)
    with store.transaction() as tx:
        tx.add_alert(alert, addresses)
    say(f"queued for {', '.join(address.label for address in addresses)}")


def _known_zone(zone: str) -> None:
    try:
        zone_name(zone)
    except ValueError as error:
        raise UsageError(f"--zone: {error}") from None


def _rules_if_any() -> RuleSet | None:
    with suppress(BasewatchError):
        return rules_from(None)
    return None
