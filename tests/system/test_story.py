"""The story of one attack, from the first flash of a wire to the digest of the week: each step tells what is new.

In process with the clock of each step, on each database.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store.store import Store
from newsroom import Newsroom, PublishedFeed, Story, incident_lines

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
SPORT = "Sport: the cup final goes to extra time"
FIRST_ID = "2026-11-24-ain-al-asad"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.fixture
def room(tmp_path: Path, empty_database_url: str) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": empty_database_url}) as room:
        yield room


class Teller:
    """Publishers that bring one article after another, and what reached the webhook by each."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.feeds: dict[str, PublishedFeed] = {}
        for name in ("wire", "ministry", "one", "two", "three", "four", "five"):
            sport = Story(f"{SPORT} ({name})", published=at(0, 12))
            self.feeds[name] = room.feed(name, [sport], publisher=name.title())
        room.poll(now=at(0, 20))

    def tell(self, when: datetime, feed: str, title: str, summary: str = "") -> list[tuple[str, str]]:
        """What the hook is told by one article: reasons with their incident."""
        before = len(self.room.hook.taken)
        self.feeds[feed].add(Story(title, summary, published=when))
        self.room.poll(now=when + timedelta(minutes=1))
        return [named(message.text) for message in self.room.hook.taken[before:]]


def named(text: str) -> tuple[str, str]:
    lines = dict(incident_lines(text))
    return lines["reason"], lines["incident"]


def test_the_story(room: Newsroom) -> None:
    teller = Teller(room)
    tell = teller.tell
    ((reason, monday),) = tell(at(0, 23, 40), "wire", "Drones hit Ain al-Asad air base in Iraq, no casualties")
    assert reason == "FIRST"
    for feed in ("one", "two", "three", "four", "five"):
        title = f"Drones hit Ain al-Asad air base in Iraq, no casualties, {feed} reports"
        assert tell(at(1, 0, 10), feed, title) == []
    toll = "Defence ministry: three killed, 34 wounded in attack on Ain al-Asad air base"
    assert tell(at(1, 6), "ministry", toll, "The defence ministry said three soldiers were killed and 34 wounded.") == [
        ("TOLL_UP", monday)
    ]
    message = room.hook.taken[-1]
    assert message.title.startswith("FLASH")
    assert "ESCALATED" in message.text
    assert "3" in message.title
    claim = "Kataib Hezbollah claims Monday's drone attack on Ain al-Asad air base"
    assert tell(at(1, 7), "one", claim) == [("CLAIMED", monday)]
    assert "claim" in room.hook.taken[-1].title.casefold()
    assert tell(at(1, 9), "two", "25 wounded in drone attack on Ain al-Asad air base in Iraq") == []
    struck = "US strikes Kataib Hezbollah in Iraq after attack on Ain al-Asad air base"
    assert tell(at(1, 15), "wire", struck) == []
    ((reason, second),) = tell(at(2, 20), "wire", "Ain al-Asad air base in Iraq hit by drones for a second night")
    assert reason == "FIRST"
    assert second != monday
    withdrawn = "Correction: wire withdraws report of three killed in Monday's attack on Ain al-Asad air base"
    assert tell(at(2, 22), "ministry", withdrawn) == [("TOLL_CORRECTED", monday)]
    brains = "Number of brain injuries from Monday's attack on Ain al-Asad air base rises to 109"
    assert tell(at(4, 12), "ministry", brains) == [("TOLL_UP", monday)]
    versions = [dict(incident_lines(m.text))["version"] for m in room.hook.taken if monday in m.text]
    assert len(versions) == len(set(versions))
    assert len(room.mail.taken) == len(room.hook.taken)
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    with store.read() as tx:
        known = tx.notifications([monday])[monday, "alerts"]
        assert known.taken_at is not None
        assert [change.version for change in tx.versions(monday)] == list(range(1, len(tx.versions(monday)) + 1))
        answered = [one for one in tx.reports_of([monday])[monday] if one.link == "retaliation"]
        assert len(answered) == 1
    store.close()
