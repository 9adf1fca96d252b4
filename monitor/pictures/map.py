"""Incidents on a map of the world that comes with the program. matplotlib is loaded only where one is drawn."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING

from monitor.pictures.drawing import Form, drawn, label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: degrees around the outermost spots, and the least that is shown
_MARGIN, _LEAST = 3.0, 12.0
#: names are written below the map
_MOST_FAR = 5
_FONT = 7.0
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
    #: the most urgent level of them, for pictures that show it
    level: str = ""
    #: where a click on it leads
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What names are placed on: its width, the height of letters and what one of them takes on average, all in the same
    unit, and how far a spot reaches."""

    width: float
    font: float
    letter: float
    radius: Callable[[Spot], float]
    #: of a spot no name may lie nearer to its middle than this
    middle: Callable[[Spot], float] = field(default=lambda _: 2)
    most: int = 16


@cache
def land() -> tuple[tuple[tuple[float, float], ...], ...]:
    """The rings of the countries, in degrees of longitude and latitude."""
    packed = files("monitor.pictures").joinpath("land.json.gz").read_bytes()
    rings = json.loads(gzip.decompress(packed))
    whole = (tuple((ring[i] / 100, ring[i + 1] / 100) for i in range(0, len(ring), 2)) for ring in rings)
    return tuple(part for ring in whole for part in _without_jumps(ring))


def _without_jumps(ring: tuple[tuple[float, float], ...]) -> list[tuple[tuple[float, float], ...]]:
    """A ring that runs over the edge of the map, in its parts: no line crosses the whole of it."""
    parts: list[list[tuple[float, float]]] = [[]]
    for point in ring:
        if parts[-1] and abs(point[0] - parts[-1][-1][0]) > 180:
            parts.append([])
        parts[-1].append(point)
    if len(parts) > 1:  # its end goes on where it began
        parts[0] = [*parts.pop(), *parts[0]]
    return [tuple(part) for part in parts if len(part) > 2]


def map_of(spots: Sequence[Spot], *, title: str, form: Form = "png") -> bytes:
    """Spots on the land around them; the larger, the more happened there. A few that lie far from all others are told
    below the map, so that the others can be seen."""
    seen, far = focus(spots)
    box = around_spots(seen)

    def draw(figure: Figure) -> None:
        from matplotlib.collections import PolyCollection
        from matplotlib.patheffects import withStroke

        axes = figure.add_subplot()
        axes.set_title(label(title, 90), loc="left")
        axes.set_facecolor(_SEA)
        # the whole world needs no islets
        least = (box[2] - box[0]) / 160
        rings = [_thinned(ring, least / 1.8) for ring in land() if _meets(ring, box, least)]
        axes.add_collection(PolyCollection(rings, facecolors=_LAND, edgecolors=_BORDER, linewidths=0.5))
        axes.scatter(
            [spot.longitude for spot in seen],
            [spot.latitude for spot in seen],
            s=[_size(spot) for spot in seen],
            c=_SPOT,
            alpha=0.6,
            linewidths=0.5,
            edgecolors="white",
            zorder=3,
        )
        for name in placed(seen, box):
            axes.annotate(
                name.text,
                (name.spot.longitude, name.spot.latitude),
                xytext=(name.x, name.y),
                textcoords="offset points",
                fontsize=_FONT,
                ha="left" if name.x >= 0 else "right",
                va="center",
                zorder=4,
                arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": "#555", "shrinkA": 0, "shrinkB": 2},
                path_effects=[withStroke(linewidth=1.8, foreground="white")],
            )
        axes.set_xlim(box[0], box[2])
        axes.set_ylim(box[1], box[3])
        axes.set_aspect("equal")
        axes.set_xticks([])
        axes.set_yticks([])
        if far:
            axes.set_xlabel(_elsewhere(far), fontsize=_FONT, loc="left")

    return drawn(draw, form=form, size=(8.0, 5.6 if far else 5.4))


def _size(spot: Spot) -> float:
    """The area of a spot, in square points."""
    return 24 + 14 * min(spot.count, 60)


def _elsewhere(far: Sequence[Spot]) -> str:
    """`Elsewhere: Air Base 101 1, and 3 more places`."""
    told = [f"{label(spot.name, 30)} {spot.count}" for spot in far[:_MOST_FAR]]
    rest = len(far) - len(told)
    return f"Elsewhere: {', '.join(told)}" + (f", and {rest} more places" if rest else "")


def focus(spots: Sequence[Spot]) -> tuple[list[Spot], list[Spot]]:
    """The spots that are shown, and those that lie so far off that the map would be more than twice as large for at
    most a tenth of what happened."""
    stages: list[list[Spot]] = [list(spots)]
    room = sum(spot.count for spot in spots) / 10
    while len(stages[-1]) > 1:
        seen = stages[-1]
        across, up = ([key(one) for one in seen] for key in (_east, _north))
        ends = [
            one
            for one in seen
            if one.count <= room and (_east(one) in (min(across), max(across)) or _north(one) in (min(up), max(up)))
        ]
        if not ends:
            break
        gone = min(ends, key=lambda end: (_area([one for one in seen if one is not end]), end.name))
        room -= gone.count
        stages.append([one for one in seen if one is not gone])
    least = min(map(_area, stages))
    # of the maps that are nearly as small as the smallest the one with the most on it
    seen = next(stage for stage in stages if _area(stage) <= 1.25 * least)
    if _area(seen) > 0.5 * _area(spots):
        return list(spots), []
    # what went on the way, and lies on this map all the same
    west, south, east, north = around_spots(seen)
    seen = [one for one in spots if west < one.longitude < east and south < one.latitude < north]
    return seen, sorted((one for one in spots if one not in seen), key=lambda one: (-one.count, one.name))


def _east(spot: Spot) -> float:
    return spot.longitude


def _north(spot: Spot) -> float:
    return spot.latitude


def _area(spots: Sequence[Spot]) -> float:
    box = around_spots(spots)
    return (box[2] - box[0]) * (box[3] - box[1])


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name beside its spot: where it begins (or ends, left of the spot), in points from it."""

    spot: Spot
    text: str
    x: float
    y: float


#: how far a name may lie from its spot, aside and upwards, for letters 7 high
_ASIDE, _UP = (3, 14, 28, 44, 62), (0, 8, -8, 16, -16, 26, -26, 38, -38, 52, -52)
#: the picture that `map_of` draws, in points
_PRINT = Sheet(width=548.0, font=_FONT, letter=3.9, radius=lambda spot: (_size(spot) / 3.14) ** 0.5)


def placed(spots: Sequence[Spot], box: Box, sheet: Sheet = _PRINT) -> list[Name]:
    """The names that find room, the places with the most incidents first: none lies on another one or out of the map.

    What a letter takes is estimated; a name that finds no room near its spot is left out, its spot stays.
    """
    scale = sheet.width / (box[2] - box[0])
    at = {spot: ((spot.longitude - box[0]) * scale, (spot.latitude - box[1]) * scale) for spot in spots}
    high = (box[3] - box[1]) * scale
    # no name lies on the middle of a spot
    own = ((x, y, sheet.middle(spot)) for spot, (x, y) in at.items())
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y, r in own]
    names = []
    step = sheet.font / 7
    for spot in sorted(spots, key=lambda one: (-one.count, one.name))[: sheet.most]:
        text = f"{label(spot.name, 32)} {spot.count}".strip()
        wide, (x, y) = len(text) * sheet.letter, at[spot]
        edge = sheet.radius(spot)
        for aside, above in product(_ASIDE, _UP):
            far, up = aside * step, above * step
            for side in (1, -1):
                begin = x + side * (edge + far)
                west, east = (begin, begin + wide) if side > 0 else (begin - wide, begin)
                room = (west - 1, y + up - sheet.font / 2 - 1, east + 1, y + up + sheet.font / 2 + 1)
                inside = room[0] >= 0 and room[1] >= 0 and room[2] <= sheet.width and room[3] <= high
                if inside and not any(_overlap(room, other) for other in taken):
                    taken.append(room)
                    names.append(Name(spot=spot, text=text, x=side * (edge + far), y=up))
                    break
            else:
                continue
            break
    return names


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def around_spots(spots: Sequence[Spot]) -> Box:
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
