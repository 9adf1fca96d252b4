"""A real Chromium for tests of pages: Debian's package, driven by Playwright.

`.ci/run` installs it and sets TESTS_NEED_A_BROWSER, so that there nothing is skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: nothing that a browser does by itself reaches for the network
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
#: Playwright sets its own handlers and loops up; what they leave is not the program's
QUIET = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


def executable() -> str:
    """The browser's path; the test is skipped where there is none, and fails where there must be one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found:
        said = "no Chromium is installed here; on Debian: apt-get install chromium"
        if os.environ.get("TESTS_NEED_A_BROWSER"):
            pytest.fail(said)
        pytest.skip(said)
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed at the end."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Watched:
    """A page, with all that it did wrong: requests to others, refusals of the security policy, errors of scripts."""

    def __init__(self, context: BrowserContext, own: str) -> None:
        self.page: Page = context.new_page()
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self._asked(request.url, own))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def _asked(self, url: str, own: str) -> None:
        if not url.startswith((own, "data:", "about:")):
            self.foreign.append(url)


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical: rule, and the elements that break it."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    found: Any = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def sideways(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
