"""One thread that owns the database: the event loop never waits for a lock or a disk.

Transactions run one after another, which is also what makes "relate to what is already known" safe in one process;
between processes the database sees to it (`engine`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from monitor.errors import StoreError
from monitor.model.alert import Alert
from monitor.store.store import Store, Transaction

T = TypeVar("T")

#: questions that are answered in one transaction
_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, and where its answer goes."""

    work: Callable[[Transaction], Any]
    answered: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Answer:
    question: _Question
    answer: Any = None
    error: Exception | None = None


def _tell(told: Sequence[_Answer]) -> None:
    for one in told:
        if one.question.answered.done():  # given up meanwhile
            continue
        if one.error is None:
            one.question.answered.set_result(one.answer)
        else:
            one.question.answered.set_exception(one.error)


class StoreThread:
    """Runs functions of a `Transaction` on the database's own thread.

    One for reading and writing: a second one would wait for the interpreter's lock more than it gains (measured: a
    seventh more processor time for a first poll).
    """

    def __init__(self, store: Store, *, on_queued: Callable[[Sequence[Alert]], None] | None = None) -> None:
        """`on_queued` hears on the database's thread of messages that are committed."""
        self._store = store
        self._on_queued = on_queued
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        #: questions that nobody has begun to answer; the event loop and the thread both change it
        self._asked: list[_Question] = []
        self._asking = threading.Lock()

    async def run(self, work: Callable[[Transaction], T], *, keep: bool = True) -> T:
        """`work` in one transaction: committed when it returns, rolled back when it raises or `keep` is false."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work, keep)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """`work` in a transaction that sees one state of the database and may not write.

        What is asked while the thread is busy is answered in one transaction: beginning and ending one for each poll,
        and waking the event loop for each, costs as much as the questions.
        """
        loop = asyncio.get_running_loop()
        question = _Question(work, loop.create_future())
        with self._asking:
            self._asked.append(question)
            is_first = len(self._asked) == 1
        if is_first:
            self._answer_later(loop)
        answer: T = await question.answered
        return answer

    async def run_between(self, work: Callable[[], T]) -> T:
        """`work` that needs no transaction, between two of them: the event loop does not wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _answer(self, loop: asyncio.AbstractEventLoop) -> None:
        """Everything that was asked so far; what fails together is asked again one by one."""
        with self._asking:
            asked, self._asked = self._asked[:_TOGETHER], self._asked[_TOGETHER:]
            is_more = bool(self._asked)
        if is_more:  # behind what waits for the thread meanwhile, so that nobody waits for many questions
            self._answer_later(loop)
        try:
            with self._store.read() as tx:
                told = [_Answer(question, answer=question.work(tx)) for question in asked]
        except Exception:
            told = [self._alone(question) for question in asked]
        loop.call_soon_threadsafe(_tell, told)

    def _answer_later(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._thread.submit(self._answer, loop)
        except RuntimeError:  # it was closed: who asks now is told, and nobody waits for an answer
            with self._asking:
                asked, self._asked = self._asked, []
            gone = [_Answer(question, error=StoreError("the database is closed")) for question in asked]
            loop.call_soon_threadsafe(_tell, gone)

    def _alone(self, question: _Question) -> _Answer:
        try:
            with self._store.read() as tx:
                return _Answer(question, answer=question.work(tx))
        except Exception as error:
            return _Answer(question, error=error)

    def _run(self, work: Callable[[Transaction], T], keep: bool) -> T:
        with self._store.transaction(keep=keep) as tx:
            answer = work(tx)
        if keep and tx.queued and self._on_queued is not None:
            self._on_queued(tx.queued)
        return answer

    def close(self) -> None:
        """Waits for the transaction in hand."""
        self._thread.shutdown(wait=True)
