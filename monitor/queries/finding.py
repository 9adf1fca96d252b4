"""Finds the stored item that a person names: by its id or by its link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.model.item import StoredItem
    from monitor.store.store import Transaction

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{13}")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


def is_id(what: str) -> bool:
    """Whether it is written as the id of an item."""
    return _ID.fullmatch(what) is not None


def is_link(what: str) -> bool:
    """Whether it is a link, and not an id or a text."""
    return _LINK.fullmatch(what) is not None


def find_item(tx: Transaction, what: str) -> StoredItem | None:
    """The stored item with this id, or the one that first had this link; None where there is none, or no more."""
    from monitor.dedupe.canonical import canonical_url

    if is_id(what) and (stored := tx.item(what)):
        return stored
    if is_link(what):
        link = canonical_url(what)
        return tx.find_item_by_url(link) if link else None
    return None
