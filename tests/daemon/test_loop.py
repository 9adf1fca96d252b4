"""The daemon in one process, on a real database: what it does when the world around it misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.app import App, open_app
from monitor.channels.apprise import Channels
from monitor.config.feedsfile import load_feeds
from monitor.config.settings import load_settings
from monitor.configuration import Configuration, load_configuration, snapshot_of
from monitor.daemon.loop import Daemon, run
from monitor.errors import AlreadyRunning, StoreError
from monitor.model.feed import Feed, FeedState
from monitor.pipeline import Pipeline
from monitor.polls import PollReport
from monitor.web.server import WebServer
from newsroom import Newsroom, Story, shipped_rules
from scheduling import Quick
from serving import free_port


class Clock:
    """A clock that can be set."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        room.feed("wire", [Story("Lions win the derby")])
        room.channels({"operator": [room.hook.url("operator")], "alerts": [room.hook.url("alerts")]})
        yield room


@contextlib.asynccontextmanager
async def running(room: Newsroom, clock: Callable[[], datetime], **settings: Any) -> AsyncIterator[App]:
    """A daemon at work; stopped at the end as by a signal."""
    found = replace(load_settings(room.environment, room.folder), **settings)
    configuration = Configuration(
        feeds=load_feeds(found.config), rules=shipped_rules(), channels=Channels.load(found.channels),
        snapshot=snapshot_of(found),
    )  # fmt: skip
    with open_app(found, configuration=configuration, clock=clock) as app:
        daemon = Daemon(app)
        task = asyncio.create_task(daemon.run())
        try:
            yield app
        finally:
            daemon.stop()
            assert await asyncio.wait_for(task, 40) == 0


async def until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def test_a_clock_that_is_set_back_holds_neither_jobs_nor_feeds(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """APScheduler goes by the clock on the wall: set back by hours, its jobs would sleep for hours."""
    import apscheduler.schedulers.base as base

    clock = Clock()
    clock.ahead = timedelta(hours=5)

    class Wall(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + clock.ahead

    caplog.set_level("INFO", "monitor")
    monkeypatch.setattr(base, "datetime", Wall)
    monkeypatch.setattr("monitor.daemon.loop.datetime", Wall)
    monkeypatch.setattr("monitor.daemon.loop.CLOCK_WATCH", 0.05)

    async def work() -> None:
        async with running(room, clock):
            await until(lambda: "polled feed=wire" in caplog.text)
            clock.ahead = timedelta(0)
            await until(lambda: room.server.count("/wire.xml") >= 2, seconds=8)

    asyncio.run(work())


def test_a_poll_that_cannot_be_kept_is_not_repeated_each_second(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Publishers do not pay for a full disk of ours."""
    polls: list[str] = []

    async def lost(
        _self: Pipeline, feed: Feed, _state: FeedState, _configuration: Configuration, **_: bool
    ) -> PollReport:
        polls.append(feed.name)
        raise StoreError("the disk with the database is full") if len(polls) == 1 else ValueError("a bug")

    monkeypatch.setattr(Pipeline, "poll", lost)
    monkeypatch.setattr("monitor.daemon.loop.AFTER_A_LOSS", 0.1)

    async def work() -> None:
        async with running(room, Clock()):
            await until(lambda: len(polls) == 2)
            with pytest.raises(TimeoutError):
                await until(lambda: len(polls) > 2, seconds=2.5)

    asyncio.run(work())
    assert [record.levelname for record in caplog.records if "feed=" in str(record.msg)] == ["ERROR", "ERROR"]


def test_an_edit_that_is_taken_back_ends_the_complaint(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy put back has its old time, so nothing on disk says that anything happened."""
    file, copy = room.path("feeds.yaml"), room.path("feeds.yaml.bak")
    loads: list[str] = []

    def load(settings: Any) -> Configuration:
        loads.append("")
        return load_configuration(settings)

    monkeypatch.setattr("monitor.daemon.reload.load_configuration", load)

    async def work() -> None:
        async with running(room, Clock()) as app:
            shutil.copy2(file, copy)
            file.write_text("feeds: 7\n")

            async def problem() -> str:
                return str(await app.thread.run(lambda tx: tx.state_get("config_problem")))

            async with asyncio.timeout(30):
                while "feeds.yaml" not in await problem():
                    await asyncio.sleep(0.05)
                await asyncio.sleep(2.5)  # another look at the same bad files
                assert len(loads) == 1
                copy.replace(file)
                while await problem():
                    await asyncio.sleep(0.05)

    asyncio.run(work())
    assert len(loads) == 1


def test_a_poll_with_another_feeds_file_does_not_switch_the_daemons_feeds_off(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A heartbeat later the database knows the daemon's own again."""
    monkeypatch.setattr("monitor.daemon.loop.AsyncIOScheduler", Quick)

    async def work() -> None:
        async with running(room, Clock()) as app:
            async with asyncio.timeout(20):
                while not await app.thread.run(lambda tx: tx.state_get("heartbeat")):
                    await asyncio.sleep(0.05)
            other = Feed(name="other", url="https://other.example/feed")
            await app.thread.run(lambda tx: tx.sync_feeds([other], now=app.clock()))
            async with asyncio.timeout(20):
                while [state.name for state in await app.thread.run(lambda tx: tx.feed_states())] != ["wire"]:
                    await asyncio.sleep(0.05)

    asyncio.run(work())


def test_an_address_edited_while_it_is_read_keeps_no_validators_of_the_old_one(room: Newsroom) -> None:
    settings = load_settings(room.environment, room.folder)
    (feed,) = load_feeds(settings.config)
    configuration = Configuration(feeds=(feed,), rules=shipped_rules(), channels=Channels.load(settings.channels))
    with open_app(settings, configuration=configuration) as app:

        async def work() -> FeedState:
            await app.poll()
            moved = replace(feed, url=feed.url + "?moved")
            async with app.parts() as parts:
                state = await app.thread.run(lambda tx: tx.feed_state(feed.name))
                room.server.put("/wire.xml", b"<rss/>")
                await app.thread.run(lambda tx: tx.sync_feeds([moved], now=app.clock()))
                await parts.pipeline.poll(feed, replace(state, etag=None, body_hash=None), configuration)
            return await app.thread.run(lambda tx: tx.feed_state(feed.name))

        state = asyncio.run(work())
    assert (state.url, state.next_poll_at, state.etag, state.body_hash) == (feed.url + "?moved", None, None, None)
    assert state.baseline_at is not None


def test_feeds_that_the_database_could_not_learn_of_leave_the_old_desk_in_force(room: Newsroom) -> None:
    settings = load_settings(room.environment, room.folder)
    with open_app(settings, configuration=Configuration(feeds=(), rules=shipped_rules(), channels=Channels())) as app:
        before = app.configuration
        app.thread.close()
        with pytest.raises(RuntimeError):
            asyncio.run(app.take_over(replace(before, feeds=(Feed(name="x", url="https://x.example/"),))))
        assert app.configuration is before


def test_a_stop_without_a_database_is_a_clean_stop(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """`running` asks for exit code 0; what is due stands in the outbox."""
    caplog.set_level("INFO", "monitor")

    async def work() -> None:
        async with running(room, Clock()) as app:
            await until(lambda: "polled feed=wire" in caplog.text)

            async def gone(_work: object, *, keep: bool = True) -> None:
                raise StoreError("the database answered: connection refused")

            monkeypatch.setattr(app.thread, "run", gone)

    asyncio.run(work())
    assert "what is due waits for the next start" in caplog.text


def test_a_daemon_whose_place_was_taken_stops_and_leaves_the_outbox_alone(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = load_settings(room.environment, room.folder)
    configuration = Configuration(
        feeds=load_feeds(settings.config), rules=shipped_rules(), channels=Channels.load(settings.channels),
        snapshot=snapshot_of(settings),
    )  # fmt: skip

    def taken() -> None:
        raise AlreadyRunning("another basewatch daemon works on this database")

    async def in_hand(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr("monitor.delivery.Deliverer.start_due", in_hand)
    with open_app(settings, configuration=configuration) as app:
        assert asyncio.run(asyncio.wait_for(Daemon(app, make_sure=taken).run(), 20)) == 1
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == ["another basewatch daemon works on this database; this one stops"]


def test_a_stop_does_not_wait_for_a_server_that_never_answers(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("monitor.daemon.loop.POLL_GRACE", 0.1)
    room.server.put("/wire.xml", b"", hang=True)
    stopped: list[float] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        async with running(room, Clock()) as app:
            await until(lambda: room.server.count("/wire.xml") == 1)
            stopped.append(loop.time())
        stopped.append(loop.time())
        async with running(room, Clock()) as app:  # the feed is still due
            await until(lambda: room.server.count("/wire.xml") == 2)
        assert app.settings.stop_grace > timedelta(seconds=20)

    asyncio.run(work())
    assert stopped[1] - stopped[0] < 10
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_start_ends_it_with_0(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    def still_starting(_settings: object) -> None:
        os.kill(os.getpid(), number)
        time.sleep(10)

    monkeypatch.setattr("monitor.daemon.loop.open_app", still_starting)
    try:
        with pytest.raises(SystemExit) as left:
            run(load_settings(room.environment, room.folder))
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert left.value.code == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_board_that_ends_is_said_and_served_again(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("monitor.daemon.loop.AsyncIOScheduler", Quick)
    served: list[WebServer] = []
    start, port = WebServer.start, free_port()
    monkeypatch.setattr(WebServer, "start", lambda board, *where: (served.append(board), start(board, *where))[1])

    async def dies(_: int) -> bool:
        raise SystemExit(3)  # as when something in its event loop does: nothing is left in order

    async def story() -> None:
        async with running(room, Clock(), web=("127.0.0.1", port)):
            await until(lambda: bool(served) and served[0].alive)
            monkeypatch.setattr(served[0]._server, "on_tick", dies)
            await until(lambda: len(served) == 2 and served[1].alive)
            answer = await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{port}/health", timeout=10)
            assert answer.text.startswith("ok")
            assert served[1]._application._site is served[0]._application._site, "nobody has to log in again"

    asyncio.run(story())
    said = [record.getMessage() for record in caplog.records if "ended by itself" in record.getMessage()]
    assert len(said) == 1
