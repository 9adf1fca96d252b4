"""What waits is told when it is due, once: after quiet hours, cool-down and cap; a flash again until acknowledged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.model.attention import Matchers, Silence
from monitor.queries.attention import acknowledge
from monitor.store.store import Store
from newsroom import Newsroom, PublishedFeed, Story, incident_lines

#: 22:30 in Baghdad
NIGHT = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SPORT = Story("Sport: the cup final goes to extra time", published=NIGHT - timedelta(hours=5))
ASAD = "Drones hit Ain al-Asad air base in Iraq"
ERBIL = "Rockets hit Erbil air base in Iraq"
DEADLY = "Drone attack on Ain al-Asad air base in Iraq kills three soldiers, wounds 34"
QUIET = {"quiet": {"from": "22:00", "to": "07:00"}, "zone": "Asia/Baghdad"}


@pytest.fixture
def room(tmp_path: Path, empty_database_url: str) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": empty_database_url}) as room:
        room.channels({"alerts": [room.hook.url("alerts")]})
        yield room


@pytest.fixture
def wire(room: Newsroom) -> PublishedFeed:
    wire = room.feed("wire", [SPORT], publisher="Wire")
    room.poll(now=NIGHT - timedelta(hours=4))
    return wire


def policies(room: Newsroom, **policy: Any) -> None:
    room.path("policies.yaml").write_text(json.dumps({"policies": [{"channel": "alerts", **policy}]}))


def news(room: Newsroom, wire: PublishedFeed, at: datetime, title: str) -> list[str]:
    """The reasons that the hook is told by one article."""
    before = len(room.hook.taken)
    wire.add(Story(title, published=at))
    room.poll(now=at)
    return reasons(room, before)


def reasons(room: Newsroom, before: int = 0) -> list[str]:
    return [dict(incident_lines(message.text)).get("reason", "") for message in room.hook.taken[before:]]


def wakes(room: Newsroom, at: datetime) -> list[str]:
    before = len(room.hook.taken)
    room.attend(at)
    return reasons(room, before)


def test_one_incident_of_the_night_is_told_in_the_morning_in_its_own_words(room: Newsroom, wire: PublishedFeed) -> None:
    policies(room, **QUIET)
    assert news(room, wire, NIGHT, ASAD) == []
    assert wakes(room, MORNING - timedelta(minutes=1)) == []
    assert wakes(room, MORNING) == ["FIRST"]
    assert wakes(room, MORNING + timedelta(minutes=1)) == []


def test_several_incidents_of_the_night_are_one_message(room: Newsroom, wire: PublishedFeed) -> None:
    policies(room, **QUIET)
    news(room, wire, NIGHT, ASAD)
    news(room, wire, NIGHT + timedelta(hours=1), ERBIL)
    assert len(wakes(room, MORNING)) == 1
    text = room.hook.taken[-1].text
    assert "Asad" in text
    assert "Erbil" in text
    assert wakes(room, MORNING + timedelta(hours=1)) == []
    assert news(room, wire, MORNING + timedelta(hours=2), ASAD + ", second report") == []


def test_a_flash_passes_quiet_hours(room: Newsroom, wire: PublishedFeed) -> None:
    policies(room, **QUIET)
    assert news(room, wire, NIGHT, ASAD) == []
    assert news(room, wire, NIGHT + timedelta(minutes=10), DEADLY) == ["FIRST"]
    assert wakes(room, MORNING) == []


def test_the_cool_down_gathers_changes(room: Newsroom, wire: PublishedFeed) -> None:
    policies(room, cool_down="1h")
    assert news(room, wire, NIGHT, ASAD) == ["FIRST"]
    claim = "Kataib Hezbollah claims drone attack on Ain al-Asad air base in Iraq"
    assert news(room, wire, NIGHT + timedelta(minutes=10), claim) == []
    assert wakes(room, NIGHT + timedelta(minutes=59)) == []
    assert wakes(room, NIGHT + timedelta(minutes=61)) == ["CLAIMED"]


def test_what_is_beyond_the_cap_waits_for_room(room: Newsroom, wire: PublishedFeed) -> None:
    policies(room, most_per_hour=1)
    assert news(room, wire, NIGHT, ASAD) == ["FIRST"]
    assert news(room, wire, NIGHT + timedelta(minutes=10), ERBIL) == []
    assert wakes(room, NIGHT + timedelta(minutes=59)) == []
    assert wakes(room, NIGHT + timedelta(minutes=61)) == ["FIRST"]


def test_a_flash_is_told_again_until_acknowledged(room: Newsroom, wire: PublishedFeed) -> None:
    policies(room, repeat_flash="15m")
    assert news(room, wire, NIGHT, DEADLY) == ["FIRST"]
    assert wakes(room, NIGHT + timedelta(minutes=14)) == []
    assert wakes(room, NIGHT + timedelta(minutes=15)) == ["FIRST"]
    first, again = (dict(incident_lines(message.text)) for message in room.hook.taken)
    assert (first["incident"], first["version"]) == (again["incident"], again["version"])
    assert first["alert"] != again["alert"]
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    with store.transaction() as tx:
        assert acknowledge(tx, first["incident"], by="Karim", now=NIGHT) == ("alerts",)
    store.close()
    assert wakes(room, NIGHT + timedelta(hours=3)) == []


def test_a_muted_incident_is_recorded_and_not_told(room: Newsroom, wire: PublishedFeed) -> None:
    assert news(room, wire, NIGHT, ASAD) == ["FIRST"]
    (incident,) = {dict(incident_lines(message.text))["incident"] for message in room.hook.taken}
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    with store.transaction() as tx:
        tx.add_silence(
            Silence(matchers=Matchers(incident=incident), starts=NIGHT, ends=NIGHT + timedelta(hours=2), at=NIGHT)
        )
    assert news(room, wire, NIGHT + timedelta(hours=1), DEADLY) == []
    with store.read() as tx:
        assert len(tx.reports_of([incident])[incident]) == 2
        assert len(tx.versions(incident)) == 2
    store.close()


def test_digests_come_at_their_times_and_once(room: Newsroom, wire: PublishedFeed) -> None:
    policies(room, zone="Asia/Baghdad", digest={"daily": "07:00", "weekly": "Tuesday 07:00"})
    assert wakes(room, NIGHT - timedelta(hours=1)) == []  # the first is due at the next of its times
    news(room, wire, NIGHT, ASAD)
    before = len(room.hook.taken)
    assert len(wakes(room, MORNING)) == 2
    assert all("Asad" in message.text for message in room.hook.taken[before:])
    assert wakes(room, MORNING + timedelta(hours=1)) == []


def test_an_edit_that_tells_another_story_takes_its_report_back(room: Newsroom, wire: PublishedFeed) -> None:
    story = Story(ASAD, link="https://news.example/1", published=NIGHT)
    wire.add(story)
    room.poll(now=NIGHT)
    assert reasons(room) == ["FIRST"]
    wire.replace(story, title="Drones over Ain al-Asad air base in Iraq were an exercise")
    room.poll(now=NIGHT + timedelta(hours=1))
    assert reasons(room)[1:] == ["RETRACTED"]
