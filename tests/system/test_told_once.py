"""An operator is told that a feed went blind and that it sees again, once each; a poll without news is no line."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store.store import Store
from newsroom import Newsroom, Story, incident_lines

NOW = datetime.now(UTC) - timedelta(days=2)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        room.channels({"operator": [room.hook.url("operator")]})
        yield room


def notices(room: Newsroom) -> list[str]:
    """The reasons of what the operator was told, in its order."""
    return [dict(incident_lines(message.text))["reason"] for message in room.hook.taken]


def test_a_feed_that_goes_blind_is_told_once_and_when_it_sees_again(room: Newsroom) -> None:
    """Twenty tries that fail in five ways, and then five that go well: two notices."""
    wire = room.feed("wire", [Story("Lions win the derby")])
    room.feed("other", [Story("Tigers lose the derby")])
    room.poll(now=NOW)
    for number in range(1, 21):
        room.server.put("/wire.xml", b"<html>", status=(503, 500, 404, 403, 200)[number % 5])
        room.poll(now=NOW + number * QUARTER)
    assert notices(room) == ["FEED_BLIND"]
    blind = room.call("health", expect=1).stdout
    assert "1 of 2 feeds cannot be read: wire" in blind
    assert "sick feeds: 1 " in blind
    wire.publish()
    for number in range(21, 26):
        room.poll(now=NOW + number * QUARTER)
    assert notices(room) == ["FEED_BLIND", "FEED_BACK"]


def test_a_poll_without_news_is_no_line_at_info(room: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    wire = room.feed("wire", [Story("Lions win the derby")])
    room.poll(now=NOW)
    caplog.set_level(logging.DEBUG, "monitor")
    for number in range(1, 6):
        room.poll(now=NOW + number * QUARTER)

    def lines(level: int) -> int:
        return sum(one.levelno >= level and "polled feed=wire" in one.getMessage() for one in caplog.records)

    assert (lines(logging.INFO), lines(logging.DEBUG)) == (0, 5)
    wire.add(Story("Lions win the cup"))
    room.poll(now=NOW + 6 * QUARTER)
    assert lines(logging.INFO) == 1
    # a failure is one line, and the same failure again is none
    room.server.put("/wire.xml", b"", status=503)
    for number in range(7, 10):
        room.poll(now=NOW + number * QUARTER)
    assert lines(logging.INFO) == 2


def test_health_and_feeds_count_the_same_sick_feeds_and_drops(room: Newsroom) -> None:
    """`health` reads only the polls that it needs, and comes to what `feeds` says."""
    begin = datetime.now(UTC) - 10 * QUARTER
    steady, shaky = room.feed("steady", [Story("Derby")]), room.feed("shaky", [Story("Cup")])
    room.feed("gone", [Story("Rugby")])
    room.feed("refuses", [Story("Tennis")])
    room.server.put("/gone.xml", b"", status=410)
    room.server.put("/refuses.xml", b"", status=403)
    for number in range(9):
        if number % 3:
            room.server.put("/shaky.xml", b"", status=500)
        else:
            shaky.publish()
        room.poll(now=begin + number * QUARTER)
    steady.add(Story("Final"))
    shaky.publish()
    room.poll(now=begin + 9 * QUARTER)
    rows = room.json("feeds")
    states = {row["name"]: row["state"] for row in rows}
    assert states == {"gone": "gone", "refuses": "blocked", "shaky": "failing", "steady": "healthy"}
    facts = room.json("health", expect=1)["facts"]
    assert facts["sick_feeds"] == {"gone": ["gone"], "blocked": ["refuses"], "failing": ["shaky"]}
    assert facts["sick"] == 3
    drops: dict[str, int] = {}
    for row in rows:
        for cause, count in row["drops"].items():
            drops[cause] = drops.get(cause, 0) + count
    assert facts["drops"] == drops
    assert facts["dropped"] == sum(drops.values()) > 0
    said = room.call("health", expect=1).stdout
    assert "sick feeds: 1 gone (gone), 1 blocked (refuses), 1 failing (shaky); see: basewatch feeds" in said
    assert "dropped in the last polls: " in said
    summary = room.call("feeds").stderr
    assert "4 feeds: 1 gone (gone), 1 blocked (refuses), 1 failing (shaky), 1 healthy; dropped in their" in summary


def test_a_feed_that_left_the_file_is_counted_no_more(room: Newsroom) -> None:
    room.feed("wire", [Story("Derby")])
    room.feed("refuses", [Story("Tennis")])
    room.server.put("/refuses.xml", b"", status=403)
    room.poll(now=NOW)
    room.poll(now=NOW + QUARTER)
    assert room.json("health", expect=1)["facts"]["sick"] == 1
    room.feeds.pop()
    room.write_feeds()
    room.poll(now=NOW + 2 * QUARTER)
    facts = room.json("health", expect=1)["facts"]
    assert (facts["sick"], facts["sick_feeds"]) == (0, {})
    json.dumps(facts)


def test_thousands_of_feeds_are_shown_by_a_few_questions(tmp_path: Path) -> None:
    """The polls of 1,200 feeds are asked for in lists of 500, not one by one."""
    from sqlalchemy import event

    from databases import database
    from monitor.model.feed import Feed, Poll
    from monitor.queries.status import feed_statuses

    feeds = [Feed(name=f"feed-{n}", url=f"https://x.example/{n}") for n in range(1200)]
    with database("sqlite", tmp_path) as address:
        store = Store(address)
        with store.transaction() as tx:
            tx.sync_feeds(feeds, now=NOW)
            for state in tx.feed_states():
                tx.save_polls([(state, Poll(at=NOW, result="fetched", entries=3, new=1, copies=1))])
        asked: list[str] = []
        event.listen(store._engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        with store.read() as tx:
            rows = feed_statuses(tx, feeds, now=NOW)
        store.close()
    assert [len(row.polls) for row in rows] == [1] * 1200
    assert rows[0].drops == {"known": 1, "copy": 1}
    assert len(asked) < 20
