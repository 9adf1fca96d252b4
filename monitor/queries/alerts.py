"""Alerts with what became of their deliveries."""

from __future__ import annotations

from typing import Any

from monitor.model.alert import Alert
from monitor.model.delivery import Delivery
from monitor.queries.jsonvalues import plain, values_of
from monitor.queries.paging import LIMIT, Page, behind, cursor_of, page_of
from monitor.store.paging import AlertFilter
from monitor.store.store import Transaction

#: an alert with its deliveries
Sent = tuple[Alert, tuple[Delivery, ...]]
EVERY_ALERT = AlertFilter()


def alerts(tx: Transaction, wanted: AlertFilter = EVERY_ALERT, *, cursor: str = "", limit: int = LIMIT) -> Page[Sent]:
    """A page of at most `limit` alerts with their deliveries, the newest first. `UsageError` where the cursor is none.

    `alert_object` makes JSON of a row.
    """
    found = tx.alerts_page(wanted, after=behind(cursor), limit=limit + 1)
    return page_of(found, limit, lambda row: cursor_of(row[0].created_at, row[0].id))


#: what is told of a delivery
OF_DELIVERY = "id", "address", "channel", "label", "state", "attempts", "maybe_sent", "next_try_at", "last_error"


def alert_object(alert: Alert, deliveries: tuple[Delivery, ...]) -> dict[str, Any]:
    """An alert with its deliveries, for JSON."""
    return {**plain(alert), "deliveries": [values_of(delivery, *OF_DELIVERY) for delivery in deliveries]}


def delivery_summary(deliveries: tuple[Delivery, ...]) -> str:
    """`2 sent, 1 gave up (webhook: http 500)`."""
    if not deliveries:
        return "nobody: no address has its channels"
    parts = []
    for state in dict.fromkeys(delivery.state for delivery in deliveries):
        members = [delivery for delivery in deliveries if delivery.state is state]
        why = next((f" ({d.channel}: {d.last_error})" for d in members if d.last_error and state != "sent"), "")
        parts.append(f"{len(members)} {state}{why}")
    return ", ".join(parts)
