"""What `basewatch health` complains of, and when it is content."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.health import health
from monitor.model.feed import FeedState

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
BEAT = {"at": (NOW - timedelta(seconds=5)).isoformat(), "pid": 1}
FEED = FeedState(feed_id=1, name="wire", last_success_at=NOW, next_poll_at=NOW + timedelta(minutes=5))


def ago(**past: float) -> datetime:
    return NOW - timedelta(**past)


def test_a_daemon_at_work_is_healthy() -> None:
    found = health({"heartbeat": BEAT}, [FEED], None, now=NOW)
    assert found.ok
    assert found.problems == ()
    assert found.facts["last_success"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("state", "feed", "oldest_due", "words"),
    [
        ({"heartbeat": None}, {}, None, "the daemon does not run"),
        ({"heartbeat": {"at": ago(minutes=2).isoformat()}}, {}, None, "no sign of life for 120 s"),
        ({"heartbeat": {"at": ago(hours=-3).isoformat()}}, {}, None, "no sign of life for 10800 s"),
        ({"outlook": {"state": "no network", "since": "11:40"}}, {}, None, "no network since 11:40"),
        ({"config_problem": "feeds.yaml:3: …"}, {}, None, "an edited file is not in force: feeds.yaml:3"),
        ({"loss": {"since": "11:58", "why": "full"}}, {}, None, "the database does not take what comes in"),
        ({"refused": "the disk is full"}, {}, None, "the database takes no change: the disk is full"),
        ({}, {"blind_told_at": ago(hours=1)}, None, "1 of 1 feeds cannot be read: wire"),
        ({}, {"next_poll_at": ago(minutes=9)}, None, "1 feeds are not polled when they are due: wire"),
        ({}, {}, ago(minutes=9), "a delivery is due since 2026-05-05T11:51:00+00:00 and not tried"),
    ],
)
def test_each_complaint(state: dict[str, Any], feed: dict[str, Any], oldest_due: datetime | None, words: str) -> None:
    from dataclasses import replace

    found = health({"heartbeat": BEAT} | state, [replace(FEED, **feed)], oldest_due, now=NOW)
    assert not found.ok
    assert len(found.problems) == 1
    assert found.problems[0].startswith(words)
