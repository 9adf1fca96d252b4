"""Alerts with what became of their deliveries."""

from __future__ import annotations

from typing import Any

from monitor.model.alert import Alert
from monitor.model.delivery import Delivery
from monitor.queries.jsonvalues import plain, values_of

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
