"""The clock, and the refusal of times without zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

#: answers the present moment, aware UTC; tests set their own
Clock = Callable[[], datetime]


def require_aware(moment: datetime) -> datetime:
    """`moment` itself; refuses a time without zone, which would be somebody's local guess."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone: {moment!r}")
    return moment
