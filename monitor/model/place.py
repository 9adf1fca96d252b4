"""Where something happened, and how exactly it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

#: `base`: a military target, whoever owns it; `diplomatic`: an embassy or a consulate
Site = Literal["base", "diplomatic"]
#: whose base or troops: of those who are guests in the country, of the country itself, of the United Nations
Whose = Literal["foreign", "national", "un", "unknown"]
#: what kind of target a place is
TargetKind = Literal[
    "air base", "airport", "army base", "barracks", "camp", "checkpoint", "consulate", "depot", "embassy", "garrison",
    "government zone", "headquarters", "hospital", "hotel", "military base", "missile site", "naval base", "outpost",
    "radar site", "signals site", "training base", "warship",
]  # fmt: skip
TARGET_KINDS: tuple[TargetKind, ...] = get_args(TargetKind)
#: at it, near it, only its town is named, somewhere in the country, nowhere told
Precision = Literal["base", "near", "city", "country", "unknown"]
#: most exact first
PRECISIONS: tuple[Precision, ...] = ("base", "near", "city", "country", "unknown")
#: what a place is in the sentence that names it
PlaceRole = Literal["target", "origin", "mentioned"]

#: before the code in the id of a country, before the name in that of a region
_COUNTRY, _REGION = "country:", "region:"
#: the id of a place that nobody tells
_UNPLACED = "unplaced"


def country_id(code: str) -> str:
    """The id of a country as a place: `country:IQ`."""
    return _COUNTRY + code


def country_of(place_id: str) -> str:
    """The code in the id of a country; empty for any other place."""
    return place_id[len(_COUNTRY) :] if place_id.startswith(_COUNTRY) else ""


def region_id(name: str) -> str:
    """The id of a region as a place: `region:kashmir`."""
    return _REGION + name


def region_of(place_id: str) -> str:
    """The region in the id of one; empty for any other place."""
    return place_id[len(_REGION) :] if place_id.startswith(_REGION) else ""


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
    #: `home` only in what was stored before `whose` was a field: it becomes a national base
    site: Site | Literal["home"] = "base"
    #: one of `TARGET_KINDS` (or what an older version stored); empty where nobody says
    kind: str = ""
    whose: Whose = "unknown"
    #: of a town that was looked up, which no file of the rules folder tells of
    lat: float | None = None
    lon: float | None = None
    #: IANA time zone, where it was looked up
    zone: str = ""
    #: how the place was chosen among those of its name, for people; empty where the name is its own
    chosen: str = ""

    def __post_init__(self) -> None:
        if self.site == "home":
            object.__setattr__(self, "site", "base")
            object.__setattr__(self, "whose", "national")

    @property
    def is_vague(self) -> bool:
        """No more than the country or the region is told, or nothing at all."""
        return self.is_unplaced or bool(country_of(self.id) or region_of(self.id))

    @property
    def is_unplaced(self) -> bool:
        """Nobody tells where it is."""
        return self.id == _UNPLACED


def unplaced(site: Site = "base") -> Place:
    """A target that nobody says where."""
    return Place(id=_UNPLACED, name="a place not told", role="target", precision="unknown", site=site)
