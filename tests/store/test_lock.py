"""The place of the one daemon on a PostgreSQL database outlives the connection that holds it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from databases import database
from monitor.errors import AlreadyRunning
from monitor.store.store import Store


def test_a_daemon_takes_its_place_again_after_the_server_dropped_it(tmp_path: Path) -> None:
    """A restart of PostgreSQL ends the connection that holds the lock."""
    with database("postgresql", tmp_path) as address:
        one, other = Store(address), Store(address)
        with one.only_daemon() as make_sure:
            make_sure()
            _drop_connections(address)
            make_sure()
            with pytest.raises(AlreadyRunning), other.only_daemon():
                pass
            _drop_connections(address)
            with other.only_daemon(), pytest.raises(AlreadyRunning, match="another basewatch"):
                make_sure()
        one.close()
        other.close()


def _drop_connections(address: str) -> None:
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
