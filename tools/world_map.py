"""Makes the map of the world from public data; a maintainer runs it when the data has changed.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/world_map.py package/countries-50m.json

Natural Earth (https://www.naturalearthdata.com), public domain, through world-atlas, ISC.

It writes `monitor/pictures/land.json.gz`: rings of land, one a country or island, of hundredths of a degree of
longitude and latitude. Borders that two countries share are the same in both: arcs are simplified, and rings are made
of arcs.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "monitor" / "pictures" / "land.json.gz"
#: how far, in degrees, a simplified line may lie from the true one
TOLERANCE = 0.1
#: rings of fewer points are islets
FEWEST = 4

Point = tuple[float, float]


def main(source: Path) -> None:
    """Reads the atlas and writes the map."""
    atlas = json.loads(source.read_text(encoding="utf-8"))
    arcs = [simplified(decoded(arc, atlas["transform"])) for arc in atlas["arcs"]]
    rings = []
    for country in atlas["objects"]["countries"]["geometries"]:
        polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        rings += [ring for polygon in polygons if (ring := ring_of(polygon[0], arcs))]
    data = json.dumps(rings, separators=(",", ":")).encode()
    TARGET.write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{len(rings)} rings, {TARGET.stat().st_size:,} bytes")


def decoded(arc: list[list[int]], transform: dict[str, Any]) -> list[Point]:
    """The points of an arc of TopoJSON: each is the way from the one before."""
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * sx + tx, y * sy + ty))
    return points


def simplified(points: list[Point]) -> list[Point]:
    """Douglas and Peucker: a point stays where the line without it would go wrong."""
    if len(points) < 3:
        return points
    first, last = points[0], points[-1]
    far, at = max((distance(point, first, last), number) for number, point in enumerate(points[1:-1], start=1))
    if far <= TOLERANCE:
        return [first, last]
    return simplified(points[: at + 1])[:-1] + simplified(points[at:])


def distance(point: Point, one: Point, other: Point) -> float:
    """From the line between two points, or from the one point where they are the same."""
    (x, y), (x1, y1), (x2, y2) = point, one, other
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    if length == 0:
        return float(((x - x1) ** 2 + (y - y1) ** 2) ** 0.5)
    return float(abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length)


def ring_of(numbers: list[int], arcs: list[list[Point]]) -> list[int]:
    """A ring as x, y, x, y, … in hundredths of a degree; `~n` is arc n backwards."""
    points: list[tuple[int, int]] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        for x, y in arc:
            point = round(x * 20) * 5, round(y * 20) * 5
            if not points or points[-1] != point:
                points.append(point)
    return [value for point in points for value in point] if len(points) >= FEWEST else []


if __name__ == "__main__":
    main(Path(sys.argv[1]))
