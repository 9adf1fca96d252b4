"""Each filter of `incidents` in each of its forms: the same rows, and no form obeys what a publisher writes."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands import RULES, Call
from ledgers import incident_at, put, report_of
from monitor.config import yamlfile
from monitor.model.ledger import Change, ChangeReason, Detail
from monitor.model.place import Place
from monitor.model.report import Act, Link, Voice
from monitor.store.store import Store
from monitor.store.upgrade import check_schema

FORMS = ("table", "csv", "json", "geojson", "markdown", "html")
CASES = yamlfile.read(Path(__file__).parent.parent / "data" / "ledger" / "filters.yaml").data["cases"]
#: in no form anything else than words; not in the table, where a line has no room for it
EVIL = "=HYPERLINK(1) <img src=x onerror=alert(1)> |**b**| [a](javascript:1)"
IDS = {
    "asad": "2026-11-23-ain-al-asad", "tower": "2026-11-05-tower-22", "harir": "2026-11-01-harir",
    "udeid": "2026-11-10-al-udeid/al-udeid", "juffair": "2026-11-10-al-udeid/nsa-bahrain",
    "evil": "2026-11-24-camp-victory",
}  # fmt: skip


def place(id: str, name: str, country: str) -> Place:
    return Place(id=id, name=name, role="target", country=country)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}"
    check_schema(url)
    store = Store(url)
    with store.transaction() as tx:
        asad = incident_at(place("ain-al-asad", "Ain al-Asad Air Base", "IQ"))
        put(
            tx, asad, report_of("a1", asad, killed=0, claimed_by=("kataib-hezbollah",)),
            replace(report_of("a2", asad, hours=6, publisher="Ministry", killed=3), voice=Voice.OFFICIAL, act=Act.TOLL,
                    link=Link.TOLL, speaker="Ministry"),
        )  # fmt: skip
        more = Detail(reason=ChangeReason.TOLL_UP, field="killed", before="0", after="3", by="Ministry")
        tx.add_versions([
            Change(incident_id=asad.id, version=1, at=asad.opened_at, reasons=(ChangeReason.FIRST,)),
            Change(incident_id=asad.id, version=2, at=asad.opened_at.replace(hour=7), reasons=(ChangeReason.TOLL_UP,),
                   details=(more,)),
        ])  # fmt: skip
        tower = incident_at(place("tower-22", "Tower 22", "JO"), date(2026, 11, 5))
        put(tx, tower, report_of("t1", tower, attributed_to=("islamic-resistance-iraq",)))
        salvo = incident_at(
            place("al-udeid", "Al Udeid Air Base", "QA"), date(2026, 11, 10), weapons=("ballistic_missile",),
            more_places=(place("nsa-bahrain", "NSA Bahrain", "BH"),),
        )  # fmt: skip
        put(tx, salvo, *(
            report_of(f"s{who}", salvo, publisher=who, weapons=("ballistic_missile",), attributed_to=("iran",))
            for who in ("Wire", "Paper")
        ))  # fmt: skip
        harir = incident_at(place("harir", "Harir Air Base", "IQ"), date(2026, 11, 1), weapons=("rocket",))
        put(
            tx, harir, report_of("h1", harir, weapons=("rocket",)),
            replace(report_of("h2", harir, hours=48, withdrawn=("*",), weapons=("rocket",)), link=Link.RETRACTION,
                    act=Act.RETRACTION),
        )  # fmt: skip
        evil = incident_at(place("camp-victory", EVIL, "IQ"), date(2026, 11, 24))
        put(tx, evil, replace(report_of("e1", evil, publisher=EVIL), title=EVIL, url=f"javascript:{EVIL}", quote=EVIL))
    store.close()
    return url


@pytest.fixture
def ask(database: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", database)
    monkeypatch.setenv("BASEWATCH_RULES", str(RULES))
    monkeypatch.setenv("COLUMNS", "400")

    def asked(*arguments: str) -> tuple[int, str, str]:
        since = () if "--since" in arguments else ("--since", "2026-10-01")
        return call("incidents", *since, *arguments)

    return asked


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case["asked"]) or "all")
def test_each_filter_in_each_form(ask: Call, case: dict[str, Any], form: str) -> None:
    code, out, _ = ask("--format", form, *map(str, case["asked"]))
    assert code == 0
    assert rows_in(form, out) == case["rows"]


def rows_in(form: str, out: str) -> list[str]:
    """The rows of an answer, by what tells each apart in this form."""
    if form == "json":
        return [name_of(row["row"]) for row in json.loads(out)]
    if form == "geojson":
        return [name_of(one["id"]) for one in json.loads(out)["features"]]
    if form == "csv":
        return [where(f"{row['Date']} {row['Location']}") for row in csv.DictReader(io.StringIO(out))]
    if form == "html":
        return [where(" ".join(row[:2])) for row in Cells.of(out)[1:]]
    begin = "| 2026" if form == "markdown" else "2026"
    return [where(line.replace("\\", "")) for line in out.splitlines() if line.startswith(begin)]


def name_of(row: str) -> str:
    return next(name for name, id in IDS.items() if id == row)


def where(text: str) -> str:
    """By the date and the place that a row shows."""
    known = {"Ain al-Asad": "asad", "Tower 22": "tower", "Al Udeid": "udeid", "Bahrain": "juffair", "Harir": "harir"}
    return next((name for word, name in known.items() if word in text), "evil")


class Cells(html.parser.HTMLParser):
    """The rows of the tables of a page; a tag that our page has no use for is a failure."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    @classmethod
    def of(cls, page: str) -> list[list[str]]:
        parser = cls()
        parser.feed(page)
        return parser.rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("img", "script", "iframe", "b")
        assert not any(name.startswith("on") or (value or "").startswith("javascript") for name, value in attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_no_form_obeys_a_publisher(ask: Call) -> None:
    for row in csv.reader(io.StringIO(ask("--format", "csv")[1])):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    evil = next(line for line in ask("--format", "markdown")[1].splitlines() if "HYPERLINK" in line)
    assert len(re.findall(r"(?<!\\)\|", evil)) == 9
    assert not re.findall(r"(?<!\\)[<*]|\]\(javascript", evil)
    assert "javascript" not in str(re.findall(r'href="([^"]*)"', ask("--format", "html")[1]))


def test_geojson_is_what_rfc_7946_asks_for(ask: Call) -> None:
    found = json.loads(ask("--format", "geojson")[1])
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    assert isinstance(found["features"], list)
    names = [feature["id"] for feature in found["features"]]
    assert len(names) == len(set(names)) == 6
    for feature in found["features"]:
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        assert not feature.keys() & {"coordinates", "geometries", "features"}
        if feature["geometry"] is not None:
            assert feature["geometry"]["type"] == "Point"
            longitude, latitude = feature["geometry"]["coordinates"]
            assert -180 <= longitude <= 180
            assert -90 <= latitude <= 90
    # each row stands at its own base: Al Udeid is not in Bahrain
    where = {name_of(one["id"]): one["geometry"]["coordinates"] for one in found["features"] if one["geometry"]}
    assert where["udeid"] == pytest.approx([51.3, 25.1], abs=0.2)
    assert where["juffair"] == pytest.approx([50.6, 26.2], abs=0.2)


def test_a_row_has_its_brief_its_short_name_its_baseline_and_its_revisions(ask: Call) -> None:
    rows = {name_of(row["row"]): row for row in json.loads(ask("--format", "json")[1])}
    asad = rows["asad"]
    assert asad["short"] == "asad-1123"
    assert asad["brief"]
    assert len(asad["brief"]) <= 3
    for sentence in asad["brief"]:
        assert sentence["text"].split(": ")[0] in ("Wire", "Ministry")
        assert sentence["sources"][0].startswith("https://")
        assert set(sentence["reports"]) <= {"a1", "a2"}
    assert asad["baseline"] == []  # a ledger of three weeks knows no first, and of this base nothing else
    assert rows["evil"]["brief"][0]["sources"] == []
    assert [(one["version"], one["reasons"]) for one in asad["revisions"]] == [(1, ["FIRST"]), (2, ["TOLL_UP"])]
    assert asad["revisions"][1]["details"][0]["after"] == "3"
    # and as it was before
    (then,) = json.loads(ask("--json", "--as-of", "2026-11-23T05:00:00+00:00", "--place", "ain-al-asad")[1])
    assert (then["killed"], [one["version"] for one in then["revisions"]]) == (0, [1])
    page = ask("--format", "html", "--place", "ain-al-asad")[1]
    assert "2 versions" in page
    assert "killed 0 → 3 (Ministry)" in page
