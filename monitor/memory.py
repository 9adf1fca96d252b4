"""Keeps the processes small: glibc holds on to what the largest document once needed, unless it is told otherwise.

Measured on a first poll of 500 real feeds: 120 MB instead of 103 in the main process with an arena for every thread,
and 53 MB instead of 31 in a parse worker that never gives memory back. Other C libraries know neither call: nothing
happens there.
"""

from __future__ import annotations

import contextlib
import ctypes

#: `M_ARENA_MAX` of glibc's mallopt
_ARENA_MAX = -8


def one_arena() -> None:
    """One malloc arena for all threads; they wait for the interpreter's lock anyway."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Returns free memory to the system."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
