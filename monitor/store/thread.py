"""One thread that owns the database: the event loop never waits for a lock or a disk.

Transactions run one after another, which is also what makes "relate to what is already known" safe in one process;
between processes the database sees to it (`engine`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from monitor.store.store import Store, Transaction

T = TypeVar("T")


class StoreThread:
    """Runs functions of a `Transaction` on the database's own thread.

    One for reading and writing: a second one would wait for the interpreter's lock more than it gains (measured: a
    seventh more processor time for a first poll).
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def run(self, work: Callable[[Transaction], T], *, keep: bool = True) -> T:
        """`work` in one transaction: committed when it returns, rolled back when it raises or `keep` is false."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work, keep)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """`work` in a transaction that sees one state of the database and may not write."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, work)

    async def run_between(self, work: Callable[[], T]) -> T:
        """`work` that needs no transaction, between two of them: the event loop does not wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _read(self, work: Callable[[Transaction], T]) -> T:
        with self._store.read() as tx:
            return work(tx)

    def _run(self, work: Callable[[Transaction], T], keep: bool) -> T:
        with self._store.transaction(keep=keep) as tx:
            return work(tx)

    def close(self) -> None:
        """Waits for the transaction in hand."""
        self._thread.shutdown(wait=True)
