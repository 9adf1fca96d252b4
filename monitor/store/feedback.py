"""What people say of what was done with items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from monitor.model.feedback import Feedback
from monitor.model.item import Item
from monitor.store.columns import columns_of, value_of
from monitor.store.part import Part
from monitor.store.tables import FeedbackRow, table_of

_TABLE = table_of(FeedbackRow)


class FeedbackPart(Part):
    """Questions and changes about feedback. It holds a copy of its item, and pruning leaves it alone."""

    def keep_feedback(self, feedback: Feedback) -> None:
        """Keeps it, in place of an earlier one on the same item."""
        self._put(FeedbackRow, columns_of(feedback.item) | columns_of(feedback, "item"))

    def feedback(self) -> list[Feedback]:
        """All of it, the last given first."""
        rows = self._connection.execute(select(_TABLE).order_by(_TABLE.c.given_at.desc(), _TABLE.c.id.desc()))
        return [_feedback(row) for row in rows.mappings()]

    def feedback_on(self, item_id: str) -> Feedback | None:
        """What was said of one item; None where nothing was."""
        row = self._connection.execute(select(_TABLE).where(_TABLE.c.id == item_id)).mappings().first()
        return _feedback(row) if row else None

    def take_back_feedback(self, item_id: str) -> bool:
        """Throws away what was said of an item; False where nothing was."""
        return bool(self._connection.execute(delete(_TABLE).where(_TABLE.c.id == item_id)).rowcount)


def _feedback(row: Mapping[Any, Any]) -> Feedback:
    return value_of(Feedback, row, item=value_of(Item, row))
