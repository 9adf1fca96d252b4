"""What every part of a transaction has: the connection, and the few ways of asking that all of them use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, bindparam, select
from sqlalchemy.dialects import sqlite

from monitor.errors import StoreError
from monitor.model.alert import Alert
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
        #: messages that this transaction queued
        self.queued: list[Alert] = []

    def _feed_id(self, name: str) -> int:
        """The row number of a feed; asked for once per transaction."""
        if name not in self._feed_ids:
            found = self._connection.scalar(_FEED_ID, {"of": name})
            if found is None:
                raise StoreError(f"the database knows no feed {name!r}; it learns of feeds from the feeds file")
            self._feed_ids[name] = found
        return self._feed_ids[name]

    def _many(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """One statement for many rows with the same names, as `execute` would do it.

        SQLAlchemy works out for each row which parameters there are and how each is converted; here that is found
        once, which halves the time of a large insert. `statement` is one that lives on, not made for this call.
        """
        if rows:
            plan = _plan(statement, self._connection.dialect, tuple(rows[0]))
            self._connection.exec_driver_sql(plan.sql, plan.parameters(rows))

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


class _Plan:
    """How a statement is said to the driver, and how each parameter becomes what the driver takes."""

    def __init__(
        self,
        sql: str,
        places: Sequence[tuple[str, Callable[[Any], Any] | None]],
        constants: Mapping[str, Any],
        *,
        by_name: bool,
    ) -> None:
        self.sql = sql
        self._places = places
        self._constants = constants
        self._by_name = by_name

    def parameters(self, rows: Iterable[Mapping[str, Any]]) -> Any:
        places = self._places
        if self._constants:
            rows = ({**self._constants, **row} for row in rows)
        if self._by_name:
            return [{name: told(row[name]) if told else row[name] for name, told in places} for row in rows]
        return [tuple([told(row[name]) if told else row[name] for name, told in places]) for row in rows]


@cache
def _plan(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Plan:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    told = {name: bound.type.dialect_impl(dialect).bind_processor(dialect) for name, bound in compiled.binds.items()}
    order = compiled.positiontup if compiled.positional else told  # a name may stand in several places
    constants = {name: bound.effective_value for name, bound in compiled.binds.items() if name not in names}
    places = [(name, told[name]) for name in order]
    return _Plan(str(compiled), places, constants, by_name=not compiled.positional)


def insert_for(dialect: str, row: type[TableRow]) -> Any:
    """An INSERT that can say ON CONFLICT, which each database spells its own way."""
    if dialect == "sqlite":
        return sqlite.insert(table_of(row))
    from sqlalchemy.dialects import postgresql  # who keeps to SQLite never loads it

    return postgresql.insert(table_of(row))


def chunks(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """The values in lists that fit into one statement."""
    iterator = iter(values)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
