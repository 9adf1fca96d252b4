"""`basewatch health`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from commands import Call
from monitor.store.store import Store
from serving import FeedServer


def test_health_without_a_daemon(told: FeedServer, call: Call) -> None:
    code, out, _ = call("health")
    assert code == 1
    assert "basewatch run" in out
    assert json.loads(call("health", "--json")[1])["ok"] is False


def test_health_of_a_daemon_that_lives(told: FeedServer, call: Call, here: Path) -> None:
    store = Store(f"sqlite:///{here}/basewatch.db")
    now = datetime.now(UTC)
    with store.transaction() as tx:
        tx.state_set("heartbeat", {"at": now.isoformat()})
    store.close()
    code, out, _ = call("health")
    assert (code, out.split(":")[0]) == (0, "fine")
