"""The connection to the database, and its troubles in plain words.

SQLite runs with write-ahead log, foreign keys and `synchronous=NORMAL`. A commit survives every crash of the
program, `kill -9` too. A power cut may take the last commits back, each as a whole: feed validators, identity keys,
items and alerts stand in one transaction, so the next poll finds the same news again, and at worst an alert that
was sent in those seconds is sent once more. `FULL` would avoid that for one disk sync per poll (0.7 ms became 5 ms
for an unchanged feed when measured, and 500 feeds make that two seconds). Writers begin with BEGIN IMMEDIATE,
because a transaction that reads first and writes later fails at once under SQLite when another one wrote in
between. PostgreSQL is met through psycopg 3; its writers take an advisory lock to the same end: two processes that
relate the same news at the same time (`poll` beside `run`) would tell it twice.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from monitor.config.database import read_address, without_secrets
from monitor.errors import StoreError, ValueRefused

#: how long a transaction waits for another process to finish its own
BUSY_SECONDS = 15.0
CONNECT_SECONDS = 10
#: names the writers' lock among those of other programs in one PostgreSQL database
_WRITERS = 0x6261_7365_0001
#: a server that vanished without a word is given up after about a minute, not after the system's two hours
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}

_HEADER = b"SQLite format 3\0"
#: device and number of the SQLite files that this process has connected to
_CONNECTED: set[tuple[int, int]] = set()


def open_engine(address: str, *, reading_seconds: float | None = None) -> Engine:
    """An engine for a database address; connects to nothing yet. Refuses what cannot be a database of ours.

    `reading_seconds`: PostgreSQL ends a statement of a transaction that only reads after so long; None: never.
    """
    try:
        url = make_url(read_address(address, Path.cwd()))
    except ValueError as error:
        raise StoreError(f"the database address cannot be used: {error}") from None  # the cause would quote it
    if url.get_backend_name() == "sqlite":
        _look_at(Path(url.database or ""))
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "connect", lambda *_: _CONNECTED.add(_number_of(Path(url.database or ""))))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    patience = {"connect_timeout": CONNECT_SECONDS, "application_name": "basewatch", **_KEEPALIVE}
    engine = create_engine(url, pool_size=2, pool_pre_ping=True, connect_args=patience)
    event.listen(engine, "begin", _begin_postgresql)
    if reading_seconds is not None:
        event.listen(engine, "begin", partial(_limit_reading, f"{reading_seconds * 1000:.0f}ms"))
    return engine


def label_of(engine: Engine) -> str:
    """The address for people: without password."""
    return without_secrets(engine.url.render_as_string(hide_password=True))


def sqlite_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    return Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None


def _look_at(file: Path) -> None:
    """Says what SQLite would only call "unable to open database file"."""
    if file.is_dir():
        raise StoreError(f"{file} is a folder; name a file in it, for instance {file / 'basewatch.db'}")
    if not file.parent.is_dir():
        raise StoreError(f"there is no folder {file.parent}; make it, or name another place for the database")
    if file.exists():
        if not os.access(file, os.R_OK | os.W_OK):
            raise StoreError(f"{file} may not be read and written by this user")
        header = b""
        # to close a file gives back every lock of this process on it, those of its connections too: the next process
        # that closes the database would take it for its own and delete the log (sqlite.org/howtocorrupt.html, 2.2)
        if _number_of(file) not in _CONNECTED:
            with file.open("rb") as opened:
                header = opened.read(len(_HEADER))
        if header and header != _HEADER:
            raise StoreError(f"{file} is no SQLite database; name another file, or move this one away")
    if not os.access(file.parent, os.W_OK):
        raise StoreError(f"the folder {file.parent} may not be written by this user, and SQLite writes beside its file")


def _number_of(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


# ------------------------------------------------------------------------------------------- SQLite


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    # a pass over thousands of feeds writes many MiB: moved into the file each 16 MiB and not each 4
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        # another process may be making the same switch at this moment; the next connection finds it done
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


class FilePresence:
    """Notices that the file of an SQLite database was taken away or replaced while connections hold it open.

    They would go on writing into a file that nobody finds again, and a log that belongs to one file would be read into
    another (sqlite.org/howtocorrupt.html, 4). Knows nothing of PostgreSQL.
    """

    def __init__(self, engine: Engine) -> None:
        self._file = sqlite_file(engine)
        self._number: int | None = None

    def make_sure(self) -> None:
        """`StoreError` where the file is not the one that was opened."""
        if self._file is None:
            return
        try:
            number = self._file.stat().st_ino
        except OSError:
            if self._number is None:
                return  # never opened: SQLite makes it, or says why it cannot
            message = "is gone; put it back, or start basewatch again, which begins an empty one"
            raise StoreError(f"the database file {self._file} {message}") from None
        if self._number not in (None, number):
            message = "was replaced while it was open; stop basewatch before another one is put there, then start it"
            raise StoreError(f"the database file {self._file} {message}")
        self._number = number


# --------------------------------------------------------------------------------------- PostgreSQL


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get("read_only", False):
        patience = f"set_config('lock_timeout', '{BUSY_SECONDS * 1000:.0f}ms', true)"
        connection.exec_driver_sql(f"SELECT {patience}, pg_advisory_xact_lock({_WRITERS})")


def _limit_reading(limit: str, connection: Connection) -> None:
    if connection.get_execution_options().get("read_only", False):
        connection.exec_driver_sql(f"SELECT set_config('statement_timeout', '{limit}', true)")


# ------------------------------------------------------------------------------------- transactions


@contextmanager
def begin(engine: Engine, *, read_only: bool = False, keep: bool = True) -> Iterator[Connection]:
    """One transaction: committed at the end, rolled back on an exception or where `keep` is false.

    `read_only` refuses to write.
    """
    options: dict[str, Any] = {"read_only": True, "postgresql_readonly": True} if read_only else {}
    with plainly(engine), engine.connect().execution_options(**options) as connection, connection.begin() as whole:
        yield connection
        if not keep:
            whole.rollback()


@contextmanager
def plainly(engine: Engine) -> Iterator[None]:
    """What the database says as `StoreError` or `ValueRefused`, without statement, parameters and password."""
    try:
        yield
    except DBAPIError as error:
        kind = ValueRefused if isinstance(error, DataError | IntegrityError) else StoreError
        raise kind(f"{_sentence(error)} ({label_of(engine)})") from error


def _sentence(error: DBAPIError) -> str:
    said = " ".join(str(error.orig).split())
    low = f"{type(error.orig).__name__} {said}".casefold()
    meanings = (
        ("due to lock timeout", "another process holds the database; stop it or try again"),
        ("due to statement timeout", "the database takes too long to answer; try again, or ask for less"),
        ("database is locked", "another process holds the database; stop it or try again"),
        ("readonly database", "this database may only be read"),
        ("disk is full", "the disk with the database is full"),
        ("file is not a database", "the file is no SQLite database"),
        ("unable to open database file", "the database file cannot be opened or made there"),
        ("no such table", "the database is not set up; type: basewatch db upgrade"),
        ("undefinedtable", "the database is not set up; type: basewatch db upgrade"),
    )
    return next((meaning for sign, meaning in meanings if sign in low), f"the database answered: {said}")
