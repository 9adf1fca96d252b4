"""Maps and plots as SVG: well-formed, safe whatever a name holds, small, with the values of the table beside them."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from ledgers import ASAD, ERBIL, incident_at, put, report_of
from monitor.model.report import Level
from monitor.pictures.map import Spot
from monitor.pictures.outlines import outlines, simplified
from monitor.pictures.svg import Svg, tag
from monitor.pictures.svgmap import NO_POSITION, PARTS, svg_map
from monitor.pictures.svgplot import Chart, Row, lines, ranking, stacked
from monitor.queries.pictures import incidents_chart, places_chart, places_counted, tolls_chart, waits_chart
from monitor.store.listing import IncidentFilter
from monitor.store.store import Store
from newsroom import shipped_rules
from values import MAIL, incident_alert

HOSTILE = '</title><script>alert(1)</script>"\' onload="x" عين \u202e\x00\x1b & ]]>'
SPOTS = [
    Spot(latitude=33.8, longitude=42.4, count=649, name="Ain al-Asad", level="urgent", href="/incidents?place=asad"),
    Spot(latitude=36.2, longitude=44.0, count=1, name=HOSTILE, level="flash", href='/incidents?place="><script>'),
    Spot(latitude=33.5, longitude=38.6, count=71, name="Al-Tanf", level="digest", href="/a"),
    Spot(latitude=33.5, longitude=38.6, count=7, name="Tower 22", href="/b"),
]  # fmt: skip
CHART = Chart(
    title=HOSTILE, of="week", names=("flash", "urgent"), unit="incidents",
    rows=(
        Row(label="2026-11-16", values=(1, 4), href="/w1"), Row(label=HOSTILE, values=(0, 2)),
        Row(label="x", values=(None, None)),
    ),
)  # fmt: skip


def checked(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        assert name in {"svg", "title", "desc", "g", "a", "path", "rect", "circle", "line", "polyline", "text"}
        for key, value in element.attrib.items():
            assert key != "style"
            assert not key.startswith("on")
            assert key != "href" or value.startswith("/")
    return root


@pytest.mark.parametrize("part", ["", *PARTS])
@pytest.mark.parametrize("spots", [[], SPOTS], ids=len)
def test_a_map_is_safe_small_and_leads_to_its_incidents(part: str, spots: list[Spot]) -> None:
    drawn = svg_map(spots, title=HOSTILE, part=part)
    root = checked(drawn.svg)
    assert NO_POSITION in "".join(root.itertext())
    assert len(drawn.svg.encode()) < (200_000 if part in ("", "world") else 120_000)
    links = [one.attrib["href"] for one in root.iter() if one.tag.endswith("}a")]
    assert sorted(links) == sorted(spot.href for spot in drawn.shown)
    assert {*drawn.shown, *drawn.elsewhere} == set(spots)
    assert drawn == svg_map(spots, title=HOSTILE, part=part)


def test_no_pin_hides_another_one() -> None:
    root = checked(svg_map(SPOTS, title="t").svg)
    pins = [one.attrib for one in root.iter() if one.attrib.get("class", "").startswith("pin")]
    at = {(round(float(pin["cx"])), round(float(pin["cy"]))) for pin in pins}
    assert len(at) == len(SPOTS)


def test_what_two_countries_share_is_drawn_once_and_finer_near_by() -> None:
    iraq, world = outlines((38.0, 29.0, 50.0, 37.0), 1200), outlines(PARTS["world"], 1200)
    assert iraq.borders
    assert iraq.land
    assert world.borders
    numbers = re.compile(r"^(M-?\d+,-?\d+l[-\d, ]+z?)+$")
    for path in (iraq.land, iraq.borders, world.land, world.borders):
        assert numbers.match(path)
    assert simplified([(0, 0), (1, 0.001), (2, 0)], 0.1) == [(0, 0), (2, 0)]
    assert simplified([(0, 0), (1, 1), (2, 0)], 0.1) == [(0, 0), (1, 1), (2, 0)]


@pytest.mark.parametrize("draw", [stacked, lines, ranking])
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_a_plot_is_safe_and_tells_its_values(draw, rows: int) -> None:  # type: ignore[no-untyped-def]
    chart = Chart(title=CHART.title, of="week", names=CHART.names, unit="incidents", rows=CHART.rows[:rows])
    root = checked(draw(chart, id="p"))
    told = "".join(root.itertext())
    assert "The table holds the same values" in told if rows else "nothing in this time" in told
    assert not rows or "2026-11-16: 1 flash, 4 urgent" in told or draw is lines


def test_told_at_once_is_a_value_and_a_count_of_nothing_is_none() -> None:
    rows = (Row(label="Mon", values=(0.0, 0.0)), Row(label="Tue", values=(None, None)))
    waits = Chart(title="t", of="day", names=("median", "p90"), unit="hours", rows=rows, measured=True)
    counted = replace(waits, measured=False)
    assert "Mon: 0 median, 0 p90" in "".join(checked(lines(waits, id="p")).itertext())
    assert [row.label for row in waits.filled] == ["Mon"]
    assert counted.filled == ()
    assert "Nothing in this time" in "".join(checked(stacked(counted, id="p")).itertext())


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "//evil.example", "/\\evil.example", "data:text/html,x", "/a\nb"]
)
def test_an_address_that_could_run_is_not_written(href: str) -> None:
    with pytest.raises(ValueError, match="address"):
        tag("a", "x", href=href)


def test_what_could_run_is_not_written() -> None:
    for name, attributes in (("script", {}), ("g", {"onclick": "x"}), ("g", {"style": "x"})):
        with pytest.raises(ValueError, match="not written"):
            tag(name, **attributes)
    assert tag("g", "<b>", Svg("<c/>"), x=-0.01, y=2.0, id=None) == '<g x="0" y="2">&lt;b&gt;<c/></g>'


def test_no_library_is_loaded_for_them() -> None:
    code = "import monitor.queries.pictures, monitor.pictures.svgmap, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pictures_are_counted_by_the_database(store: Store) -> None:
    day = date(2026, 11, 23)
    with store.transaction() as tx:
        first = incident_at(ASAD, day, id="a", level=Level.FLASH, told=True)
        put(tx, first, report_of("r1", first, killed=2, wounded=5))
        put(tx, incident_at(ASAD, day - timedelta(days=1), id="b"))
        put(tx, incident_at(ERBIL, day, id="c", merged_into="a"))
        alert = incident_alert("A" * 13, created_at=first.opened_at + timedelta(hours=3))
        tx.add_alert(alert.__class__(**{**vars(alert), "incident_id": "a"}), [MAIL])
        everything = IncidentFilter()
        places = places_counted(tx, everything, shipped_rules(), lambda id: f"/incidents?place={id}")
        charts = [
            chart(tx, everything, lambda one, two: f"/incidents?since={one}&until={two}")
            for chart in (incidents_chart, tolls_chart, waits_chart)
        ]
    assert [(one.id, one.count, one.by_level) for one in places] == [("ain-al-asad", 2, (1, 1, 0, 0))]
    assert places[0].spot is not None
    assert (places[0].spot.level, places[0].spot.href) == ("flash", "/incidents?place=ain-al-asad")
    assert places_chart(places).rows[0].values == (1, 1, 0, 0)
    incidents, tolls, waits = charts
    assert [(row.label, row.values) for row in incidents.rows] == [
        ("2026-11-22", (0, 1, 0, 0)), ("2026-11-23", (1, 0, 0, 0)),
    ]  # fmt: skip
    assert incidents.rows[0].href == "/incidents?since=2026-11-22&until=2026-11-22"
    assert [row.values for row in tolls.rows][-1] == (2, 5)
    assert [row.values for row in waits.rows] == [(3.0, 3.0)]
    assert [chart.measured for chart in charts] == [False, False, True]
