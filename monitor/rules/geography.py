"""Circles and boxes on the globe. The one door to GeographicLib."""

from __future__ import annotations

from dataclasses import dataclass

from geographiclib.geodesic import Geodesic

from monitor.config.yamlfile import Strict
from monitor.model.place import Place
from monitor.rules.values import CountryCode, key

#: latitude and longitude in degrees
Point = tuple[float, float]
#: one degree of latitude is at least so long
_KM_PER_DEGREE = 110.5


class Box(Strict):
    """A part of the globe between two parallels and two meridians, of one country where that is said."""

    south: float = key("southern edge, degrees", 32.3, ge=-90, le=90)
    west: float = key("western edge, degrees", 73.7, ge=-180, le=180)
    north: float = key("northern edge, degrees", 35.1, ge=-90, le=90)
    east: float = key("eastern edge, degrees", 77.0, ge=-180, le=180)
    country: CountryCode | None = key("only what lies in this country", "IN", default=None)

    def holds(self, point: Point, country: str) -> bool:
        """Whether the point, which lies in this country, is in the box; a box may go over the 180th meridian."""
        lat, lon = point
        across = self.west <= lon <= self.east if self.west <= self.east else lon >= self.west or lon <= self.east
        return across and self.south <= lat <= self.north and self.country in (None, country)


@dataclass(frozen=True, eq=False)
class Circle:
    """A circle of a rule, with the places of the gazetteer that lie in it."""

    km: float
    centre: Point
    ids: frozenset[str]

    def holds(self, place: Place) -> bool:
        """Whether the place lies in the circle: one of the gazetteer, or a town that was looked up."""
        if place.lat is not None and place.lon is not None:
            return is_within(self.km, self.centre, (place.lat, place.lon))
        return place.id in self.ids


def is_within(km: float, one: Point, other: Point) -> bool:
    """Whether two points are so near: the shortest way on the WGS 84 ellipsoid (Karney 2013, doi
    10.1007/s00190-012-0578-z)."""
    if abs(one[0] - other[0]) * _KM_PER_DEGREE > km:
        return False
    return bool(Geodesic.WGS84.Inverse(*one, *other, Geodesic.DISTANCE)["s12"] <= km * 1000)
