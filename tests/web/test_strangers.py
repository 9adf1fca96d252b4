"""What strangers send to the real board, at every address of the table: a page or a problem, never a bug of ours."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote_from_bytes

import httpx
import pytest

from boards import Board
from ledgers import ASAD, incident_at, put, report_of
from monitor.web import application, live
from monitor.web.needs import Kind
from monitor.web.routes import ROUTES, Route

ONE = incident_at(ASAD, date(2026, 11, 23))
PASSWORD, READ = "correct horse battery", "r" * 32
NAMES = ("since", "until", "place", "level", "cursor", "limit", "pictures", "state", "channel", "timeline", "done",
         "with", "report", "other", "by", "note", "for", "text", "item", "next", "token", "%00")  # fmt: skip
VALUES = (b"", b"x", b"-1", b"9" * 400, b"x" * 501, b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"a\r\nSet-Cookie: x=1",
          b"'\"<script>", b"../../etc/passwd", b"0001-01-01", b"9999-12-31", b"0001-01-01T00:00:00+14:00",
          b"99999999999d", b"yes", b"D99999999999999999999999", b"eyJhIjoxfQ==", b"WzFd", "²".encode())  # fmt: skip
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with Board(tmp_path_factory.mktemp("strangers")) as made:
        with made.store.transaction() as tx:
            put(tx, ONE, report_of("r1", ONE))
        yield made


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Board]:
    given = {"BASEWATCH_WEB_PASSWORD": PASSWORD, "BASEWATCH_WEB_READ_TOKEN": READ}
    with Board(tmp_path, environment=given) as made:
        yield made


def csrf_of(client: httpx.Client, path: str) -> str:
    found = re.search('name="csrf" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def log_in(board: Board, name: str = "Karim") -> httpx.Client:
    given = {"csrf": csrf_of(board.client, "/login"), "password": PASSWORD, "name": name}
    assert board.client.post("/login", data=given).status_code == 303
    return board.client


def rows(board: Board) -> dict[str, list[object]]:
    with sqlite3.connect(board.folder / "board.db") as known:
        names = [name for (name,) in known.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: known.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def shape(route: Route) -> str:
    return f"{route.method} {route.pattern}"


@pytest.mark.parametrize("route", [one for one in ROUTES if one.pattern != "/live"], ids=shape)
def test_whatever_is_asked_of_an_address_is_answered_and_changes_nothing(board: Board, route: Route) -> None:
    before = rows(board)
    values = [quote_from_bytes(value, safe="") for value in VALUES]
    paths = {re.sub("{.*?}", part, route.pattern) for part in (ONE.id, "x", *values[1:])}
    asked = [(path, "") for path in paths]
    here = re.sub("{.*?}", "csv" if "{form}" in route.pattern else ONE.id, route.pattern)
    if route.method == "GET" and board.get(here).status_code != 404:
        known = [name for name in NAMES if "no parameter" not in board.get(f"{here}?{name}=x").text]
        asked += [(here, f"{name}={value}") for name in known for value in values]
    if route.method == "POST":
        asked += [(here, "&".join(f"{name}={value}" for name in NAMES)) for value in values]
    for path, query in asked:
        if route.method == "GET":
            answer = board.get(f"{path}?{query}" if query else path)
        else:  # without the token that a form brings back, or that a program sends
            answer = board.client.post(path, content=query, headers=FORM if route.kind is Kind.PAGE else {})
        assert answer.status_code < 500 or (answer.status_code == 503 and "health" in path), (path, query)
        assert "Traceback" not in answer.text
        assert "Set-Cookie" not in answer.headers
    assert rows(board) == before


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//", "http://[v1.x]", "x" * 5000])
def test_an_origin_that_is_no_address_is_another_site(board: Board, origin: str) -> None:
    answer = board.client.post("/try", headers={"Origin": origin}, data={"text": "x"})
    assert answer.status_code == 403
    assert "another site" in answer.text


def test_a_port_is_a_number(board: Board) -> None:
    for host in ("127.0.0.1:²", "127.0.0.1:123456", "127.0.0.1:80:80"):
        assert board.get("/feed.atom", headers=[(b"host", host.encode("latin-1"))]).status_code == 403


def test_zones_of_strangers_take_no_memory(board: Board) -> None:
    for number in range(400):
        board.get("/static/none", headers={"Cookie": f"zone=Nowhere/{number}"})
    assert application._known_zone.cache_info().currsize <= 256


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/incidents", "/api/v1/feeds", "/api/v1/openapi.json", "/feed.atom", "/incidents.csv"]
)
def test_what_is_shown_to_somebody_who_logged_in_is_kept_nowhere(closed: Board, path: str) -> None:
    answer = log_in(closed).get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_style_sheets_are_kept_by_everybody(closed: Board) -> None:
    found = re.search('href="(/static/[^"]+css)"', log_in(closed).get("/").text)
    assert found is not None
    assert closed.get(found[1]).headers["Cache-Control"].startswith("public")


def test_a_stream_ends_with_its_session(closed: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STATE", 0.2)
    client = log_in(closed)
    with client.stream("GET", "/live", timeout=5) as answer:
        pieces = answer.iter_text()
        assert "retry" in next(pieces)
        client.post("/logout", data={"csrf": csrf_of(client, "/silences")})
        list(pieces)  # it ends: else this waits until the time is over


def test_a_name_is_one_line_without_turning_marks(closed: Board) -> None:
    client = log_in(closed, "Ka\nrim\r\n\u202e\x1b[31m")
    given = {"csrf": csrf_of(client, "/silences"), "country": "IQ", "for": "1h", "note": "drill"}
    assert client.post("/silences", data=given).status_code == 303
    with closed.store.read() as tx:
        (deed,) = tx.deeds(limit=5)
    assert deed.by == "Ka rim [31m"


def test_an_old_form_of_an_incident_that_is_gone_says_that_it_is_gone(board: Board) -> None:
    answer = board.client.post("/incidents/2020-01-01-gone/ack", data={"csrf": "of yesterday"})
    assert answer.status_code == 404
    assert "there is no incident" in answer.text


@pytest.mark.parametrize("query", ["until=9999-12-31", "since=0001-01-01", "since=0001-01-01&until=9999-12-31"])
def test_all_of_time_is_drawn_as_far_as_there_is_something(board: Board, query: str) -> None:
    answer = board.get(f"/incidents?{query}&pictures=yes")
    assert answer.status_code == 200
    assert len(answer.content) < 200_000
