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
from pathlib import Path
from typing import BinaryIO

from monitor.feeds.parse.frames import ANSWER_HEAD, JOB_HEAD, Job, pack_answer, unpack_job
from monitor.feeds.parse.parser import parse
from monitor.malloc import give_back
from monitor.model.document import ParseFailed, ParseProblem

#: the daemon goes first: it stores and sends what is read already, and these would share its processors with it
_NICENESS = 5
#: resident bytes that a worker may keep between two documents; above, it ends and is replaced
_SWOLLEN = 64 * 1024 * 1024
_OUT_OF_MEMORY = ParseFailed(problem=ParseProblem.OUT_OF_MEMORY, detail="its entries take more memory than allowed")


def main() -> None:
    """Answers until the daemon has no more questions."""
    memory_bytes, cpu_seconds = int(sys.argv[1]), float(sys.argv[2])
    _limit_self(memory_bytes)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints, it is no answer
    is_last = False
    while not is_last and (job := _next_job(sys.stdin.buffer)) is not None:
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        try:
            answer = pack_answer(parse(**vars(job)))
        except MemoryError:
            answer = pack_answer(_OUT_OF_MEMORY)
        signal.setitimer(signal.ITIMER_PROF, 0)
        del job
        give_back()
        is_last = _resident() > _SWOLLEN
        answers.write(ANSWER_HEAD.pack(len(answer), is_last))
        answers.write(answer)
        answers.flush()


def _limit_self(memory_bytes: int) -> None:
    os.nice(_NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    for limit, value in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # a system without this limit still has the others
            resource.setrlimit(limit, (value, value))


def _next_job(stream: BinaryIO) -> Job | None:
    """The next job, or None where the daemon has closed the pipe."""
    lengths = stream.read(JOB_HEAD.size)
    if len(lengths) < JOB_HEAD.size:
        return None
    head_size, body_size = JOB_HEAD.unpack(lengths)
    head, body = stream.read(head_size), stream.read(body_size)
    return unpack_job(head, body) if len(head) + len(body) == head_size + body_size else None


def _resident() -> int:
    """Bytes of memory in use now; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    main()
