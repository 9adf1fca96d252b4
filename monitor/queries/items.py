"""Stored items page by page, the newest first."""

from __future__ import annotations

from monitor.model.item import StoredItem
from monitor.queries.paging import LIMIT, Page, behind, cursor_of, page_of
from monitor.store.paging import ItemFilter
from monitor.store.store import Transaction

EVERY_ITEM = ItemFilter()
#: nobody counts further
MOST_COUNTED = 10_000


def items(
    tx: Transaction, wanted: ItemFilter = EVERY_ITEM, *, cursor: str = "", limit: int = LIMIT
) -> Page[StoredItem]:
    """A page of at most `limit` items. `UsageError` where the cursor is none; no item of a feed that is not known."""
    found = tx.items_page(wanted, after=behind(cursor), limit=limit + 1)
    return page_of(found, limit, lambda stored: cursor_of(stored.item.first_seen, stored.item.id))


def count_items(tx: Transaction, wanted: ItemFilter = EVERY_ITEM) -> int:
    """How many items there are; `MOST_COUNTED` means that many or more."""
    return tx.count_wanted_items(wanted, most=MOST_COUNTED)
