"""An incident opens by one feed, and the feeds that it concerns are asked sooner, in the running daemon."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import App, open_app
from monitor.config.settings import load_settings
from monitor.daemon.loop import Daemon
from monitor.daemon.pacing import PaceKeeper
from monitor.model.feed import FeedState
from monitor.model.rhythm import Pace
from newsroom import Newsroom, Story

HOUR = timedelta(hours=1)
ATTACK = Story("Two drones hit Ain al-Asad air base in western Iraq, three soldiers wounded")


class Clock:
    """A clock that can be set ahead."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        room.feed("wire", [Story("Lions win the derby")], publisher="Wire")
        slow = {"interval": "3h", "min_interval": "30s", "max_interval": "6h"}
        room.feed("baghdad", [Story("Rain in Baghdad")], tags=["iraq"], publisher="Baghdad", **slow)  # type: ignore[arg-type]
        room.feed("wire-b", [Story("Rain at sea")], publisher="Wire", **slow)
        room.feed("lisbon", [Story("Rain in Lisbon")], tags=["portugal"], publisher="Lisbon", **slow)  # type: ignore[arg-type]
        yield room


@contextlib.contextmanager
def opened(room: Newsroom, clock: Clock) -> Iterator[App]:
    settings = load_settings(room.environment, room.folder)
    with open_app(settings, configuration=room.configuration(settings), clock=clock) as app:
        yield app


@contextlib.asynccontextmanager
async def running(app: App) -> AsyncIterator[Daemon]:
    daemon = Daemon(app)
    task = asyncio.create_task(daemon.run())
    try:
        yield daemon
    finally:
        daemon.stop()
        assert await asyncio.wait_for(task, 40) == 0


async def until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def states(app: App) -> dict[str, FeedState]:
    with app.store.read() as tx:
        return {state.name: state for state in tx.feed_states()}


def waits(app: App, now: datetime) -> dict[str, timedelta]:
    return {name: state.next_poll_at - now for name, state in states(app).items() if state.next_poll_at}


def test_feeds_of_the_region_and_of_the_publisher_are_asked_sooner(room: Newsroom) -> None:
    clock = Clock()

    async def go() -> None:
        with opened(room, clock) as app:
            async with running(app):
                await until(lambda: len(waits(app, clock())) == len(room.feeds))  # each was asked
                before = waits(app, clock())
                assert min(before[name] for name in ("baghdad", "wire-b", "lisbon")) > 2 * HOUR
                clock.ahead = timedelta(minutes=1)  # the wire is due
                room.feeds[0].add(ATTACK)
                await until(lambda: max(waits(app, clock())[name] for name in ("baghdad", "wire-b")) < HOUR)
                sooner = waits(app, clock())
                assert max(sooner["baghdad"], sooner["wire-b"]) <= timedelta(seconds=31)
                assert sooner["lisbon"] > 2 * HOUR
                polled = states(app)["baghdad"].last_poll_at
                clock.ahead = timedelta(seconds=95)
                await until(lambda: states(app)["baghdad"].last_poll_at != polled)
                again = states(app)
                assert again["baghdad"].pace == Pace.INCIDENT_IN_REGION
                assert waits(app, clock())["baghdad"] <= timedelta(seconds=34)
                await until(lambda: states(app)["wire-b"].pace == Pace.INCIDENT_BY_PUBLISHER)
                assert again["lisbon"].pace == Pace.LEARNING

    asyncio.run(go())


def test_a_feed_that_was_being_read_when_it_opened_is_found_by_the_next_look(room: Newsroom) -> None:
    """Its poll knew of no incident and set its usual wait. Nor does a daemon hear of another process."""
    clock = Clock()

    async def go() -> None:
        with opened(room, clock) as app:
            await app.poll()
            room.feeds[0].add(ATTACK)
            clock.ahead = timedelta(minutes=1)
            (report,) = await app.poll(["wire"])
            assert report.reports == 1
            keeper = PaceKeeper(app)
            assert waits(app, clock())["baghdad"] > 2 * HOUR
            await keeper.look()
            assert waits(app, clock())["baghdad"] < timedelta(seconds=31)
            (stir,) = keeper.now.stirs
            assert stir.publishers == {"Wire"}
            await set_back(app, "baghdad", clock)
            await keeper.look()
            assert waits(app, clock())["baghdad"] > 2 * HOUR  # it has looked this minute
            keeper.hear(replace(report, reports=0))
            await keeper.look()
            assert waits(app, clock())["baghdad"] > 2 * HOUR
            keeper.hear(report)
            async with asyncio.timeout(30):
                while waits(app, clock())["baghdad"] > HOUR:  # not at once: it has looked just now
                    await asyncio.sleep(0.1)
                    await keeper.look()
            assert waits(app, clock())["baghdad"] < timedelta(seconds=31)
            clock.ahead = timedelta(hours=7)
            later = PaceKeeper(app)
            await later.look()
            assert later.now.stirs == ()

    asyncio.run(go())


async def set_back(app: App, name: str, clock: Clock) -> None:
    state = states(app)[name]
    with app.store.read() as tx:
        (last,) = tx.polls_of(name, limit=1)
    later = replace(state, next_poll_at=clock() + 3 * HOUR)
    await app.thread.run(lambda tx: tx.save_polls([(later, last)]))


def test_a_pass_of_polls_goes_by_open_incidents_as_well(room: Newsroom) -> None:
    clock = Clock()

    async def go() -> None:
        with opened(room, clock) as app:
            await app.poll()
            room.feeds[0].add(ATTACK)
            await app.poll(["wire"])
            await app.poll(["baghdad", "lisbon"])
            found = states(app)
            assert (found["baghdad"].pace, found["lisbon"].pace) == (Pace.INCIDENT_IN_REGION, Pace.LEARNING)

    asyncio.run(go())
