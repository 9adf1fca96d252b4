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


class _NotKept(Exception):
    """Leaves a transaction without keeping it (a dry run)."""


class StoreThread:
    """Runs functions of a `Transaction` on the database's own thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def run(self, work: Callable[[Transaction], T], *, keep: bool = True) -> T:
        """`work` in one transaction: committed when it returns, rolled back when it raises or `keep` is false."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work, keep)

    def _run(self, work: Callable[[Transaction], T], keep: bool) -> T:
        answer: list[T] = []
        try:
            with self._store.transaction() as tx:
                answer.append(work(tx))
                if not keep:
                    raise _NotKept
        except _NotKept:
            pass
        return answer[0]

    def close(self) -> None:
        """Waits for the transaction in hand."""
        self._thread.shutdown(wait=True)
