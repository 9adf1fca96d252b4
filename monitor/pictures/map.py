"""Incidents on a map of the world that comes with the program. matplotlib is loaded only where one is drawn."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from monitor.pictures.drawing import Form, drawn, label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: degrees around the outermost spots, and the least that is shown
_MARGIN, _LEAST = 3.0, 12.0
#: names are written at the spots with the most incidents
_MOST_NAMES = 14
_SEA, _LAND, _BORDER, _SPOT = "#eaf1f6", "#f7f4ec", "#b7b2a6", "#b3261e"

#: west, south, east, north
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place with how many incidents there were."""

    latitude: float
    longitude: float
    count: int
    name: str = ""


@cache
def land() -> tuple[tuple[tuple[float, float], ...], ...]:
    """The rings of the countries, in degrees of longitude and latitude."""
    packed = files("monitor.pictures").joinpath("land.json.gz").read_bytes()
    rings = json.loads(gzip.decompress(packed))
    return tuple(tuple((ring[i] / 100, ring[i + 1] / 100) for i in range(0, len(ring), 2)) for ring in rings)


def map_of(spots: Sequence[Spot], *, title: str, form: Form = "png") -> bytes:
    """Spots on the land around them; the larger, the more happened there."""
    box = _around(spots)

    def draw(figure: Figure) -> None:
        from matplotlib.collections import PolyCollection

        axes = figure.add_subplot()
        axes.set_title(label(title, 90), loc="left")
        axes.set_facecolor(_SEA)
        # the whole world needs no islets
        least = (box[2] - box[0]) / 160
        seen = [_thinned(ring, least / 1.8) for ring in land() if _meets(ring, box, least)]
        axes.add_collection(PolyCollection(seen, facecolors=_LAND, edgecolors=_BORDER, linewidths=0.5))
        axes.scatter(
            [spot.longitude for spot in spots],
            [spot.latitude for spot in spots],
            s=[24 + 14 * min(spot.count, 60) for spot in spots],
            c=_SPOT,
            alpha=0.6,
            linewidths=0.5,
            edgecolors="white",
            zorder=3,
        )
        for spot in sorted(spots, key=lambda one: (-one.count, one.name))[:_MOST_NAMES]:
            axes.annotate(
                f"{label(spot.name, 26)} {spot.count}".strip(),
                (spot.longitude, spot.latitude),
                xytext=(5, 4),
                textcoords="offset points",
                fontsize=7,
                zorder=4,
            )
        axes.set_xlim(box[0], box[2])
        axes.set_ylim(box[1], box[3])
        axes.set_aspect("equal")
        axes.set_xticks([])
        axes.set_yticks([])

    return drawn(draw, form=form, size=(8.0, 5.4))


def _around(spots: Sequence[Spot]) -> Box:
    """What is shown: all spots with a margin, in the shape of the picture; the world where there is none."""
    if not spots:
        return -180.0, -60.0, 180.0, 80.0
    west, east = min(spot.longitude for spot in spots), max(spot.longitude for spot in spots)
    south, north = min(spot.latitude for spot in spots), max(spot.latitude for spot in spots)
    wide = max(east - west + 2 * _MARGIN, _LEAST, (north - south + 2 * _MARGIN) * 1.5)
    high = wide / 1.5
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _meets(ring: Sequence[tuple[float, float]], box: Box, least: float) -> bool:
    """Whether a ring lies in the box, and is wide or high enough to be seen."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    west, south, east, north = min(xs), min(ys), max(xs), max(ys)
    seen = max(east - west, north - south) >= least
    return seen and east >= box[0] and west <= box[2] and north >= box[1] and south <= box[3]


def _thinned(ring: Sequence[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """A ring without the points that lie nearer to the last one than can be seen."""
    kept = [ring[0]]
    for x, y in ring[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= least:
            kept.append((x, y))
    return kept
