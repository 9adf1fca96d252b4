"""One daemon on one database: a second `basewatch run` would send every alert twice."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from monitor.errors import StoreError
from monitor.store.engine import plainly

#: key of the PostgreSQL advisory lock: "basewatch" as a number
_ADVISORY_KEY = 0x62617365

_HELD = "another basewatch daemon works on this database; stop it first, or give this one its own database"


@contextmanager
def only_daemon(engine: Engine) -> Iterator[None]:
    """Holds the daemon's lock; `StoreError` where another process holds it. The system frees it when we are killed."""
    if engine.dialect.name == "postgresql":
        with _postgresql_lock(engine):
            yield
        return
    with Path(f"{engine.url.database}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreError(_HELD) from None
        yield


@contextmanager
def _postgresql_lock(engine: Engine) -> Iterator[None]:
    """An advisory lock; it lives as long as its connection, which is therefore not given back to the pool."""
    with plainly(engine):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        free = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
    try:
        if not free:
            raise StoreError(_HELD)
        yield
    finally:
        connection.invalidate()
        connection.close()
