"""`basewatch rules learn ITEM`, asked for by a page: in a process of its own, one at a time, for at most a minute.

It tries many changes on copies of the rules, which takes a processor for seconds: polls and pages must not wait.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

from monitor.config.settings import Settings

#: seconds after which it is ended
LONGEST = 60


@dataclass
class Learning:
    """One lesson, at work or done."""

    item: str
    done: bool = False
    #: what the command answers
    lessons: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""


class Learner:
    """Holds the last lesson; a second one waits until it is done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Learning | None = None

    def begin(self, item: str, settings: Settings) -> bool:
        """Starts one; False where another is at work."""
        with self._lock:
            if self._last is not None and not self._last.done:
                return self._last.item == item
            made = self._last = Learning(item=item)
        threading.Thread(target=_run, args=(made, settings), name="learn", daemon=True).start()
        return True

    def of(self, item: str) -> Learning | None:
        """The last lesson, where it is of this item."""
        with self._lock:
            return self._last if self._last is not None and self._last.item == item else None


def _run(learning: Learning, settings: Settings) -> None:
    command = [sys.executable, "-m", "monitor", "rules", "learn", learning.item, "--since", "7d", "--json"]
    more = {"BASEWATCH_DATABASE_URL": settings.database_url, "BASEWATCH_RULES": str(settings.rules),
            "BASEWATCH_CONFIG": str(settings.config), "BASEWATCH_LOG_LEVEL": "error"}  # fmt: skip
    try:
        ran = subprocess.run(
            command, env={**os.environ, **more}, capture_output=True, timeout=LONGEST, check=False, text=True
        )
        if ran.returncode == 0:
            learning.lessons = json.loads(ran.stdout)["lessons"]
        else:
            learning.problem = (ran.stderr.strip().splitlines() or ["it ended without a word"])[-1][:600]
    except subprocess.TimeoutExpired:
        learning.problem = (
            f"it was not done after {LONGEST} s; run it on the machine: basewatch rules learn {learning.item}"
        )
    except (OSError, ValueError, KeyError) as error:
        learning.problem = f"it could not be run ({type(error).__name__}); run it on the machine: basewatch rules learn"
    finally:
        learning.done = True
