"""Incidents on a map. matplotlib is loaded only where one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place with how many incidents there were."""

    latitude: float
    longitude: float
    count: int
    name: str = ""


def map_of(spots: Sequence[Spot], *, title: str, form: Literal["png", "svg"] = "png") -> bytes:
    """Spots on the land around them."""
    raise NotImplementedError
