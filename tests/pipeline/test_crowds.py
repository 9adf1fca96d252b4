"""An attack that comes in a crowd of held items is told within the poll that brings it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.dedupe.novelty import BACKFILL_ENTRIES, FLOOD_ENTRIES
from newsroom import Newsroom, Story, incident_lines

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)
ATTACK = "Ballistic missiles hit Ain al-Asad air base in Iraq, three soldiers killed, Pentagon says"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        room.channels({"alerts": [room.hook.url("alerts")], "operator": [room.mail.url("operator@example.org")]})
        room.feed("one", [Story("Sport", published=NOON)], publisher="One")
        room.poll(now=NOON)
        yield room


def crowd(number: int, published: datetime | None) -> list[Story]:
    return [Story(f"Chess club number {n} elects its board", published=published) for n in range(number)]


def notices(room: Newsroom) -> str:
    return "\n".join(message.text for message in room.mail.taken)


def test_an_attack_in_a_flood_is_told_with_a_note(room: Newsroom) -> None:
    room.feeds[0].add(*crowd(FLOOD_ENTRIES, LATER), Story(ATTACK, published=LATER))
    (report,) = room.poll(now=LATER)
    assert (report.new, report.old) == (1, FLOOD_ENTRIES)
    assert (report.flood, report.backfill, report.too_old, report.told_from_crowd) == (FLOOD_ENTRIES, 0, 0, 1)
    assert report.reports == 1
    (message,) = room.hook.taken
    assert dict(incident_lines(message.text))["reason"] == "FIRST"
    assert f"in a crowd of {FLOOD_ENTRIES + 1} items at once" in message.text
    assert "1 more that an urgent rule takes were told" in notices(room)


def test_an_undated_attack_in_a_back_fill_is_told(room: Newsroom) -> None:
    long_ago = NOON - timedelta(days=40)
    room.feeds[0].add(*crowd(BACKFILL_ENTRIES + 1, long_ago), Story(ATTACK, published=None))
    (report,) = room.poll(now=LATER)
    assert len(room.hook.taken) == 1
    assert (report.flood, report.backfill, report.too_old) == (0, BACKFILL_ENTRIES + 1, 0)
    assert report.told_from_crowd == 1


def test_what_stood_there_before_the_first_poll_is_too_old(room: Newsroom) -> None:
    room.feed("two", crowd(3, NOON), publisher="Two")
    reports = {report.feed: report for report in room.poll(now=LATER)}
    two = reports["two"]
    assert (two.old, two.too_old, two.flood, two.backfill, two.told_from_crowd) == (3, 3, 0, 0, 0)
    (report,) = room.poll(now=LATER + timedelta(hours=1))[:1]
    assert (report.old, report.too_old) == (0, 0)


def test_an_old_attack_of_an_archive_is_named_to_the_operator_alone(room: Newsroom) -> None:
    long_ago = NOON - timedelta(days=400)
    room.feeds[0].add(*crowd(BACKFILL_ENTRIES + 1, long_ago), Story(ATTACK, published=long_ago))
    (report,) = room.poll(now=LATER)
    assert report.new == 0
    assert room.hook.taken == []
    assert "Ain al-Asad" in notices(room)


def test_what_was_told_out_of_a_crowd_is_not_told_again(room: Newsroom) -> None:
    room.feeds[0].add(*crowd(FLOOD_ENTRIES, LATER), Story(ATTACK, published=LATER))
    room.poll(now=LATER)
    (report,) = room.poll(now=LATER + timedelta(minutes=10))
    assert report.new == 0
    assert len(room.hook.taken) == 1
