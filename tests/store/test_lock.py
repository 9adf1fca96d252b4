"""The place of the one daemon on a PostgreSQL database outlives the connection that holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from databases import database, drop_connections
from monitor.errors import AlreadyRunning
from monitor.store.store import Store


def test_a_daemon_takes_its_place_again_after_the_server_dropped_it(tmp_path: Path) -> None:
    """A restart of PostgreSQL ends the connection that holds the lock."""
    with database("postgresql", tmp_path) as address:
        one, other = Store(address), Store(address)
        with one.only_daemon() as make_sure:
            make_sure()
            drop_connections(address)
            make_sure()
            with pytest.raises(AlreadyRunning), other.only_daemon():
                pass
            drop_connections(address)
            with other.only_daemon(), pytest.raises(AlreadyRunning, match="another basewatch"):
                make_sure()
        one.close()
        other.close()
