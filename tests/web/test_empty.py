"""A board over an empty database: every page says what will be there, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from boards import Board
from monitor.web.needs import Kind, Needs
from monitor.web.routes import API, PAGES

ALONE = [route.pattern for route in PAGES if route.method == "GET" and "{" not in route.pattern]
PROGRAMS = [route.pattern for route in API if route.method == "GET" and "{" not in route.pattern]


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    with Board(tmp_path_factory.mktemp("empty")) as opened:
        yield opened  # type: ignore[misc]


@pytest.mark.parametrize("path", ALONE)
def test_every_page_of_an_empty_board_says_what_happens_next(board: Board, path: str) -> None:
    answer = board.get(path)
    assert answer.status_code == 200
    page = LexborHTMLParser(answer.text)
    main = page.css_first("main")
    assert main is not None
    told = " ".join(main.text().split())
    assert "Traceback" not in told
    # an empty state with what to do, first steps, a form that says what it is for, or the feeds that wait for a poll
    assert page.css(".empty, .notice, form.deed, article") or "not polled yet" in told, told
    assert page.css_first("#strip") is not None


@pytest.mark.parametrize("path", PROGRAMS)
def test_programs_get_an_answer_from_an_empty_board(board: Board, path: str) -> None:
    answer = board.get(path)
    assert answer.status_code in (200, 503) if "health" in path else answer.status_code == 200


def test_there_are_pages_and_programs() -> None:
    assert len(ALONE) >= 8
    assert len(PROGRAMS) >= 8
    assert {route.kind for route in API} >= {Kind.JSON, Kind.TEXT}
    assert Needs.ACT in {route.needs for route in API}


def test_a_board_without_a_daemon_says_so(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        assert "basewatch run" in board.get("/").text
