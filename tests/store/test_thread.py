"""The database's thread: what is asked while it is busy is answered together, and each question has its own answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from monitor.errors import StoreError
from monitor.store.store import Store, Transaction
from monitor.store.thread import StoreThread


def ask(store: Store, *works: Callable[[Transaction], object]) -> list[object]:
    """What each of these was answered, all asked while the thread is busy with something else."""

    async def run() -> list[object]:
        thread, go_on = StoreThread(store), threading.Event()
        try:
            busy = asyncio.ensure_future(thread.run_between(go_on.wait))
            asked = [asyncio.ensure_future(thread.read(work)) for work in works]
            await asyncio.sleep(0)  # all of them wait by now
            go_on.set()
            await busy
            return list(await asyncio.gather(*asked, return_exceptions=True))
        finally:
            thread.close()

    return asyncio.run(run())


def count(tx: Transaction) -> int:
    return len(tx.feed_states())


def test_what_waits_is_answered_in_one_transaction(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    read = store.read

    @contextmanager
    def counted() -> Iterator[Transaction]:
        begun.append(1)
        with read() as tx:
            yield tx

    monkeypatch.setattr(store, "read", counted)
    assert ask(store, *[count] * 40) == [0] * 40
    assert len(begun) == 2, "twenty at a time"


def test_a_question_that_fails_fails_alone(store: Store) -> None:
    def bug(_tx: Transaction) -> int:
        raise ValueError("a bug")

    def writes(tx: Transaction) -> None:
        tx.note_daemon(config_problem="x")

    answers = ask(store, count, bug, count, writes, count)
    assert [answers[0], answers[2], answers[4]] == [0, 0, 0]
    assert isinstance(answers[1], ValueError)
    assert isinstance(answers[3], StoreError), "said plainly, as a question that is asked alone"


def test_who_gives_up_gets_no_answer_and_the_others_do(store: Store) -> None:
    async def run() -> object:
        thread, go_on = StoreThread(store), threading.Event()
        try:
            busy = asyncio.ensure_future(thread.run_between(go_on.wait))
            gone, stays = (asyncio.ensure_future(thread.read(count)) for _ in range(2))
            await asyncio.sleep(0)
            gone.cancel()
            go_on.set()
            await busy
            (given_up,) = await asyncio.gather(gone, return_exceptions=True)
            assert isinstance(given_up, asyncio.CancelledError)
            return await stays
        finally:
            thread.close()

    assert asyncio.run(run()) == 0


def test_who_asks_a_closed_thread_is_told(store: Store) -> None:
    async def run() -> list[object]:
        thread = StoreThread(store)
        thread.close()
        async with asyncio.timeout(5):
            return list(await asyncio.gather(thread.read(count), thread.read(count), return_exceptions=True))

    assert [type(answer) for answer in asyncio.run(run())] == [StoreError, StoreError]
