"""Plots and maps: small files, the same for the same values, and no library loaded before one is drawn."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest

from monitor.pictures.drawing import MOST_BYTES, Form
from monitor.pictures.map import Spot, focus, land, map_of, placed
from monitor.pictures.plot import in_time, plot

ASAD = Spot(latitude=33.8, longitude=42.4, count=11, name="Ain al-Asad $x^2$ <b> عين الأسد")
UDEID = Spot(latitude=25.1, longitude=51.3, count=2, name="Al Udeid")
BEGINS = {"png": b"\x89PNG", "svg": b"<?xml"}


@pytest.mark.parametrize("form", ["png", "svg"])
@pytest.mark.parametrize("spots", [[], [ASAD], [ASAD, UDEID]], ids=len)
def test_a_map_is_small_and_the_same_each_time(form: Form, spots: list[Spot]) -> None:
    picture = map_of(spots, title="Incidents $", form=form)
    assert picture.startswith(BEGINS[form])
    assert len(picture) < MOST_BYTES
    assert picture == map_of(spots, title="Incidents $", form=form)


@pytest.mark.parametrize("form", ["png", "svg"])
@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("many", [0, 1, 200])
def test_a_plot_is_small(form: Form, across: bool, many: int) -> None:
    picture = plot([(f"2026-{number:03}", number % 7) for number in range(many)], title="t", form=form, across=across)
    assert picture.startswith(BEGINS[form])
    assert len(picture) < MOST_BYTES


def test_the_land_is_where_it_is() -> None:
    assert len(land()) > 500
    assert all(abs(one[0] - two[0]) <= 180 for ring in land() for one, two in pairwise(ring))
    assert all(-180 <= x <= 180 and -90 <= y <= 90.1 for ring in land() for x, y in ring)


def test_nothing_is_loaded_before_something_is_drawn() -> None:
    modules = "monitor.cli.main, monitor.daemon.loop, monitor.cli.stats, monitor.cli.digest, monitor.pictures.map"
    code = f"import {modules}, sys; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def spot(longitude: float, latitude: float, count: int = 5, name: str = "Mission Support Site Green Village") -> Spot:
    return Spot(latitude=latitude, longitude=longitude, count=count, name=f"{name} {longitude}")


def test_a_map_is_not_made_small_by_what_lies_far_off() -> None:
    near = [spot(42 + n, 33 + n, 10) for n in range(4)]
    far = [spot(-8, 13, 1), spot(72, -7, 1), spot(45, 2, 1)]
    assert focus([*near, *far]) == (near, sorted(far, key=lambda one: one.name))
    # where much happened far off it is shown, and where there is little to gain nothing is left out
    assert focus([*near, spot(-8, 13, 9)])[1] == []
    assert focus([*near, spot(47, 30, 1)])[1] == []
    assert focus([]) == ([], [])
    assert map_of([*near, *far], title="t").startswith(BEGINS["png"])


def test_no_name_lies_on_another_one_or_out_of_the_map() -> None:
    crowd = [spot(44 + n / 50, 33.3 + n / 70, 40 - n) for n in range(16)]
    box = (38.0, 29.0, 50.0, 37.0)
    names = placed(crowd, box)
    assert len(names) >= 8
    assert names[0].spot == crowd[0]
    scale = 548 / 12
    edges = []
    for one in names:
        x, y = (one.spot.longitude - 38) * scale + one.x, (one.spot.latitude - 29) * scale + one.y
        wide = 3.9 * len(one.text)
        edges.append((x if one.x > 0 else x - wide, x + wide if one.x > 0 else x, y))
    assert all(west >= 0 and east <= 548 and 0 <= y <= 366 for west, east, y in edges)
    assert not [
        (a, b) for n, a in enumerate(edges) for b in edges[:n] if a[0] < b[1] and b[0] < a[1] and abs(a[2] - b[2]) < 7
    ]


@pytest.mark.parametrize(
    ("weeks", "of", "bars"), [(10, "week", 10), (90, "week", 90), (91, "month", 21), (500, "year", 10)]
)
def test_a_long_time_is_counted_by_month_or_year_and_nothing_is_left_out(weeks: int, of: str, bars: int) -> None:
    rows = [((date(2017, 1, 2) + timedelta(weeks=n)).isoformat(), 2) for n in range(weeks)]
    shown, name = in_time(rows)
    assert (name, len(shown), sum(count for _, count in shown)) == (of, bars, 2 * weeks)
