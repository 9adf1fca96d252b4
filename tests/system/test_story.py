"""The story of one attack, from the first flash of a wire to the digest of the week: each step tells what is new.

On each database, with the clock of each step: once in process, and once as passes that are killed at every step.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from moments import moments
from monitor.store.store import Store
from newsroom import Newsroom, PublishedFeed, Story, incident_lines
from receivers import Received

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FEEDS = ("wire", "ministry", "one", "two", "three", "four", "five")
FIRST = "2026-11-24-ain-al-asad"
SECOND = "2026-11-25-ain-al-asad"
POLICIES = """
policies:
  - channel: alerts
    digest: {weekly: "Sunday 18:00"}
"""
SUNDAY = MONDAY + timedelta(days=6, hours=18, minutes=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@dataclass(frozen=True)
class Step:
    """One article, and what people are told by it: reason and incident; nothing where nothing is new."""

    when: datetime
    feed: str
    title: str
    summary: str = ""
    told: tuple[str, str] | None = None

    @property
    def seen(self) -> datetime:
        return self.when + timedelta(minutes=1)


STORY = (
    Step(at(0, 23, 40), "wire", "Drones hit Ain al-Asad air base in Iraq, no casualties", told=("FIRST", FIRST)),
    *(
        Step(at(1, 0, 10), feed, f"Drones hit Ain al-Asad air base in Iraq, no casualties, {feed} reports")
        for feed in ("one", "two", "three", "four", "five")
    ),
    Step(
        at(1, 6),
        "ministry",
        "Defence ministry: three killed, 34 wounded in attack on Ain al-Asad air base",
        "The defence ministry said three soldiers were killed and 34 wounded.",
        told=("TOLL_UP", FIRST),
    ),
    Step(
        at(1, 7),
        "one",
        "Kataib Hezbollah claims Monday's drone attack on Ain al-Asad air base",
        told=("CLAIMED", FIRST),
    ),
    Step(at(1, 9), "two", "25 wounded in drone attack on Ain al-Asad air base in Iraq"),
    Step(at(1, 15), "wire", "US strikes Kataib Hezbollah in Iraq after attack on Ain al-Asad air base"),
    Step(at(2, 20), "wire", "Ain al-Asad air base in Iraq hit by drones for a second night", told=("FIRST", SECOND)),
    Step(
        at(2, 22),
        "ministry",
        "Correction: wire withdraws report of three killed in Monday's attack on Ain al-Asad air base",
        told=("TOLL_CORRECTED", FIRST),
    ),
    Step(
        at(4, 12),
        "ministry",
        "Number of brain injuries from Monday's attack on Ain al-Asad air base rises to 109",
        told=("TOLL_UP", FIRST),
    ),
)


@pytest.fixture
def room(tmp_path: Path, empty_database_url: str) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": empty_database_url}) as room:
        room.path("policies.yaml").write_text(POLICIES)
        yield room


def publishers(room: Newsroom) -> dict[str, PublishedFeed]:
    """The feeds of the story, each with its past."""
    feeds = {}
    for name in FEEDS:
        sport = Story(f"Sport: the cup final goes to extra time ({name})", published=at(0, 12))
        feeds[name] = room.feed(name, [sport], publisher=name.title())
    return feeds


def said(message: Received) -> tuple[str, str]:
    lines = dict(incident_lines(message.text))
    return lines["reason"], lines["incident"]


def test_the_story(room: Newsroom) -> None:
    feeds = publishers(room)
    room.poll(now=at(0, 20))
    by_step: dict[str, Received] = {}
    for step in STORY:
        before = len(room.hook.taken)
        feeds[step.feed].add(Story(step.title, step.summary, published=step.when))
        room.poll(now=step.seen)
        new = room.hook.taken[before:]
        assert [said(message) for message in new] == ([step.told] if step.told else []), step.title
        if new:
            by_step[step.title] = new[0]
    toll, claim = by_step[STORY[6].title], by_step[STORY[7].title]
    assert toll.title.startswith("FLASH")
    assert "ESCALATED" in toll.text
    assert "3" in toll.title
    assert "claim" in claim.title.casefold()
    assert "109" in by_step[STORY[-1].title].title
    versions = [dict(incident_lines(m.text))["version"] for m in room.hook.taken if FIRST in m.text]
    assert len(versions) == len(set(versions))
    assert len(room.mail.taken) == len(room.hook.taken)
    store = Store(room.environment["BASEWATCH_DATABASE_URL"])
    with store.read() as tx:
        assert tx.notifications([FIRST])[FIRST, "alerts"].taken_at is not None
        assert [change.version for change in tx.versions(FIRST)] == list(range(1, len(tx.versions(FIRST)) + 1))
        answered = [one for one in tx.reports_of([FIRST])[FIRST] if one.link == "retaliation"]
        assert len(answered) == 1
        wounded = [one.facts.wounded for one in tx.reports_of([FIRST])[FIRST]]
        assert {25, 34, 109} <= set(wounded)
    store.close()


def test_the_digest_of_the_week(room: Newsroom) -> None:
    """Table, brief, what was not told by itself, and the pictures; once."""
    feeds = publishers(room)
    room.poll(now=at(0, 20))
    room.attend(at(0, 20))
    for step in STORY:
        feeds[step.feed].add(Story(step.title, step.summary, published=step.when))
        room.poll(now=step.seen)
        assert room.attend(step.seen) == []
    before = len(room.mail.taken)
    (digest,) = room.attend(SUNDAY)
    assert room.attend(SUNDAY + timedelta(hours=1)) == []
    (mail,) = room.mail.taken[before:]
    assert said(mail) == ("DIGEST", "none")
    assert "Ain al-Asad" in mail.text
    assert "109" in mail.text
    assert "Kataib Hezbollah" in mail.text
    assert STORY[9].title in mail.text or "struck back" in mail.text.casefold() or "retaliation" in mail.text.casefold()
    assert {attached.name for attached in digest.attachments} == {"plot.png", "map.png"}
    assert mail.raw.count(b"image/png") >= 2


@pytest.mark.slow(60)
@pytest.mark.timeout(300)
def test_the_story_with_a_kill_at_each_step(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    feeds = publishers(room)
    killed = 0
    with moments(room) as at_moment:
        at_moment(at(0, 20)).end()
        for step in (*STORY, None):
            if step is not None:
                feeds[step.feed].add(Story(step.title, step.summary, published=step.when))
            now = step.seen if step is not None else SUNDAY
            for _ in range(2):
                killed += at_moment(now).kill_after(dice.uniform(0.05, 0.6))
            at_moment(now).end()
            # what was in hand when its sender died is taken up again after a while
            at_moment(now + timedelta(minutes=20)).end()
    for receiver in (room.hook, room.mail):
        told = [said(message) for message in receiver.taken]
        alerts = [dict(incident_lines(message.text))["alert"] for message in receiver.taken]
        once = dict(zip(alerts, told, strict=True))
        expected = [step.told for step in STORY if step.told] + [("DIGEST", "none")]
        assert Counter(once.values()) == Counter(expected)
        assert len(alerts) - len(once) <= killed
    print(f"{killed} kills, {len(room.hook.taken)} and {len(room.mail.taken)} messages of {len(expected)}")
    assert killed
