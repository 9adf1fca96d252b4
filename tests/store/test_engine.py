"""Transactions, locks, crashes, and what an unusable database says."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from databases import database, drop_connections
from monitor.errors import StoreError, ValueRefused
from monitor.store import engine
from monitor.store.store import Store, Transaction
from monitor.store.thread import StoreThread
from monitor.store.upgrade import SchemaState, schema_state, upgrade
from values import FEED, NOW, stored_item

REPOSITORY = Path(__file__).parent.parent.parent
SECRET = "hunter2"


@pytest.fixture
def synced(store: Store) -> Store:
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
    return store


def test_an_exception_leaves_nothing_behind(synced: Store) -> None:
    def half() -> None:
        with synced.transaction() as tx:
            tx.add_items([stored_item("A")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with synced.read() as tx:
        assert tx.item("A") is None


def test_a_broken_promise_between_rows_is_refused_at_the_commit(synced: Store) -> None:
    with pytest.raises(ValueRefused), synced.transaction() as tx:
        tx.remember([(FEED.name, *row, NOW) for row in [(1, "NOBODY", 0)]])
    with synced.read() as tx:
        assert tx.known([1]) == {}


def test_reading_refuses_to_write_and_writing_goes_on_after_it(synced: Store) -> None:
    with pytest.raises(StoreError, match=r"may only be read|read-only"), synced.read() as tx:
        tx.state_set("note", 1)
    with synced.transaction() as tx:
        tx.state_set("note", 2)
    with synced.read() as tx:
        assert tx.state_get("note") == 2


def test_reading_goes_on_beside_a_writer(synced: Store) -> None:
    with synced.transaction() as writer:
        writer.state_set("note", 1)
        with synced.read() as reader:
            assert reader.state_get("note") is None


def test_writers_wait_for_each_other_and_lose_nothing(synced: Store) -> None:
    with synced.transaction() as tx:
        tx.state_set("count", 0)

    def count() -> None:
        for _ in range(10):
            with synced.transaction() as tx:
                tx.state_set("count", tx.state_get("count") + 1)

    workers = [threading.Thread(target=count) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with synced.read() as tx:
        assert tx.state_get("count") == 30


def test_a_database_that_another_process_holds_is_named_after_the_wait(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    one, other = Store(database_url), Store(database_url)
    with (
        one.transaction(),
        pytest.raises(StoreError, match="another process holds the database"),
        other.transaction(),
    ):
        pass
    one.close()
    other.close()


def test_a_question_of_a_page_is_ended_and_a_change_is_not(tmp_path: Path) -> None:
    with database("postgresql", tmp_path) as address:
        store = Store(address, reading_seconds=0.05)
        slow = "SELECT pg_sleep(0.2)"
        with pytest.raises(StoreError, match="takes too long to answer"), store.read() as tx:
            tx._connection.exec_driver_sql(slow)
        with store.transaction() as tx:
            tx._connection.exec_driver_sql(slow)
        store.close()


def test_a_connection_that_the_server_cuts_is_told_and_the_next_transaction_has_another(tmp_path: Path) -> None:
    with database("postgresql", tmp_path) as address:
        store = Store(address)
        thread = StoreThread(store)

        def cut(tx: Transaction) -> None:
            tx.state_set("note", "lost")
            drop_connections(address)
            tx.state_set("note", "lost")

        async def work() -> None:
            await thread.run(lambda tx: tx.state_set("note", "before"))
            drop_connections(address)
            await thread.run(lambda tx: tx.state_set("note", "cut between two transactions"))
            with pytest.raises(StoreError, match="terminating connection"):
                await thread.run(cut)
            assert await thread.run(lambda tx: tx.state_get("note")) == "cut between two transactions"

        asyncio.run(work())
        thread.close()
        store.close()


def test_there_is_one_daemon_for_a_database(database_url: str) -> None:
    one, other = Store(database_url), Store(database_url)
    with one.only_daemon(), pytest.raises(StoreError, match="another basewatch"), other.only_daemon():
        pass
    for store in (other, one) * 20:  # who leaves has left: the next one need not wait until the server notices
        with store.only_daemon():
            pass
    one.close()
    other.close()


WRITER = """
import os, sys, time
sys.path.insert(0, sys.argv[2])
from values import FEED, NOW, stored_item
from monitor.store.store import Store, Transaction
from monitor.store.thread import StoreThread
store = Store(sys.argv[1])
with store.transaction() as tx:
    tx.sync_feeds([FEED], now=NOW)
with store.transaction() as tx:
    tx.add_items([stored_item(f"I{n}") for n in range(500)])
    tx.remember([(FEED.name, *row, NOW) for row in [(n, f"I{n}", 0) for n in range(500)]])
    print("half", flush=True)
    time.sleep(60)
"""


def test_kill_9_in_the_middle_of_a_transaction_leaves_nothing_half(database_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", WRITER, database_url, str(Path(__file__).parent.parent / "support")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        writer.send_signal(signal.SIGKILL)
    store = Store(database_url)
    with store.transaction() as tx:
        assert [state.name for state in tx.feed_states()] == [FEED.name]
        assert tx.items(NOW) == []
        assert tx.known(range(500)) == {}
        tx.add_items([stored_item("AFTER")])
    store.close()


# ----------------------------------------------------------------------------- unusable databases


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "no database address"),
        ("basewatch.db", "no database address"),
        ("sqlite://", "in memory would forget"),
        ("sqlite:///:memory:", "in memory would forget"),
        ("mysql://user:hunter2@host/name", "SQLite and PostgreSQL"),
        ("postgresql+asyncpg://user:hunter2@host/name", "psycopg 3"),
        ("postgresql://user:hunter2@host:port/name", "cannot be read"),
        ("postgresql://user:hunter2/@host/name", "cannot be read|cannot be used"),
        ("postgresql://user:hunter2@127.0.0.1:1/name", "refused"),
        ("postgres://user:hunter2@127.0.0.1:1/name", "refused"),
        ("postgresql://user:hunter2@/name?host=/nowhere/at/all", "No such file"),
        ("sqlite:///{folder}", "is a folder"),
        ("sqlite:///{folder}/missing/x.db", "there is no folder"),
        ("sqlite:///{folder}/text.db", "no SQLite database"),
        ("sqlite:///{folder}/torn.db", "SQLite database|malformed"),
    ],
)
def test_an_unusable_database_is_explained_without_its_password(address: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("these are notes about the weekend")
    (tmp_path / "torn.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 200)
    with pytest.raises(StoreError, match=says) as caught:
        schema_state(address.format(folder=tmp_path))
    assert SECRET not in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_a_file_or_folder_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address, file = f"sqlite:///{tmp_path / 'x.db'}", tmp_path / "x.db"
    upgrade(address)
    # root, who runs many a test, may write everywhere
    monkeypatch.setattr(os, "access", lambda path, _mode: path != file)
    with pytest.raises(StoreError, match=r"x\.db may not be read and written"):
        schema_state(address)
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path)
    with pytest.raises(StoreError, match=r"the folder .* may not be written"):
        schema_state(address)


def test_work_on_the_database_thread_is_kept_or_not(synced: Store) -> None:
    async def work() -> list[object]:
        thread = StoreThread(synced)
        try:
            await thread.run(lambda tx: tx.state_set("kept", 1))
            await thread.run(lambda tx: tx.state_set("dry run", 1), keep=False)
            return await thread.run(lambda tx: [tx.state_get("kept"), tx.state_get("dry run")])
        finally:
            thread.close()

    assert asyncio.run(work()) == [1, None]


def test_the_label_shows_no_password(tmp_path: Path) -> None:
    store = Store("postgresql://user:hunter2@host/name?sslpassword=hunter2")
    assert store.label == "postgresql+psycopg://user:***@host/name?sslpassword=***"
    file = tmp_path / "x.db"
    assert Store(f"sqlite:///{file}").label == f"sqlite:///{file}"


def test_a_store_without_schema_says_what_to_type(empty_database_url: str) -> None:
    store = Store(empty_database_url)
    with pytest.raises(StoreError, match="basewatch db upgrade"), store.read() as tx:
        tx.feed_states()
    store.close()


def test_a_relative_address_means_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    upgrade("sqlite:///here.db")
    assert (tmp_path / "here.db").exists()
    assert schema_state("sqlite:///here.db") is SchemaState.CURRENT


def test_a_database_file_that_is_taken_away_takes_nothing_more(tmp_path: Path) -> None:
    """Its connections would go on writing into a file that nobody finds again."""
    with database("sqlite", tmp_path) as address:
        store = Store(address)
        file = Path(store.label.removeprefix("sqlite:///"))
        with store.transaction() as tx:
            tx.state_set("note", 1)
        hidden = file.rename(file.with_suffix(".away"))
        for open_one in (store.transaction, store.read):
            with pytest.raises(StoreError, match=r"the database file .* is gone; put it back"), open_one():
                pass
        hidden.rename(file)
        with store.read() as tx:
            assert tx.state_get("note") == 1
        store.close()


def test_a_database_file_that_was_replaced_is_not_used(tmp_path: Path) -> None:
    """The old one's log would be read into it."""
    with database("sqlite", tmp_path) as address:
        store = Store(address)
        file = Path(store.label.removeprefix("sqlite:///"))
        with store.transaction() as tx:
            tx.state_set("note", 1)
        (tmp_path / "copy").write_bytes(file.read_bytes())
        (tmp_path / "copy").replace(file)
        with pytest.raises(StoreError, match="was replaced while it was open"), store.transaction():
            pass
        store.close()
