"""Attention: which channel knows what of an incident, and what waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select, update

from monitor.model.ledger import ChannelState, Held, Notification
from monitor.model.report import Level
from monitor.store.columns import columns_of
from monitor.store.part import TransactionPart, chunks
from monitor.store.tables import ChannelStateRow, HeldRow, NotificationRow, table_of

_NOTIFICATIONS, _HELD = table_of(NotificationRow), table_of(HeldRow)
_CHANNELS = table_of(ChannelStateRow)


class AttentionPart(TransactionPart):
    """Questions and changes about what channels were told, or are told later."""

    # ---------------------------------------------------------------- what channels know

    def notifications(self, incident_ids: Iterable[str]) -> dict[tuple[str, str], Notification]:
        """What was told last of these incidents, by incident and channel."""
        found = {}
        for some in chunks(incident_ids):
            rows = self._connection.execute(select(_NOTIFICATIONS).where(_NOTIFICATIONS.c.incident_id.in_(some)))
            for row in rows.mappings():
                found[row["incident_id"], row["channel"]] = Notification(**row)
        return found

    def unacknowledged(self, channel: str, level: Level, since: datetime) -> list[Notification]:
        """What a channel was told since then at this level and nobody has acknowledged, the first told first."""
        waiting = _NOTIFICATIONS.c.channel == channel, _NOTIFICATIONS.c.acked_at.is_(None)
        recent = _NOTIFICATIONS.c.level == level, _NOTIFICATIONS.c.queued_at > since
        asked = select(_NOTIFICATIONS).where(*waiting, *recent).order_by(_NOTIFICATIONS.c.queued_at)
        return [Notification(**row) for row in self._connection.execute(asked).mappings()]

    def put_notification(self, notification: Notification) -> None:
        """What a channel is told now, in place of what it was told last."""
        self._put(NotificationRow, columns_of(notification))

    def forget_notifications(self, incident_id: str) -> None:
        """Nobody was told of an incident that went into another one; of that they were."""
        self._connection.execute(delete(_NOTIFICATIONS).where(_NOTIFICATIONS.c.incident_id == incident_id))

    def mark_taken(self, alert_id: str, channel: str, at: datetime) -> None:
        """An address of the channel took the message, or may have."""
        of_it = _NOTIFICATIONS.c.alert_id == alert_id, _NOTIFICATIONS.c.channel == channel
        self._connection.execute(update(_NOTIFICATIONS).where(*of_it).values(taken_at=at, failed_at=None))

    def mark_failed(self, alert_id: str, channel: str, at: datetime) -> None:
        """Every address of the channel gave up: it knows what it was told before. Nothing where one of them took it."""
        of_it = _NOTIFICATIONS.c.alert_id == alert_id, _NOTIFICATIONS.c.channel == channel
        untaken = self._connection.execute(select(_NOTIFICATIONS).where(*of_it, _NOTIFICATIONS.c.taken_at.is_(None)))
        for row in untaken.mappings().all():
            failed = Notification(**row)
            # it knows what it knew before this message
            if failed.sure is not None:
                failed = replace(failed, known=failed.sure, taken_at=at)
            self.put_notification(replace(failed, failed_at=at))

    # --------------------------------------------------------------------- what waits

    def hold(self, held: Held) -> None:
        """A channel is told of an incident later, in place of what was held of it before."""
        self._put(HeldRow, columns_of(held))

    def held(self, now: datetime | None = None, *, incident_id: str | None = None) -> list[Held]:
        """What is due by now, the first due first; None: all that waits. Of one incident, where one is named."""
        asked = select(_HELD).order_by(_HELD.c.due_at, _HELD.c.since)
        asked = asked if incident_id is None else asked.where(_HELD.c.incident_id == incident_id)
        asked = asked if now is None else asked.where(_HELD.c.due_at <= now)
        return [Held(**row) for row in self._connection.execute(asked).mappings()]

    def unhold(self, incident_id: str, channel: str) -> bool:
        """Nothing of the incident waits for the channel any more; False where nothing did."""
        of_it = _HELD.c.incident_id == incident_id, _HELD.c.channel == channel
        return bool(self._connection.execute(delete(_HELD).where(*of_it)).rowcount)

    # ----------------------------------------------------------------------- channels

    def channel_state(self, channel: str) -> ChannelState:
        """What is remembered of a channel; the defaults where nothing is."""
        row = self._connection.execute(select(_CHANNELS).where(_CHANNELS.c.channel == channel)).mappings().first()
        return ChannelState(**row) if row else ChannelState(channel=channel)

    def put_channel_state(self, state: ChannelState) -> None:
        """Keeps it in place of what was remembered."""
        self._put(ChannelStateRow, columns_of(state))
