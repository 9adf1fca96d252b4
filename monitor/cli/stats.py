"""`basewatch stats`: how many incidents there were; plots and maps."""

from __future__ import annotations

from monitor.errors import BasewatchError


def stats() -> None:
    """By week, base, group or weapon.

    Example:
      basewatch stats
    """
    raise BasewatchError("not there yet")
