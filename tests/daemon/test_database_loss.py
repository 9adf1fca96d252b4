"""A database that is gone or full: when the operator is told, and that it is told past the outbox."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from databases import Losable
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


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """A daemon that runs fast, and its log lines."""
    monkeypatch.setattr("monitor.daemon.database_loss.PATIENCE", 2 * SECOND)
    monkeypatch.setattr("monitor.daemon.loop.AFTER_A_LOSS", 1)
    monkeypatch.setattr("monitor.daemon.loop.AsyncIOScheduler", Quick)
    caplog.set_level("INFO", "monitor")
    return caplog


async def live_through(
    room: Newsroom,
    wire: PublishedFeed,
    log: pytest.LogCaptureFixture,
    lose: Callable[[], None],
    back: Callable[[], None],
) -> str:
    """A daemon whose database goes and comes back, and an attack meanwhile; answers what `health` says at once."""

    async def until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.02)

    async def health(expect: int = 0) -> str:
        called = await asyncio.to_thread(room.call, "health", expect=expect)
        return called.stdout + called.stderr

    with open_app(load_settings(room.environment, room.folder)) as app:
        daemon = Daemon(app)
        running = asyncio.create_task(daemon.run())
        await until(lambda: "polled feed=wire" in log.text)
        assert (await health()).startswith("fine")
        await asyncio.to_thread(lose)
        said = await health(expect=1)
        await until(lambda: "the database is gone" in log.text)
        wire.add(Story("Two drones hit Ain al-Asad air base in western Iraq"))
        await until(lambda: "reason: DATABASE_LOST" in reasons(room))
        await health(expect=1)
        await asyncio.to_thread(back)
        await until(lambda: "reason: DATABASE_BACK" in reasons(room))
        await until(lambda: "reason: FIRST" in reasons(room))
        assert (await health()).startswith("fine")
        daemon.stop()
        assert await asyncio.wait_for(running, 40) == 0
    told = reasons(room)
    assert [told.count(f"reason: {one}") for one in ("DATABASE_LOST", "DATABASE_BACK", "FIRST")] == [1, 1, 1]
    return said


def begun_newsroom(room: Newsroom) -> PublishedFeed:
    room.channels({"operator": [room.hook.url("operator")], "alerts": [room.hook.url("alerts")]})
    return room.feed("wire", [Story("Lions win the derby")])


@pytest.mark.slow(10)
def test_a_full_disk_is_told_while_it_lasts_and_fails_health_at_once(
    tmp_path: Path, small_disk: Path, quick: pytest.LogCaptureFixture
) -> None:
    address = {"BASEWATCH_DATABASE_URL": f"sqlite:///{small_disk / 'basewatch.db'}"}
    with Newsroom(tmp_path, environment=address) as room:
        wire, filling = begun_newsroom(room), small_disk / "filling"
        said = asyncio.run(live_through(room, wire, quick, lambda: fill(small_disk), filling.unlink))
    assert f"the database takes no change: {FULL}" in said


@pytest.mark.slow(30)
@pytest.mark.parametrize(
    ("kind", "complaint"),
    [("sqlite", "there is no database at sqlite:///"), ("postgresql", "the database answered: connection")],
)
def test_a_lost_database_is_told_while_it_lasts_and_fails_health_at_once(
    kind: str, complaint: str, tmp_path: Path, quick: pytest.LogCaptureFixture
) -> None:
    """The file is taken away, the server is stopped."""
    with (
        closing(Losable(kind, tmp_path)) as database,
        Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": database.address}) as room,
    ):
        wire = begun_newsroom(room)
        said = asyncio.run(live_through(room, wire, quick, database.lose, database.give_back))
    assert complaint in said


def fill(disk: Path) -> None:
    """Leaves not a byte free."""
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(os.urandom(4096))
        except OSError:
            return
