"""Where something happened, and how exactly it is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Precision = Literal["base", "near", "city", "country", "unknown"]
#: most exact first
PRECISIONS: tuple[Precision, ...] = ("base", "near", "city", "country", "unknown")


#: before the code in the id of a country
COUNTRY = "country:"


def country_id(code: str) -> str:
    """The id of a country as a place: `country:IQ`."""
    return COUNTRY + code


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

    @property
    def is_vague(self) -> bool:
        """No more than the country is told."""
        return self.id.startswith(COUNTRY)


@dataclass(frozen=True, slots=True)
class Target:
    """What was attacked: a place, or a base somewhere in a country, or troops nobody says where."""

    #: `base`, `home` or `diplomatic`
    site: str
    place_id: str | None = None
    country: str = ""
    #: `base`, `near`, `city`, `country` or `unknown`
    precision: Precision = "unknown"
    #: `target`, `origin` or `mentioned`
    role: str = "target"
