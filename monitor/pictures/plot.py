"""Counts as a plot. matplotlib is loaded only where one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.pictures.drawing import Form, drawn, label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: bars that can be told apart
_MOST = 90
#: so many names stand below each other
_MOST_NAMES = 24
_COLOUR = "#35618e"


def in_time(weeks: Sequence[tuple[str, int]]) -> tuple[list[tuple[str, int]], str]:
    """Weeks, named by their first day, as they are, or by month or year where they are too many for a picture: none
    is left out."""
    for length, of in ((len("2026-11-23"), "week"), (len("2026-11"), "month")):
        counted = _by_begin(weeks, length)
        if len(counted) <= _MOST:
            return counted, of
    return _by_begin(weeks, len("2026")), "year"


def _by_begin(rows: Sequence[tuple[str, int]], length: int) -> list[tuple[str, int]]:
    counted: dict[str, int] = {}
    for day, count in rows:
        counted[day[:length]] = counted.get(day[:length], 0) + count
    return list(counted.items())


def plot(rows: Sequence[tuple[str, int]], *, title: str, form: Form = "png", across: bool = False) -> bytes:
    """Bars of a count: upright in the order of time, lying (`across`) where they have names."""
    shown, of = (list(rows[:_MOST_NAMES]), "") if across else in_time(rows)

    def draw(figure: Figure) -> None:
        from matplotlib.ticker import MaxNLocator

        axes = figure.add_subplot()
        axes.set_title(label(title, 90), loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        if not shown:
            axes.text(0.5, 0.5, "no incident", ha="center", va="center", transform=axes.transAxes)
            axes.set_axis_off()
            return
        names, counts = [label(name) for name, _ in shown], [count for _, count in shown]
        places = range(len(shown))
        if across:
            bars = axes.barh(places, counts, color=_COLOUR)
            axes.set_yticks(places, names)
            axes.invert_yaxis()
            axes.set_xlabel("incidents")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        else:
            bars = axes.bar(places, counts, color=_COLOUR)
            every = max(1, len(shown) // 12)
            axes.set_xticks(places[::every], names[::every], rotation=30, ha="right")
            axes.set_ylabel(f"incidents a {of}")
            axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        if len(shown) <= _MOST_NAMES:
            axes.bar_label(bars, padding=2)

    height = max(2.4, 0.26 * len(shown) + 1.2) if across else 3.6
    return drawn(draw, form=form, size=(8.0, height))
