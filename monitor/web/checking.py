"""`basewatch rules check`, for the page of rules, in a process of its own.

It takes a processor for seconds and some 60 MiB, which polls and deliveries would feel.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from monitor.config.settings import Settings
from monitor.errors import Problem

#: seconds after which it is ended
LONGEST = 60


class Checker:
    """Holds what was said of the rules in force; asked once for each state of their files."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[tuple[Path, str], tuple[Problem, ...]] | None = None

    def problems(self, settings: Settings, hash: str) -> tuple[Problem, ...]:
        """What the check says; `hash` names the state of the files."""
        asked = (settings.rules, hash)
        with self._lock:
            if self._known is None or self._known[0] != asked:
                try:
                    self._known = (asked, _checked(settings))
                except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
                    said = f"the check could not be run here ({type(error).__name__})"
                    return (Problem(file=str(settings.rules), message=said, severity="warning",
                                    hint="run it on the machine"),)  # fmt: skip
            return self._known[1]


def _checked(settings: Settings) -> tuple[Problem, ...]:
    command = [sys.executable, "-m", "monitor", "rules", "check", "--rules", str(settings.rules), "--json"]
    more = {"BASEWATCH_CONFIG": str(settings.config), "BASEWATCH_LOG_LEVEL": "error"}
    ran = subprocess.run(
        command, env={**os.environ, **more}, capture_output=True, timeout=LONGEST, check=False, text=True
    )
    known = ("file", "line", "key", "message", "hint", "severity")
    rows = json.loads(ran.stdout)["problems"]
    return tuple(Problem(**{name: row[name] for name in known if name in row}) for row in rows)
