"""The threads that answer, in lanes: whoever waits in one of them holds up nobody in another.

They are daemon threads, and not an executor's: a process that ends waits for an executor's threads, and a database that
hangs would keep it for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from monitor.web.asking import Refusal

log = logging.getLogger(__name__)
T = TypeVar("T")

#: requests that wait in one lane
MOST_WAITING = 64
#: seconds that a request waits for its answer: longer than a change waits for another writer
PATIENCE = 30.0


class Lane:
    """A few threads that do one thing after another, begun when there is something to do."""

    def __init__(self, name: str, threads: int) -> None:
        self._name, self._most = name, threads
        self._threads: list[Thread] = []
        self._work: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._lock = Lock()
        #: waits or is being done; what nobody waits for any more counts until it is done
        self._unfinished = 0
        self._closed = False

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Does it as soon as a thread is free. RuntimeError once the lane is closed."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the board has ended")
            if len(self._threads) < min(self._most, self._unfinished + 1):
                thread = Thread(target=self._run, name=f"web-{self._name}-{len(self._threads)}", daemon=True)
                thread.start()
                self._threads.append(thread)
            self._unfinished += 1
        future.add_done_callback(self._finished)
        self._work.put((future, work))
        return future

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Calls a function in the lane; refused where too many wait, or where it takes too long."""
        if self._unfinished >= self._most + MOST_WAITING:
            raise Refusal(503, "too much is asked of the board at once", "try again in a few seconds",
                          headers={"Retry-After": "5"}, kind="busy")  # fmt: skip
        future = asyncio.wrap_future(self.submit(partial(function, *arguments)))
        try:
            async with asyncio.timeout(PATIENCE) as patience:
                return await future
        except TimeoutError:
            if not patience.expired():
                raise
            said = f"the board has no answer within {PATIENCE:g} s"
            raise Refusal(503, said, "try again in a minute; what was to be changed may still be changed",
                          headers={"Retry-After": "60"}, kind="busy") from None  # fmt: skip

    def close(self) -> None:
        """What waits is given up, and its threads end with what is in hand."""
        with self._lock:
            self._closed = True
        while not self._work.empty():
            if (waiting := self._work.get()) is not None:
                waiting[0].cancel()
        for _ in self._threads:
            self._work.put(None)

    def _finished(self, _future: Future[Any]) -> None:
        with self._lock:
            self._unfinished -= 1

    def _run(self) -> None:
        while (waiting := self._work.get()) is not None:
            future, work = waiting
            if future.set_running_or_notify_cancel():
                _do(future, work)
            del waiting, future, work


def _do(future: Future[Any], work: Callable[[], Any]) -> None:
    """Whatever is raised becomes an error of this one answer: SystemExit would end the board, and a StopIteration would
    never reach who waits for it."""
    try:
        future.set_result(work())
    except StopIteration as error:
        future.set_exception(_as_bug(error))
    except Exception as error:
        future.set_exception(error)
    except BaseException as error:
        future.set_exception(_as_bug(error))


def _as_bug(error: BaseException) -> RuntimeError:
    bug = RuntimeError(f"what answers raised {type(error).__name__}")
    bug.__cause__ = error
    return bug
