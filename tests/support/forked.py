"""Commands as processes of their own, forked from one that did the imports and read the rules.

A start from scratch spends a second on that, and what most tests ask begins behind it. So the first call starts one
parent for all tests of this process; each call is a child of it, with its own working folder, environment, output and
exit code. What a start itself does (its code page, its speed, its missing libraries) is asked of `commands.process`.
Run as a script it is that parent: a line of JSON on its input is a call, the answer is its exit code.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import monitor.cli.main
import monitor.daemon
import monitor.feeds.fetch
import monitor.queries
import monitor.store
from monitor.errors import BasewatchError
from monitor.topics.loading import load_rules

SECONDS = 60
_ONE_AT_A_TIME = threading.Lock()


def run(*arguments: str, cwd: Path, env: Mapping[str, str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """One command of `basewatch`, to its end; it reads what is `given`."""
    with tempfile.TemporaryDirectory() as folder, _ONE_AT_A_TIME:
        files = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
        files[0].write_bytes(given)
        call = {"words": arguments, "cwd": str(cwd), "env": dict(env), "files": [str(file) for file in files]}
        parent = _parent()
        assert parent.stdin is not None
        assert parent.stdout is not None
        print(json.dumps(call), file=parent.stdin, flush=True)
        code = int(parent.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, *(file.read_bytes() for file in files[1:]))


@cache
def _parent() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    parent = subprocess.Popen([sys.executable, __file__], stdin=pipe, stdout=pipe, text=True)
    atexit.register(parent.communicate)  # closes its input, at which it ends
    return parent


def _serve() -> None:
    """The parent, until its input ends."""
    read_beforehand()
    for line in sys.stdin:
        call = json.loads(line)
        _read_rules(Path(call["cwd"]), call["env"])
        gc.freeze()
        if not (child := os.fork()):
            _be(call)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _read_rules(folder: Path, env: Mapping[str, str]) -> None:
    """Its children find the rules in memory, unless the files are edited; mistakes in them are theirs to tell."""
    rules = env.get("BASEWATCH_RULES")
    if rules and Path(rules).is_dir():
        try:
            load_rules(folder / rules)
        except (BasewatchError, OSError):
            return


def _be(call: dict[str, Any]) -> None:
    """The child: from here on it is as a shell would have started it."""
    os.chdir(call["cwd"])
    os.environ.clear()
    os.environ.update(call["env"])
    for number, file in enumerate(call["files"]):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), number)
    signal.alarm(SECONDS)
    sys.argv = ["basewatch", *call["words"]]
    end(monitor.cli.main.main())


def read_beforehand() -> None:
    """What a parent reads that its children shall find: all that commands and the daemon import."""
    for room in (monitor.cli, monitor.daemon, monitor.feeds.fetch, monitor.queries, monitor.store):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            import_module(module.name)
    gc.freeze()  # they look for no garbage in what they share


def end(code: int) -> NoReturn:
    """The end of a child: a tidy one would copy all that it shares, only to throw it away."""
    atexit._run_exitfuncs()  # of coverage, too
    os._exit(code)


if __name__ == "__main__":
    _serve()
