"""The process that parses: reads jobs on standard input, answers on standard output, one after the other.

    python -m monitor.feeds.parse.worker MEMORY_BYTES CPU_SECONDS

Started and killed by `pool`. It limits itself: memory for the whole process, processor time for each document
(the timer's signal kills it, whatever C code is running). It ends by itself when the daemon is gone (end of input),
leaves the terminal's signals to the daemon, and gives memory back after each document.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import BinaryIO

from monitor.feeds.parse.article import read_article
from monitor.feeds.parse.frames import ANSWER_HEAD, JOB_HEAD, Job, pack_answer, unpack_job
from monitor.feeds.parse.parser import parse
from monitor.malloc import give_back
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem

#: the daemon goes first: it stores and sends what is read already, and these would share its processors with it
_NICENESS = 5
#: resident bytes that a worker may keep between two documents; above, it ends and is replaced
_SWOLLEN = 64 * 1024 * 1024
#: below that, memory is used again for the next document: to fetch it anew from the system each time takes longer
_GIVEN_BACK = 44 * 1024 * 1024
#: memory that a document may use: so much in any case, and for each of its bytes. 14 MiB of text whose characters take
#: four bytes in memory need 15 for each, entries of a few words 5 KiB each
_PER_DOCUMENT, _PER_BYTE = 20 * 1024 * 1024, 16
_OUT_OF_MEMORY = ParseFailed(problem=ParseProblem.OUT_OF_MEMORY, detail="its entries take more memory than allowed")


def main() -> None:
    """Answers until the daemon has no more questions."""
    memory_bytes, cpu_seconds = int(sys.argv[1]), float(sys.argv[2])
    _limit_self()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints, it is no answer
    is_last = False
    while not is_last and (job := _next_job(sys.stdin.buffer, memory_bytes)) is not None:
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        begun = time.process_time()
        try:
            answer = pack_answer(_answer(job))
        except MemoryError:
            answer = pack_answer(_OUT_OF_MEMORY)
        signal.setitimer(signal.ITIMER_PROF, 0)
        del job
        if _resident() > _GIVEN_BACK:
            give_back()
        is_last = _resident() > _SWOLLEN
        milliseconds = round((time.process_time() - begun) * 1000)
        answers.write(ANSWER_HEAD.pack(len(answer), is_last, milliseconds))
        answers.write(answer)
        answers.flush()


def _answer(job: Job) -> ParsedFeed | ParseFailed:
    given = dict(vars(job))
    if not given.pop("is_article"):
        return parse(**given)
    del given["layout"]
    return read_article(**given)


def _limit_self() -> None:
    os.nice(_NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(limit: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a system without this limit still has the others
        resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))


def _allow(size: int, memory_bytes: int) -> None:
    """Memory for a document of so many bytes; a small one that wants hundreds of MiB is a trap."""
    in_use = _pages(0)
    more = _PER_DOCUMENT + _PER_BYTE * size
    _limit(resource.RLIMIT_AS, min(in_use + more, memory_bytes) if in_use else memory_bytes)


def _next_job(stream: BinaryIO, memory_bytes: int) -> Job | None:
    """The next job, or None where the daemon has closed the pipe; from then on it may use memory for its document."""
    lengths = stream.read(JOB_HEAD.size)
    if len(lengths) < JOB_HEAD.size:
        return None
    head_size, body_size = JOB_HEAD.unpack(lengths)
    _allow(body_size, memory_bytes)
    head, body = stream.read(head_size), stream.read(body_size)
    return unpack_job(head, body) if len(head) + len(body) == head_size + body_size else None


def _resident() -> int:
    """Bytes of memory in use now; 0 where the system does not tell."""
    return _pages(1)


def _pages(field: int) -> int:
    """Bytes of address space (0) or of memory (1) in use now; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[field]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    main()
