"""The pages in a real Chromium: light, dark, phone, right to left, without JavaScript, with keys, by axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from boards import Board
from browsers import QUIET, Watched, chromium, serious, sideways
from showcase import furnish

pytestmark = [QUIET, pytest.mark.slow(20)]

PATHS = ["/"]
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
    "no script": {"java_script_enabled": False, "viewport": {"width": 1280, "height": 900}},
    "double size": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder = furnish(tmp_path_factory.mktemp("board"))
    with Board(folder, database_url=f"sqlite:///{folder / 'basewatch.db'}") as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def context(browser: Browser, look: str) -> BrowserContext:
    return browser.new_context(**LOOKS[look])  # type: ignore[arg-type]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_shows_itself_without_a_fault(board: Board, browser: Browser, path: str, look: str) -> None:
    with context(browser, look) as window:
        seen = Watched(window, board.url(""))
        answer = seen.page.goto(board.url(path))
        assert answer is not None
        assert answer.ok
        assert seen.page.locator("main h1").count() == 1
        assert sideways(seen.page) <= 0
        assert (seen.foreign, seen.errors) == ([], [])


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_no_serious_fault(board: Board, browser: Browser, path: str, look: str) -> None:
    with context(browser, look) as window:
        seen = Watched(window, board.url(""))
        seen.page.goto(board.url(path))
        assert serious(seen.page) == []


def test_the_folder_of_screenshots_is_small() -> None:
    for picture in (Path(__file__).parents[2] / "docs" / "img").glob("*.png"):
        assert picture.stat().st_size < 200_000, picture
