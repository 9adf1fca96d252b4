"""What people say of what was done with items."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Row, delete, select

from monitor.model.feedback import Feedback
from monitor.model.item import Item
from monitor.store.frozen import columns_of
from monitor.store.part import Part
from monitor.store.tables import FeedbackRow, table_of

_TABLE = table_of(FeedbackRow)
_ITEM = [field.name for field in fields(Item)]
_OWN = [field.name for field in fields(Feedback) if field.name != "item"]


class FeedbackPart(Part):
    """Questions and changes about feedback. It holds a copy of its item, and pruning leaves it alone."""

    def keep_feedback(self, feedback: Feedback) -> None:
        """Keeps it, in place of an earlier one on the same item."""
        row = columns_of(feedback)
        row |= columns_of(row.pop("item"))
        new = self._insert(FeedbackRow).values(row)
        later = {name: new.excluded[name] for name in row if name != "id"}
        self._connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=later))

    def feedback(self) -> list[Feedback]:
        """All of it, the last given first."""
        rows = self._connection.execute(select(_TABLE).order_by(_TABLE.c.given_at.desc(), _TABLE.c.id.desc()))
        return [_feedback(row) for row in rows]

    def feedback_on(self, item_id: str) -> Feedback | None:
        """What was said of one item; None where nothing was."""
        row = self._connection.execute(select(_TABLE).where(_TABLE.c.id == item_id)).first()
        return None if row is None else _feedback(row)

    def take_back_feedback(self, item_id: str) -> bool:
        """Throws away what was said of an item; False where nothing was."""
        return bool(self._connection.execute(delete(_TABLE).where(_TABLE.c.id == item_id)).rowcount)


def _feedback(row: Row[Any]) -> Feedback:
    held = row._mapping
    return Feedback(item=Item(**{name: held[name] for name in _ITEM}), **{name: held[name] for name in _OWN})
