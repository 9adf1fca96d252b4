"""One daemon on one database: a second `basewatch run` would send every alert twice."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from monitor.errors import AlreadyRunning
from monitor.store.engine import plainly

#: key of the PostgreSQL advisory lock: "basewatch" as a number
_ADVISORY_KEY = 0x62617365

_HELD = "another basewatch daemon works on this database; stop it first, or give this one its own database"

#: makes sure that the lock is still held: `AlreadyRunning` where another daemon has it, `StoreError` without a database
MakeSure = Callable[[], None]


@contextmanager
def only_daemon(engine: Engine) -> Iterator[MakeSure]:
    """Holds the daemon's lock, or raises `AlreadyRunning`. The system frees it when we are killed."""
    if engine.dialect.name == "postgresql":
        lock = _AdvisoryLock(engine)
        lock.hold()
        try:
            yield lock.hold
        finally:
            lock.leave()
        return
    with Path(f"{engine.url.database}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(_HELD) from None
        yield lambda: None  # the system keeps it as long as we live


class _AdvisoryLock:
    """PostgreSQL's lock; it lives as long as its connection, which is therefore not given back to the pool.

    A restart of the server, or an administrator, ends the connection and with it the lock: whoever works on must
    take it again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def hold(self) -> None:
        """Takes the lock, or takes it once more (which its connection may), or again over a new connection."""
        with plainly(self._engine):
            try:
                held = self._taken()
            except DBAPIError:
                if self._connection is None:
                    raise
                self.leave()
                held = self._taken()
        if not held:
            self.leave()
            raise AlreadyRunning(_HELD)

    def leave(self) -> None:
        """Gives the lock back and ends the connection; without the first the server would hold it a moment longer."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                if not connection.invalidated:
                    connection.execute(select(func.pg_advisory_unlock_all()))
                    connection.invalidate()
            connection.close()

    def _taken(self) -> bool:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return bool(self._connection.scalar(select(func.pg_try_advisory_lock(_ADVISORY_KEY))))
