"""A database that is gone or full: when the operator is told, and that it is told past the outbox."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import open_app
from monitor.config.settings import load_settings
from monitor.daemon.database_loss import AGAIN, PATIENCE, UNDELIVERED, Loss, kept, lost, told
from monitor.daemon.loop import Daemon
from newsroom import Newsroom, PublishedFeed, Story
from scheduling import Quick

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


@pytest.mark.slow(10)
def test_a_full_disk_is_told_while_it_lasts_and_fails_health_at_once(
    tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("monitor.daemon.database_loss.PATIENCE", 2 * SECOND)
    monkeypatch.setattr("monitor.daemon.loop.AFTER_A_LOSS", 1)
    monkeypatch.setattr("monitor.daemon.loop.AsyncIOScheduler", Quick)
    caplog.set_level("INFO", "monitor")
    address = {"BASEWATCH_DATABASE_URL": f"sqlite:///{small_disk / 'basewatch.db'}"}

    async def work(room: Newsroom, wire: PublishedFeed) -> None:
        async def until(condition: Callable[[], bool]) -> None:
            async with asyncio.timeout(60):
                while not condition():
                    await asyncio.sleep(0.02)

        async def health(expect: int = 0) -> str:
            return (await asyncio.to_thread(room.call, "health", expect=expect)).stdout

        with open_app(load_settings(room.environment, room.folder)) as app:
            daemon = Daemon(app)
            running = asyncio.create_task(daemon.run())
            await until(lambda: "polled feed=wire" in caplog.text)
            assert (await health()).startswith("fine")
            fill(small_disk)
            await until(lambda: "the database is gone" in caplog.text)
            assert FULL in await health(expect=1)
            wire.add(Story("Two drones hit Ain al-Asad air base in western Iraq"))
            await until(lambda: "reason: DATABASE_LOST" in reasons(room))
            (small_disk / "filling").unlink()
            await until(lambda: "reason: DATABASE_BACK" in reasons(room))
            await until(lambda: "reason: FIRST" in reasons(room))
            assert (await health()).startswith("fine")
            daemon.stop()
            assert await asyncio.wait_for(running, 40) == 0

    with Newsroom(tmp_path, environment=address) as room:
        room.channels({"operator": [room.hook.url("operator")], "alerts": [room.hook.url("alerts")]})
        wire = room.feed("wire", [Story("Lions win the derby")])
        asyncio.run(work(room, wire))
    assert reasons(room).count("reason: DATABASE_LOST") == 1


def fill(disk: Path) -> None:
    """Leaves not a byte free."""
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(os.urandom(4096))
        except OSError:
            return
