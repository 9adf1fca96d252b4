"""Two stores on one SQLite file in one process: the locks of the first stay."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from monitor.store.store import Store
from monitor.store.upgrade import upgrade


def test_a_second_store_gives_no_lock_of_the_first_back(tmp_path: Path) -> None:
    """Another process that opens and closes the database must not take itself for the last and delete the log."""
    url = f"sqlite:///{tmp_path / 'basewatch.db'}"
    upgrade(url)
    with closing(Store(url)) as first, closing(Store(url)) as second:
        with first.transaction() as tx:
            tx.state_set("x", 1)
        with closing(Store(url)), second.read() as tx:
            assert tx.state_get("x") == 1
        other = f"from monitor.store.upgrade import check_schema; check_schema({url!r})"
        subprocess.run([sys.executable, "-c", other], check=True, timeout=60)
        log = tmp_path / "basewatch.db-wal"
        assert log.exists()
        with first.transaction() as tx:
            tx.state_set("x", 2)
        reader = f"from monitor.store.store import Store\nwith Store({url!r}).read() as tx: print(tx.state_get('x'))"
        done = subprocess.run([sys.executable, "-c", reader], check=True, timeout=60, capture_output=True, text=True)
        assert done.stdout == "2\n"
