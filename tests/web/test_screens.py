"""Ledger, feeds and deliveries over HTTP: what they show, what they refuse, and that no stranger's text breaks them."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from boards import Board
from hostiletexts import publish
from ledgers import ASAD, ERBIL, incident_at, put, report_of
from monitor.web.routes import ROUTES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAGES = ("/", "/incidents", "/feeds", "/feeds/Harbour%20Wire", "/deliveries")


def tree(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html)


def test_right_to_left_text_is_set_by_itself(tmp_path: Path) -> None:
    texts = [
        "هجوم بطائرة مسيرة على قاعدة عين الأسد",
        "حمله پهپادی به پایگاه عین‌الاسد",
        "מתקפת כטב״ם על בסיס עין אל־אסד",
    ]
    with Board(tmp_path, clock=lambda: NOW) as board:
        publish(board, texts)
        for path in PAGES:
            page = tree(board.get(path).text)
            for text in texts:
                found = [one for one in page.css("bdi") if text in one.text()]
                assert found or path == "/feeds", (path, text)
                assert all(one.attributes.get("dir") == "auto" for one in found), path


def test_no_page_has_anything_inline(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        for path in (*PAGES, "/incidents?since=x", "/nowhere"):
            page = tree(board.get(path).text)
            assert all(one.attributes.get("src") for one in page.css("script")), path
            assert page.css("style, [style]") == []


def test_internal_links_lead_somewhere(tmp_path: Path) -> None:
    """Of those addresses that this board has a page for."""
    known = [
        re.compile(re.sub(r"\{[^}]*\}", "[^?]+", route.pattern.replace(".", r"\.")) + r"(\?.*)?$") for route in ROUTES
    ]
    with Board(tmp_path, clock=lambda: NOW) as board:
        publish(board, ["one", "two"])
        waiting, seen = ["/"], {"/"}
        while waiting:
            path = waiting.pop()
            answer = board.get(path)
            assert answer.status_code == 200, path
            if "html" not in answer.headers["content-type"]:
                continue
            for node in tree(answer.text).css("a[href], link[href], script[src]"):
                target = str(node.attributes.get("href") or node.attributes.get("src")).split("#")[0]
                if target.startswith("/") and target not in seen and any(one.match(target) for one in known):
                    seen.add(target)
                    waiting.append(target)
    assert {"/feeds/Harbour%20Wire", "/incidents.csv", "/deliveries"} <= seen


WRONG = ("since=x", "since=-1d", "since=99999999999999d", "until=2026-99-99", "place=atlantis", "country=XX1",
         "group=nobody", "weapon=spoon", "grade=sure", "level=9", "cursor=%FF", f"cursor={'A' * 400}", "cursor=W10",
         "what=1", f"place={'x' * 5000}", "place=%00", "since=1d&since=2d",
         "since=2026-11-20&until=2026-11-01")  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_filter_is_answered_on_the_page(tmp_path: Path, query: str) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        answer = board.get(f"/incidents?{query}")
        assert answer.status_code == 400
        assert tree(answer.text).css_first(".refusal") is not None
        assert tree(answer.text).css_first("form.filters") is not None
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/feeds?state=ill", "/feeds?cursor=x", "/feeds?state=stale&state=stale", "/deliveries?state=lost",
     "/deliveries?cursor=x", "/deliveries?channel=none", "/feeds?page=-1"],
)  # fmt: skip
def test_other_lists_say_what_was_wrong_too(tmp_path: Path, path: str) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        answer = board.get(path)
    assert answer.status_code == 400
    assert tree(answer.text).css_first(".refusal") is not None


def test_a_feed_that_is_not_there_is_a_page(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        for name in ("none", "../../etc/passwd", "<script>", "x" * 3000):
            answer = board.get(f"/feeds/{quote(name, safe='')}")
            assert answer.status_code == 404
            assert len(tree(answer.text).css("script")) == 1


def test_empty_lists_say_what_happens_next(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        for path, said in (("/incidents", "incidents import"), ("/deliveries", "The first alert"),
                           ("/", "within a second"), ("/feeds?text=zzz", "Take a filter away")):  # fmt: skip
            box = tree(board.get(path).text).css_first(".empty")
            assert box is not None, path
            assert said in box.text()


def test_files_hold_exactly_the_filter_and_all_pages(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        with board.store.transaction() as tx:
            for number in range(450):
                incident = incident_at(ASAD if number % 3 else ERBIL, id=f"2026-11-23-{number:03d}")
                put(tx, incident, report_of(f"r{number}", incident))
        query = "?place=ain-al-asad&since=2026-11-01&until=2026-11-24"
        sheet, listed, points, table = (
            board.get(f"/incidents.{form}{query}") for form in ("csv", "json", "geojson", "md")
        )
        page = board.get(f"/incidents{query}")
    assert "300 incidents from 2026-11-01 to 2026-11-24" in page.text
    assert f"/incidents.csv{query}".replace("&", "&amp;") in page.text or "incidents.csv?" in page.text
    assert sheet.headers["content-disposition"] == 'attachment; filename="incidents-2026-11-01-to-2026-11-24.csv"'
    lines = sheet.text.splitlines()
    assert len(lines) == 301
    assert lines[0].startswith("Date,Location,Type of attack")
    assert sum(line.startswith("Date,") for line in lines) == 1
    assert len(json.loads(listed.text)) == 300
    assert len(json.loads(points.text)["features"]) == 300
    assert table.text.count("| Date |") == 1
    assert len(table.text.splitlines()) == 302


def test_the_ledger_leads_on_page_by_page(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        with board.store.transaction() as tx:
            for number in range(130):
                incident = incident_at(ASAD, id=f"2026-11-23-{number:03d}")
                put(tx, incident, report_of(f"r{number}", incident))
        seen: list[str] = []
        where: list[str] = []
        path = "/incidents"
        began = time.perf_counter()
        while path:
            page = tree(board.get(path).text)
            seen += [str(one.attributes["data-key"]) for one in page.css("[data-rows] > tr")]
            where += [one.text() for one in page.css(".pager span")]
            following = page.css_first("a[rel=next]")
            path = str(following.attributes["href"]) if following else ""
        print(f"three pages in {(time.perf_counter() - began) * 1000:.0f} ms")
    assert len(seen) == len(set(seen)) == 130
    assert where == ["1–50 of 130", "51–100 of 130", "101–130 of 130"]


def test_no_secret_of_a_channel_is_on_a_page(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        for path in PAGES:
            assert "SECRETPART" not in board.get(path).text
        assert "json://127.0.0.1:9/…" in board.get("/deliveries").text


def test_pictures_of_many_incidents_are_drawn_where_they_are_asked_for(tmp_path: Path) -> None:
    with Board(tmp_path, clock=lambda: NOW) as board:
        with board.store.transaction() as tx:
            for number in range(310):
                incident = incident_at(ASAD, id=f"2026-11-23-{number:03d}")
                put(tx, incident, report_of(f"r{number}", incident))
        few, many = board.get("/incidents?weapon=rocket"), board.get("/incidents")
        assert tree(few.text).css("svg") == []
        assert tree(many.text).css("svg") == []
        asked = tree(many.text).css_first("a[href*=pictures]")
        assert asked is not None
        drawn = tree(board.get(str(asked.attributes["href"])).text)
    assert len(drawn.css("svg")) == 5
    assert len(drawn.css("#map-block table")) == 4
