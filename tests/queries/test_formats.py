"""The ledger in its forms, against publishers who write what no form may obey."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.incident import Incident
from monitor.model.ledger import Folded, Grade, PlaceView, Said, View
from monitor.model.place import Place
from monitor.model.report import Act, Voice
from monitor.queries.formats import COLUMNS, MORE_COLUMNS, TEXTS, VALUES, cells, toll
from monitor.queries.ledger import LedgerEntry, LedgerSource, rows_of, view_of

SEEN = datetime(2026, 11, 21, 8, tzinfo=UTC)
KNOWN = {"ain-al-asad": (33.8, 42.4)}


def incident(**changes: object) -> Incident:
    given = {
        "id": "2026-11-21-ain-al-asad", "place_id": "ain-al-asad", "place_name": "Ain al-Asad Air Base",
        "country": "IQ", "date": date(2026, 11, 21), "opened_at": SEEN, "weapons": ("drone",),
        "killed": 0, "wounded": 3,
    }  # fmt: skip
    return Incident(**{**given, **changes})  # type: ignore[arg-type]


def entry(*sources: LedgerSource, **changes: object) -> LedgerEntry:
    (row, *_) = rows_of(view_of(incident(**changes), ()))
    return replace(row, sources=sources, positions=KNOWN, countries={"IQ": "Iraq"})


WIRE = LedgerSource(publisher="Wire", url="https://wire.example/1", title="Two drones")


def test_columns_of_the_contract() -> None:
    assert COLUMNS == ("Date", "Location", "Type of attack", "Group claiming", "Killed", "Wounded", "Grade", "Sources")
    assert cells(entry(WIRE)) == (
        "2026-11-21", "Ain al-Asad Air Base, Iraq", "drone", "", "0", "3", "reported by one", "Wire",
    )  # fmt: skip


def said(value: int, **others: object) -> Said:
    given = {"value": value, "by": "wire", "voice": Voice.MEDIA, "at": SEEN, "report": "r"}
    return Said(**{**given, **others})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("folded", "shown"),
    [
        (Folded(), ""),
        (Folded(best=said(34), low=34, high=34), "34"),
        (Folded(best=said(34), low=25, high=34), "34 (25–34)"),
        (Folded(best=said(0), low=0, high=0), "0"),
        (Folded(best=said(24, at_least=True), low=24, high=24), "24+"),
        (Folded(best=said(137, voice=Voice.CLAIMANT), low=137, high=137), "137 (claimed)"),
        (Folded(said=(said(0, words="several"),)), "several"),
    ],
)
def test_a_toll_tells_its_range_and_who_claims_it(folded: Folded, shown: str) -> None:
    assert toll(folded, folded.best.value if folded.best else None) == shown


@pytest.mark.parametrize(
    ("place", "country", "told"),
    [("Iraq", "IQ", "Iraq"), ("Camp X", "ZZ", "Camp X, ZZ"), ("US forces", "", "US forces")],
)
def test_a_country_is_named_once_and_by_its_name(place: str, country: str, told: str) -> None:
    assert cells(entry(place_name=place, country=country))[1] == told


def test_people_read_names_of_actors_and_machines_ids() -> None:
    known = replace(entry(claimed_by=("kataib-hezbollah",)), actors={"kataib-hezbollah": "Kataib Hezbollah"})
    assert cells(known)[3] == "Kataib Hezbollah"
    assert cells(entry(claimed_by=("kataib-hezbollah",)))[3] == "kataib-hezbollah"  # no rules to ask
    (row,) = json.loads(json.dumps(VALUES["json"]([known])))
    assert (row["claimed_by"], row["country"]) == (["kataib-hezbollah"], "IQ")


@pytest.mark.parametrize(
    ("weapons", "act", "told"),
    [
        ((), Act.ATTACK, "attack"),
        (("ballistic_missile", "drone"), Act.ATTACK, "ballistic missile, drone"),
        (("rocket",), Act.FOILED, "rocket (foiled)"),
        ((), Act.CLAIM, "claim"),
    ],
)
def test_type_of_attack(weapons: tuple[str, ...], act: Act, told: str) -> None:
    assert cells(entry(weapons=weapons, act=act))[2] == told


def test_unknown_toll_is_empty_and_not_zero() -> None:
    assert cells(entry(killed=None, wounded=None))[4:6] == ("", "")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(TEXTS["csv"]([entry(place_name=text, country="")]))))
    assert rows[1][1][0] not in "=+-@\t\r＝"


def test_csv_holds_the_links() -> None:
    twice = [WIRE, WIRE, LedgerSource(publisher="B", url="javascript:alert(1)", title="x")]
    rows = list(csv.DictReader(io.StringIO(TEXTS["csv"]([entry(*twice)]))))
    assert rows[0]["Sources"] == "https://wire.example/1"


def test_json_holds_everything() -> None:
    (row,) = json.loads(json.dumps(VALUES["json"]([entry(WIRE)])))
    assert row["id"] == "2026-11-21-ain-al-asad"
    assert row["location"] == "Ain al-Asad Air Base"
    assert row["date"] == "2026-11-21"
    assert row["type"] == "drone"
    assert row["sources"] == [{"publisher": "Wire", "url": "https://wire.example/1", "title": "Two drones"}]
    assert (row["latitude"], row["longitude"]) == (33.8, 42.4)


def test_geojson_puts_longitude_first_and_allows_no_position() -> None:
    there, nowhere = entry(WIRE), replace(entry(), positions={})
    features = json.loads(json.dumps(VALUES["geojson"]([there, nowhere])))["features"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [42.4, 33.8]}
    assert features[1]["geometry"] is None


SALVO = (
    Place(id="tower-22", name="Tower 22", country="JO"),
    Place(id="country:BH", name="Bahrain", country="BH"),
)


def test_a_salvo_has_a_row_for_each_base_in_every_form() -> None:
    known = [
        replace(
            row, positions=KNOWN | {"tower-22": (33.3, 38.7)}, countries={"IQ": "Iraq", "JO": "Jordan", "BH": "Bahrain"}
        )
        for row in rows_of(view_of(incident(more_places=SALVO), ()))
    ]
    assert [cells(row)[1] for row in known] == ["Ain al-Asad Air Base, Iraq", "Tower 22, Jordan", "Bahrain"]
    for form in ("csv", "markdown", "html"):
        assert all(name in TEXTS[form](known) for name in ("Ain al-Asad Air Base", "Tower 22", "Bahrain"))
    rows = json.loads(json.dumps(VALUES["json"](known)))
    assert [row["row"].removeprefix("2026-11-21-ain-al-asad/") for row in rows] == [
        "ain-al-asad", "tower-22", "country:BH",
    ]  # fmt: skip
    assert {row["id"] for row in rows} == {"2026-11-21-ain-al-asad"}
    assert [row["latitude"] for row in rows] == [33.8, 33.3, None]
    assert all([place["id"] for place in row["places"]] == [row["place_id"] for row in rows] for row in rows)
    features = json.loads(json.dumps(VALUES["geojson"](known)))["features"]
    assert [one["geometry"] and one["geometry"]["coordinates"] for one in features] == [
        [42.4, 33.8],
        [38.7, 33.3],
        None,
    ]


def test_a_base_has_its_own_numbers() -> None:
    held = incident(more_places=SALVO[:1], killed=3, wounded=None)
    own = PlaceView(place=SALVO[0], killed=Folded(best=said(3, speaker="Pentagon"), low=2, high=3), act=Act.FOILED)
    view = View(incident=held, reports=(), grade=Grade.CONFIRMED, by_place=(PlaceView(place=held.places[0]), own))
    row = rows_of(view)[1]
    assert cells(row)[2:7] == ("drone (foiled)", "", "3 (2–3)", "", "confirmed by officials")
    (found,) = json.loads(json.dumps(VALUES["json"]([row])))
    assert (found["killed"], found["killed_range"], found["killed_by"], found["foiled"]) == (
        3,
        [2, 3],
        "Pentagon",
        True,
    )
    (line,) = csv.DictReader(io.StringIO(TEXTS["csv"]([row])))
    assert (line["Killed"], line["killed_low"], line["killed_high"], line["foiled"]) == ("3", "2", "3", "yes")


def test_every_form_says_of_when_it_is() -> None:
    known = replace(entry(WIRE), as_of=SEEN)
    assert TEXTS["markdown"]([known]).splitlines()[-1] == "_as of 2026-11-21 08:00 UTC_"
    assert "<caption>as of 2026-11-21 08:00 UTC</caption>" in TEXTS["html"]([known])
    (line,) = csv.DictReader(io.StringIO(TEXTS["csv"]([known])))
    assert line["as_of"] == "2026-11-21T08:00:00Z"


EVIL = "a | b `c` <script>alert(1)</script> [x](javascript:1)\n| *d* & \u202ee"


def test_markdown_keeps_one_row_and_no_mark_up() -> None:
    source = LedgerSource(publisher=EVIL, url="https://x.example/a)(b|c", title=EVIL)
    lines = TEXTS["markdown"]([entry(source, place_name=EVIL)]).splitlines()
    assert len(lines) == 3
    row = lines[2]
    assert row.replace("\\|", "").count("|") == len(COLUMNS) + 1
    assert "<script" not in row.replace("\\<", "")
    assert "](https://x.example/a%29%28b%7Cc)" in row


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.events: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        self.events += [name for name, _ in attrs if name.startswith("on")]


def page_of(*entries: LedgerEntry) -> _Page:
    page = _Page()
    page.feed(TEXTS["html"](list(entries)))
    return page


def test_html_has_no_script_and_only_web_links() -> None:
    evil = '"><img src=x onerror=alert(1)>'
    page = page_of(
        entry(
            LedgerSource(publisher=evil, url='https://x.example/"onmouseover="a', title=evil),
            LedgerSource(publisher="J", url="javascript:alert(1)", title="j"),
            place_name=evil,
        )
    )
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert page.events == []
    assert page.links == ['https://x.example/"onmouseover="a']


#: what editors, spreadsheets and readers of Markdown take for the end of a line
BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


@pytest.mark.parametrize("sign", BREAKS, ids=[f"U+{ord(sign):04X}" for sign in BREAKS])
@pytest.mark.parametrize("where", ["{}", "a{}", "{}a", "a{}b"])
def test_a_line_break_in_any_field_breaks_no_form(sign: str, where: str) -> None:
    text = where.format(sign)
    assert_one_line_each(of_text(text, f"https://x.example/{text}"), of_text(text, text))


ANY = st.text(max_size=40)


@given(ANY, ANY | ANY.map("https://x.example/".__add__) | ANY.map("https://".__add__))
def test_any_text_survives_every_form(text: str, url: str) -> None:
    assert_one_line_each(of_text(text, url))


def of_text(text: str, url: str) -> LedgerEntry:
    """A line of the ledger of which every field holds `text`."""
    held = incident(
        id=text, place_id=text, place_name=text, country=text, weapons=(text,), claimed_by=(text,), first_title=text
    )
    (row,) = rows_of(view_of(held, ()))
    return replace(row, sources=(LedgerSource(publisher=text, url=url, title=text),), actors={text: text})


def assert_one_line_each(*entries: LedgerEntry) -> None:
    """Every form holds `entries` as so many lines, rows or objects, each with all its columns."""
    assert [row["location"] for row in json.loads(json.dumps(VALUES["json"](entries)))] == [
        one.incident.place_name for one in entries
    ]
    assert len(json.loads(json.dumps(VALUES["geojson"](entries)))["features"]) == len(entries)
    rows = list(csv.reader(io.StringIO(TEXTS["csv"](entries))))
    assert [len(row) for row in rows] == [len(COLUMNS) + len(MORE_COLUMNS)] * (len(entries) + 1)
    assert len(TEXTS["csv"](entries).splitlines()) == len(entries) + 1
    lines = TEXTS["markdown"](entries).splitlines()
    assert len(lines) == len(entries) + 2
    assert {line.replace("\\\\", "").replace("\\|", "").count("|") for line in lines} == {len(COLUMNS) + 1}
    page = page_of(*entries)
    assert page.tags.count("tr") == len(entries) + 1
    assert page.tags.count("td") == len(entries) * len(COLUMNS)
    assert all(link and link.lower().startswith(("http://", "https://")) and link.isprintable() for link in page.links)
    assert not any(sign in cell for one in entries for cell in cells(one) for sign in BREAKS)


@pytest.mark.parametrize("form", TEXTS)
def test_an_empty_ledger_is_a_document_too(form: str) -> None:
    assert TEXTS[form]([])
