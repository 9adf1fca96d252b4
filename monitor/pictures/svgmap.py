"""Incidents on a map, as SVG for a page: land and thin borders, and a pin for each base that leads to its incidents.

Borders are those of Natural Earth, and the map says that it takes no position. No country is filled by anything. Where
a pin stands and which part of the world is shown is worked out in `map`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from math import hypot, sqrt

from monitor.pictures.map import Box, Sheet, Spot, around_spots, focus, placed
from monitor.pictures.outlines import outlines
from monitor.pictures.svg import Svg, joined, picture, tag

#: parts of the world that can be asked for: west, south, east, north
PARTS: dict[str, Box] = {
    "world": (-180.0, -60.0, 180.0, 80.0),
    "middle-east": (25.0, 10.0, 67.0, 42.0),
    "eastern-europe": (12.0, 42.0, 54.0, 70.0),
    "africa": (-22.0, -36.0, 56.0, 38.0),
    "south-asia": (58.0, 4.0, 100.0, 40.0),
    "east-asia": (90.0, -12.0, 150.0, 54.0),
}
NO_POSITION = "boundaries: Natural Earth, no position taken"
#: units of a map's width, and of letters on it
_WIDTH, _FONT = 1200, 22.0
_FOOT = 34.0
#: pins that are drawn; the others are in the table beside the map
_MOST = 300
#: of so many pins none hides another one
_MOST_PUSHED = 60
#: words of `Level`, the most urgent first, with the colour where no style sheet gives another
_COLOURS = {"flash": "#a3123a", "urgent": "#8f3d00", "notice": "#0b4f9e", "digest": "#4b5563"}


@dataclass(frozen=True, kw_only=True)
class MapDrawn:
    """A map, and what did not find room on it."""

    svg: Svg
    #: on it, the most incidents first
    shown: tuple[Spot, ...]
    #: too far off; they are told beside it
    elsewhere: tuple[Spot, ...]


def svg_map(spots: Sequence[Spot], *, title: str, part: str = "", id: str = "map") -> MapDrawn:
    """The spots on the part of the world that they lie in, or on the one of `PARTS` that is asked for."""
    if part:
        box = PARTS[part]
        shown = [one for one in spots if box[0] < one.longitude < box[2] and box[1] < one.latitude < box[3]]
        far = [one for one in spots if one not in set(shown)]
    else:
        shown, far = focus(spots)
        box = around_spots(shown)
    largest_first = sorted(shown, key=lambda one: (-one.count, one.name))
    scale = _WIDTH / (box[2] - box[0])
    high = (box[3] - box[1]) * scale
    lines = outlines(box, _WIDTH)
    ground = joined(
        tag("rect", width=_WIDTH, height=high, fill="#eaf1f6", class_="sea"),
        tag("path", d=lines.land, fill="#f7f4ec", fill_rule="evenodd", class_="land"),
        tag("path", d=lines.borders, fill="none", stroke="#b7b2a6", stroke_width=1.5, class_="border"),
    )
    # the most urgent last, so that nothing lies on them
    order = sorted(largest_first[:_MOST], key=lambda one: (_urgency(one.level), -one.count))
    at = _apart(order, box, scale)
    pins = joined(*(_pin(one, *at[one], _size(box)) for one in order))
    foot = _foot(high, {one.level for one in shown})
    svg = picture(
        ground, _leaders(at, box, scale), _names(at, box, scale), pins, foot, width=_WIDTH, height=high + _FOOT,
        title=title, desc=_told(shown, far), id=id, class_="map",
    )  # fmt: skip
    return MapDrawn(svg=svg, shown=tuple(largest_first), elsewhere=tuple(far))


def _at(spot: Spot, box: Box, scale: float) -> tuple[float, float]:
    return (spot.longitude - box[0]) * scale, (box[3] - spot.latitude) * scale


def _urgency(level: str) -> int:
    return -list(_COLOURS).index(level) if level in _COLOURS else -9


def _radius(spot: Spot, size: float) -> float:
    """Its area grows with what happened there; a number finds room in it."""
    return max(min(15 + 3.2 * sqrt(spot.count), 44) * size, 12)


def _reach(spot: Spot, size: float) -> float:
    """Its radius with the second ring, if it has one."""
    return _radius(spot, size) + (_ring(size) if spot.level == "flash" else 0)


def _ring(size: float) -> float:
    """How far the second ring stands from the first."""
    return 3 + 4 * size


def _size(box: Box) -> float:
    """How large pins are: the more of the world is shown, the closer they stand together."""
    return min(1.0, max(0.45, 40 / (box[2] - box[0])))


def _apart(spots: Sequence[Spot], box: Box, scale: float) -> dict[Spot, tuple[float, float]]:
    """Where the pins stand: each at its place, or pushed off the ones that it would hide."""
    at, size = {one: _at(one, box, scale) for one in spots}, _size(box)
    if len(at) > _MOST_PUSHED:
        return at
    for _ in range(24):
        moved = False
        for one, other in combinations(at, 2):
            (ax, ay), (bx, by) = at[one], at[other]
            x, y = bx - ax, by - ay
            off, room = hypot(x, y), (_radius(one, size) + _radius(other, size)) * 0.9
            if off < room:
                x, y = (x / off, y / off) if off else (1.0, 0.0)
                push = (room - off) / 2
                at[one] = ax - x * push, ay - y * push
                at[other] = bx + x * push, by + y * push
                moved = True
        if not moved:
            break
    return at


def _pin(spot: Spot, x: float, y: float, size: float) -> Svg:
    """A circle with the number in it; the level is told by its ring: doubled for flash, thick for urgent, thin for
    notice, dashed for less."""
    radius, font, colour = _radius(spot, size), max(_FONT * size, 14), _COLOURS.get(spot.level, "#4b5563")
    level = spot.level or "digest"
    rings = [
        tag(
            "circle", cx=x, cy=y, r=radius, fill="#ffffff", stroke=colour, class_=f"pin {level}",
            stroke_width={"flash": 5, "urgent": 6}.get(level, 2.5) * (0.5 + size / 2),
            stroke_dasharray="6 4" if level == "digest" else None,
        )
    ]  # fmt: skip
    if level == "flash":
        rings.append(
            tag(
                "circle",
                cx=x,
                cy=y,
                r=radius + _ring(size),
                fill="none",
                stroke=colour,
                stroke_width=2.5,
                class_="ring flash",
            )
        )  # fmt: skip
    number = str(spot.count) if spot.count < 1000 else f"{spot.count / 1000:.0f}k"
    told = f"{spot.name}: {spot.count:,} {'incident' if spot.count == 1 else 'incidents'}"
    told += f", most urgent {spot.level}" if spot.level else ""
    inside = (
        tag("title", told),
        *rings,
        tag(
            "text", number, x=x, y=y + font * 0.35, text_anchor="middle", font_size=font, fill=colour,
            class_=f"number {level}",
        ),
    )  # fmt: skip
    return tag("a", *inside, href=spot.href) if spot.href else tag("g", *inside)


def _leaders(at: Mapping[Spot, tuple[float, float]], box: Box, scale: float) -> Svg:
    """From a pin that was pushed aside to its place."""
    told = []
    for spot, (x, y) in at.items():
        own_x, own_y = _at(spot, box, scale)
        if hypot(own_x - x, own_y - y) > 4:
            told.append(tag("line", x1=own_x, y1=own_y, x2=x, y2=y, stroke="#555555", class_="leader"))
            told.append(tag("circle", cx=own_x, cy=own_y, r=3, fill="#555555", class_="place"))
    return joined(*told)


def _names(at: Mapping[Spot, tuple[float, float]], box: Box, scale: float) -> Svg:
    """The names of the largest pins, beside them."""
    there = {
        replace(spot, longitude=box[0] + x / scale, latitude=box[3] - y / scale): (x, y) for spot, (x, y) in at.items()
    }
    reach = partial(_reach, size=_size(box))
    sheet = Sheet(width=_WIDTH, font=_FONT, letter=12.2, radius=reach, middle=reach, most=14)
    words = []
    for name in placed(list(there), box, sheet):
        x, y = there[name.spot]
        end_x, end_y = x + name.x, y - name.y
        if abs(name.x) > reach(name.spot) + 14 or abs(name.y) > 12:
            words.append(tag("line", x1=x, y1=y, x2=end_x, y2=end_y, stroke="#555555", class_="leader"))
        words.append(
            tag(
                "text", name.text.rpartition(" ")[0], x=end_x, y=end_y + _FONT * 0.35, font_size=_FONT,
                text_anchor="start" if name.x >= 0 else "end", fill="#15191f", class_="name", unicode_bidi="plaintext",
            )
        )  # fmt: skip
    return tag("g", *words, aria_hidden="true")


def _foot(high: float, levels: set[str]) -> Svg:
    """What the rings mean, and whose borders these are."""
    words = {
        "flash": "double ring: flash",
        "urgent": "thick: urgent",
        "notice": "thin: notice",
        "digest": "dashed: digest",
    }
    legend = ", ".join(told for level, told in words.items() if level in levels)
    y, small = high + _FOOT - 10, _FONT * 0.9
    told = [
        tag("text", NO_POSITION, x=_WIDTH - 8, y=y, text_anchor="end", font_size=small, fill="#4b5563", class_="foot")
    ]
    if legend:
        told.append(tag("text", legend, x=8, y=y, font_size=small, fill="#4b5563", class_="foot"))
    return joined(*told)


def _told(shown: Sequence[Spot], far: Sequence[Spot]) -> str:
    places = f"{len(shown):,} {'place' if len(shown) == 1 else 'places'}"
    more = f"; {len(far):,} more lie outside of it" if far else ""
    return f"{places} on the map{more}. {NO_POSITION}. The table holds the same values."
