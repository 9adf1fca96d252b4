"""Alerts and their deliveries: the outbox. Written with the news, sent later, recorded after.

PENDING ─ begin_attempt → SENDING ─ record → SENT | PENDING (retry) | GAVE_UP
                             └─ crash, recover_sending → PENDING, due now, not counted as a try
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select, update

from monitor.model.alert import Alert, AlertKind
from monitor.model.delivery import Address, Delivery, DeliveryState, GaveUp, Retry, SendOutcome, SendResult, Sent
from monitor.store.columns import columns_of, names_of, value_of
from monitor.store.ids import new_id
from monitor.store.part import TransactionPart, chunks
from monitor.store.tables import AlertRow, DeliveryRow, table_of

_ALERTS = table_of(AlertRow)
_DELIVERIES = table_of(DeliveryRow)
# an alert and its delivery have columns of the same names
_OUTBOX = select(_ALERTS, *(_DELIVERIES.c[name].label(f"own_{name}") for name in names_of(Delivery, "alert"))).join(
    _ALERTS, _ALERTS.c.id == _DELIVERIES.c.alert_id
)

INTERRUPTED = "interrupted while sending: it may have arrived"


class OutboxPart(TransactionPart):
    """Questions and changes about alerts and deliveries."""

    def add_alert(self, alert: Alert, addresses: Sequence[Address], *, not_before: datetime | None = None) -> bool:
        """Queues an alert for each address; False where its audience was told this version of its incident before.

        `not_before` is the time from which on it is sent; without it that is at once.
        An alert that was addressed to nobody told nobody: one that has addresses takes its place. An id that is in use
        is no repeat but a `ValueRefused`: the transaction is done again, with another id.
        """
        if addresses and alert.incident_id is not None:
            self._forget_unaddressed(alert)
        row = self._insert(AlertRow).values(columns_of(alert))
        new = row.on_conflict_do_nothing(index_elements=["incident_id", "version", "audience"]).returning(_ALERTS.c.id)
        if self._connection.scalar(new) is None:
            return False
        at = alert.created_at
        due = not_before or at
        deliveries = [
            Delivery(id=new_id(at), alert=alert, address=to.key, channel=to.channel, label=to.label, next_try_at=due)
            for to in {address.key: address for address in addresses}.values()
        ]
        if deliveries:
            rows = [columns_of(delivery, "alert") | {"alert_id": alert.id} for delivery in deliveries]
            self._connection.execute(insert(_DELIVERIES), rows)
        self.queued.append(alert)
        return True

    def _forget_unaddressed(self, alert: Alert) -> None:
        addressed = select(_DELIVERIES.c.alert_id).where(_DELIVERIES.c.alert_id == _ALERTS.c.id).exists()
        of_it = [_ALERTS.c[name] == getattr(alert, name) for name in ("incident_id", "version", "audience")]
        self._connection.execute(delete(_ALERTS).where(*of_it, ~addressed))

    def alerts(self, since: datetime, limit: int | None = None) -> list[tuple[Alert, tuple[Delivery, ...]]]:
        """Alerts made since then, newest first, each with its deliveries."""
        newest = select(_ALERTS).where(_ALERTS.c.created_at >= since)
        rows = self._connection.execute(newest.order_by(_ALERTS.c.created_at.desc(), _ALERTS.c.id.desc()).limit(limit))
        alerts = [Alert(**row) for row in rows.mappings()]
        deliveries = defaultdict(list)
        for some in chunks(alert.id for alert in alerts):
            for delivery in self._deliveries(_OUTBOX.where(_ALERTS.c.id.in_(some)).order_by(_DELIVERIES.c.id)):
                deliveries[delivery.alert.id].append(delivery)
        return [(alert, tuple(deliveries[alert.id])) for alert in alerts]

    def alerts_of(self, incident_id: str) -> list[tuple[Alert, tuple[Delivery, ...]]]:
        """Alerts about one incident, the oldest first, each with its deliveries."""
        of_it = _ALERTS.c.incident_id == incident_id
        rows = self._connection.execute(select(_ALERTS).where(of_it).order_by(_ALERTS.c.created_at, _ALERTS.c.id))
        alerts = [Alert(**row) for row in rows.mappings()]
        deliveries = defaultdict(list)
        for delivery in self._deliveries(_OUTBOX.where(of_it).order_by(_DELIVERIES.c.id)):
            deliveries[delivery.alert.id].append(delivery)
        return [(alert, tuple(deliveries[alert.id])) for alert in alerts]

    def messages_since(self, since: datetime, limit: int) -> list[Alert]:
        """Messages about incidents and items made since then, newest first, without their text and pictures."""
        names = ("id", "kind", "incident_id", "version", "reason", "level", "rule", "channels", "title", "created_at")
        wanted = _ALERTS.c.created_at >= since, _ALERTS.c.kind == AlertKind.INCIDENT
        asked = select(*(_ALERTS.c[name] for name in names)).where(*wanted)
        rows = self._connection.execute(asked.order_by(_ALERTS.c.created_at.desc(), _ALERTS.c.id.desc()).limit(limit))
        return [Alert(**row, body="") for row in rows.mappings()]

    def due_deliveries(self, now: datetime, *, busy: Collection[str] = (), limit: int = 500) -> list[Delivery]:
        """Deliveries to try now, the longest waiting first, without those to addresses that are `busy`.

        A time of its past that lies ahead of now shows that the clock was set back: then its wait counts no more.
        """
        waiting = _DELIVERIES.c.state == DeliveryState.PENDING
        due = or_(_DELIVERIES.c.next_try_at <= now, _DELIVERIES.c.tried_at > now, _ALERTS.c.created_at > now)
        others = _DELIVERIES.c.address.not_in(sorted(busy))
        order = _DELIVERIES.c.next_try_at, _DELIVERIES.c.id
        return self._deliveries(_OUTBOX.where(waiting, due, others).order_by(*order).limit(limit))

    def open_addresses(self, alert_id: str) -> frozenset[str]:
        """The addresses that may still take an alert, or have taken it."""
        of_it = _DELIVERIES.c.alert_id == alert_id, _DELIVERIES.c.state != DeliveryState.GAVE_UP
        return frozenset(self._connection.scalars(select(_DELIVERIES.c.address).where(*of_it)))

    def oldest_due(self) -> datetime | None:
        """Since when the longest waiting delivery is due; None where nothing waits."""
        pending = _DELIVERIES.c.state == DeliveryState.PENDING
        earliest: datetime | None = self._connection.scalar(select(func.min(_DELIVERIES.c.next_try_at)).where(pending))
        return earliest

    def begin_attempt(self, delivery_id: str, *, now: datetime) -> Delivery | None:
        """Claims a delivery for one attempt; None where it is not waiting (another worker was faster)."""
        claim = update(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id, _DELIVERIES.c.state == DeliveryState.PENDING)
        changes = {"state": DeliveryState.SENDING, "attempts": _DELIVERIES.c.attempts + 1, "tried_at": now}
        if self._connection.execute(claim.values(changes)).rowcount != 1:
            return None
        return self._deliveries(_OUTBOX.where(_DELIVERIES.c.id == delivery_id))[0]

    def record(self, delivery_id: str, outcome: Sent | Retry | GaveUp, result: SendResult, *, now: datetime) -> None:
        """Writes down what an attempt came to."""
        changes: dict[str, Any] = {"last_error": result.detail}
        match outcome:
            case Sent():
                changes |= {"state": DeliveryState.SENT, "ended_at": now, "last_error": ""}
            case Retry():
                changes |= {"state": DeliveryState.PENDING, "next_try_at": outcome.at}
            case GaveUp():
                changes |= {"state": DeliveryState.GAVE_UP, "ended_at": now, "last_error": result.detail or outcome.why}
        if result.outcome is SendOutcome.MAYBE_SENT:
            changes["maybe_sent"] = _DELIVERIES.c.maybe_sent + 1
        self._connection.execute(update(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id).values(changes))

    def recover_sending(self, *, now: datetime, begun_before: datetime | None = None) -> int:
        """Attempts whose end nobody recorded wait again, due now; answers how many.

        At start these are all that are under way, later those begun before a time that no attempt outlives. They
        cost no try: a kill must never use up what a channel that fails is granted, or it could cost an alert.
        """
        cut_off = update(_DELIVERIES).where(_DELIVERIES.c.state == DeliveryState.SENDING)
        if begun_before is not None:
            cut_off = cut_off.where(_DELIVERIES.c.tried_at < begun_before)
        attempts = _DELIVERIES.c.attempts - 1
        changes = {"state": DeliveryState.PENDING, "next_try_at": now, "attempts": attempts, "last_error": INTERRUPTED}
        return self._connection.execute(cut_off.values(changes)).rowcount

    def _deliveries(self, query: Select[Any]) -> list[Delivery]:
        return [
            Delivery(alert=value_of(Alert, row), **{name: row[f"own_{name}"] for name in names_of(Delivery, "alert")})
            for row in self._connection.execute(query).mappings()
        ]
