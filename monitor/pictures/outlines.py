"""Coasts and borders as paths of SVG: what two countries share is drawn and simplified once, so that no gap opens.

The rings of the countries (`map.land`) share their points exactly; a piece of line that two rings have is a border, one
that a single ring has is coast.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from monitor.pictures.map import Box, land

Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Outlines:
    """The land of a map, and the borders on it, as values of `d`."""

    land: str
    borders: str


@dataclass(frozen=True, kw_only=True)
class _Lines:
    #: closed, each in the pieces that are simplified by themselves
    coasts: tuple[tuple[Line, ...], ...]
    borders: tuple[Line, ...]


@lru_cache(maxsize=64)
def outlines(box: Box, width: int) -> Outlines:
    """What lies in the box (degrees), on a sheet so many units wide; finer than a unit nothing is drawn."""
    scale = width / (box[2] - box[0])
    # the world needs no islets
    finest, least = 0.9 / scale, 4 / scale
    lines = _lines()
    margin = (box[2] - box[0]) / 20
    around = (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    coasts = []
    for pieces in lines.coasts:
        extent = _extent(point for piece in pieces for point in piece)
        if _apart(extent, around) or max(extent[2] - extent[0], extent[3] - extent[1]) < least:
            continue
        ring = [point for piece in pieces for point in simplified(piece, finest)[:-1]]
        coasts.append(_clipped(ring, around))
    borders = [
        part
        for line in lines.borders
        if not _apart(_extent(line), around)
        for part in _parts_in(simplified(line, finest), around)
    ]
    return Outlines(
        land="".join(_path(ring, box, scale, closed=True) for ring in coasts if len(ring) > 2),
        borders="".join(_path(line, box, scale, closed=False) for line in borders),
    )


@cache
def _lines() -> _Lines:
    """Coasts and borders of the whole world, in the pieces between the points at which more than two lines meet."""
    rings = [ring if ring[0] == ring[-1] else (*ring, ring[0]) for ring in land()]
    steps = [(one, two) for ring in rings for one, two in pairwise(ring) if one != two]
    used = Counter(frozenset(step) for step in steps)
    meet: dict[Point, set[Point]] = defaultdict(set)
    for one, two in steps:
        meet[one].add(two)
        meet[two].add(one)
    nodes = {point for point, others in meet.items() if len(others) != 2}
    coasts = tuple(
        tuple(_pieces(ring, nodes)) for ring in _rings([step for step in steps if used[frozenset(step)] == 1])
    )
    shared = {step for step in used if used[step] > 1}
    return _Lines(coasts=coasts, borders=tuple(_chains(shared, nodes)))


def _rings(steps: Sequence[tuple[Point, Point]]) -> Iterator[list[Point]]:
    """The closed lines that these steps make, each followed in its direction."""
    onward: dict[Point, list[Point]] = defaultdict(list)
    for one, two in steps:
        onward[one].append(two)
    for start in list(onward):
        while onward[start]:
            ring = [start]
            while onward[ring[-1]]:
                ring.append(onward[ring[-1]].pop())
                if ring[-1] == start:
                    break
            if len(ring) > 3:
                yield ring if ring[-1] == start else [*ring, start]


def _pieces(ring: list[Point], nodes: set[Point]) -> Iterator[Line]:
    """A closed line, cut where others meet it; else in two, so that it does not shrink to a point."""
    cuts = [index for index, point in enumerate(ring[:-1]) if point in nodes]
    if len(cuts) < 2:
        begin = cuts[0] if cuts else 0
        ring = [*ring[begin:-1], *ring[: begin + 1]]
        far = max(range(len(ring)), key=lambda index: _square(ring[index], ring[0]))
        yield from (tuple(ring[: far + 1]), tuple(ring[far:]))
        return
    ring = [*ring[cuts[0] : -1], *ring[: cuts[0] + 1]]
    cuts = [index - cuts[0] for index in cuts] + [len(ring) - 1]
    for one, two in pairwise(cuts):
        yield tuple(ring[one : two + 1])


def _chains(steps: set[frozenset[Point]], nodes: set[Point]) -> Iterator[Line]:
    """The lines that these steps make between nodes."""
    beside: dict[Point, set[Point]] = defaultdict(set)
    for step in steps:
        one, two = tuple(step)
        beside[one].add(two)
        beside[two].add(one)
    # ends and nodes first; what is left runs in circles
    for start in sorted(beside, key=lambda point: (point not in nodes and len(beside[point]) == 2, point)):
        while beside[start]:
            line = [start]
            while beside[line[-1]]:
                following = min(beside[line[-1]])
                beside[line[-1]].discard(following)
                beside[following].discard(line[-1])
                line.append(following)
                if following in nodes or following == start:
                    break
            yield tuple(line)


def simplified(line: Sequence[Point], finest: float) -> list[Point]:
    """A line without the points that lie nearer than that to what is left (Douglas and Peucker); its ends stay."""
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        begin, end = todo.pop()
        far, at = 0.0, -1
        for index in range(begin + 1, end):
            off = _off(line[index], line[begin], line[end])
            if off > far:
                far, at = off, index
        if far > finest * finest:
            keep.add(at)
            todo += [(begin, at), (at, end)]
    return [line[index] for index in sorted(keep)]


def _square(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _off(point: Point, one: Point, two: Point) -> float:
    """The square of the distance of a point from a step."""
    x, y = two[0] - one[0], two[1] - one[1]
    long = x * x + y * y
    if not long:
        return _square(point, one)
    along = ((point[0] - one[0]) * x + (point[1] - one[1]) * y) / long
    along = min(max(along, 0.0), 1.0)
    return _square(point, (one[0] + along * x, one[1] + along * y))


def _extent(points: Iterable[Point]) -> Box:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _apart(one: Box, other: Box) -> bool:
    return one[0] > other[2] or one[2] < other[0] or one[1] > other[3] or one[3] < other[1]


def _clipped(ring: list[Point], box: Box) -> list[Point]:
    """A ring without what lies outside of the box (Sutherland and Hodgman): it runs along its edge there."""
    for axis, edge, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        inside = [(point[axis] - edge) * sign >= 0 for point in ring]
        if all(inside):
            continue
        kept: list[Point] = []
        for index, point in enumerate(ring):
            before = ring[index - 1]
            if inside[index] != inside[index - 1]:
                share = (edge - before[axis]) / (point[axis] - before[axis])
                other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
                kept.append((edge, other) if axis == 0 else (other, edge))
            if inside[index]:
                kept.append(point)
        ring = kept
        if not ring:
            return []
    return ring


def _parts_in(line: list[Point], box: Box) -> Iterator[list[Point]]:
    """The stretches of a line that come near the box."""
    part: list[Point] = []
    for one, two in pairwise(line):
        if _apart(_extent((one, two)), box):
            if part:
                yield part
            part = []
        else:
            part = [*(part or [one]), two]
    if part:
        yield part


def _path(line: Sequence[Point], box: Box, scale: float, *, closed: bool) -> str:
    """A line in whole units, each point told by the way from the one before."""
    at = [(round((x - box[0]) * scale), round((box[3] - y) * scale)) for x, y in line]
    told = [f"M{at[0][0]},{at[0][1]}"]
    steps = []
    for one, two in pairwise(at):
        if one != two:
            steps.append(f"{two[0] - one[0]},{two[1] - one[1]}")
    if not steps:
        return ""
    told.append("l" + " ".join(steps).replace(",-", "-").replace(" -", "-"))
    return "".join(told) + ("z" if closed else "")
