"""What publishers and groups send that is wrong: it is kept with the reason, told at a lower level, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.ledger import View
from monitor.queries.ledger import view_of
from monitor.store.store import Store
from newsroom import Newsroom, PublishedFeed, Story, incident_lines

TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
PAPERS = ("wire", "ministry", "paper", "gazette", "channel", "wire-english")


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    return TUESDAY + timedelta(days=days, hours=hour, minutes=minute)


class Desk:
    """Publishers that bring one article after another, what the hook was told by each, and the ledger."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.feeds: dict[str, PublishedFeed] = {}
        for name in PAPERS:
            sport = Story(f"Sport: the cup final goes to extra time ({name})", published=at(5))
            self.feeds[name] = room.feed(name, [sport], publisher=name.title())
        room.poll(now=at(6))

    def tell(self, when: datetime, feed: str, title: str, summary: str = "", **story: object) -> list[str]:
        """The reasons that the hook is told by one article."""
        self.feeds[feed].add(Story(title, summary, **{"published": when, **story}))  # type: ignore[arg-type]
        return self._told(when)

    def edit(self, when: datetime, feed: str, title: str) -> list[str]:
        """The same for the feed's newest article under another text."""
        paper = self.feeds[feed]
        paper.replace(paper.stories[-1], title=title)
        return self._told(when)

    def _told(self, when: datetime) -> list[str]:
        before = len(self.room.hook.taken)
        self.room.poll(now=when + timedelta(minutes=1))
        assert len(self.room.mail.taken) == len(self.room.hook.taken)
        return [dict(incident_lines(one.text))["reason"] for one in self.room.hook.taken[before:]]

    @property
    def title(self) -> str:
        return self.room.hook.taken[-1].title

    @property
    def text(self) -> str:
        return self.room.hook.taken[-1].text

    def views(self) -> dict[str, View]:
        store = Store(self.room.environment["BASEWATCH_DATABASE_URL"])
        with store.read() as tx:
            known = tx.incidents(datetime(2020, 1, 1, tzinfo=UTC).date())
            reports = tx.reports_of([one.id for one in known])
        store.close()
        return {one.id: view_of(one, reports.get(one.id, [])) for one in known}

    def only(self) -> View:
        (view,) = self.views().values()
        return view


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Newsroom(tmp_path) as room:
        yield Desk(room)


BASE = "Camp Arifjan in Kuwait"


# --------------------------------------------------------------------------------- numbers


def test_contradictory_tolls_show_as_a_range_and_a_lower_one_is_not_told(desk: Desk) -> None:
    assert desk.tell(at(9), "wire", f"Rockets hit {BASE}, three killed") == ["FIRST"]
    assert desk.tell(at(10), "paper", f"Rocket attack on {BASE} kills eight soldiers") == ["TOLL_UP"]
    assert desk.tell(at(11), "gazette", f"Five soldiers killed as rockets strike {BASE}") == []
    said = "The defence ministry said two soldiers were killed in the rocket attack."
    title = f"Defence ministry: two killed in rocket attack on {BASE}"
    assert desk.tell(at(12), "ministry", title, said) == ["TOLL_CORRECTED"]
    claim = f"Kataib Hezbollah claims rocket attack on {BASE}, says 40 soldiers killed"
    assert desk.tell(at(13), "channel", claim) == ["CLAIMED"]
    view = desk.only()
    assert (view.incident.killed, view.killed.low, view.killed.high) == (2, 2, 40)
    assert view.grade == "confirmed by officials"
    assert "2 killed (2–40)" in desk.text


@pytest.mark.parametrize(
    ("title", "number"),
    [
        (f"1,000,000 killed in drone attack on {BASE}", "1000000 killed"),
        (f"Rockets hit {BASE}, 50,000 soldiers wounded", "50000 wounded"),
        (f"Defence ministry: 900,000 killed in rocket attack on {BASE}", "900000 killed"),
    ],
)
def test_a_number_that_cannot_be_is_no_flash_and_the_reason_is_said(desk: Desk, title: str, number: str) -> None:
    assert desk.tell(at(9), "wire", title) == ["FIRST"]
    assert desk.title.startswith("URGENT")
    assert f"{number} by" in desk.text
    assert "is not believed (absurd number)" in desk.text
    view = desk.only()
    assert (view.incident.killed, view.incident.wounded) == (None, None)
    assert [one.doubts for one in view.reports] == [("absurd number",)]
    assert "DOUBTED: absurd number" in desk.room.call("incidents", "show", view.incident.id).stdout
    assert desk.tell(at(10), "paper", f"Drones hit {BASE}, two wounded") == ["TOLL_UP"]
    assert desk.only().incident.wounded == 2


# --------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("published", "doubt"),
    [
        (at(12, days=2), "dated in the future"),
        (at(12, days=365), "dated in the future"),
        (at(12, days=-300), "dated long ago"),
    ],
)
def test_an_impossible_date_is_a_notice_until_another_paper_bears_it_out(
    desk: Desk, published: datetime, doubt: str
) -> None:
    assert desk.tell(at(9), "wire", f"Drones hit {BASE}, four killed", published=published) == ["FIRST"]
    assert desk.title.startswith("NOTICE")
    assert doubt in desk.text
    view = desk.only()
    assert [one.doubts for one in view.reports] == [(doubt,)]
    assert doubt in desk.room.call("incidents", "show", view.incident.id).stdout
    told = desk.tell(at(10), "paper", f"Drone strike on {BASE} kills four soldiers")
    assert told == ["TOLL_UP"]
    assert desk.title.startswith("FLASH")


@pytest.mark.parametrize(
    "published", ["Tue, 24 Nov 2026 12:00:00", "2026-11-24 12:15", "Tue, 24 Nov 2026 00:15:00 XYZ", "yesterday"]
)
def test_a_date_without_a_zone_changes_nothing(desk: Desk, published: str) -> None:
    assert desk.tell(at(9), "wire", f"Drones hit {BASE}, one wounded", published=published) == ["FIRST"]
    assert desk.title.startswith("URGENT")
    view = desk.only()
    assert [one.doubts for one in view.reports] == [()]
    assert view.incident.date == TUESDAY.date()


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Rockets hit Al Udeid air base in Qatar in 2024", ""),
        ("Rockets hit Al Tanf base in Syria", "Three soldiers were wounded on 4 March 2025 when rockets hit the base."),
    ],
)
def test_an_attack_of_another_year_is_not_told(desk: Desk, title: str, summary: str) -> None:
    assert desk.tell(at(9), "paper", title, summary) == []


def test_the_text_of_weeks_ago_is_known_again(desk: Desk) -> None:
    title = f"Drones hit {BASE}, one soldier wounded in the northern barracks"
    text = "A swarm of drones struck the northern barracks of the camp at dawn and one soldier was hurt by glass."
    assert desk.tell(at(9), "wire", title, text) == ["FIRST"]
    again = {"link": "https://paper.example/9"}
    assert desk.tell(at(9, days=30), "paper", title, text, **again) == ["FIRST"]
    assert desk.title.startswith("NOTICE")
    assert "recycled" in desk.text


# --------------------------------------------------------------------------------- floods


PLACES = (
    "Camp Arifjan in Kuwait", "Al Udeid air base in Qatar", "Erbil air base in Iraq", "Al-Tanf base in Syria",
    "Ain al-Asad air base in Iraq", "Ali Al Salem air base in Kuwait", "Al Dhafra air base in the UAE",
    "Camp Victoria in Baghdad", "Conoco base in Syria", "Tower 22 in Jordan",
)  # fmt: skip


def test_a_flood_of_claims_is_held_and_what_others_report_is_told_at_once(desk: Desk) -> None:
    told = [
        desk.tell(at(9, 3 * n), "channel", f"Kataib Hezbollah claims drone attack on {place}")
        for n, place in enumerate(PLACES)
    ]
    assert told == [["FIRST"]] * 5 + [[]] * 5
    views = desk.views()
    assert len(views) == len(PLACES)
    assert sum(one.reports[0].doubts == ("flood",) for one in views.values()) == 5
    assert desk.tell(at(9, 50), "wire", "Drones hit Tower 22 base in Jordan, sirens heard") == ["FIRST"]
    assert desk.title.startswith("URGENT")


# --------------------------------------------------------------------------------- edits and corrections


def test_an_article_that_becomes_another_story_is_taken_back(desk: Desk) -> None:
    assert desk.tell(at(9), "wire", f"Drones hit {BASE}, one wounded", link="https://wire.example/1") == ["FIRST"]
    told = desk.edit(at(10), "wire", "Rockets strike Al Udeid air base in Qatar, two killed")
    assert sorted(told) == ["FIRST", "RETRACTED"]
    views = desk.views()
    assert views["2026-11-24-camp-arifjan"].grade == "retracted"
    assert views["2026-11-24-al-udeid"].incident.killed == 2


def test_an_article_that_becomes_no_attack_at_all_is_taken_back(desk: Desk) -> None:
    assert desk.tell(at(9), "wire", f"Missiles hit {BASE}", link="https://wire.example/2") == ["FIRST"]
    assert desk.edit(at(10), "wire", "Parliament votes on a new budget after a long debate") == ["RETRACTED"]
    assert desk.only().grade == "retracted"


def test_an_edited_article_has_its_new_facts_alone(desk: Desk) -> None:
    assert desk.tell(at(9), "wire", f"Drones hit {BASE}, two wounded", link="https://wire.example/3") == ["FIRST"]
    assert desk.edit(at(10), "wire", f"Drones hit {BASE}, one killed, two wounded") == ["TOLL_UP"]
    assert desk.edit(at(11), "wire", f"Drones hit {BASE}, two wounded") == ["TOLL_CORRECTED"]
    view = desk.only()
    assert (view.incident.killed, view.incident.wounded) == (None, 2)
    shown = desk.room.call("incidents", "show", view.incident.id).stdout
    assert "updated 2 times: killed – → 1 → –" in shown


def test_a_source_that_withdraws_its_number_or_its_report(desk: Desk) -> None:
    assert desk.tell(at(9), "wire", f"Drones hit {BASE}, four killed") == ["FIRST"]
    withdrawn = f"Correction: Wire withdraws its report of four killed in attack on {BASE}"
    assert desk.tell(at(10), "wire", withdrawn) == ["TOLL_CORRECTED"]
    assert desk.only().incident.killed is None
    assert desk.tell(at(11), "gazette", "Missiles hit Tower 22 base in Jordan") == ["FIRST"]
    withdrawn = "Retraction: Gazette withdraws its report of a missile attack on Tower 22 in Jordan"
    assert desk.tell(at(12), "gazette", withdrawn) == ["RETRACTED"]
    assert desk.views()["2026-11-24-tower-22"].grade == "retracted"


# --------------------------------------------------------------------------------- independence


def test_copies_of_one_agency_and_editions_of_one_house_are_one_source(desk: Desk) -> None:
    desk.tell(at(9), "wire", f"Drones hit {BASE}, two wounded", f"(AP) - Two soldiers were wounded at {BASE}.")
    desk.tell(at(10), "paper", f"Kuwait: drone strike on {BASE} wounds two", "KUWAIT CITY (AP) — Two were hurt.")
    credit = "Drones struck the base at dawn. The Associated Press contributed to this report."
    desk.tell(at(11), "gazette", f"Two hurt as drones strike {BASE}", credit)
    view = desk.only()
    assert len(view.publishers) == 1
    assert view.grade == "reported by one"
    desk.tell(at(12), "channel", f"Drones strike {BASE}, two troops hurt", "Reuters contributed to this report.")
    assert desk.only().grade == "reported by several"


def test_editions_of_one_house_are_one_source(desk: Desk) -> None:
    desk.tell(at(9), "wire", f"Drones hit {BASE}, two wounded")
    assert desk.tell(at(10), "wire-english", f"Kuwait base struck: two troops hurt at {BASE} by drones") == []
    assert desk.only().grade == "reported by one"


def test_each_grade_and_a_claim_confirms_nothing(desk: Desk) -> None:
    desk.tell(at(8), "channel", f"Kataib Hezbollah claims drone attack on {BASE}")
    assert desk.only().grade == "claimed"
    desk.tell(at(9), "paper", f"Drones hit {BASE}, one wounded")
    assert desk.only().grade == "reported by one"
    desk.tell(at(10), "gazette", f"Soldier hurt as several drones strike {BASE}")
    assert desk.only().grade == "reported by several"
    said = "The defence ministry said one soldier was wounded in the drone attack."
    assert "CONFIRMED" in desk.tell(
        at(11), "ministry", f"Defence ministry confirms drone attack on {BASE}, one wounded", said
    )
    assert desk.only().grade == "confirmed by officials"


def test_officials_deny_what_one_paper_reports(desk: Desk) -> None:
    desk.tell(at(9), "paper", "Missiles hit Erbil air base in Iraq")
    title = "Pentagon denies reports that Erbil air base in Iraq was hit"
    assert desk.tell(at(10), "wire", title, "The Pentagon said there was no attack.") == ["DENIED"]
    assert desk.only().grade == "denied"
