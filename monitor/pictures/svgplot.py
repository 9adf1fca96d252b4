"""Plots as SVG for a page, drawn from the very rows that the table beside them shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from monitor.pictures.svg import Svg, joined, picture, tag

_WIDTH, _HEIGHT = 800.0, 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 60.0, 12.0, 14.0, 50.0
#: of a picture that is seldom wider than half a window
_FONT = 18.0
#: a lying bar
_BAR = 30.0
_MOST_TICKS = 7
#: room for a day, `2026-11-23`
_LABEL = 92.0
_COLOURS = {
    "flash": "#a3123a", "urgent": "#8f3d00", "notice": "#0b4f9e", "digest": "#4b5563", "killed": "#a3123a",
    "wounded": "#b98300", "median": "#0b4f9e", "p90": "#8f3d00", "count": "#35618e",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One day, week or base with its values, in the order of the chart's names; None: there is none."""

    label: str
    values: tuple[float | None, ...]
    #: where its incidents are listed
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Values for a plot and for the table beside it."""

    title: str
    #: what a row is: `week`, `base`
    of: str
    #: what the values are, for the heads of columns; each is a class of the style sheet too
    names: tuple[str, ...]
    #: of the values, for people: `incidents`, `hours`
    unit: str
    rows: tuple[Row, ...]
    #: 0 is a value like others: hours, and not a count of nothing
    measured: bool = False

    def tells(self, value: float | None) -> bool:
        """Whether the value says something."""
        return value is not None if self.measured else bool(value)

    @property
    def filled(self) -> tuple[Row, ...]:
        """The rows that say something."""
        return tuple(row for row in self.rows if any(map(self.tells, row.values)))


def stacked(chart: Chart, *, id: str) -> Svg:
    """Upright bars, the values of a row on one another: the last name at the bottom."""
    tops = [sum(value or 0 for value in row.values) for row in chart.rows]
    top = _nice(max(tops, default=0))
    wide = (_WIDTH - _LEFT - _RIGHT) / max(len(chart.rows), 1)
    bars = []
    for number, row in enumerate(chart.rows):
        y, parts = _HEIGHT - _BOTTOM, []
        for name, value in reversed(list(zip(chart.names, row.values, strict=True))):
            high = (value or 0) / top * (_HEIGHT - _TOP - _BOTTOM)
            if high:
                x = _LEFT + number * wide + wide * 0.1
                parts.append(_rect(x, y - high, wide * 0.8, high, name))
                y -= high
        if parts:
            bars.append(_linked(row, chart, *parts))
    return _upright(chart, joined(*bars), top, wide, id)


def lines(chart: Chart, *, id: str) -> Svg:
    """A line for each name; where a row has no value it is broken."""
    top = _nice(max((value for row in chart.rows for value in row.values if value is not None), default=0), least=1)
    wide = (_WIDTH - _LEFT - _RIGHT) / max(len(chart.rows), 1)
    drawn = []
    for column, name in enumerate(chart.names):
        stretch: list[str] = []
        for number, row in enumerate((*chart.rows, Row(label="", values=(None,) * len(chart.names)))):
            value = row.values[column]
            if value is None:
                if len(stretch) > 1:
                    drawn.append(
                        tag(
                            "polyline", points=" ".join(stretch), fill="none", stroke=_colour(name), stroke_width=2,
                            class_=f"line {name}", stroke_dasharray="7 4" if column else None,
                        )
                    )  # fmt: skip
                stretch = []
                continue
            x = _LEFT + (number + 0.5) * wide
            y = _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)
            stretch.append(f"{x:.1f},{y:.1f}")
            drawn.append(_linked(row, chart, tag("circle", cx=x, cy=y, r=4, fill=_colour(name), class_=f"dot {name}")))
    return _upright(chart, joined(*drawn), top, wide, id)


def ranking(chart: Chart, *, id: str) -> Svg:
    """Lying bars with their names, in the order of the rows; of each row the values one after another."""
    top = max((sum(value or 0 for value in row.values) for row in chart.rows), default=0) or 1
    left, high = 310.0, _BAR * max(len(chart.rows), 1) + 8
    room = _WIDTH - left - 60
    bars = []
    for number, row in enumerate(chart.rows):
        x, y, whole = left, 4 + number * _BAR, sum(value or 0 for value in row.values)
        label = row.label if len(row.label) <= 32 else f"{row.label[:31].rstrip()}…"
        words = tag(
            "text", label, x=left - 8, y=y + _BAR * 0.68, text_anchor="end", font_size=_FONT, fill="#15191f",
            class_="label", unicode_bidi="plaintext",
        )  # fmt: skip
        parts = [words]
        for name, value in zip(chart.names, row.values, strict=True):
            wide = (value or 0) / top * room
            if wide:
                parts.append(_rect(x, y + 3, wide, _BAR - 6, name))
                x += wide
        parts.append(
            tag("text", _said(whole), x=x + 6, y=y + _BAR * 0.68, font_size=_FONT, fill="#4b5563", class_="value")
        )
        bars.append(_linked(row, chart, *parts))
    return picture(
        *bars, *_nothing(chart, high), width=_WIDTH, height=high, title=chart.title, desc=_told(chart), id=id,
        class_="plot",
    )  # fmt: skip


def _rect(x: float, y: float, wide: float, high: float, name: str) -> Svg:
    return tag("rect", x=x, y=y, width=wide, height=high, fill=_colour(name), class_=f"bar {name}")


def _colour(name: str) -> str:
    return _COLOURS.get(name, _COLOURS["count"])


def _linked(row: Row, chart: Chart, *parts: Svg) -> Svg:
    values = zip(chart.names, row.values, strict=True)
    told = ", ".join(f"{_said(value)} {name}" for name, value in values if chart.tells(value))
    title = tag("title", f"{row.label}: {told}")
    return tag("a", title, *parts, href=row.href) if row.href else tag("g", title, *parts)


def _upright(chart: Chart, drawn: Svg, top: float, wide: float, id: str) -> Svg:
    """Axes around what is drawn: values at the left, labels below, as many as find room."""
    axes, bottom = [], _HEIGHT - _BOTTOM
    for number in range(5):
        value, y = top * number / 4, bottom - (bottom - _TOP) * number / 4
        axes.append(tag("line", x1=_LEFT, y1=y, x2=_WIDTH - _RIGHT, y2=y, stroke="#d5d9df", class_="grid"))
        if value == int(value) or top < 4:
            words = _said(value)
            axes.append(
                tag(
                    "text",
                    words,
                    x=_LEFT - 6,
                    y=y + 5,
                    text_anchor="end",
                    font_size=_FONT,
                    fill="#4b5563",
                    class_="tick",
                )
            )
    every, before = ceil(len(chart.rows) / _MOST_TICKS) or 1, 0.0
    for number, row in enumerate(chart.rows):
        x = min(_LEFT + (number + 0.5) * wide, _WIDTH - _LABEL / 2)
        if number % every == 0 and (number == 0 or x - before >= _LABEL):
            before = x
            axes.append(
                tag(
                    "text", row.label, x=x, y=bottom + 20, text_anchor="middle", font_size=_FONT * 0.9, fill="#4b5563",
                    class_="tick",
                )
            )  # fmt: skip
    key, x = [], _LEFT
    for name in chart.names if len(chart.names) > 1 else ():
        key.append(_rect(x, _HEIGHT - 13, 10, 10, name))
        key.append(tag("text", name, x=x + 15, y=_HEIGHT - 3, font_size=_FONT * 0.9, fill="#15191f", class_="label"))
        x += 40 + 10 * len(name)
    unit = tag(
        "text", f"{chart.unit} by {chart.of}", x=_WIDTH - _RIGHT, y=_HEIGHT - 3, text_anchor="end",
        font_size=_FONT * 0.9, fill="#4b5563", class_="tick",
    )  # fmt: skip
    return picture(
        *axes, drawn, *key, unit, *_nothing(chart, _HEIGHT), width=_WIDTH, height=_HEIGHT, title=chart.title,
        desc=_told(chart), id=id, class_="plot",
    )  # fmt: skip


def _nothing(chart: Chart, high: float) -> Sequence[Svg]:
    if any(value for row in chart.rows for value in row.values):
        return ()
    words = tag(
        "text", "nothing in this time", x=_WIDTH / 2, y=high / 2, text_anchor="middle", font_size=_FONT, fill="#4b5563",
        class_="tick",
    )  # fmt: skip
    return (words,)


def _told(chart: Chart) -> str:
    if not chart.filled:
        return "Nothing in this time."
    most = max(chart.rows, key=lambda row: sum(value or 0 for value in row.values))
    return (
        f"{len(chart.rows)} rows, {chart.rows[0].label} to {chart.rows[-1].label}; the most {chart.unit}: {most.label}."
        " The table holds the same values."
    )


def _said(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")


def _nice(most: float, least: float = 4) -> float:
    """The top of an axis, at least `least`: four steps of 1, 2, 2.5 or 5 times a power of ten."""
    if most <= least:
        return float(least)
    step = most / 4
    ten = 10.0 ** floor(log10(step))
    return 4 * next(one * ten for one in (1, 2, 2.5, 5, 10) if one * ten >= step)
