"""`basewatch digest`: the incidents of a day or a week."""

from __future__ import annotations

from monitor.errors import BasewatchError


def digest() -> None:
    """Table, plot, map and brief of the last day.

    Example:
      basewatch digest
    """
    raise BasewatchError("not there yet")
