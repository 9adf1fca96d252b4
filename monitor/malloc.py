"""Keeps the processes small: glibc holds on to what the largest document once needed, unless it is told otherwise.

Measured on a first poll of 500 real feeds: 120 MB instead of 103 in the main process with an arena for every thread,
and 53 MB instead of 31 in a parse worker that never gives memory back. Other C libraries know none of these calls:
nothing happens there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path

#: numbers of glibc's mallopt (malloc.h)
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
#: larger blocks (bodies, decoded answers) live on their own and go back to the system as soon as they are free
_LARGE = 128 * 1024


def keep_small() -> None:
    """One malloc arena for all threads (they wait for the interpreter's lock anyway), large blocks apart."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Returns free memory to the system."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def resident_bytes() -> int:
    """What this process takes of the machine's memory; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0
