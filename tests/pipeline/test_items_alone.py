"""What belongs to no incident, and is told by itself: the policy of each channel is asked all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.attention import Matchers, Silence
from monitor.store.store import Store
from newsroom import Newsroom, Story, incident_lines

EVENING = datetime(2026, 11, 18, 20, tzinfo=UTC)
SEEN = "Unidentified drones spotted over Ramstein air base in Germany"
QUIET = 'policies:\n  - channel: alerts\n    quiet: {from: "19:00", to: "06:00", zone: UTC}\n'


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        room.feed("one", [Story("Sport", published=EVENING)], publisher="One")
        room.poll(now=EVENING)
        yield room


def sighting(room: Newsroom) -> list[str]:
    when = EVENING + timedelta(minutes=10)
    room.feeds[0].add(Story(SEEN, published=when))
    (report,) = room.poll(now=when)
    return [alert.reason for alert in report.alerts]


def test_a_sighting_is_told_at_once(room: Newsroom) -> None:
    assert sighting(room) == ["FIRST"]
    (message,) = room.hook.taken
    assert dict(incident_lines(message.text))["incident"] == "none"


def test_the_reader_is_told_the_time_of_the_zone_of_the_policy(room: Newsroom) -> None:
    room.path("policies.yaml").write_text("policies: [{channel: alerts, zone: Asia/Baghdad}]")
    assert sighting(room) == ["FIRST"]
    (message,) = room.hook.taken
    assert "Reported: 18 Nov 2026 20:10 UTC (21:10 at Ramstein Air Base, 23:10 Baghdad)" in message.text


def test_in_quiet_hours_it_waits_in_the_outbox(room: Newsroom) -> None:
    room.path("policies.yaml").write_text(QUIET)
    assert sighting(room) == ["FIRST"]
    assert room.hook.taken == []
    room.poll(now=EVENING + timedelta(hours=9))
    assert room.hook.taken == []
    room.poll(now=EVENING + timedelta(hours=10, minutes=1))
    assert len(room.hook.taken) == len(room.mail.taken) == 1


def test_below_the_level_of_the_policy_it_is_not_told(room: Newsroom) -> None:
    room.path("policies.yaml").write_text("policies:\n  - channel: alerts\n    level: urgent\n")
    assert sighting(room) == []
    assert room.hook.taken == []


def test_a_muted_rule_tells_nobody(room: Newsroom) -> None:
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    with store.transaction() as tx:
        tx.add_silence(
            Silence(matchers=Matchers(rule="sightings"), starts=EVENING, ends=EVENING + timedelta(days=1), at=EVENING)
        )
    store.close()
    assert sighting(room) == []
    assert room.hook.taken == []


def test_a_channel_for_flashes_hears_that_one_is_taken_back(room: Newsroom) -> None:
    room.path("policies.yaml").write_text("policies:\n  - channel: alerts\n    level: flash\n")
    told = []
    for minutes, title in (
        (10, "Ballistic missiles hit Ain al-Asad air base in Iraq, three soldiers killed, Pentagon says"),
        (90, "Pentagon: blasts at Ain al-Asad air base were a controlled detonation, not an attack"),
    ):
        when = EVENING + timedelta(minutes=minutes)
        room.feeds[0].add(Story(title, published=when))
        room.poll(now=when)
        told.append([dict(incident_lines(message.text))["reason"] for message in room.hook.taken])
    assert told == [["FIRST"], ["FIRST", "RETRACTED"]]
