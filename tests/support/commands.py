"""Commands as a person calls them, and two stories that a feed may bring."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from newsroom import Story

RULES = Path(__file__).parent.parent.parent / "rules"


ASAD = Story("Two drones hit Ain al-Asad air base in western Iraq", link="https://wire.example/asad?utm_source=x")


SPORT = Story("Lions win the derby", link="https://wire.example/derby")


Call = Callable[..., tuple[int, str, str]]


def process(*arguments: str, cwd: Path, **extra: str) -> subprocess.CompletedProcess[bytes]:
    """A real process with nothing but the given settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BASEWATCH_", "COV_"))}
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments], cwd=cwd, env={**kept, **extra}, capture_output=True, timeout=60,
    )  # fmt: skip
