"""Plots and maps: small files, the same for the same values, and no library loaded before one is drawn."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.pictures.drawing import MOST_BYTES, Form
from monitor.pictures.map import Spot, land, map_of
from monitor.pictures.plot import plot

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
    assert all(-180 <= x <= 180 and -90 <= y <= 90.1 for ring in land() for x, y in ring)


def test_nothing_is_loaded_before_something_is_drawn() -> None:
    modules = "monitor.cli.main, monitor.daemon.loop, monitor.cli.stats, monitor.cli.digest, monitor.pictures.map"
    code = f"import {modules}, sys; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
