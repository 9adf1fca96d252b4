"""From the publisher's server to the webhook: what becomes another story is told, what hides news is found out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsroom import Newsroom, PublishedFeed, Story, incident_lines, old, rss
from serving import Reply, Request

SPORT = Story("Lions win the derby", link="https://wire.example/derby")
ASAD = Story("Two drones hit Ain al-Asad air base in western Iraq", link="https://wire.example/live", guid="live")
TANF = "Rockets strike al-Tanf garrison in Syria, US troops say"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        room.channels({"alerts": [room.hook.url("alerts")], "operator": [room.hook.url("operator")]})
        yield room


def told(room: Newsroom) -> list[str]:
    """The incidents of the alerts that arrived."""
    lines = [dict(incident_lines(message.text)) for message in room.hook.taken]
    return [found["incident"] for found in lines if found.get("incident", "none") != "none"]


def notices(room: Newsroom) -> list[str]:
    """The reasons of the notices to the operator."""
    lines = [dict(incident_lines(message.text)) for message in room.hook.taken]
    return [found["reason"] for found in lines if found.get("incident") == "none"]


def test_a_told_article_that_becomes_another_attack_is_not_bound_to_its_incident(room: Newsroom) -> None:
    wire = room.feed("wire", [SPORT])
    room.poll()
    wire.add(ASAD)
    room.poll()
    wire.replace(ASAD, title=TANF, published=datetime.now(UTC) + timedelta(minutes=1))
    room.poll()
    room.poll()
    first, second, third = told(room)
    assert first.endswith("ain-al-asad")
    assert second.endswith("al-tanf")
    # nobody else tells of the first one, and its only page does so no more
    assert third == first
    assert "tells another story now" in room.hook.taken[-1].text


@pytest.mark.parametrize(
    "edit", [{"title": TANF}, {"title": f"Live: {TANF}", "link": "https://wire.example/live?ref=2"}]
)
def test_a_page_of_the_first_poll_that_becomes_an_attack_is_told(room: Newsroom, edit: dict[str, str]) -> None:
    page = Story("Live: ministers meet for talks on trade", link=ASAD.link, guid="live", published=old(3))
    wire = room.feed("wire", [SPORT, page])
    room.poll()
    wire.replace(page, published=datetime.now(UTC), **edit)
    room.poll()
    assert len(told(room)) == 1


def test_an_edit_of_an_attack_of_the_first_poll_stays_quiet(room: Newsroom) -> None:
    wire = room.feed("wire", [SPORT, ASAD])
    room.poll()
    wire.replace(ASAD, title=f"{ASAD.title}, ministry says", published=datetime.now(UTC) + timedelta(minutes=5))
    room.poll()
    assert told(room) == []


@pytest.mark.parametrize("form", ["rss", "json"])
def test_ids_that_count_within_their_feed_name_nothing_in_another(room: Newsroom, form: str) -> None:
    def publish(feed: PublishedFeed, **titles: str) -> None:
        ids = {number.removeprefix("n"): title for number, title in titles.items()}
        if form == "rss":
            items = "".join(f"<item><guid>{n}</guid><title>{title}</title></item>" for n, title in ids.items())
            room.server.put(f"/{feed.name}.xml", f"<rss version='2.0'><channel>{items}</channel></rss>")
        else:
            entries = [{"id": int(n), "title": title} for n, title in ids.items()]
            document = {"version": "https://jsonfeed.org/version/1.1", "items": entries}
            room.server.put(f"/{feed.name}.xml", json.dumps(document))

    one, two = room.feed("one"), room.feed("two")
    publish(one, n101="Sunny weather in the whole country")
    publish(two, n100="Lions win the derby again today")
    room.poll()
    publish(two, n101=ASAD.title, n100="Lions win the derby again today")
    room.poll()
    assert len(told(room)) == 1


def test_a_server_that_says_not_modified_for_ever_is_found_out_and_asked_plainly(room: Newsroom) -> None:
    wire = room.feed("wire", [SPORT])
    served = [SPORT]

    def lying(request: Request) -> Reply:
        if "if-none-match" in request.headers or "if-modified-since" in request.headers:
            return Reply(status=304)
        headers = {"ETag": '"x"', "Last-Modified": "Sat, 16 Nov 2041 19:11:00 GMT"}
        return Reply(body=rss(served), headers=headers)

    room.server.on("/wire.xml", lying)
    room.poll()
    served.append(ASAD)
    for _ in range(11):
        room.poll()
    assert len(told(room)) == 1
    served.append(Story(TANF, link="https://wire.example/tanf"))
    room.poll()
    assert len(told(room)) == 2, "its validators are known to hide news"
    assert wire.url


def test_a_feed_that_falls_silent_is_told_once_and_when_it_is_back(room: Newsroom) -> None:
    now = datetime.now(UTC) - timedelta(days=4)
    hourly = [
        Story(f"Report {n} of the day", link=f"https://wire.example/{n}", published=now - timedelta(hours=n))
        for n in range(6)
    ]
    wire = room.feed("wire", hourly)
    for hours in range(0, 91, 5):
        room.poll(now=now + timedelta(hours=hours))
    assert notices(room) == ["FEED_SILENT"]
    (shown,) = room.json("feeds")
    assert shown["silent"] is True
    assert "nothing new since" in room.call("feeds").stdout
    assert room.json("health", expect=None)["facts"]["silent"] == 1
    wire.add(Story("Report of another day", link="https://wire.example/new"))
    room.poll(now=now + timedelta(hours=92))
    assert notices(room) == ["FEED_SILENT", "FEED_BACK"]
