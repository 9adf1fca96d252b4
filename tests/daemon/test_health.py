"""What `basewatch health` complains of, and when it is content."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.health import health
from monitor.model.daemon import Connectivity, ConnectivitySince, DaemonState, DatabaseLoss, EditsTold, Heartbeat
from monitor.model.feed import FeedCounts
from monitor.store.store import Store
from monitor.store.upgrade import check_schema

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
BEAT = Heartbeat(at=NOW - timedelta(seconds=5), pid=1)
FEEDS: dict[str, Any] = {"known": 1, "newest_success": NOW}


def ago(**past: float) -> datetime:
    return NOW - timedelta(**past)


def test_a_daemon_at_work_is_healthy() -> None:
    found = health(DaemonState(heartbeat=BEAT), FeedCounts(**FEEDS), None, now=NOW)
    assert found.ok
    assert found.problems == ()
    assert found.facts["last_success"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("state", "feeds", "oldest_due", "words"),
    [
        ({"heartbeat": None}, {}, None, "the daemon does not run"),
        ({"heartbeat": Heartbeat(at=ago(minutes=2))}, {}, None, "no sign of life for 120 s"),
        ({"heartbeat": Heartbeat(at=ago(hours=-3))}, {}, None, "no sign of life for 10800 s"),
        (
            {"connectivity": ConnectivitySince(state=Connectivity.NO_NETWORK, since=NOW)},
            {},
            None,
            "no network since 2026-05-05 12:00 UTC",
        ),
        ({"config_problem": "feeds.yaml:3: …"}, {}, None, "an edited file is not in force: feeds.yaml:3"),
        (
            {"loss": DatabaseLoss(since=NOW, why="full")},
            {},
            None,
            "the database does not take what comes in, since 2026",
        ),
        ({}, {"blind": 1, "blind_names": ("wire",)}, None, "1 of 1 feeds cannot be read: wire"),
        ({}, {"late": 1, "late_names": ("wire",)}, None, "1 feeds are not polled when they are due: wire"),
        ({}, {}, ago(minutes=9), "a delivery is due since 2026-05-05 11:51 UTC and not tried"),
    ],
)
def test_each_complaint(state: dict[str, Any], feeds: dict[str, Any], oldest_due: datetime | None, words: str) -> None:
    found = health(DaemonState(**{"heartbeat": BEAT} | state), FeedCounts(**FEEDS | feeds), oldest_due, now=NOW)
    assert not found.ok
    assert len(found.problems) == 1
    assert found.problems[0].startswith(words)


def test_a_database_that_takes_no_change_is_a_complaint() -> None:
    found = health(DaemonState(heartbeat=BEAT), FeedCounts(**FEEDS), None, refused="the disk is full", now=NOW)
    assert found.problems == ("the database takes no change: the disk is full",)


def test_what_an_older_version_kept_can_be_read(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'basewatch.db'}"
    check_schema(address)
    store = Store(address)
    moment = NOW.isoformat()
    told = {"text": "x", "grave": True, "messages": 2, "message_at": moment, "mended_at": None, "seen": "x"}
    with store.transaction() as tx:
        assert tx.daemon_state() == DaemonState()
        tx.state_set("heartbeat", {"at": moment, "pid": 7, "version": "0.1.0"})
        tx.state_set("connectivity", {"state": "no network", "since": moment})
        tx.state_set("loss", {"since": moment, "why": "full"})
        tx.state_set("config_problem", "rules.yaml:1: …")
        tx.state_set("config_warning", "")
        tx.state_set("edits_told", told | {"seen_at": moment, "unsaid": 0})
    with store.transaction() as tx:
        assert tx.daemon_state() == DaemonState(
            heartbeat=Heartbeat(at=NOW, pid=7, version="0.1.0"),
            connectivity=ConnectivitySince(state=Connectivity.NO_NETWORK, since=NOW),
            loss=DatabaseLoss(since=NOW, why="full"),
            config_problem="rules.yaml:1: …",
            edits_told=EditsTold(text="x", grave=True, messages=2, message_at=NOW, seen="x", seen_at=NOW),
        )
        tx.note_daemon(heartbeat=None, config_problem="")
        assert (tx.daemon_state().heartbeat, tx.daemon_state().config_problem) == (None, "")
    store.close()
