"""Identity keys: what has been seen, for longer than the items themselves are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.orm import aliased

from monitor.dedupe.fingerprint import KnownItem
from monitor.dedupe.words import TEXT_COMPARED, Words
from monitor.model.item import Novelty
from monitor.store.part import TransactionPart, chunks, insert_for
from monitor.store.tables import FeedRow, FingerprintRow, ItemRow, table_of


class FingerprintPart(TransactionPart):
    """Questions and changes about identity keys."""

    def known(self, keys: Iterable[int]) -> dict[int, KnownItem]:
        """What is remembered of these keys; the unknown ones are missing."""
        rows = [row for some in chunks(keys) for row in self._connection.execute(_KNOWN, {"keys": some})]
        said = self._said({item_id for _, item_id, *_ in rows if item_id is not None})
        nothing: dict[str, Any] = {}
        return {
            key: KnownItem(
                item_id=item_id, feed=feed, text_hash=text_hash, first_seen=first_seen, last_seen=last_seen,
                **said.get(item_id, nothing),
            )
            for key, item_id, feed, text_hash, first_seen, last_seen in rows
        }  # fmt: skip

    def holders(self, keys: Iterable[int]) -> dict[int, tuple[str | None, int]]:
        """Of these keys the item that holds each, and the hash of its text: what must not change under a poll."""
        rows = (row for some in chunks(keys) for row in self._connection.execute(_HOLDERS, {"keys": some}))
        return {key: (item_id, text_hash) for key, item_id, text_hash in rows}

    def _said(self, item_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """What stored items say, each read once, though several keys are its."""
        rows = (row for some in chunks(item_ids) for row in self._connection.execute(_SAID, {"ids": some}))
        return {
            item_id: {
                "words": Words(title=title or "", text=text or "", published=published),
                "url": url or "", "copy_of": copy_of, "old": old,
            }
            for item_id, title, text, published, url, copy_of, old in rows
        }  # fmt: skip

    def remember(self, rows: Sequence[tuple[str, int, str | None, int, datetime]]) -> None:
        """Keeps (feed, key, item id, text hash, when); a key that is held already goes to the item named here.

        A key that stays with its item keeps the time when it was first seen. One call for all rows of many polls is
        many times faster than one per item.
        """
        if rows:
            values = [
                {"feed_id": self._feed_id(feed), "key": key, "item_id": item, "text_hash": text_hash,
                 "first_seen": when, "last_seen": when.date()}
                for feed, key, item, text_hash, when in rows
            ]  # fmt: skip
            self._many(_remember(self._connection.dialect.name), values)

    def touch(self, keys: Iterable[int], *, now: datetime) -> None:
        """Notes that a document still holds these; writes at most once a day for each."""
        for some in chunks(keys):
            self._connection.execute(_TOUCH, {"keys": some, "today": now.date()})


def _known() -> Any:
    held = FingerprintRow
    columns = held.key, held.item_id, FeedRow.name.label("feed"), held.text_hash, held.first_seen, held.last_seen
    return select(*columns).join(FeedRow, FeedRow.id == held.feed_id).where(_is_asked(held.key, "keys"))


def _said() -> Any:
    original = aliased(ItemRow)
    # an edit of a first-poll item, or of its copy in another feed, must stay as quiet as the item itself
    old = case(
        (ItemRow.novelty == Novelty.OLD, ItemRow.novelty_reason),
        (original.novelty == Novelty.OLD, original.novelty_reason),
    )
    text = func.coalesce(
        func.nullif(func.substr(ItemRow.summary, 1, TEXT_COMPARED), ""), func.substr(ItemRow.body, 1, TEXT_COMPARED)
    )
    columns = ItemRow.id, ItemRow.title, text, ItemRow.published, ItemRow.url, ItemRow.copy_of, old
    return select(*columns).outerjoin(original, original.id == ItemRow.copy_of).where(_is_asked(ItemRow.id, "ids"))


def _is_asked(column: Any, name: str) -> Any:
    return column.in_(bindparam(name, expanding=True))


@cache
def _remember(dialect: str) -> Any:
    new = insert_for(dialect, FingerprintRow)
    stays = FingerprintRow.item_id == new.excluded.item_id
    changes = {name: new.excluded[name] for name in ("feed_id", "item_id", "text_hash", "last_seen")}
    changes["first_seen"] = case((stays, FingerprintRow.first_seen), else_=new.excluded.first_seen)
    return new.on_conflict_do_update(index_elements=["key"], set_=changes)


# put together once: building these costs SQLAlchemy more than running them costs SQLite
_KNOWN, _SAID = _known(), _said()
_HOLDERS = select(FingerprintRow.key, FingerprintRow.item_id, FingerprintRow.text_hash).where(
    _is_asked(FingerprintRow.key, "keys")
)
_TABLE = table_of(FingerprintRow)
_TOUCH = (
    update(_TABLE)
    .where(_is_asked(_TABLE.c.key, "keys"), _TABLE.c.last_seen < bindparam("today"))
    .values(last_seen=bindparam("today"))
)
