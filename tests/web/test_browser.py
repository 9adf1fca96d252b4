"""The pages in a real Chromium: light, dark, phone, right to left, without JavaScript, with keys, by axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from boards import Board
from browsers import QUIET, Watched, chromium, serious, sideways
from ledgers import ASAD, ERBIL, incident_at, put, report_of
from monitor.model.incident import Incident
from monitor.model.ledger import Change, ChangeReason, Report
from monitor.model.report import Level
from monitor.queries.attention import acknowledge
from monitor.web.routes import ROUTES
from showcase import furnish

pytestmark = [QUIET, pytest.mark.slow(20)]

PATHS = [
    "/", "/?level=flash", "/?place=nowhere", "/incidents", "/incidents?country=IQ&weapon=drone",
    "/incidents?since=tomorrow", "ASAD", "ASAD/mend", "/incidents/none", "/try",
    "/try?text=Two+drones+hit+Ain+al-Asad+air+base+in+Iraq", "/try?text=هجوم+على+قاعدة+عين+الأسد", "/feeds",
    "/feeds/shore-paper", "/rules", "/rules/attack-iraq", "/deliveries", "/silences", "/log", "/nowhere",
]  # fmt: skip
LOOKS: dict[str, dict[str, Any]] = {
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
def browser(board: Board) -> Iterator[Browser]:
    """After the board, which runs an event loop of its own: Playwright's is one that runs until it is closed."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Board]:
    """A board of its own, for tests that change it."""
    with Board(tmp_path, clock=lambda: NOW) as opened:
        add(opened, incident_at(ASAD))
        yield opened


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def add(board: Board, incident: Incident, *reports: Report) -> None:
    """An incident as the writer leaves it, with its version."""
    with board.store.transaction() as tx:
        put(tx, incident, *(reports or (report_of(f"r-{incident.id}", incident, wounded=2),)))
        first = (ChangeReason.FIRST,)
        now = datetime.now(UTC)
        tx.add_versions([Change(incident_id=incident.id, version=1, at=now, reasons=first, level=incident.level)])


def worse(board: Board, incident: Incident) -> None:
    """The second version of it: somebody was killed, and the level rose."""
    with board.store.transaction() as tx:
        tx.update_incident(replace(incident, version=2, level=Level.FLASH, killed=3))
        reasons = (ChangeReason.TOLL_UP,)
        tx.add_versions([
            Change(incident_id=incident.id, version=2, at=datetime.now(UTC), reasons=reasons, level=Level.FLASH)
        ])  # fmt: skip


def context(browser: Browser, look: str = "light", **more: Any) -> BrowserContext:
    return browser.new_context(**{**LOOKS[look], **more})


def address(board: Board, path: str) -> str:
    """`ASAD` stands for the incident that the invented news opened there."""
    if path.startswith("ASAD"):
        with board.store.read() as tx:
            found = next(one.id for one in tx.incidents(date(2026, 1, 1)) if one.place_id == "ain-al-asad")
        path = path.replace("ASAD", f"/incidents/{found}")
    return board.url(path)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_shows_itself_without_a_fault(board: Board, browser: Browser, look: str) -> None:
    faults = []
    with context(browser, look) as window:
        for path in PATHS:
            seen = Watched(window, board.url(""))
            answer = seen.page.goto(address(board, path))
            assert answer is not None
            refused = path == "/incidents/none" or "nowhere" in path or "tomorrow" in path
            found = {
                "status": answer.status < 500 if refused else answer.ok,
                "one heading": seen.page.locator("main h1").count() == 1,
                "no wider than the window": sideways(seen.page) <= 0,
                "nothing from elsewhere": not seen.foreign,
                "no error": refused or not seen.errors,
                "bytes": len(answer.body()) < 200_000,
            }
            faults += [(path, name, seen.errors, seen.foreign) for name, good in found.items() if not good]
            seen.page.close()
    assert faults == []


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_axe_finds_no_serious_fault(board: Board, browser: Browser, look: str) -> None:
    faults = []
    with context(browser, look) as window:
        for path in PATHS:
            seen = Watched(window, board.url(""))
            seen.page.goto(address(board, path))
            faults += [(path, fault) for fault in serious(seen.page)]
            seen.page.close()
    assert faults == []


def test_every_page_of_the_table_keeps_the_policy_of_the_board(tmp_path: Path, browser: Browser) -> None:
    """Behind a password: the log-in page, what it leads to, each address of the table, and pages that refuse."""
    word = "correct horse battery"
    with Board(tmp_path, environment={"BASEWATCH_WEB_PASSWORD": word}) as closed, context(browser) as window:
        incident = incident_at(ASAD)
        add(closed, incident)
        window.add_init_script(
            "window.broken = []; addEventListener('securitypolicyviolation', one => broken.push(one.violatedDirective))"
        )
        seen = Watched(window, closed.url(""))
        seen.page.goto(closed.url("/incidents?country=IQ"))
        seen.page.get_by_label("Password").fill("wrong password")
        seen.page.keyboard.press("Enter")
        seen.page.get_by_text("not the password").wait_for()
        assert seen.page.evaluate("broken") == []
        seen.page.get_by_label("Password").fill(word)
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**/incidents?country=IQ")
        parts = {"id": (incident.id, "attack-iraq", "gone"), "name:path": ("Harbour Wire", "gone"), "item": ("gone",)}
        pages = ["/nowhere", "/incidents?since=tomorrow", "/incidents?pictures=yes", "/try?text=Two+drones+hit+Erbil"]
        for route in ROUTES:
            named = re.search("{(.*?)}", route.pattern)
            if route.method == "GET" and not route.alone and "static" not in route.pattern:
                pages += [route.pattern.replace(f"{{{named[1]}}}", one) for one in parts[named[1]]] if named else [
                    route.pattern]  # fmt: skip
        for path in pages:
            seen.page.goto(closed.url(path))
            assert seen.page.evaluate("window.broken || []") == [], path
    assert seen.foreign == []
    assert [one for one in seen.errors if "Failed to load resource" not in one] == []


def test_texts_from_right_to_left_are_set_so(board: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(address(board, "ASAD"))
        arabic = page.locator("[lang=ar]").first
        assert arabic.evaluate("one => getComputedStyle(one).direction") == "rtl"
        assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"


def test_times_are_the_readers_with_utc_on_hover(board: Board, browser: Browser) -> None:
    with context(browser, timezone_id="Asia/Tokyo") as window:
        page = window.new_page()
        page.goto(address(board, "ASAD"))
        moment = page.locator("time[data-moment]").first
        stored = datetime.fromisoformat(moment.get_attribute("datetime") or "")
        assert moment.inner_text() == stored.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d %H:%M")
        assert stored.astimezone(UTC).strftime("%H:%M:%S UTC") in (moment.get_attribute("title") or "")


def test_new_rows_wait_and_move_nothing(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/"))
        page.get_by_text("live", exact=False).first.wait_for()
        before = page.locator("[data-rows] > *").count()
        place = page.locator("[data-rows] > *").first.bounding_box()
        add(small, incident_at(ERBIL))
        button = page.get_by_role("button", name="1 new, show")
        button.wait_for(timeout=15_000)
        assert page.locator("[data-rows] > *").count() == before
        moved = page.locator("[data-rows] > *").first.bounding_box()
        assert place is not None
        assert moved is not None
        assert (moved["x"], moved["y"]) == (place["x"], place["y"])
        assert page.title().startswith("▲ (1)")
        button.click()
        assert page.locator("[data-rows] > *").count() == before + 1
        assert not page.title().startswith("▲")


def test_a_row_becomes_true_while_the_keyboard_rests_on_it(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/"))
        page.locator("#live.on").wait_for()
        page.keyboard.press("j")
        worse(small, incident_at(ASAD))
        page.locator(".chosen .level-flash").wait_for(timeout=15_000)
        assert page.evaluate("document.activeElement.matches('.chosen a[data-open]')")


def test_what_is_being_written_in_a_row_stays_with_the_version_that_was_seen(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/"))
        page.locator("#live.on").wait_for()
        page.locator("summary", has_text="Acknowledge").first.click()
        page.get_by_label("Note").fill("on it")
        page.get_by_label("Note").evaluate("one => one.blur()")  # as a phone's keyboard does that is put away
        worse(small, incident_at(ASAD))
        page.locator("[data-rows] .level-flash").wait_for(timeout=15_000)
        assert page.get_by_label("Note").input_value() == "on it"
        page.get_by_role("button", name="Acknowledge").click()
        page.get_by_text("this is version 2, you saw 1").wait_for()


def test_a_list_says_that_a_row_is_of_it_no_more(small: Board, browser: Browser) -> None:
    """Two on duty look at what nobody acknowledged; the one sees what the other did."""
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/?acked=no"))
        page.locator("#live.on").wait_for()
        with small.store.transaction() as tx:
            acknowledge(tx, "2026-11-23-ain-al-asad", by="Karim", now=datetime.now(UTC))
        page.get_by_role("button", name="1 gone, show").click(timeout=15_000)
        page.get_by_text("No open incident is of this kind").wait_for()
        assert page.title().startswith("Now")


def test_what_changed_before_the_stream_began_is_shown_too(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()

        def late(route: Route) -> None:
            add(small, incident_at(ERBIL))
            route.continue_()

        page.route("**/live", late, times=1)
        page.goto(small.url("/"))
        page.get_by_role("button", name="1 new, show").wait_for(timeout=15_000)


def test_the_page_of_an_incident_says_that_it_changed(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/incidents/2026-11-23-ain-al-asad"))
        page.locator("#live.on").wait_for()
        worse(small, incident_at(ASAD))
        page.get_by_role("button", name="it changed, show").click(timeout=15_000)
        page.locator("main p .level-flash").first.wait_for()
        assert page.get_by_role("button", name="it changed, show").count() == 0


def test_a_page_that_could_not_hear_of_a_change_asks_again(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.clock.install()
        page.goto(small.url("/"))
        page.locator("#live.on").wait_for()
        refused: list[str] = []

        def busy(route: Route) -> None:
            refused.append(route.request.url)
            if len(refused) == 1:
                route.fulfill(status=503, body="busy")
            else:
                route.continue_()

        page.route(small.url("/"), busy)
        add(small, incident_at(ERBIL))
        for _ in range(40):
            page.clock.run_for(1000)
            if page.get_by_role("button", name="1 new, show").count():
                break
            page.wait_for_timeout(100)
        assert page.get_by_role("button", name="1 new, show").count() == 1
        assert len(refused) == 2


def test_until_eight_is_eight_on_the_readers_clock(small: Board, browser: Browser) -> None:
    with context(browser, timezone_id="Asia/Kolkata") as window:
        page = window.new_page()
        page.goto(small.url("/incidents/2026-11-23-ain-al-asad"))
        page.get_by_label("until 08:00").check()
        page.get_by_label("Why (needed)").fill("asleep")
        page.get_by_role("button", name="Preview").click()
        assert page.locator("#preview + .notice time").first.inner_text() == "2026-11-24 08:00"


def test_filters_work_without_reload_and_stand_in_the_address(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/"))
        page.evaluate("window.here = 1")
        page.get_by_label("Level").select_option("flash")
        page.wait_for_url("**/?level=flash")
        page.locator("[data-rows]").wait_for(state="detached")
        assert page.evaluate("window.here") == 1
        page.go_back()
        page.locator("[data-rows]").wait_for()
        assert page.evaluate("window.here") == 1


def test_the_keyboard_leads_through_the_board(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/"))
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="hidden")
        page.keyboard.press("j")
        page.locator(".chosen").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/incidents/2026-11-23-ain-al-asad")
        page.keyboard.press("g")
        page.keyboard.press("l")
        page.wait_for_url("**/incidents")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.closest('form.filters') !== null")


def test_the_keys_can_be_switched_off(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/"))
        page.keyboard.press("?")
        page.get_by_role("dialog").get_by_role("checkbox").uncheck()
        page.keyboard.press("Escape")
        page.reload()
        page.keyboard.press("j")
        assert page.locator(".chosen").count() == 0


def test_an_incident_is_acknowledged_in_its_row_by_a_name_that_is_remembered(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/"))
        page.locator("summary", has_text="Acknowledge").first.click()
        page.get_by_label("Your name").first.fill("Karim")
        page.get_by_role("button", name="Acknowledge").click()
        page.get_by_text("acknowledged by Karim").wait_for()
        page.goto(small.url("/incidents/2026-11-23-ain-al-asad"))
        assert page.get_by_label("Your name").first.input_value() == "Karim"


def test_whoever_acknowledges_in_a_filtered_list_stays_in_it(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/?level=urgent&acked=no"))
        page.locator("summary", has_text="Acknowledge").first.click()
        page.get_by_role("button", name="Acknowledge").click()
        page.get_by_text("No open incident is of this kind").wait_for()
        assert "/?level=urgent&acked=no" in page.url


def test_the_map_stays_open_when_the_ledger_is_filtered(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/incidents"))
        page.locator("#map-block[open]").wait_for()
        page.get_by_label("Weapon").select_option("drone")
        page.wait_for_url("**/incidents?weapon=drone")
        page.locator("#map-block[open]").wait_for(timeout=5_000)
        page.locator("#map-block > summary").click()
        page.get_by_label("Weapon").select_option("")
        page.wait_for_url("**/incidents")
        page.locator("#map-block:not([open])").wait_for(timeout=5_000)


def test_without_script_an_incident_is_acknowledged_and_that_is_undone(small: Board, browser: Browser) -> None:
    with context(browser, "no script") as window:
        page = window.new_page()
        page.goto(small.url("/incidents/2026-11-23-ain-al-asad"))
        page.get_by_label("Your name").first.fill("Karim")
        page.get_by_role("button", name="Acknowledge").click()
        assert "Karim" in page.locator("main").inner_text()
        page.goto(small.url("/log"))
        page.get_by_role("button", name="Undo").first.click()
        page.goto(small.url("/incidents/2026-11-23-ain-al-asad"))
        assert "by nobody yet" in page.locator("main").inner_text()


def test_what_a_publisher_wrote_runs_nowhere(small: Board, browser: Browser) -> None:
    evil = incident_at(ERBIL, first_title="<script>alert(1)</script>")
    report = replace(
        report_of("evil", evil, killed=1), title="<img src=x onerror=alert(1)><script>alert(2)</script>\u202eevil",
        publisher="</td><svg onload=alert(3)>" + "W" * 900, url="javascript:alert(4)", quote="{{ 7 * 7 }} <b>bold</b>",
    )  # fmt: skip
    add(small, evil, report)
    with context(browser, "phone") as window:
        seen = Watched(window, small.url(""))
        seen.page.on("dialog", lambda dialog: seen.errors.append(dialog.message))
        for path in ("/", "/incidents", f"/incidents/{evil.id}"):
            seen.page.goto(small.url(path))
            assert seen.page.locator("main script, main img, main svg[onload]").count() == 0
            assert seen.page.locator("a[href^='javascript' i]").count() == 0
            assert sideways(seen.page) <= 0
        assert "{{ 7 * 7 }}" in seen.page.locator("main").inner_text()
        assert (seen.errors, seen.foreign) == ([], [])


def test_a_lost_connection_is_said(small: Board, browser: Browser) -> None:
    with context(browser) as window:
        page = window.new_page()
        page.goto(small.url("/"))
        page.locator("#live.on").wait_for()
        small.server.close()
        page.locator("#live:not(.on)").wait_for(timeout=15_000)
        assert "not" in page.locator("#live").inner_text()


def test_the_pictures_of_the_docs_are_small() -> None:
    for picture in (Path(__file__).parents[2] / "docs" / "img").glob("*.png"):
        assert picture.stat().st_size < 200_000, picture
