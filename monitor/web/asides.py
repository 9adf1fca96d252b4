"""Commands that a page asks for and does not wait for: a process of its own each, one at a time, for a minute at most.

`rules learn` tries many changes on copies of the rules and `rules check` compiles them anew: either takes a processor
for seconds, and polls and pages must not wait.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from monitor.config.settings import Settings

#: seconds after which it is ended
LONGEST = 60


@dataclass
class Aside:
    """One command, at work or done."""

    #: for what it was asked: an item, a state of the rules
    key: str
    arguments: tuple[str, ...]
    done: bool = False
    #: the JSON that it answered; None where it answered none
    answer: Any = None
    problem: str = ""


class Asides:
    """Holds the last command of its kind; a second one waits until it is done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Aside | None = None

    def begin(self, key: str, *arguments: str, settings: Settings) -> bool:
        """Starts `basewatch ARGUMENTS --json`; False where another one is at work."""
        with self._lock:
            if self._last is not None and not self._last.done:
                return self._last.key == key
            made = self._last = Aside(key, arguments)
        threading.Thread(target=_run, args=(made, settings), name="aside", daemon=True).start()
        return True

    def of(self, key: str) -> Aside | None:
        """The last command, where it was asked for this."""
        with self._lock:
            return self._last if self._last is not None and self._last.key == key else None


def _run(aside: Aside, settings: Settings) -> None:
    command = [sys.executable, "-m", "monitor", *aside.arguments, "--json"]
    typed = f"basewatch {' '.join(aside.arguments)}"
    more = {"BASEWATCH_DATABASE_URL": settings.database_url, "BASEWATCH_RULES": str(settings.rules),
            "BASEWATCH_CONFIG": str(settings.config), "BASEWATCH_LOG_LEVEL": "error"}  # fmt: skip
    try:
        ran = subprocess.run(
            command, env={**os.environ, **more}, capture_output=True, timeout=LONGEST, check=False, text=True
        )
        if ran.stdout.strip():
            aside.answer = json.loads(ran.stdout)
        else:
            aside.problem = (ran.stderr.strip().splitlines() or ["it ended without a word"])[-1][:600]
    except subprocess.TimeoutExpired:
        aside.problem = f"it was not done after {LONGEST} s; run it on the machine: {typed}"
    except (OSError, ValueError) as error:
        aside.problem = f"it could not be run ({type(error).__name__}); run it on the machine: {typed}"
    finally:
        aside.done = True
