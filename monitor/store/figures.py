"""Numbers for metrics: each is answered from an index or a small table, never by counting items."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, or_, select

from monitor.model.delivery import DeliveryState
from monitor.store.part import TransactionPart
from monitor.store.tables import (
    AlertRow,
    DeliveryRow,
    FeedRow,
    HeldRow,
    IncidentRow,
    IncidentVersionRow,
    ItemRow,
    PollRow,
    table_of,
)

_INCIDENTS, _POLLS = table_of(IncidentRow), table_of(PollRow)


class FigurePart(TransactionPart):
    """Questions for numbers and for the newest change."""

    def deliveries_under_way(self) -> dict[str, int]:
        """How many deliveries wait or are being sent, by state."""
        states = DeliveryState.PENDING, DeliveryState.SENDING
        asked = select(DeliveryRow.state, func.count()).where(DeliveryRow.state.in_(states)).group_by(DeliveryRow.state)
        return {str(state): count for state, count in self._connection.execute(asked)}

    def oldest_held(self) -> tuple[int, datetime | None]:
        """How many incidents wait for a channel, and since when the one that waits longest does."""
        count, since = self._connection.execute(select(func.count(), func.min(HeldRow.since))).one()
        return count, since

    def oldest_due_feed(self) -> datetime | None:
        """When the feed is, or was, due that is asked next."""
        due: datetime | None = self._connection.scalar(
            select(func.min(FeedRow.next_poll_at)).where(FeedRow.configured, FeedRow.next_poll_at.is_not(None))
        )
        return due

    def newest_item(self) -> datetime | None:
        """When the last item was first seen."""
        newest: datetime | None = self._connection.scalar(select(func.max(ItemRow.first_seen)))
        return newest

    def incidents_by_grade(self, since: date) -> dict[str, int]:
        """How many incidents there are from that local date on, by grade."""
        stands = _INCIDENTS.c.date >= since, _INCIDENTS.c.merged_into == ""
        asked = select(_INCIDENTS.c.grade, func.count()).where(*stands).group_by(_INCIDENTS.c.grade)
        return {str(grade): count for grade, count in self._connection.execute(asked)}

    def newest_alert(self) -> datetime | None:
        """When the last message was queued."""
        newest: datetime | None = self._connection.scalar(select(func.max(AlertRow.created_at)))
        return newest

    def newest_version(self) -> datetime | None:
        """When an incident changed last."""
        newest: datetime | None = self._connection.scalar(select(func.max(IncidentVersionRow.at)))
        return newest

    def newest_news(self) -> int:
        """The number of the last poll that brought something new, or an edit; 0 where none did."""
        brought = or_(_POLLS.c.new > 0, _POLLS.c.updated > 0, _POLLS.c.copies > 0)
        return self._connection.scalar(select(_POLLS.c.id).where(brought).order_by(_POLLS.c.id.desc()).limit(1)) or 0
