"""Items with everything that was decided about them, and what people say of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, insert, select, update

from monitor.dedupe.fingerprint import link_key
from monitor.model.alert import Decision
from monitor.model.feedback import Feedback
from monitor.model.item import Item, StoredItem
from monitor.store.columns import columns_of, value_of
from monitor.store.part import TransactionPart, chunks
from monitor.store.tables import FeedbackRow, FeedRow, FingerprintRow, ItemRow, table_of

_TABLE, _FEEDBACK = table_of(ItemRow), table_of(FeedbackRow)
_INSERT = insert(_TABLE)
_UPDATE = update(_TABLE).where(_TABLE.c.id == bindparam("of"))
#: rows that are read ahead where many are asked for
AT_A_TIME = 500


class ItemPart(TransactionPart):
    """Questions and changes about items and feedback, which holds a copy of its item: pruning leaves it alone."""

    def add_items(self, items: Sequence[StoredItem]) -> None:
        """Stores new items; their ids come from `new_id`, their feeds are known."""
        self._many(_INSERT, [self._row(stored) for stored in items])

    def update_items(self, items: Sequence[StoredItem]) -> None:
        """Replaces stored items by their edited selves."""
        if items:
            rows = [self._row(stored) for stored in items]
            self._connection.execute(_UPDATE, [{"of": row.pop("id"), **row} for row in rows])

    def item(self, item_id: str) -> StoredItem | None:
        """One item; None where there is none, or no more."""
        return self._first(items_asked().where(ItemRow.id == item_id))

    def items_by_id(self, ids: Collection[str]) -> dict[str, StoredItem]:
        """The items with these ids, as far as there are any."""
        found = (self._all(items_asked().where(ItemRow.id.in_(some))) for some in chunks(ids))
        return {stored.item.id: stored for some in found for stored in some}

    def reported(self, ids: Collection[str]) -> dict[str, StoredItem]:
        """Of the items with these ids those that belong to an incident."""
        of_incidents = items_asked().where(_TABLE.c.incident_id.is_not(None))
        found = (self._all(of_incidents.where(ItemRow.id.in_(some))) for some in chunks(ids))
        return {stored.item.id: stored for some in found for stored in some}

    def items(self, since: datetime, *, feed: str | None = None, limit: int | None = None) -> list[StoredItem]:
        """Items first seen since then, newest first."""
        query = items_asked().where(ItemRow.first_seen >= since).order_by(ItemRow.first_seen.desc(), ItemRow.id.desc())
        if feed is not None:
            query = query.where(ItemRow.feed_id == self._feed_id(feed))
        return self._all(query.limit(limit))

    def reports_since(self, since: datetime) -> list[StoredItem]:
        """Items of incidents that were first seen since then, in the order in which they came."""
        query = items_asked().where(ItemRow.first_seen >= since, ItemRow.incident_id.is_not(None))
        return self._all(query.order_by(ItemRow.id))

    def items_in_order(self, since: datetime) -> Iterator[StoredItem]:
        """Items first seen since then in the order in which they came, a few hundred of them in memory at a time."""
        query = items_asked().where(ItemRow.first_seen >= since).order_by(ItemRow.first_seen, ItemRow.id)
        for row in self._connection.execute(query, execution_options={"yield_per": AT_A_TIME}):
            yield stored_of(row)

    def count_items(self, since: datetime) -> int:
        """How many items were first seen since then."""
        return self._connection.scalar(select(func.count()).where(_TABLE.c.first_seen >= since)) or 0

    def find_item_by_url(self, canonical_url: str) -> StoredItem | None:
        """The item that first had this canonical address (found by its identity key)."""
        holder = select(FingerprintRow.item_id).where(FingerprintRow.key == link_key(canonical_url)).scalar_subquery()
        return self._first(items_asked().where(ItemRow.id == holder))

    def items_of_incidents(self, incident_ids: Iterable[str]) -> dict[str, list[StoredItem]]:
        """The items of each of these incidents in the order in which they came; one without items is not in it."""
        found: dict[str, list[StoredItem]] = {}
        for some in chunks(incident_ids):
            for stored in self._all(items_asked().where(ItemRow.incident_id.in_(some)).order_by(ItemRow.id)):
                found.setdefault(str(stored.incident_id), []).append(stored)
        return found

    def incident_sources(self, incident_ids: Iterable[str]) -> dict[str, list[tuple[str, str, str]]]:
        """Publisher (or feed), link and title of the items of each of these incidents, in the order of their coming."""
        columns = _TABLE.c.incident_id, _TABLE.c.publisher, FeedRow.name, _TABLE.c.url, _TABLE.c.title
        asked = select(*columns).join(FeedRow, FeedRow.id == ItemRow.feed_id).order_by(ItemRow.id)
        found: dict[str, list[tuple[str, str, str]]] = {}
        for some in chunks(incident_ids):
            for incident_id, publisher, feed, url, title in self._connection.execute(
                asked.where(ItemRow.incident_id.in_(some))
            ):
                found.setdefault(incident_id, []).append((publisher or feed, url, title))
        return found

    # --------------------------------------------------------- what people say of them

    def keep_feedback(self, feedback: Feedback) -> None:
        """Keeps it, in place of an earlier one on the same item."""
        self._put(FeedbackRow, columns_of(feedback.item) | columns_of(feedback, "item"))

    def feedback(self) -> list[Feedback]:
        """All of it, the last given first."""
        rows = self._connection.execute(select(_FEEDBACK).order_by(_FEEDBACK.c.given_at.desc(), _FEEDBACK.c.id.desc()))
        return [_feedback(row) for row in rows.mappings()]

    def feedback_on(self, item_id: str) -> Feedback | None:
        """What was said of one item; None where nothing was."""
        row = self._connection.execute(select(_FEEDBACK).where(_FEEDBACK.c.id == item_id)).mappings().first()
        return _feedback(row) if row else None

    def take_back_feedback(self, item_id: str) -> bool:
        """Throws away what was said of an item; False where nothing was."""
        return bool(self._connection.execute(delete(_FEEDBACK).where(_FEEDBACK.c.id == item_id)).rowcount)

    # ------------------------------------------------------------------------- rows

    def _all(self, query: Select[Any]) -> list[StoredItem]:
        return [stored_of(row) for row in self._connection.execute(query)]

    def _first(self, query: Select[Any]) -> StoredItem | None:
        row = self._connection.execute(query.limit(1)).first()
        return None if row is None else stored_of(row)

    def _row(self, stored: StoredItem) -> dict[str, Any]:
        meaning, decision = stored.classification, stored.decision
        return columns_of(stored.item, "feed") | columns_of(stored, "item", "decision") | {
            "feed_id": self._feed_id(stored.item.feed),
            "act": meaning.act if meaning else None,
            "rule": meaning.rule if meaning else None,
            "level": meaning.level if meaning else None,
            "tell": decision.tell if decision else None,
            "decision": decision.reason if decision else None,
            "decision_detail": decision.detail if decision else "",
        }  # fmt: skip


def items_asked() -> Select[Any]:
    """Items with the names of their feeds."""
    return select(_TABLE, FeedRow.name.label("feed")).join(FeedRow, FeedRow.id == ItemRow.feed_id)


def stored_of(row: Row[Any]) -> StoredItem:
    """The item of a row of `items_asked`."""
    decision = None
    if row.decision is not None:
        decision = Decision(tell=row.tell, reason=row.decision, detail=row.decision_detail)
    values = row._asdict()
    return value_of(StoredItem, values, item=value_of(Item, values), decision=decision)


def _feedback(row: Mapping[Any, Any]) -> Feedback:
    return value_of(Feedback, row, item=value_of(Item, row))
