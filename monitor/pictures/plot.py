"""Counts as a plot. matplotlib is loaded only where one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal


def plot(rows: Sequence[tuple[str, int]], *, title: str, form: Literal["png", "svg"] = "png") -> bytes:
    """Bars of a count."""
    raise NotImplementedError
