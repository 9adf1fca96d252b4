"""Notices to the operator about the daemon itself, put into the outbox."""

from __future__ import annotations

from monitor.alerts.message import operator_alert
from monitor.app import App
from monitor.model.alert import OperatorReason
from monitor.store.store import Transaction


def queue_notice(app: App, tx: Transaction, reason: OperatorReason, title: str, body: str) -> None:
    """Queues a notice, in the transaction that keeps what it tells of."""
    now = app.clock()
    alert = operator_alert(reason, title, body, alert_id=tx.new_id(now), now=now)
    tx.add_alert(alert, app.configuration.channels.addresses(alert.channels))
