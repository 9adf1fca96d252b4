"""What the daemon leaves for others to read, and what is thrown away with time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from monitor.model.alert import AlertKind
from monitor.model.daemon import DaemonState
from monitor.model.delivery import DeliveryState
from monitor.store.columns import Frozen, names_of
from monitor.store.part import TransactionPart
from monitor.store.tables import (
    AlertRow,
    DaemonStateRow,
    DeliveryRow,
    FingerprintRow,
    HeldRow,
    IncidentRow,
    ItemRow,
    SilenceRow,
)

#: a tombstone that no document held for so long: anniversary pieces aside, nobody republishes after a year
TOMBSTONE_DAYS = timedelta(days=400)
#: a silence that ended stays so long for people to see, with what it held back
SILENCE_DAYS = timedelta(days=30)
#: so long something waits for a digest, or to be confirmed
HELD_DAYS = timedelta(days=30)
_STATE = Frozen(DaemonState)
_UNDER_WAY = DeliveryRow.state.in_((DeliveryState.PENDING, DeliveryState.SENDING))


class HousekeepingPart(TransactionPart):
    """The daemon's own notes, and pruning."""

    def state_get(self, key: str) -> Any:
        """What was last written under `key`; None where nothing was."""
        return self._connection.scalar(select(DaemonStateRow.value).where(DaemonStateRow.key == key))

    def state_set(self, key: str, value: Any) -> None:
        """Keeps a JSON value under `key`."""
        self._put(DaemonStateRow, {"key": key, "value": value})

    def daemon_state(self) -> DaemonState:
        """What the daemon last wrote of itself; the defaults where it never did."""
        values = ((name, self.state_get(name)) for name in names_of(DaemonState))
        state: DaemonState = _STATE.process_result_value({name: kept for name, kept in values if kept is not None})
        return state

    def note_daemon(self, **parts: Any) -> None:
        """Keeps these fields of `DaemonState` in place of what they were."""
        state = replace(DaemonState(), **parts)
        for name in parts:
            value = getattr(state, name)
            self.state_set(name, Frozen(type(value)).process_bind_param(value))

    def prune(self, *, before: datetime, now: datetime) -> dict[str, int]:
        """Throws away items first seen before then, and answers how many of what went.

        Items of younger incidents and of incidents with alerts still under way stay, and so do those that a document
        still holds: their words tell whether a page becomes another story. Of what goes the identity keys stay as
        tombstones, until no document has held them for 400 days. Incidents, their alerts and what was reported of them
        are the ledger and stay for good; notices to the operator, and digests, go like items, once nothing of them is
        under way, and silences 30 days after their time.
        """
        unsent = select(AlertRow.incident_id).join(DeliveryRow, DeliveryRow.alert_id == AlertRow.id).where(_UNDER_WAY)
        needed = select(IncidentRow.id).where(or_(IncidentRow.opened_at >= before, IncidentRow.id.in_(unsent)))
        free = or_(ItemRow.incident_id.is_(None), ItemRow.incident_id.not_in(needed))
        held = select(FingerprintRow.key).where(
            FingerprintRow.item_id == ItemRow.id, FingerprintRow.last_seen >= before.date()
        )
        items = self._connection.execute(delete(ItemRow).where(ItemRow.first_seen < before, free, ~held.exists()))
        forgotten = FingerprintRow.last_seen < (now - TOMBSTONE_DAYS).date()
        keys = self._connection.execute(delete(FingerprintRow).where(FingerprintRow.item_id.is_(None), forgotten))
        under_way = select(DeliveryRow.alert_id).where(_UNDER_WAY)
        is_notice = AlertRow.kind != AlertKind.INCIDENT, AlertRow.created_at < before, AlertRow.id.not_in(under_way)
        old = select(AlertRow.id).where(*is_notice)
        self._connection.execute(delete(DeliveryRow).where(DeliveryRow.alert_id.in_(old)))
        notices = self._connection.execute(delete(AlertRow).where(*is_notice))
        self._connection.execute(delete(SilenceRow).where(SilenceRow.ends < now - SILENCE_DAYS))
        self._connection.execute(delete(HeldRow).where(HeldRow.due_at.is_(None), HeldRow.since < now - HELD_DAYS))
        return {"items": items.rowcount, "tombstones": keys.rowcount, "notices": notices.rowcount}
