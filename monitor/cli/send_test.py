"""`basewatch send-test`."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.alerts.message import operator_alert
from monitor.channels.apprise import Channels
from monitor.cli.begin import JsonOption, settings, utc_now
from monitor.cli.render import json_out, stdout_kept_for_json, table
from monitor.config.yamlfile import did_you_mean
from monitor.errors import UsageError
from monitor.model.alert import OperatorReason
from monitor.model.delivery import SendOutcome
from monitor.store.ids import new_id


def send_test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="A tag of the channels file.")],
    as_json: JsonOption = False,
) -> None:
    """Exit code 1 where an address did not take it, 2 where there is no such channel.

    Example:
      basewatch send-test alerts
    """
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
        for address in channels.addresses([channel]):
            result = channels.send(address.key, alert, seconds=found.send_timeout.total_seconds())
            rows.append({"address": address.label, "outcome": result.outcome, "detail": result.detail})
    if as_json:
        json_out(rows)
    else:
        table(("address", "outcome", "detail"), [list(row.values()) for row in rows])
    raise typer.Exit(0 if all(row["outcome"] is SendOutcome.SENT for row in rows) else 1)
