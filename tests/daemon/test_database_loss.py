"""A database that is gone or full: when the operator is told, and that it is told past the outbox."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.daemon.database_loss import AGAIN, PATIENCE, UNDELIVERED, Loss, kept, lost, told
from newsroom import Newsroom, Story

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FULL = "the disk with the database is full"
SECOND = timedelta(seconds=1)


def begun() -> Loss:
    return lost(None, "polls", FULL, now=NOW)


def test_a_loss_is_told_when_it_lasts() -> None:
    loss = lost(begun(), "heartbeat", "gone", now=NOW + SECOND)
    assert (loss.since, loss.why, loss.tell_at) == (NOW, "gone", NOW + PATIENCE)


def test_a_loss_ends_when_nothing_fails_any_more() -> None:
    both = lost(begun(), "heartbeat", FULL, now=NOW)
    only_polls = kept(both, "heartbeat")
    assert only_polls is not None
    assert kept(only_polls, "tick") == only_polls
    assert kept(only_polls, "polls") is None
    assert kept(None, "polls") is None


def test_it_is_told_again_each_hour_and_soon_where_nobody_took_it() -> None:
    taken = told(begun(), delivered=True, now=NOW)
    assert (taken.told, taken.tell_at) == (True, NOW + AGAIN)
    refused = told(begun(), delivered=False, now=NOW)
    assert (refused.told, refused.tell_at) == (False, NOW + UNDELIVERED)
    assert told(taken, delivered=False, now=NOW).told


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, small enough to be filled."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("a disk of its own cannot be mounted here; run as root to see a full one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def reasons(room: Newsroom) -> list[str]:
    return [line for got in room.hook.taken for line in got.text.splitlines() if line.startswith("reason: ")]


@pytest.mark.slow(40)
def test_a_full_disk_is_told_while_it_lasts_and_fails_health_at_once(tmp_path: Path, small_disk: Path) -> None:
    address = {"BASEWATCH_DATABASE_URL": f"sqlite:///{small_disk / 'basewatch.db'}"}
    with Newsroom(tmp_path, environment=address) as room:
        room.channels({"operator": [room.hook.url("operator")], "alerts": [room.hook.url("alerts")]})
        wire = room.feed("wire", [Story("Lions win the derby")])
        room.start()
        assert room.call("health").stdout.startswith("fine")
        fill(small_disk)
        room.until(lambda: "the database is gone" in room.log, "a write that fails")
        assert FULL in room.call("health", expect=1).stdout
        wire.add(Story("Two drones hit Ain al-Asad air base in western Iraq"))
        room.until(lambda: "reason: DATABASE_LOST" in reasons(room), "the operator is told", seconds=60)
        (small_disk / "filling").unlink()
        room.until(lambda: "reason: DATABASE_BACK" in reasons(room), "the end is told", seconds=60)
        room.until(lambda: "reason: FIRST" in reasons(room), "the attack of that time is told", seconds=60)
        assert room.call("health").stdout.startswith("fine")
        room.stop()
    assert reasons(room).count("reason: DATABASE_LOST") == 1


def fill(disk: Path) -> None:
    """Leaves not a byte free."""
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(os.urandom(4096))
        except OSError:
            return
