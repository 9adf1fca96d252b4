"""Where something happened, and how exactly it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: `base`: foreign troops are there; `home`: a base without any; `diplomatic`: an embassy or a consulate
Site = Literal["base", "home", "diplomatic"]
#: at it, near it, only its town is named, somewhere in the country, nowhere told
Precision = Literal["base", "near", "city", "country", "unknown"]
#: most exact first
PRECISIONS: tuple[Precision, ...] = ("base", "near", "city", "country", "unknown")
#: what a place is in the sentence that names it
PlaceRole = Literal["target", "origin", "mentioned"]

#: before the code in the id of a country
_COUNTRY = "country:"
#: the id of a place that nobody tells
_UNPLACED = "unplaced"


def country_id(code: str) -> str:
    """The id of a country as a place: `country:IQ`."""
    return _COUNTRY + code


def country_of(place_id: str) -> str:
    """The code in the id of a country; empty for any other place."""
    return place_id[len(_COUNTRY) :] if place_id.startswith(_COUNTRY) else ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A base or an embassy, somewhere in a country, or a place that nobody tells.

    The defaults are what was left out where a place was stored before a field was added; they must stay.
    """

    #: gazetteer id; `country:IQ` for a country
    id: str
    name: str
    role: PlaceRole = "mentioned"
    precision: Precision = "base"
    #: ISO 3166-1 alpha-2, empty where unknown
    country: str = ""
    site: Site = "base"

    @property
    def is_vague(self) -> bool:
        """No more than the country is told, or nothing at all."""
        return self.is_unplaced or bool(country_of(self.id))

    @property
    def is_unplaced(self) -> bool:
        """Nobody tells where it is."""
        return self.id == _UNPLACED


def unplaced(site: Site = "base") -> Place:
    """A target that nobody says where."""
    return Place(id=_UNPLACED, name="a place not told", role="target", precision="unknown", site=site)
