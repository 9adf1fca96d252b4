"""Signs of life: the few numbers by which every page shows that basewatch works, counted by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from monitor.model.delivery import DeliveryState
from monitor.store.part import TransactionPart
from monitor.store.tables import DeliveryRow, FeedRow, ItemRow, table_of

_FEEDS, _DELIVERIES, _ITEMS = table_of(FeedRow), table_of(DeliveryRow), table_of(ItemRow)


@dataclass(frozen=True, kw_only=True)
class FeedCounts:
    """The configured feeds in numbers."""

    known: int = 0
    #: that were read at least once
    learned: int = 0
    #: that were read since the moment that was asked for
    answered: int = 0
    #: the oldest last success of any feed of which the operator was not told that it cannot be read, and whose it is
    oldest_success: datetime | None = None
    oldest_feed: str = ""
    newest_success: datetime | None = None


class SignsPart(TransactionPart):
    """Questions whose cost does not grow with what is stored."""

    def feed_numbers(self, *, answered_since: datetime) -> FeedCounts:
        """How many configured feeds there are, and how fresh they are."""
        mine = _FEEDS.c.configured
        success = _FEEDS.c.last_success_at
        columns = (
            func.count(), func.count(_FEEDS.c.baseline_at), func.count().filter(success >= answered_since),
            func.max(success),
        )  # fmt: skip
        known, learned, answered, newest = self._connection.execute(select(*columns).where(mine)).one()
        needed = mine, success.is_not(None), _FEEDS.c.blind_told_at.is_(None)
        oldest = self._connection.execute(
            select(success, _FEEDS.c.name).where(*needed).order_by(success, _FEEDS.c.name).limit(1)
        ).first()
        return FeedCounts(
            known=known, learned=learned, answered=answered, newest_success=newest,
            oldest_success=oldest[0] if oldest else None, oldest_feed=oldest[1] if oldest else "",
        )  # fmt: skip

    def deliveries_waiting(self) -> int:
        """How many deliveries are neither sent nor given up."""
        open_ones = _DELIVERIES.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING))
        return self._connection.scalar(select(func.count()).select_from(_DELIVERIES).where(open_ones)) or 0

    def newest_item_at(self) -> datetime | None:
        """When the last item was stored."""
        found: datetime | None = self._connection.scalar(select(func.max(_ITEMS.c.first_seen)))
        return found
