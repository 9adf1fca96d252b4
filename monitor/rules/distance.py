"""How far apart two points are. The one door to GeographicLib."""

from __future__ import annotations

from geographiclib.geodesic import Geodesic


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The shortest way on the WGS 84 ellipsoid between two points in degrees.

    Karney 2013, doi 10.1007/s00190-012-0578-z.
    """
    metres: float = Geodesic.WGS84.Inverse(lat, lon, other_lat, other_lon, Geodesic.DISTANCE)["s12"]
    return metres / 1000
