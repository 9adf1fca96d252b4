"""`basewatch alerts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.begin import database, since, utc_now
from monitor.cli.options import JsonOption
from monitor.cli.render import json_out, table

if TYPE_CHECKING:
    from monitor.model.alert import Alert
    from monitor.model.delivery import Delivery


def alerts(
    back: Annotated[str, typer.Option("--since", metavar="TIME", help="12h, 30d or an ISO date.")] = "7d",
    as_json: JsonOption = False,
) -> None:
    """Every alert and notice since a time, newest first, with what became of each delivery.

    A delivery is one alert to one address: pending, sending, sent or gave up.

    Example:
      basewatch alerts --since 24h
    """
    from monitor.queries.alerts import alert_object, delivery_summary

    moment = since(back, now=utc_now())
    with database() as store:
        found: list[tuple[Alert, tuple[Delivery, ...]]] = []
        if store is not None:
            with store.read() as tx:
                found = tx.alerts(moment)
    if as_json:
        json_out([alert_object(alert, deliveries) for alert, deliveries in found])
        return
    table(
        ("when (UTC)", "level", "alert", "reason", "deliveries"),
        [
            (f"{alert.created_at:%Y-%m-%d %H:%M}", alert.level, alert.title, alert.reason, delivery_summary(deliveries))
            for alert, deliveries in found
        ],
        empty=f"no alert since {moment:%Y-%m-%d %H:%M} UTC",
    )
