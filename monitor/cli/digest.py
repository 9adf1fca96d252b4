"""`basewatch digest`: the incidents of a day or a week as one message."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.begin import JsonOption, database, rules_from, settings, utc_now
from monitor.cli.render import json_out, out, say
from monitor.config.validation import did_you_mean
from monitor.errors import BasewatchError, UsageError
from monitor.queries.digest import Digest, as_object, channels_of, digest_of, pictures_of
from monitor.queries.ledger import with_places_and_names
from monitor.queries.show import Unnamed
from monitor.store.ids import new_id

if TYPE_CHECKING:
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
        list[str] | None, typer.Option("--channel", metavar="CHANNEL", help="To whom (otherwise alerts).")
    ] = None,
    form: Annotated[DigestForm, typer.Option("--format", help="Text, or the page that mails hold.")] = DigestForm.TEXT,
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="The zone of its times.")] = "UTC",
    as_json: JsonOption = False,
) -> None:
    """Table and brief of the incidents that happened or changed in that time. Mails also hold the plot of the last
    weeks and a map. Without --send it is shown and nothing is queued.

    Example:
      basewatch digest --period week
      basewatch digest --send --channel duty
    """
    now = utc_now()
    _known_zone(zone)
    rules = _rules_if_any()
    with database() as store:
        if store is None:
            raise BasewatchError("there is no database yet; `basewatch poll` or `basewatch run` makes it")
        with store.read() as tx:
            found = digest_of(tx, period.value, until=now)
        if rules is not None:
            found = replace(
                found,
                rows=with_places_and_names(found.rows, rules),
                before=with_places_and_names(found.before, rules),
            )
        alert = _alert(found, rules, zone, now, channels_of(channel or ()), with_pictures=send)
        if send:
            _queue(store, alert)
    if as_json:
        json_out(as_object(found, alert))
    else:
        out(alert.html if form is DigestForm.HTML and alert.html else f"{alert.title}\n\n{alert.body}")


def _alert(
    found: Digest, rules: RuleSet | None, zone: str, now: datetime, channels: tuple[str, ...], *, with_pictures: bool
) -> Alert:
    from monitor.alerts.digest import digest_alert

    return digest_alert(
        found.period,
        found.views,
        pictures_of(found) if with_pictures else (),
        zone=zone,
        names=rules if rules is not None else Unnamed(),
        alert_id=new_id(now),
        now=now,
        channels=channels,
    )


def _queue(store: Store, alert: Alert) -> None:
    from monitor.channels.apprise import Channels

    known = Channels.load(settings(warn=False).channels)
    for name in alert.channels:
        if name not in known.names():
            raise UsageError(f"there is no channel {name!r}; {did_you_mean(name, known.names())}".rstrip("; "))
    addresses = known.addresses(alert.channels)
    with store.transaction() as tx:
        tx.add_alert(alert, addresses)
    say(f"queued for {', '.join(address.label for address in addresses)}")


def _known_zone(zone: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise UsageError(f"there is no time zone {zone[:40]!r}; write for instance Asia/Baghdad") from None


def _rules_if_any() -> RuleSet | None:
    with suppress(BasewatchError):
        return rules_from(None)
    return None
