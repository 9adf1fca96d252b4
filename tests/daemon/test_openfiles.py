"""The limit of open files grows with the places for polls, never beyond what the system allows."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from monitor.openfiles import allow
print(allow({sockets}), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "sockets", "expected", "warned"),
    [(300, 1000, 500, 756, False), (300, 400, 500, 400, True), (900, 1000, 100, 900, False)],
)
def test_the_limit_is_raised_as_far_as_it_may_be(
    soft: int, hard: int, sockets: int, expected: int, warned: bool
) -> None:
    script = SCRIPT.format(soft=soft, hard=hard, sockets=sockets)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(expected)] * 2
    assert ("only 400 files may be open" in done.stderr) == warned
