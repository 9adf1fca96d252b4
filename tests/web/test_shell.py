"""What stands before and after every handler: errors, forms, limits, headers, ETags, files."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from boards import Board
from monitor.errors import BasewatchError, StoreError, UsageError, ValueRefused
from monitor.web import application, routes
from monitor.web.answers import Answer, as_json
from monitor.web.asking import Ask, Refusal, Visitor
from monitor.web.headers import ALWAYS
from monitor.web.needs import Kind, Needs
from monitor.web.routes import Route
from monitor.web.site import Site

ERRORS = {
    "refusal": Refusal(418, "no tea", "ask for coffee", kind="tea"),
    "store": StoreError("the disk with the database is full"),
    "refused": ValueRefused("a race was lost"),
    "usage": UsageError("there is no act 'x'; known are: strike"),
    "gone": BasewatchError("there is no incident abc; see the ledger"),
    "bug": ZeroDivisionError("secret detail"),
}


def fails(_site: Site, ask: Ask) -> Answer:
    raise ERRORS[ask.parts["error"]]


def says(_site: Site, ask: Ask) -> Answer:
    return as_json({name: ask.one(name, form=True) for name in ask.form} | {"body": len(ask.body)})


def _halves() -> Iterator[bytes]:
    yield b"one\n"
    raise ZeroDivisionError


def in_pieces(_site: Site, ask: Ask) -> Answer:
    if ask.one("half"):
        return Answer(content_type="text/csv", pieces=_halves())
    return Answer(content_type="text/csv", pieces=iter([b"one\n", b"two\n"]))


MORE = (
    Route("GET", "/fails/{error}", fails),
    Route("GET", "/api/fails/{error}", fails, kind=Kind.JSON),
    Route("GET", "/text/fails/{error}", fails, kind=Kind.TEXT),
    Route("POST", "/says", says, Needs.ACT),
    Route("POST", "/api/says", says, Needs.READ, Kind.JSON),
    Route("GET", "/pieces", in_pieces),
)


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    """A board with a few routes that fail, or say what they were sent."""
    monkeypatch.setattr(application, "ROUTES", (*routes.ROUTES, *MORE))
    with Board(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        ("refusal", 418, "no tea"), ("store", 503, "the database cannot be used now"), ("refused", 409, "a race"),
        ("usage", 400, "there is no act"), ("gone", 404, "there is no incident abc"), ("bug", 500, "a bug of its own"),
    ],
)  # fmt: skip
def test_an_error_of_a_handler_is_said_in_the_form_of_its_route(
    board: Board, error: str, status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    if error == "usage":
        status = 404  # of a path with a name in it
    page, problem, text = (board.get(f"{before}/fails/{error}") for before in ("", "/api", "/text"))
    for answer in (page, problem, text):
        assert answer.status_code == status
        assert said in answer.text
        assert "Traceback" not in answer.text
        assert "secret detail" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.json() | {"hint": ""} == {
        "type": problem.json()["type"], "title": problem.json()["title"], "status": status,
        "detail": problem.json()["detail"], "hint": "",
    }  # fmt: skip
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_bug_is_in_the_log_under_the_reference_that_its_page_tells(
    board: Board, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = board.get("/fails/bug")
    found = re.search(r"reference ([0-9a-f]{8})", answer.text)
    assert found is not None
    assert f"reference={found[1]}" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_unknown_paths_and_methods(board: Board) -> None:
    assert board.get("/nowhere").status_code == 404
    assert board.get("/api/v1/nowhere").headers["Content-Type"] == "application/problem+json"
    wrong = board.client.put("/says")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
    assert board.client.request("HEAD", "/").status_code == 200
    assert board.client.request("HEAD", "/").content == b""
    assert board.client.request("BREW", "/").status_code == 405
    for odd in ("/%00", "/%ff%fe", "/\u202e", "/incidents/%0d%0aSet-Cookie:x"):
        assert board.get(odd).status_code in (400, 404)


def test_every_answer_has_every_header(board: Board) -> None:
    static = re.search(r'href="(/static/[^"]+)"', board.get("/").text)
    assert static is not None
    etag = board.get(static[1]).headers["ETag"]
    answers = [
        board.get("/"), board.get("/nowhere"), board.get("/api/fails/bug"), board.get("/fails/refusal"),
        board.get(static[1], headers={"If-None-Match": etag}), board.get("/", headers={"Host": "evil.example"}),
        board.get(static[1]), board.client.post("/says", data={"a": "b"}), board.get("/pieces"),
    ]  # fmt: skip
    assert [one.status_code for one in answers] == [200, 404, 500, 418, 304, 403, 200, 403, 200]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers
        assert "Cache-Control" in answer.headers


def test_what_a_visitor_has_already_is_not_sent_again(board: Board) -> None:
    first = board.get("/static/" + next(iter(application_static())))
    again = board.get(str(first.url), headers={"If-None-Match": f'"x", W/{first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "immutable" in first.headers["Cache-Control"]
    assert board.get("/static/board.0000000000.css").status_code == 404
    assert board.get("/static/..%2f__init__.py").status_code == 404


def application_static() -> list[str]:
    from monitor.web.staticfiles import by_address

    assert by_address()
    return list(by_address())


def test_pieces_are_sent_one_after_another_and_a_half_answer_is_no_whole_one(board: Board) -> None:
    assert board.get("/pieces").text == "one\ntwo\n"
    with pytest.raises(httpx.RemoteProtocolError):
        board.get("/pieces?half=1")
    assert board.get("/pieces").text == "one\ntwo\n"


def csrf(board: Board) -> str:
    return board.site.gate._csrf(Visitor(by="loopback"))


def test_a_form_is_read_strictly(board: Board) -> None:
    def post(content: bytes, kind: str = "application/x-www-form-urlencoded") -> httpx.Response:
        return board.client.post("/says", content=content, headers={"Content-Type": kind})

    good = f"csrf={csrf(board)}&note=caf%C3%A9+%D8%B9".encode()
    assert post(good).json() == {"note": "café ع", "body": 0}
    assert post(good + "&more=é".encode()).json()["more"] == "é"
    for wrong, status in (
        (good + b"&note=twice", 400), (good + b"&other=%ff", 400), (good + b"&x=\xff", 400), (good + b"&loose", 400),
        (b"&".join([good, *(b"f%d=1" % number for number in range(120))]), 400), (b"note=x", 403), (b"", 403),
        (b"csrf=wrong&note=x", 403), (good + b"&long=" + b"x" * 600, 400), (good + b"&nul=%00", 400),
    ):  # fmt: skip
        assert post(wrong).status_code == status, wrong[:80]
    assert post(good, "multipart/form-data; boundary=x").status_code == 415
    assert post(good, "text/plain").status_code == 415
    stale = post(b"csrf=old")
    assert "nothing was changed" in stale.text
    assert "load its page again" in stale.text


def test_a_body_of_ten_megabytes_is_refused_and_the_board_goes_on(board: Board) -> None:
    big = b"x" * 10_000_000

    def post(path: str, content: Any) -> httpx.Response:
        # a connection of its own: one that was kept may be closed from the other side at this very moment
        return httpx.post(board.url(path), content=content, timeout=20)

    assert post("/api/says", content=big).status_code == 413
    assert post("/api/says", content=iter([big[:100_000]] * 100)).status_code == 413
    assert post("/api/says", content=b"{}").json() == {"body": 2}
    answer = post("/says", content=big)
    assert answer.status_code == 413
    assert "1,048,576 bytes" in answer.text


def test_a_database_that_is_gone_is_said_on_a_page(board: Board) -> None:
    assert board.get("/").status_code == 200
    (board.folder / "board.db").rename(board.folder / "elsewhere.db")
    answer = board.get("/")
    assert answer.status_code == 503
    assert "is gone; put it back" in answer.text
    assert answer.headers["Retry-After"] == "10"


def test_the_board_answers_under_its_base_path(tmp_path: Path) -> None:
    with Board(tmp_path, environment={"BASEWATCH_WEB_URL": "https://watch.example/board"}, base="/board") as board:
        for path in ("/board/", "/board", "/"):
            assert board.get(path, headers={"Host": "watch.example"}).status_code == 200
        assert board.get("/boarding").status_code == 404
        page = board.get("/board/").text
        assert 'href="/board/static/' in page
        ask = replace(board.ask("/"), address="x")
        assert ask.base == ""


def test_a_problem_is_json(board: Board) -> None:
    answer = board.get("/api/fails/refusal")
    assert json.loads(answer.content) == {
        "type": "urn:basewatch:problem:tea", "title": "I'm a Teapot", "status": 418, "detail": "no tea",
        "hint": "ask for coffee",
    }  # fmt: skip
