"""kill -9 at random moments: every alert arrives on every channel, and at most one extra copy per kill (promise 1)."""

from __future__ import annotations

import random
import socket
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.item import Item
from monitor.topics.attacks.classifier import classify
from monitor.topics.loading import load_rules
from newsroom import CHECKOUT, Newsroom, Story, incident_lines, old
from receivers import Received, WebhookReceiver
from warm import WarmNewsroom

KILLS = 100
INCIDENTS = 210
FEEDS = 20


def stories() -> list[Story]:
    """Attacks on as many different bases as the shipped rules tell of, on two days: one incident each."""
    rules = load_rules(CHECKOUT / "rules")
    now = datetime.now(UTC)
    places: dict[str, str] = {}
    for place in rules.gazetteer.places.values():
        title = f"Two drones hit {place.name}"
        found = classify(Item(id="x", title=title, first_seen=now, published=now), rules)
        targets = {ref.id for ref in found.facts.places if ref.role == "target"}
        if found.alert and targets == {place.id}:
            places.setdefault(place.id, title)
    titles = sorted(places.values())
    assert len(titles) * 2 >= INCIDENTS, f"only {len(titles)} places are told of"
    days = [(0.0, "today"), (50.0, "two days ago")]
    made = [
        Story(f"{title}, report {day}", link=f"https://n.example/{n}-{day[:3]}", published=old(hours))
        for hours, day in days
        for n, title in enumerate(titles)
    ]
    return made[:INCIDENTS]


def copies(messages: list[Received]) -> Counter[str]:
    """How often each incident arrived."""
    told = [(dict(incident_lines(message.text)).get("incident"), message.text) for message in messages]
    assert [text for incident, text in told if incident is None] == []
    return Counter(incident for incident, _ in told if incident is not None)


def running(room: Newsroom) -> int:
    """How many of its daemons have got so far as to say that they run."""
    return room.log.count(' runs" feeds=')


@pytest.mark.slow(90)
@pytest.mark.timeout(420)
def test_kill_at_random_moments_loses_nothing_and_repeats_at_most_once_per_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(
        "COVERAGE_PROCESS_CONFIG", raising=False
    )  # who is killed writes down nothing: it would only take time
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    pending = stories()
    dice.shuffle(pending)
    with WarmNewsroom(tmp_path) as room:
        feeds = [room.feed(f"feed-{n}", [Story("Sport", link=f"https://n.example/sport-{n}")]) for n in range(FEEDS)]
        before = 0
        room.start()
        for number in range(KILLS):
            share = len(pending) // (KILLS - number)
            for story in [pending.pop() for _ in range(share)]:
                dice.choice(feeds).add(story)
            assert room.process is not None
            if number % 3:  # two of three die at work, however slow the machine is; one where it is, also at its start
                room.until(lambda n=before: running(room) > n, "the daemon runs")  # type: ignore[misc]
            moment = time.monotonic() + dice.uniform(0.05, 0.9)
            while time.monotonic() < moment and room.process.poll() is None:
                time.sleep(0.01)
            assert room.process.poll() is None, f"the daemon ended by itself\n{room.log[-3000:]}"
            room.process.kill()
            room.process.wait()
            before = running(room)
            room.spawn()
        assert not pending
        for receiver in (room.hook, room.mail):
            receiver.wait_until(lambda r=receiver: len(copies(r.taken)) >= INCIDENTS, seconds=120)  # type: ignore[misc]
        room.stop()
        ledger = {row["id"] for row in room.json("incidents", "--since", "30d")}
        for receiver in (room.hook, room.mail):
            assert set(copies(receiver.taken)) == ledger
        assert len(ledger) == INCIDENTS
        extra = sum(len(receiver.taken) - len(copies(receiver.taken)) for receiver in (room.hook, room.mail))
        assert extra <= KILLS
        print(f"{KILLS} kills, {running(room)} daemons at work, {INCIDENTS} incidents, {extra} extra copies")


def test_a_message_whose_sender_was_killed_half_way_is_not_taken() -> None:
    with WebhookReceiver() as hook:
        with socket.create_connection(("127.0.0.1", hook.port)) as sender:
            sender.sendall(b"POST /alerts HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
            sender.shutdown(socket.SHUT_WR)
            assert sender.recv(100) == b""
        assert hook.taken == []


def test_dates_of_the_two_days_are_apart() -> None:
    made = {story.published for story in stories()}
    assert max(made) - min(made) > timedelta(days=2)  # type: ignore[type-var, operator]
