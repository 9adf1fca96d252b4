"""Where something happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PlaceRole(StrEnum):
    """What a place is in the sentence that names it."""

    TARGET = "target"
    ORIGIN = "origin"
    MENTIONED = "mentioned"


@dataclass(frozen=True, kw_only=True)
class PlaceRef:
    """A place that an item names."""

    #: gazetteer id; `country:IQ` for a country
    id: str
    name: str
    role: PlaceRole = PlaceRole.MENTIONED
    #: `base` (at it), `near`, `city`, `region`, `country`
    precision: str = "base"
    #: ISO 3166-1 alpha-2, empty where unknown
    country: str = ""
