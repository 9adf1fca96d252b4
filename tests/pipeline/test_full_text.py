"""The page of a matched item is read after its alert, and what it adds is told as an update of the incident."""

from __future__ import annotations

import asyncio
import re
from asyncio import Runner
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from databases import database
from monitor.app import App, open_app
from monitor.config.settings import load_settings
from monitor.feeds.fetch.fetcher import Fetcher, FetchLimits
from monitor.feeds.parse.pool import ParseWorkers
from monitor.fulltext import PageRead, PageReader
from monitor.model.item import NoveltyReason, StoredItem
from monitor.pages import PageProblem
from monitor.store.store import Store
from monitor.writer import Writer
from newsroom import Newsroom, Story, incident_lines
from serving import Reply, Request

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)
TITLE = "Rockets hit Ain al-Asad air base in western Iraq"
TEASER = "Rockets hit the base early on Wednesday, officials said. It was the second attack this week."
TOLL = "Three soldiers were killed and eight were wounded, the ministry said."
CLAIM = "Kataib Hezbollah claimed responsibility for the attack."
AROUND = "<aside><h3>Related</h3><ul><li><a href='/a'>241 marines killed in bombing of barracks</a></li></ul></aside>"


def page(*paragraphs: str, title: str = TITLE) -> str:
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    menu = "<nav><a href='/'>Home</a> <a href='/x'>Fifty soldiers killed in train crash</a></nav>"
    comments = "<div id='comments' class='comments'><p>My comment: ninety soldiers were killed there.</p></div>"
    return (
        f"<html><head><title>{title} | Wire</title></head><body>{menu}"
        f"<article><h1>{title}</h1>{text}</article>{AROUND}{comments}</body></html>"
    )


ARTICLE = page(
    "Rockets hit the Ain al-Asad air base early on Wednesday, officials said.",
    "It was the second attack on the base this week, and the largest in months by any count of officials.",
    "The base in Anbar province houses US troops.",
    TOLL,
    CLAIM,
    "In January 2024 twenty US soldiers were killed in Jordan by a drone.",
)


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def room(tmp_path: Path, kind: str) -> Iterator[Newsroom]:
    with (
        database(kind, tmp_path) as address,
        Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": address}) as room,
    ):
        room.channels({"alerts": [room.hook.url("alerts")], "operator": [room.mail.url("operator@example.org")]})
        room.feed("one", [Story("Sport", published=NOON)], publisher="One", full_text=True)
        room.poll(now=NOON)
        yield room


def publish(room: Newsroom, html: str | bytes = ARTICLE, *, path: str = "/story", teaser: str = TEASER) -> Story:
    room.server.put(path, html, headers={"Content-Type": "text/html; charset=utf-8"})
    story = Story(TITLE, teaser, link=room.server.url(path), published=LATER)
    room.feeds[0].add(story)
    room.poll(now=LATER)
    return story


def reasons(room: Newsroom) -> list[str]:
    return [dict(incident_lines(message.text))["reason"] for message in room.hook.taken]


def refused(reads: list[PageRead]) -> tuple[PageProblem, str]:
    (read,) = reads
    assert read.refused is not None
    return read.refused.problem, read.refused.detail


def stored(room: Newsroom) -> StoredItem:
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    try:
        with store.read() as tx:
            (item,) = tx.reports_since(NOON - timedelta(days=1))
            return item
    finally:
        store.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_alert_comes_at_once_and_the_page_raises_toll_and_names_who_claims_it(room: Newsroom) -> None:
    publish(room)
    assert reasons(room) == ["FIRST"]
    assert room.server.count("/story") == 0
    (read,) = room.read_pages(now=LATER + timedelta(seconds=5))
    assert read.refused is None
    first, update = (dict(incident_lines(message.text)) for message in room.hook.taken)
    assert update["reason"] == "TOLL_UP"
    assert update["incident"] == first["incident"]
    text = room.hook.taken[1].text
    assert "3 killed" in text
    assert "Kataib" in text
    facts = stored(room).classification.facts  # type: ignore[union-attr]
    assert (facts.killed, facts.wounded, facts.claimed_by) == (3, 8, ("kataib-hezbollah",))


def test_explain_says_that_the_number_is_from_the_full_text(room: Newsroom) -> None:
    publish(room)
    room.read_pages(now=LATER)
    answer = room.call("explain", stored(room).item.id).stdout
    assert "full text: killed 3, wounded 8" in " ".join(answer.split())
    assert "the text of its page was read" in " ".join(answer.split())
    assert "the answer is the same" in answer


def test_a_page_is_read_once_and_its_feed_stays_seen(room: Newsroom) -> None:
    publish(room)
    room.read_pages(now=LATER)
    assert stored(room).novelty_reason is NoveltyReason.FULL_TEXT
    room.feeds[0].add(Story("Chess club elects its board", published=LATER))
    (report,) = room.poll(now=LATER + timedelta(minutes=10))
    assert (report.new, report.updated, report.seen) == (1, 0, 2)
    assert room.read_pages(now=LATER + timedelta(minutes=11)) == []
    assert room.server.count("/story") == room.server.count("/robots.txt") == 1


def test_an_edited_teaser_takes_nothing_back_that_the_page_said(room: Newsroom) -> None:
    story = publish(room)
    room.read_pages(now=LATER)
    room.feeds[0].replace(story, summary=TEASER + " Smoke was seen.")
    (report,) = room.poll(now=LATER + timedelta(minutes=10))
    assert report.updated == 1
    assert stored(room).classification.facts.killed == 3  # type: ignore[union-attr]
    assert reasons(room) == ["FIRST", "TOLL_UP"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_robots_txt_forbids_is_not_fetched(room: Newsroom) -> None:
    room.server.put("/robots.txt", "User-agent: *\nDisallow: /sto*\n")
    publish(room)
    assert refused(room.read_pages(now=LATER))[0] is PageProblem.ROBOTS
    assert room.server.count("/story") == 0
    assert reasons(room) == ["FIRST"]
    answer = room.call("explain", stored(room).item.id).stdout
    assert re.search(r"^page +robots.txt forbids it \(http://127.0.0.1:\d+/story\)$", answer, re.MULTILINE)
    assert room.read_pages(now=LATER) == []  # also after a restart
    assert room.server.count("/robots.txt") == 1


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(room: Newsroom) -> None:
    room.server.put("/robots.txt", "User-agent: *\nDisallow: /private\n")
    publish(room)
    room.server.put("/private/story", ARTICLE)
    room.server.redirect("/story", "/private/story")
    assert refused(room.read_pages(now=LATER))[0] is PageProblem.ROBOTS
    assert room.server.count("/private/story") == 0


def test_where_robots_txt_cannot_be_had_nothing_is_fetched_for_now(room: Newsroom) -> None:
    room.server.put("/robots.txt", status=503)
    publish(room)
    problem, detail = refused(room.read_pages(now=LATER))
    assert problem is PageProblem.ROBOTS_UNREAD
    assert "503" in detail
    assert room.server.count("/story") == 0


def test_only_reports_of_incidents_and_of_feeds_that_want_it(room: Newsroom) -> None:
    room.feed("two", [Story("Sport", published=NOON)], publisher="Two")
    room.poll(now=NOON)
    room.server.put("/other", ARTICLE)
    room.feeds[1].add(Story(TITLE + " again", TEASER, link=room.server.url("/other"), published=LATER))
    room.feeds[0].add(Story("Chess club elects its board", link=room.server.url("/other"), published=LATER))
    room.poll(now=LATER)
    assert room.read_pages(now=LATER) == []
    assert room.server.count("/other") == room.server.count("/robots.txt") == 0


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        (page("Subscribe to read.", "Rockets hit the base."), PageProblem.NO_MORE),
        (page("The weather stays fine. " * 20, title="Welcome to our home page"), PageProblem.OTHER_STORY),
        ("<html><body></body></html>", PageProblem.NO_TEXT),
        ("<div>" * 500 + ARTICLE, PageProblem.NO_TEXT),
        (b"\0\xff\xfe<" * 1000, PageProblem.NO_TEXT),
        (b"x" * 5_000_000, PageProblem.NOT_FETCHED),
        (
            page("Rockets hit the Ain al-Asad air base in western Iraq during an exercise of its own troops. " * 4,
                 title="Army holds exercise: rockets hit Ain al-Asad air base in western Iraq"), None,
        ),
    ],
)  # fmt: skip
def test_a_page_that_says_nothing_changes_nothing(
    room: Newsroom, html: str | bytes, problem: PageProblem | None
) -> None:
    publish(room, html)
    found = room.read_pages(now=LATER)
    if problem is None:
        assert found
    else:
        assert refused(found)[0] is problem
    assert reasons(room) == ["FIRST"]


def test_a_page_of_another_attack_opens_no_incident(room: Newsroom) -> None:
    text = "Drones hit the Tower 22 outpost in Jordan on Wednesday, the rockets of western Iraq aside, said the army."
    publish(room, page(text, "Nine soldiers were killed there, the army said, at the outpost Tower 22."), teaser="")
    room.read_pages(now=LATER)
    assert [reason for reason in reasons(room) if reason == "FIRST"] == ["FIRST"]
    assert stored(room).item.title == TITLE


def test_other_kinds_and_other_sites_are_named(room: Newsroom) -> None:
    room.server.put("/film", b"\0" * 100, headers={"Content-Type": "video/mp4"})
    room.feeds[0].add(Story(TITLE, TEASER, link=room.server.url("/film"), published=LATER))
    room.server.redirect("/away", "http://localhost:1/story")
    room.feeds[0].add(
        Story("Drones strike Ain al-Asad air base in Iraq", "A second wave.", link=room.server.url("/away"),
              published=LATER)
    )  # fmt: skip
    room.feeds[0].add(
        Story("Missiles hit Ain al-Asad base in Iraq, says army", link="https://news.google.com/articles/x",
              published=LATER)
    )  # fmt: skip
    room.poll(now=LATER)
    found = {read.url.rpartition("/")[2]: read.refused and read.refused.problem for read in quickly(room)}
    assert found == {
        "film": PageProblem.NOT_A_PAGE, "away": PageProblem.OTHER_SITE, "x": PageProblem.NO_PUBLISHER,
    }  # fmt: skip


def quickly(room: Newsroom) -> list[PageRead]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.fulltext.HOST_GAP", timedelta(seconds=0.3))
        return room.read_pages(now=LATER)


def test_one_host_is_asked_for_one_page_at_a_time_with_a_pause(room: Newsroom) -> None:
    for number in range(3):
        room.server.put(f"/page{number}", ARTICLE, headers={"Content-Type": "text/html"})
        title = ("Rockets hit Ain al-Asad air base", "Drones strike Ain al-Asad base", "Ain al-Asad base under fire")
        room.feeds[0].add(
            Story(f"{title[number]} in western Iraq", "", link=room.server.url(f"/page{number}"), published=LATER)
        )
    room.poll(now=LATER)
    quickly(room)
    times = [request.at for request in room.server.requests if request.path.startswith("/page")]
    assert len(times) >= 2
    assert all(later - earlier >= 0.29 for earlier, later in pairwise(times))


def test_a_page_that_hangs_is_named_and_asked_for_again_later(room: Newsroom) -> None:
    """After a while, and not each time; nothing else waits for it."""
    room.server.on("/story", lambda _: Reply(hang=True))
    room.feeds[0].add(Story(TITLE, TEASER, link=room.server.url("/story"), published=LATER))
    room.poll(now=LATER)
    assert reasons(room) == ["FIRST"]
    moment = [LATER]

    async def work(app: App) -> None:
        async with (
            aclosing(Fetcher(allow_networks=app.settings.allow_networks, limits=FetchLimits(total_seconds=0.5))) as web,
            aclosing(ParseWorkers()) as workers,
        ):
            pages = PageReader(
                store=app.thread, writer=Writer(app.thread), fetcher=web, workers=workers, clock=lambda: moment[0]
            )
            problem, detail = refused(await pages.read_due(app.configuration))
            assert (problem, "timeout" in detail) == (PageProblem.NOT_FETCHED, True)
            moment[0] += timedelta(minutes=5)
            assert await pages.read_due(app.configuration) == []
            room.server.put("/story", ARTICLE, headers={"Content-Type": "text/html"})
            moment[0] += timedelta(minutes=6)
            (read,) = await pages.read_due(app.configuration)
            assert [alert.reason for alert in read.alerts] == ["TOLL_UP"]
            await pages.stop()

    settings = load_settings(room.environment, room.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.fulltext.HOST_GAP", timedelta(seconds=0))
        with open_app(settings, configuration=room.configuration(settings), clock=lambda: moment[0]) as app:
            asyncio.run(work(app))


def test_what_was_in_hand_at_a_crash_is_read_after_the_next_start(room: Newsroom) -> None:
    """Nothing is remembered but what stands in the database: the report, and that its body is not yet its page's."""
    asked = asyncio.Event()

    def hang(_: Request) -> Reply:
        loop.call_soon_threadsafe(asked.set)
        return Reply(hang=True)

    async def crash(app: App) -> None:
        async with app.parts() as parts:
            await parts.pages.start_due(app.configuration)
            await asked.wait()

    publish(room)
    room.server.on("/story", hang)
    settings = load_settings(room.environment, room.folder)
    with open_app(settings, configuration=room.configuration(settings), clock=lambda: LATER) as app, Runner() as runner:
        loop = runner.get_loop()
        runner.run(crash(app))
    assert reasons(room) == ["FIRST"]
    room.server.put("/story", ARTICLE)
    (read,) = quickly(room)
    assert read.refused is None
    assert quickly(room) == []
    assert reasons(room) == ["FIRST", "TOLL_UP"]


def test_the_daemon_reads_pages_by_itself(room: Newsroom) -> None:
    """`basewatch run`, its feed and its hook, as people have it."""
    room.start()
    now = datetime.now(UTC)
    room.server.put("/now", ARTICLE.replace("Wednesday", "today"), headers={"Content-Type": "text/html"})
    room.feeds[0].add(
        Story(TITLE, TEASER.replace("on Wednesday", "today"), link=room.server.url("/now"), published=now)
    )
    room.hook.wait_for(2, seconds=40)
    assert reasons(room) == ["FIRST", "TOLL_UP"]
    room.stop()


def test_a_link_into_the_own_network_is_not_followed(room: Newsroom) -> None:
    room.feeds[0].add(Story(TITLE, TEASER, link="http://10.0.0.1/story", published=LATER))
    room.poll(now=LATER)
    problem, detail = refused(room.read_pages(now=LATER))
    assert problem is PageProblem.ROBOTS_UNREAD
    assert detail.startswith("blocked address")
