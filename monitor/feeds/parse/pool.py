"""Parsing in processes that can be killed, so that no document holds up the daemon or the other feeds.

    ParseWorkers.parse(body) → ParsedFeed | ParseFailed

feedparser holds the interpreter's lock for seconds on some documents of a few kilobytes, so neither the event loop
nor a thread may run it. A few workers are started when they are first needed and answer one document at a time.
When documents wait and a worker has been busy with the same one for a while, another worker is started beside it
(up to a limit) and ended when the slow one is done: many documents never grow the pool, slow ones do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import monitor
from monitor.feeds.parse.frames import ANSWER_HEAD, Job, pack_job, unpack_answer
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem

#: bytes of an answer; more than any document within the fetch limits can give
_LARGEST_ANSWER = 128 * 1024 * 1024
_PIPE_BUFFER = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ParseLimits:
    """What one document may cost, and how many processes may work."""

    #: processor time of one document, measured by the worker's own timer: a busy machine fails no honest document
    seconds: float = 5.0
    #: address space of one worker
    memory_bytes: int = 512 * 1024 * 1024
    #: workers that stay
    size: int = max(2, min(os.cpu_count() or 2, 4))
    #: workers at most, with those beside slow documents
    most: int = 8
    #: a document that used so many seconds of processor time is slow
    patience: float = 0.5

    @property
    def clock_seconds(self) -> float:
        """Time by the clock, for a worker that is stuck without using the processor."""
        return 3 * self.seconds


class ParseWorkers:
    """The pool; close it once. Its methods belong to one event loop."""

    def __init__(self, *, limits: ParseLimits | None = None) -> None:
        self._limits = limits or ParseLimits()
        self._all: set[_Worker] = set()
        self._idle: list[_Worker] = []
        #: starts under way, so that two callers do not start one too many
        self._starting = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False

    async def parse(
        self, body: bytes, *, content_type: str | None, base_url: str, now: datetime, language: str | None = None
    ) -> ParsedFeed | ParseFailed:
        """The entries of a document, or why there are none. Cancelling it kills the worker that was at it."""
        job = Job(body=body, content_type=content_type, base_url=base_url, now=now, language=language)
        try:
            worker = await self._take()
        except OSError as error:
            return ParseFailed(problem=ParseProblem.CRASHED, detail=f"no worker could be started: {error.strerror}")
        watch = asyncio.get_running_loop().create_task(self._watch(worker))
        try:
            return await worker.ask(job, self._limits)
        except BaseException:
            worker.spent = True
            raise
        finally:
            watch.cancel()
            self._give_back(worker)

    async def aclose(self) -> None:
        """Kills every worker and waits until they are gone."""
        self._closed = True
        for worker in list(self._all):
            self._end(worker)
        self._wake_all()
        await asyncio.gather(*self._endings)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that live now."""
        return tuple(worker.pid for worker in self._all)

    # ---------------------------------------------------------------------------- who works next

    async def _take(self) -> _Worker:
        while True:
            if self._closed:
                raise OSError(None, "the daemon is stopping")
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                self._end(worker)
            if len(self._all) + self._starting < self._room():
                return await self._start()
            await self._wait()

    async def _start(self) -> _Worker:
        self._starting += 1
        try:
            worker = await _Worker.start(self._limits)
        finally:
            self._starting -= 1
        self._all.add(worker)
        return worker

    def _room(self) -> int:
        """How many workers there may be: the base, and one beside each that is slow."""
        return min(self._limits.size + sum(worker.slow for worker in self._all), self._limits.most)

    async def _wait(self) -> None:
        """Until a worker may be free; first come, first served."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled() or not turn.done():
                with contextlib.suppress(ValueError):
                    self._waiting.remove(turn)
            else:
                self._wake_one()  # the turn was given to us: pass it on
            raise

    def _wake_one(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _wake_all(self) -> None:
        for _ in range(len(self._waiting)):
            self._wake_one()

    async def _watch(self, worker: _Worker) -> None:
        """Lets somebody work beside `worker` once its document has used up our patience.

        Measured in processor time: on a busy machine every document takes long by the clock, and more workers
        would make each of them take longer still.
        """
        start, used = worker.cpu_seconds(), 0.0
        while used < self._limits.patience:
            await asyncio.sleep(self._limits.patience - used)
            used = worker.cpu_seconds() - start
        worker.slow = True
        self._wake_one()

    def _give_back(self, worker: _Worker) -> None:
        worker.slow = False
        if worker.spent or self._closed or len(self._all) > self._room():
            self._end(worker)
        else:
            self._idle.append(worker)
        self._wake_one()

    def _end(self, worker: _Worker) -> None:
        if worker not in self._all:
            return
        self._all.discard(worker)
        with contextlib.suppress(ValueError):
            self._idle.remove(worker)
        ending = asyncio.get_running_loop().create_task(worker.end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


class _Worker:
    """One process, seen from the daemon."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        #: busy with one document for longer than patience
        self.slow = False
        #: not to be used again: it was killed, it died or it says goodbye
        self.spent = False

    @classmethod
    async def start(cls, limits: ParseLimits) -> _Worker:
        """A new process in its own session (Ctrl-C is the daemon's), without the daemon's secrets around it."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "monitor.feeds.parse.worker", str(limits.memory_bytes), str(limits.seconds)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            limit=_PIPE_BUFFER,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        stdout = self._process.stdout
        return self._process.returncode is None and stdout is not None and not stdout.at_eof()

    def cpu_seconds(self) -> float:
        """Processor time that the process has used; without Linux's /proc time itself stands in."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def ask(self, job: Job, limits: ParseLimits) -> ParsedFeed | ParseFailed:
        """The worker's answer, or what became of it."""
        try:
            async with asyncio.timeout(limits.clock_seconds):
                text = await self._exchange(job)
                return unpack_answer(text)
        except TimeoutError:
            self.spent = True
            detail = f"killed after {limits.clock_seconds:g} s"
            return ParseFailed(problem=ParseProblem.TIMED_OUT, detail=detail)
        except (OSError, EOFError):
            self.spent = True
            return self._obituary(await self._process.wait(), limits)
        except (ValueError, KeyError, TypeError):
            self.spent = True
            return ParseFailed(problem=ParseProblem.CRASHED, detail="the worker's answer made no sense")

    async def _exchange(self, job: Job) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.writelines(pack_job(job))
        await stdin.drain()
        size, is_last = ANSWER_HEAD.unpack(await stdout.readexactly(ANSWER_HEAD.size))
        self.spent = is_last
        if size > _LARGEST_ANSWER:
            raise ValueError("an answer larger than any document gives")
        return await stdout.readexactly(size)

    def _obituary(self, code: int, limits: ParseLimits) -> ParseFailed:
        if code == -signal.SIGPROF:
            detail = f"killed after {limits.seconds:g} s of processor time"
            return ParseFailed(problem=ParseProblem.TIMED_OUT, detail=detail)
        if code == -signal.SIGKILL:
            detail = "the system killed the worker, as it does when memory runs out"
            return ParseFailed(problem=ParseProblem.OUT_OF_MEMORY, detail=detail)
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return ParseFailed(problem=ParseProblem.CRASHED, detail=f"the worker died ({how})")

    async def end(self) -> None:
        """Kills the process and waits for it; pipes are closed."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            with contextlib.suppress(OSError, RuntimeError):  # a question that is still open reads it to the end itself
                while await self._process.stdout.read(_PIPE_BUFFER):
                    pass
        await self._process.wait()


def _environment() -> dict[str, str]:
    """What a worker needs to find the same modules; the daemon's variables hold secrets and stay here."""
    found = [str(Path(monitor.__file__).parent.parent), *filter(None, sys.path)]
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys(found)), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
