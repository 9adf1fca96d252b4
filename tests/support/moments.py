"""One pass of a daemon at a given moment, in a process of its own that can be killed: poll, what waits, deliver.

with moments(room) as at:                  # reads the rules once
    at(now).kill_after(0.2)                # kill -9, if it lives so long
    at(now).end()                          # to its end; asserts exit 0

Run as a script it is the parent that has read the rules: a line with an ISO time on its input starts a child.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import monitor.configuration
from forked import end, read_beforehand
from monitor.app import open_app
from monitor.config.settings import load_settings
from monitor.daemon.attention import attend
from newsroom import Newsroom
from warm import Child, ask


class Pass(Child):
    """A child of the parent that does one pass."""

    def kill_after(self, seconds: float) -> bool:
        """kill -9 after so long; False where it had come to its end before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.poll() is None:
            time.sleep(0.002)
        self.kill()
        return self.wait() != 0

    def end(self) -> None:
        assert self.wait(60) == 0, Path("moments.log").resolve()


@contextmanager
def moments(room: Newsroom) -> Iterator[Callable[[datetime], Pass]]:
    """Answers a function that starts a pass at a moment."""
    pipe = subprocess.PIPE
    command = [sys.executable, __file__]
    with subprocess.Popen(command, cwd=room.folder, env=room.environment, stdin=pipe, stdout=pipe, text=True) as parent:
        yield lambda now: Pass(parent, int(ask(parent, now.isoformat())))
        parent.kill()


def serve() -> None:
    """The parent: its children write to moments.log in the folder it was started in."""
    rules = monitor.configuration.load_rules(Path(os.environ["BASEWATCH_RULES"]))
    monitor.configuration.load_rules = lambda _: rules
    read_beforehand()
    for line in sys.stdin:
        word = line.strip()
        if word.startswith("?"):
            pid, status = os.waitpid(int(word[1:]), os.WNOHANG)
            print(os.waitstatus_to_exitcode(status) if pid else "", flush=True)
        elif child := os.fork():
            print(child, flush=True)
        else:
            log = os.open("moments.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for taken, number in ((nothing, 0), (log, 1), (log, 2)):
                os.dup2(taken, number)
            pass_at(datetime.fromisoformat(word))
            end(0)


def pass_at(now: datetime) -> None:
    """Everything that a daemon does at a moment."""
    with open_app(load_settings(os.environ, Path.cwd()), clock=lambda: now) as app:
        asyncio.run(app.poll())
        asyncio.run(attend(app))
        asyncio.run(app.deliver())


if __name__ == "__main__":
    serve()
