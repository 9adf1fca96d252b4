"""Quiet when it should be: what must never be told twice, or at all (promise 3 of docs/architecture.md).

Each test polls real feeds with a freshly opened app each time, as after a restart, and counts what reaches a real
webhook.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store.store import Store
from newsroom import Newsroom, PublishedFeed, Story, incident_lines, old

ATTACK = Story("Two drones hit Ain al-Asad air base in western Iraq", link="https://wire.example/asad-1")
SPORT = Story("Lions win the derby", link="https://wire.example/derby")


@pytest.fixture
def room(tmp_path: Path, empty_database_url: str) -> Iterator[Newsroom]:
    """A newsroom on each kind of database, set up by the first poll as a user's is."""
    with Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": empty_database_url}) as room:
        room.channels({"alerts": [room.hook.url("alerts")]})
        yield room


def told(room: Newsroom) -> list[str]:
    """Titles of the alerts that arrived, notices to the operator left out."""
    return [message.title for message in room.hook.taken if "incident" in dict(incident_lines(message.text))]


@pytest.fixture
def wire(room: Newsroom) -> PublishedFeed:
    """A feed whose first poll is behind it and whose attack has been told once."""
    wire = room.feed("wire", [SPORT], publisher="Wire")
    room.poll()
    wire.add(ATTACK)
    room.poll()
    assert len(told(room)) == 1
    return wire


def test_first_poll_stores_and_tells_nobody(room: Newsroom) -> None:
    room.feed("wire", [SPORT, ATTACK])
    room.poll()
    assert told(room) == []


def test_backlog_is_told_when_asked_for(room: Newsroom) -> None:
    room.feed("wire", [SPORT, ATTACK])
    room.poll(alert_backlog=True)
    assert len(told(room)) == 1


def test_message_names_incident_version_and_reason(room: Newsroom, wire: PublishedFeed) -> None:
    lines = dict(incident_lines(room.hook.taken[0].text))
    assert "ain-al-asad" in lines["incident"]
    assert lines["version"] == "1"
    assert lines["reason"] == "FIRST"


def test_restart(room: Newsroom, wire: PublishedFeed) -> None:
    for _ in range(3):
        room.poll()
    assert len(told(room)) == 1


def test_changed_guids(room: Newsroom, wire: PublishedFeed) -> None:
    wire.replace(ATTACK, guid="another-guid-7")
    wire.replace(SPORT, guid="another-guid-8")
    room.poll()
    assert len(told(room)) == 1


def test_changed_tracking_parameter(room: Newsroom, wire: PublishedFeed) -> None:
    wire.replace(ATTACK, link=ATTACK.link + "?utm_source=rss&utm_campaign=b&fbclid=1", guid="g-2")
    room.poll()
    assert len(told(room)) == 1


def test_same_article_in_five_feeds(room: Newsroom) -> None:
    feeds = [room.feed(f"feed-{n}", [SPORT], publisher=f"Publisher {n}") for n in range(5)]
    room.poll()
    for n, feed in enumerate(feeds):
        feed.add(Story(ATTACK.title, link=f"{ATTACK.link}?ref=feed{n}", guid=f"guid-{n}"))
    room.poll()
    room.poll()
    assert len(told(room)) == 1


def test_edited_title(room: Newsroom, wire: PublishedFeed) -> None:
    wire.replace(ATTACK, title="Drones strike Ain al-Asad air base in Iraq, no casualties reported")
    room.poll()
    assert len(told(room)) == 1
    assert room.json("explain", ATTACK.link)["novelty"] == "UPDATED"


def test_edited_title_with_a_new_date(room: Newsroom, wire: PublishedFeed) -> None:
    wire.replace(
        ATTACK,
        title="Updated: drones strike Ain al-Asad air base in Iraq",
        published=datetime.now(UTC) + timedelta(minutes=5),
    )
    room.poll()
    assert len(told(room)) == 1


def test_left_the_feed_and_came_back_after_pruning(room: Newsroom, wire: PublishedFeed) -> None:
    wire.stories.remove(ATTACK)
    wire.publish()
    room.poll()
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    later = datetime.now(UTC) + timedelta(days=200)
    with store.transaction() as tx:
        assert tx.prune(before=later, now=later)["items"] > 0
    store.close()
    wire.add(ATTACK)
    room.poll()
    assert len(told(room)) == 1


def test_five_thousand_old_items_at_once(room: Newsroom, wire: PublishedFeed) -> None:
    wire.add(
        *[
            Story(f"Rockets hit Camp Victory near Baghdad, report {n}", link=f"https://wire.example/archive/{n}",
                  published=old(24 * 30 + n))
            for n in range(5000)
        ]
    )  # fmt: skip
    room.poll()
    assert len(told(room)) == 1
    event = room.json("feeds")[0]
    assert event["result"] == "fetched"


def test_five_thousand_undated_items_at_once(room: Newsroom, wire: PublishedFeed) -> None:
    wire.add(
        *[
            Story(f"Rockets hit Camp Victory near Baghdad, report {n}", link=f"https://wire.example/archive/{n}",
                  published=None)
            for n in range(5000)
        ]
    )  # fmt: skip
    room.poll()
    # they may be of this hour, so that what they tell of is told once, and with a note
    assert len(told(room)) == 2
    assert "in a crowd of 5000 items at once" in room.hook.taken[-1].text.replace(",", "")


def test_an_undated_article_edited_days_later(room: Newsroom) -> None:
    """Its incident lies further back than any new report could reach; the edit still belongs to it."""
    undated = Story(ATTACK.title, link=ATTACK.link, published=None)
    wire = room.feed("wire", [SPORT])
    long_ago = datetime.now(UTC) - timedelta(days=9)
    room.poll(now=long_ago)
    wire.add(undated)
    room.poll(now=long_ago + timedelta(hours=1))
    assert len(told(room)) == 1
    wire.replace(undated, title="Two drones hit Ain al-Asad air base in western Iraq, at night")
    room.poll()
    assert len(told(room)) == 1
    assert room.json("explain", ATTACK.link)["stored_incident"] is not None


def test_a_report_that_names_a_day_at_the_edge_of_news_joins_its_incident(room: Newsroom, wire: PublishedFeed) -> None:
    """Told on Monday morning, written of again on Friday evening: one incident, and the feed goes on."""
    monday = datetime(2026, 11, 16, 1, tzinfo=UTC)
    other = room.feed("other", [SPORT])
    room.poll(now=monday)
    other.add(Story("Rockets hit al-Tanf garrison in Syria", link="https://other.example/1", published=monday))
    room.poll(now=monday)
    assert len(told(room)) == 2
    friday = monday + timedelta(days=4, hours=20)
    other.add(
        Story("Rockets hit al-Tanf garrison in Syria on Monday", link="https://other.example/2", published=friday)
    )  # fmt: skip
    room.poll(now=friday)
    assert len(told(room)) == 2
    assert "2026-11-16" in room.json("explain", "https://other.example/2")["stored_incident"]


ODD_DATES = {
    "future": ("al-tanf", "Rockets hit al-Tanf garrison in Syria", "Wed, 01 Jan 2098 10:00:00 GMT"),
    "1970": ("camp-arifjan", "Rockets hit Camp Arifjan in Kuwait", "Thu, 01 Jan 1970 00:00:00 GMT"),
    "missing": ("tower-22", "Drone hits Tower 22 outpost in Jordan", None),
    "slashes": ("al-udeid", "Missiles hit Al Udeid air base in Qatar", "2016/6/29 15:07:41"),
    "cest": ("harir", "Drone hits Harir air base in northern Iraq", "{cest}"),
}


@pytest.mark.parametrize("case", ODD_DATES)
def test_an_odd_date_neither_hides_nor_repeats_an_attack(room: Newsroom, wire: PublishedFeed, case: str) -> None:
    """New is what was not seen before; the publisher's date alone never decides it."""
    place, title, date = ODD_DATES[case]
    if date == "{cest}":
        date = (datetime.now(UTC) + timedelta(hours=2)).strftime("%a, %d %b %Y %H:%M:%S CEST")
    wire.add(Story(title, link=f"https://wire.example/{case}", published=date))
    room.poll()
    room.poll()
    assert len(told(room)) == 2
    assert dict(incident_lines(room.hook.taken[-1].text))["incident"].endswith(place)


def test_a_misdated_report_and_a_dated_one_of_the_same_attack_are_one_incident(
    room: Newsroom, wire: PublishedFeed
) -> None:
    other = room.feed("other", [SPORT], publisher="Other")
    room.poll()
    wire.add(Story("Rockets hit Camp Arifjan in Kuwait", link="https://wire.example/t", published="2016/6/29 15:07:41"))
    room.poll()
    other.add(Story("Rocket attack on Camp Arifjan, no casualties reported", link="https://other.example/t"))
    room.poll()
    assert len(told(room)) == 3, "the attack of the fixture, this one, and that its date was only a slip"
    lines = [dict(incident_lines(message.text)) for message in room.hook.taken[1:]]
    assert len({line["incident"] for line in lines}) == 1
    assert [line["reason"] for line in lines] == ["FIRST", "ESCALATED"]
