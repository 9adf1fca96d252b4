"""`basewatch run` started again and again: each start is a process of its own, forked from one that did the imports.

A start from scratch spends a second on imports and rules. What a kill can break begins behind them, so a test that
kills a hundred times lets one parent do both once; a child of it reads settings, feeds, channels and database, and
dies, as ever.
Run as a script it is that parent: a line of words on its input starts a child, `?PID` asks whether one has ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import monitor.cli.main
import monitor.configuration
from forked import end, read_beforehand
from newsroom import Newsroom


class Child:
    """A process of the parent; as much of `subprocess.Popen` as a newsroom asks for."""

    def __init__(self, parent: subprocess.Popen[str], pid: int) -> None:
        self._parent = parent
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            answer = ask(self._parent, f"?{self.pid}")
            self.returncode = int(answer) if answer else None
        return self.returncode

    def wait(self, seconds: float = 20) -> int:
        end = time.monotonic() + seconds
        while (code := self.poll()) is None:
            assert time.monotonic() < end, "the process does not end"
            time.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def ask(parent: subprocess.Popen[str], line: str) -> str:
    assert parent.stdin is not None
    assert parent.stdout is not None
    print(line, file=parent.stdin, flush=True)
    return parent.stdout.readline().strip()


class WarmNewsroom(Newsroom):
    """A newsroom whose daemons are forked from a parent that has done the imports."""

    _parent: subprocess.Popen[str] | None = None

    def spawn(self, *arguments: str) -> Child:  # type: ignore[override]
        if self._parent is None:
            self._parent = self._stack.enter_context(parent(self.folder, self.environment))
            self._stack.callback(self._parent.kill)
        self.path("run.log").touch()
        child = Child(self._parent, int(ask(self._parent, " ".join(("run", *arguments)))))
        self.process = child  # type: ignore[assignment]
        return child


def parent(folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, __file__], cwd=folder, env=environment, stdin=pipe, stdout=pipe, text=True)


def serve() -> None:
    """The parent: its children write to run.log in the folder it was started in."""
    rules = monitor.configuration.load_rules(Path(os.environ["BASEWATCH_RULES"]))
    monitor.configuration.load_rules = lambda _: rules
    read_beforehand()
    for line in sys.stdin:
        words = line.split()
        if words[0].startswith("?"):
            pid, status = os.waitpid(int(words[0][1:]), os.WNOHANG)
            print(os.waitstatus_to_exitcode(status) if pid else "", flush=True)
        elif child := os.fork():
            print(child, flush=True)
        else:
            log = os.open("run.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for taken, number in ((nothing, 0), (log, 1), (log, 2)):
                os.dup2(taken, number)
            sys.argv = ["basewatch", *words]
            end(monitor.cli.main.main())


if __name__ == "__main__":
    serve()
