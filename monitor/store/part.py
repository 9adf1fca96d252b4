"""What every part of a transaction has: the connection, and the few ways of asking that all of them use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from monitor.errors import StoreError
from monitor.store.tables import FeedRow, TableRow, table_of

T = TypeVar("T")

#: values in one IN (…): every SQLite allows 999 parameters in a statement
CHUNK = 500

_FEED_ID = select(FeedRow.id).where(FeedRow.name == bindparam("of"))


class TransactionPart:
    """A noun's questions and changes inside one transaction. It neither begins nor commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._feed_ids: dict[str, int] = {}

    def _feed_id(self, name: str) -> int:
        """The row number of a feed; asked for once per transaction."""
        if name not in self._feed_ids:
            found = self._connection.scalar(_FEED_ID, {"of": name})
            if found is None:
                raise StoreError(f"the database knows no feed {name!r}; it learns of feeds from the feeds file")
            self._feed_ids[name] = found
        return self._feed_ids[name]

    def _insert(self, row: type[TableRow]) -> Any:
        return insert_for(self._connection.dialect.name, row)

    def _put(self, row: type[TableRow], values: dict[str, Any]) -> None:
        """One row, in place of the one that has its key, if there is one."""
        self._put_all(row, [values])

    def _put_all(self, row: type[TableRow], rows: Sequence[dict[str, Any]]) -> None:
        """Rows with the same columns, each in place of the one that has its key, if there is one."""
        if not rows:
            return
        key = [column.name for column in table_of(row).primary_key]
        new = self._insert(row)
        others = {name: new.excluded[name] for name in rows[0] if name not in key}
        self._connection.execute(new.on_conflict_do_update(index_elements=key, set_=others), list(rows))


def insert_for(dialect: str, row: type[TableRow]) -> Any:
    """An INSERT that can say ON CONFLICT, which each database spells its own way."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table_of(row))


def chunks(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """The values in lists that fit into one statement."""
    iterator = iter(values)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
