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
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import monitor
from monitor.feeds.lanes import SUSPECT, UNKNOWN
from monitor.feeds.parse.frames import ANSWER_HEAD, Job, pack_job, unpack_answer
from monitor.feeds.turns import Turns
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import USUAL_LAYOUT, Layout

#: bytes of an answer; more than any document within the fetch limits can give
_LARGEST_ANSWER = 128 * 1024 * 1024
#: a job or an answer goes through in one piece: for each further one the worker would wait for the event loop
_PIPE_BUFFER = 1024 * 1024
#: a document of more bytes is large: its worker may need hundreds of MiB, so one of them is read at a time
_LARGE = 1024 * 1024
#: bytes of documents of which the smaller ones go first
_SIZES = (64 * 1024, 256 * 1024, 1024 * 1024)
#: how the detail begins where a document was not even looked at
NO_WORKER = "no worker could be started"


@dataclass(frozen=True, kw_only=True)
class ParseLimits:
    """What one document may cost, and how many processes may work."""

    #: processor time of one document, measured by the worker's own timer: a busy machine fails no honest document
    seconds: float = 5.0
    #: address space of one worker at most; how much of it depends on the document
    memory_bytes: int = 512 * 1024 * 1024
    #: workers that stay
    size: int = max(2, min(os.cpu_count() or 2, 4))
    #: workers at most, with the one beside slow documents
    most: int = size + 1
    #: a document that used so many seconds of processor time is slow
    patience: float = 0.5

    @property
    def clock_seconds(self) -> float:
        """Time by the clock, for a worker that is stuck without using the processor."""
        return 3 * self.seconds


def _turn(rank: int, size: int) -> int:
    """Who goes first: by rank, within one the smaller documents, of which many are read in the time of a large one."""
    return rank * (len(_SIZES) + 1) + bisect(_SIZES, size)


class ParseWorkers:
    """The pool; close it once. Its methods belong to one event loop."""

    def __init__(self, *, limits: ParseLimits | None = None) -> None:
        self._limits = limits or ParseLimits()
        self._all: set[_Worker] = set()
        self._idle: list[_Worker] = []
        #: as many as `_room` says, those taken and those free; first come, first served
        self._turns = Turns(self._room(), last=_turn(SUSPECT, 0))
        #: one large document at a time; ranks count here too, or a good feed's would wait for those of all suspects
        self._large = Turns(1, last=_turn(SUSPECT, 0))
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False

    async def parse(
        self,
        body: bytes,
        *,
        content_type: str | None,
        base_url: str,
        now: datetime,
        language: str | None = None,
        rank: int = UNKNOWN,
        layout: Layout = USUAL_LAYOUT,
        is_article: bool = False,
        on_slow: Callable[[], None] | None = None,
    ) -> ParsedFeed | ParseFailed:
        """The entries of a document, or why there are none. Cancelling it kills the worker that was at it.

        `is_article`: it is the page of an article, and its main text is the only entry.

        `rank` says who goes first where documents wait: those of good feeds, and those of suspects last, which never
        have more than one worker among them; of one rank the small ones first. `on_slow` is called where the document
        has used up our patience.
        """
        job = Job(
            body=body, content_type=content_type, base_url=base_url, now=now, language=language, layout=layout,
            is_article=is_article,
        )  # fmt: skip
        turn = _turn(rank, len(body))
        if len(body) <= _LARGE:
            return await self._parse(job, turn, on_slow)
        await self._large.acquire(turn)
        try:
            return await self._parse(job, turn, on_slow)
        finally:
            self._large.release(turn)

    async def _parse(self, job: Job, turn: int, on_slow: Callable[[], None] | None) -> ParsedFeed | ParseFailed:
        try:
            worker = await self._take(turn)
        except OSError as error:
            return ParseFailed(problem=ParseProblem.CRASHED, detail=f"{NO_WORKER}: {error.strerror}")
        watch = asyncio.get_running_loop().create_task(self._watch(worker, on_slow))
        try:
            return await worker.ask(job, self._limits)
        finally:
            watch.cancel()
            self._give_back(worker, turn)

    async def aclose(self) -> None:
        """Kills every worker and waits until they are gone."""
        self._closed = True
        for worker in list(self._all):
            self._end(worker)
        self._turns.add()  # whoever waits is told in turn
        await asyncio.gather(*self._endings)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that live now."""
        return tuple(worker.pid for worker in self._all)

    # ---------------------------------------------------------------------------- who works next

    async def _take(self, turn: int) -> _Worker:
        await self._turns.acquire(turn)
        try:
            if self._closed:
                raise OSError(None, "the daemon is stopping")
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                self._end(worker)
            worker = await _Worker.start(self._limits)
            self._all.add(worker)
            return worker
        except BaseException:
            self._turns.release(turn)
            raise

    def _give_back(self, worker: _Worker, turn: int) -> None:
        before = self._room()
        worker.slow = False
        if worker.spent or self._closed or len(self._all) > self._room():
            self._end(worker)
        else:
            self._idle.append(worker)
        # where somebody was let in beside it that turn stays
        self._turns.release(turn, kept=self._room() != before)

    def _room(self) -> int:
        """How many workers there may be: the base, and one beside each that is slow."""
        return min(self._limits.size + sum(worker.slow for worker in self._all), self._limits.most)

    async def _watch(self, worker: _Worker, on_slow: Callable[[], None] | None) -> None:
        """Lets somebody work beside `worker` once its document has used up our patience.

        Measured in processor time: on a busy machine every document takes long by the clock, and more workers
        would make each of them take longer still.
        """
        start, used = worker.cpu_seconds(), 0.0
        while used < self._limits.patience:
            await asyncio.sleep(self._limits.patience - used)
            used = worker.cpu_seconds() - start
        if on_slow:
            on_slow()
        before = self._room()
        worker.slow = True
        if self._room() > before:
            self._turns.add()

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
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        #: busy with one document for longer than patience
        self.slow = False
        #: not to be used again: it was killed, it died, it says goodbye or it owes an answer
        self.spent = False

    @classmethod
    async def start(cls, limits: ParseLimits) -> _Worker:
        """A new process in its own session (Ctrl-C is the daemon's), without the daemon's secrets around it."""
        try:
            return await cls._started(limits, pipe_size=_PIPE_BUFFER)
        except OSError:  # the system allows no pipes of that size, or this user has too many of them
            return await cls._started(limits, pipe_size=-1)

    @classmethod
    async def _started(cls, limits: ParseLimits, *, pipe_size: int) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "monitor.feeds.parse.worker", str(limits.memory_bytes), str(limits.seconds)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            limit=_PIPE_BUFFER,
            pipesize=pipe_size,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self._stdout.at_eof()

    def cpu_seconds(self) -> float:
        """Processor time that the process has used; without Linux's /proc time itself stands in."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def ask(self, job: Job, limits: ParseLimits) -> ParsedFeed | ParseFailed:
        """The worker's answer, or what became of it."""
        self.spent = True  # until it has answered in full
        try:
            async with asyncio.timeout(limits.clock_seconds):
                answer, self.spent = await self._exchange(job)
                return answer
        except TimeoutError:
            detail = f"killed after {limits.clock_seconds:g} s"
            return ParseFailed(problem=ParseProblem.TIMED_OUT, detail=detail, cost_ms=round(limits.seconds * 1000))
        except (OSError, EOFError):
            return self._failure(await self._process.wait(), limits)
        except (ValueError, KeyError, TypeError):
            return ParseFailed(problem=ParseProblem.CRASHED, detail="the worker's answer made no sense")

    async def _exchange(self, job: Job) -> tuple[ParsedFeed | ParseFailed, bool]:
        """The answer, and whether it was the worker's last one."""
        self._stdin.writelines(pack_job(job))
        await self._stdin.drain()
        size, is_last, cost_ms = ANSWER_HEAD.unpack(await self._stdout.readexactly(ANSWER_HEAD.size))
        if size > _LARGEST_ANSWER:
            raise ValueError("an answer larger than any document gives")
        answer = unpack_answer(await self._stdout.readexactly(size))
        return replace(answer, cost_ms=max(cost_ms, 1)), is_last

    def _failure(self, code: int, limits: ParseLimits) -> ParseFailed:
        """What the exit status of a worker says of the document that it was at."""
        if code == -signal.SIGPROF:
            detail = f"killed after {limits.seconds:g} s of processor time"
            return ParseFailed(problem=ParseProblem.TIMED_OUT, detail=detail, cost_ms=round(limits.seconds * 1000))
        if code == -signal.SIGKILL:
            detail = "the system killed the worker, as it does when memory runs out"
            return ParseFailed(problem=ParseProblem.OUT_OF_MEMORY, detail=detail)
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return ParseFailed(problem=ParseProblem.CRASHED, detail=f"the worker died ({how})")

    async def end(self) -> None:
        """Kills the process and waits for it; pipes are closed."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._stdin.close()
        with contextlib.suppress(OSError, RuntimeError):  # a question that is still open reads it to the end itself
            while await self._stdout.read(_PIPE_BUFFER):
                pass
        await self._process.wait()


def _environment() -> dict[str, str]:
    """What a worker needs to find the same modules; the daemon's variables hold secrets and stay here."""
    found = [str(Path(monitor.__file__).parent.parent), *filter(None, sys.path)]
    return {"PYTHONPATH": os.pathsep.join(dict.fromkeys(found)), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
