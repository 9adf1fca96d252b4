"""Signs of life: the few numbers by which every page shows that basewatch works, counted by the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from monitor.model.delivery import DeliveryState
from monitor.model.feed import FeedCounts
from monitor.store.part import TransactionPart
from monitor.store.tables import DeliveryRow, FeedRow, ItemRow, table_of

_FEEDS, _DELIVERIES, _ITEMS = table_of(FeedRow), table_of(DeliveryRow), table_of(ItemRow)
#: feeds of a kind that are told by name
_FEW = 5


class SignsPart(TransactionPart):
    """Questions whose cost does not grow with what is stored."""

    def feed_numbers(self, *, answered_since: datetime, due_before: datetime) -> FeedCounts:
        """How many configured feeds there are, how fresh they are, and how many cannot be read or are not polled."""
        mine, success, blind = _FEEDS.c.configured, _FEEDS.c.last_success_at, _FEEDS.c.blind_told_at
        late = _FEEDS.c.next_poll_at < due_before
        columns = (
            func.count(), func.count(_FEEDS.c.baseline_at), func.count().filter(success >= answered_since),
            func.count(blind), func.count(_FEEDS.c.silent_told_at), func.count().filter(late), func.max(success),
        )  # fmt: skip
        known, learned, answered, unread, silent, overdue, newest = self._connection.execute(
            select(*columns).where(mine)
        ).one()
        needed = mine, success.is_not(None), blind.is_(None)
        oldest = self._connection.execute(
            select(success, _FEEDS.c.name).where(*needed).order_by(success, _FEEDS.c.name).limit(1)
        ).first()
        return FeedCounts(
            known=known, learned=learned, answered=answered, newest_success=newest, silent=silent,
            blind=unread, blind_names=self._first_names(blind.is_not(None)) if unread else (),
            late=overdue, late_names=self._first_names(late) if overdue else (),
            oldest_success=oldest[0] if oldest else None, oldest_feed=oldest[1] if oldest else "",
        )  # fmt: skip

    def _first_names(self, those: ColumnElement[bool]) -> tuple[str, ...]:
        name = _FEEDS.c.name
        return tuple(
            self._connection.scalars(select(name).where(_FEEDS.c.configured, those).order_by(name).limit(_FEW))
        )

    def deliveries_waiting(self) -> int:
        """How many deliveries are neither sent nor given up."""
        open_ones = _DELIVERIES.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING))
        return self._connection.scalar(select(func.count()).select_from(_DELIVERIES).where(open_ones)) or 0

    def newest_item_at(self) -> datetime | None:
        """When the last item was stored."""
        found: datetime | None = self._connection.scalar(select(func.max(_ITEMS.c.first_seen)))
        return found
