"""The daemon: APScheduler runs a few jobs, signals end them, and what is in hand is finished.

    tick       every second   polls the feeds whose due time, kept in the database, has come
    pages      every 5 s      begins to read the pages of matched items, of feeds that want it
    deliver    every second   sets idle addresses to work on the outbox
    pace       every second   asks feeds sooner that an incident concerns which has just opened
    attend     every second   tells what waited for the end of quiet hours, digests, repeats of a flash
    watch      every second     takes over edited files, or keeps the last good ones and says why
    heartbeat  every 10 s     writes a sign of life for `basewatch health`
    loss       every second   tells the operator of a database that is gone or full, past the outbox
    ping       every minute   a sign of life to a dead-man's switch, where one is set
    alive      every minute   the regular word that it is alive, where it is time for one
    silence    every minute   tells the operator when no feed at all brings anything
    push       every second   asks hubs to call when a feed has news, where a public address is set
    board      every 10 s     says that the board has ended by itself, where one is served, and serves it again
    prune      every hour     forgets what is older than BASEWATCH_KEEP

The one door to APScheduler. Each job is short; polls and sends run as tasks of their own, so a slow feed or a hanging
channel holds nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import __version__
from monitor.app import App, Parts, open_app
from monitor.config.settings import Settings
from monitor.daemon.alive import say_alive, watch_silence
from monitor.daemon.attention import attend
from monitor.daemon.connectivity import ConnectivityWatch
from monitor.daemon.database_loss import DatabaseWatch
from monitor.daemon.deadman import DeadMansSwitch
from monitor.daemon.pacing import PaceKeeper
from monitor.daemon.reload import EditedFiles
from monitor.errors import AlreadyRunning, StoreError
from monitor.feeds.lanes import GOOD, Lanes, Place, Queue, is_suspect, rank_of
from monitor.malloc import give_back, resident_bytes
from monitor.metering import KEY as METERS
from monitor.model.daemon import DaemonState, Heartbeat
from monitor.model.feed import Feed, FeedState
from monitor.store.lock import MakeSure
from monitor.store.store import Transaction

if TYPE_CHECKING:
    from monitor.daemon.push import Push
    from monitor.web.server import WebServer
    from monitor.web.site import Site

log = logging.getLogger(__name__)

#: seconds for which a feed is left alone whose poll could not be kept, and one whose poll met a bug
AFTER_A_LOSS, AFTER_A_BUG = 30, 300
#: seconds that polls in hand get at a stop
POLL_GRACE = 5
#: seconds between two looks at the clock
CLOCK_WATCH = 5


def run(settings: Settings, *, alert_backlog: bool = False) -> int:
    """Runs until SIGTERM or SIGINT, then 0; 1 where another daemon has taken the place of this one.

    Raises `BasewatchError` where it cannot begin.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    with open_app(settings) as app, app.store.only_daemon() as make_sure:
        return asyncio.run(Daemon(app, alert_backlog=alert_backlog, make_sure=make_sure).run())


def _leave(_number: int, _frame: object) -> None:
    """A signal while it still starts: nothing is in hand."""
    raise SystemExit(0)


class Daemon:
    """Everything that lives between start and stop."""

    #: while it runs
    _parts: Parts

    def __init__(self, app: App, *, alert_backlog: bool = False, make_sure: MakeSure = lambda: None) -> None:
        self._app = app
        self._make_sure = make_sure
        self._place_taken = False
        self._alert_backlog = alert_backlog
        self._stop = asyncio.Event()
        self._polling: dict[str, asyncio.Task[None]] = {}
        self._lanes = Lanes(app.settings.concurrency, on_room=self._fill)
        #: feeds whose time has come and that wait for a place, in the order in which they are polled
        self._due = Queue(self._lanes)
        #: feeds that are left alone, and until when by the loop's clock
        self._resting: dict[str, float] = {}
        self._connectivity = ConnectivityWatch(app)
        self._pace = PaceKeeper(app)
        self._files = EditedFiles(app)
        self._database = DatabaseWatch(app)
        #: None: feeds are only polled
        self._push: Push | None = None
        #: None: no board is served
        self._web: WebServer | None = None
        self._site: Site | None = None

    def stop(self) -> None:
        """Ends it as a signal does: what is in hand is finished; `run` then returns."""
        self._stop.set()

    async def run(self) -> int:
        app = self._app
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)
        await self._begin()
        async with app.parts() as parts:
            self._parts = parts
            await self._listen()
            self._serve()
            scheduler = self._schedule()
            scheduler.start()
            self._say_what_runs()
            await self._until_stopped(scheduler)
            scheduler.pause()
            await self._finish()
            if self._push is not None:
                await self._push.aclose()
            scheduler.shutdown(wait=False)
            if self._web is not None:
                await asyncio.to_thread(self._web.close)
        log.info("stopped; nothing is in hand")
        return 1 if self._place_taken else 0

    async def _listen(self) -> None:
        """For hubs, where a public address is set and its port can be had."""
        settings = self._app.settings
        if settings.websub_url is not None:
            from monitor.daemon.push import Push  # with it come Starlette and uvicorn

            push = Push(self._app, self._parts.fetcher, settings.websub_url)
            self._push = push if await push.start(*settings.websub_listen) else None

    def _serve(self) -> None:
        """The board, where it is wanted and its port can be had: alerts never wait for it."""
        app = self._app
        if app.settings.web is None:
            return
        from monitor.daemon.board import (  # with it come Starlette, uvicorn and Jinja2
            begin,
            site_of,
            store_of,
            where_of,
        )

        try:
            if self._site is None:  # one that is served again keeps its store, and who has logged in
                self._site = site_of(store_of(app.settings), app.settings, lambda: app.configuration, app.clock)
            self._web = begin(self._site)
        except Exception as error:
            why = getattr(error, "strerror", None) or str(error)
            where = where_of(app.settings)
            log.warning("the board cannot be served at %s why=%r; polls and alerts go on without it", where, why)
        else:
            log.info("board %s", where_of(app.settings))

    async def _watch_board(self) -> None:
        """A board that has ended by itself is said, and served again."""
        if self._web is not None and not self._web.alive:
            log.error("the board has ended by itself; polls and alerts went on without it, it is served again")
            await asyncio.to_thread(self._web.close)
            self._web = None
            self._serve()

    def _say_what_runs(self) -> None:
        now = self._app.configuration
        counts = len(now.feeds), len(now.rules.rules), len(now.channels.addresses(now.channels.names()))
        line = "basewatch %s runs feeds=%d rules=%d addresses=%d database=%s"
        log.info(line, __version__, *counts, self._app.store.label)

    async def _until_stopped(self, scheduler: AsyncIOScheduler) -> None:
        """Waits for the stop; jobs that a clock set back would hold until the old time comes again run now."""
        latest = self._app.clock()
        while not self._stop.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOCK_WATCH):
                    await self._stop.wait()
            now = self._app.clock()
            if now < latest - timedelta(seconds=1):
                log.warning("the clock was set back by=%s", latest - now)
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
            latest = now

    def _schedule(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        # it would warn each second that a job still waits for the database
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        start, begun, deliverer = datetime.now(UTC), self._app.clock(), self._parts.deliverer
        for name, job, seconds in (
            ("tick", self._tick, 1),
            ("pages", lambda: self._parts.pages.start_due(self._app.configuration), 5),
            ("deliver", lambda: deliverer.start_due(self._app.configuration.channels), 1),
            ("pace", self._pace.look, 1),
            ("attend", lambda: attend(self._app), 1),
            ("watch", self._files.look, 1),
            ("heartbeat", self._heartbeat, 10),
            ("loss", lambda: self._database.tell(deliverer), 1),
            ("ping", DeadMansSwitch(self._app).ping, 60),
            ("alive", lambda: say_alive(self._app), 60),
            ("silence", lambda: watch_silence(self._app, begun), 60),
            ("prune", self._prune, 3600),
            *([("push", self._push.work, 1)] if self._push else []),
            *([("board", self._watch_board, 10)] if self._web else []),
        ):
            scheduler.add_job(self._guarded(name, job), "interval", seconds=seconds, id=name, next_run_time=start)
        return scheduler

    def _guarded(self, name: str, job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """A job that fails is told and runs again next time; a database that is gone is said once."""

        async def guarded() -> None:
            try:
                await job()
            except asyncio.CancelledError:
                if not self._stop.is_set():  # the stop ends jobs in hand; APScheduler would call it an error
                    raise
            except AlreadyRunning as error:
                log.error("%s; this one stops", error)
                self._place_taken = True
                self._stop.set()
            except StoreError as error:
                if name != "prune":  # runs hourly: a loss that has long ended would seem to last
                    self._database.lost(name, str(error))
            except Exception:
                log.exception("a bug in a job; it runs again job=%s", name)
            else:
                await self._database.kept(name, self._parts.deliverer)

        return guarded

    def _on_signal(self, number: int) -> None:
        if self._stop.is_set():
            log.warning("second signal %s: polls in hand are given up", signal.Signals(number).name)
            for task in self._polling.values():
                task.cancel()
            return
        log.info("%s: finishing what is in hand", signal.Signals(number).name)
        self._stop.set()

    async def _begin(self) -> None:
        app = self._app
        now = app.clock()
        await app.sync_feeds()

        def begin(tx: Transaction) -> tuple[DaemonState, int]:
            before = tx.daemon_state()
            app.meter.go_on(tx.state_get(METERS))
            # what the last run could not keep or read is no trouble of this one
            tx.note_daemon(loss=None, config_problem="", config_warning="")
            return before, tx.recover_sending(now=now)

        before, interrupted = await app.thread.run(begin)
        if interrupted:
            log.warning("%d deliveries were in hand at the last stop: sent again, they may arrive twice", interrupted)
        self._connectivity.begin(before)
        await self._files.begin(before)

    async def _tick(self) -> None:
        """Learns what is due; as many are polled side by side as there are places."""
        await self._connectivity.look()
        if self._stop.is_set():
            return
        called = self._push.called() if self._push else []
        due = await self._app.thread.run(
            lambda tx: [*tx.due_feeds(self._app.clock()), *(tx.feed_states(called) if called else ())]
        )
        moment = asyncio.get_running_loop().time()
        self._resting = {name: until for name, until in self._resting.items() if until > moment}
        left_alone = self._resting.keys() | self._polling.keys()
        by_name = {state.name: state for state in due if state.name not in left_alone}
        self._due.fill(by_name.values())
        self._fill()

    def _fill(self) -> None:
        """Gives each free place to the next feed that is due."""
        while not self._stop.is_set() and (state := self._due.take()) is not None:
            task = asyncio.create_task(self._poll(state))
            self._polling[state.name] = task
            if self._push is not None:
                self._push.taken(state.name)
            task.add_done_callback(lambda _, name=state.name: self._polling.pop(name, None))  # type: ignore[misc]

    async def _poll(self, state: FeedState) -> None:
        good = rank_of(state) == GOOD
        async with self._lanes.place(suspect=is_suspect(state), good=good, promised=True) as place:
            feed = self._app.configuration.feed(state.name)
            if feed is not None:
                await self._read(feed, state, place)

    async def _read(self, feed: Feed, state: FeedState, place: Place) -> None:
        try:
            report = await self._parts.pipeline.poll(
                feed,
                state,
                self._app.configuration,
                alert_backlog=self._alert_backlog,
                offline=self._connectivity.offline,
                pacing=self._pace.now,
                place=place,
            )
        except StoreError as error:
            self._rest(feed, AFTER_A_LOSS)
            self._database.lost("polls", str(error))
            log.error("not kept, the feed is read again later feed=%s why=%r", feed.name, str(error))
        except Exception:
            self._rest(feed, AFTER_A_BUG)
            log.exception("a bug in the poll of one feed; it is left alone seconds=%d feed=%s", AFTER_A_BUG, feed.name)
        else:
            self._app.meter.polled(report)
            self._connectivity.note(feed.name, report.reach)
            self._pace.hear(report)
            if self._push is not None:
                self._push.polled(feed, state, brought=bool(report.new or report.updated or report.copies))
            await self._database.kept("polls", self._parts.deliverer)

    def _rest(self, feed: Feed, seconds: float) -> None:
        """Leaves a feed alone that is still due in the database; no publisher is asked each second for our troubles."""
        self._resting[feed.name] = asyncio.get_running_loop().time() + seconds

    async def _heartbeat(self) -> None:
        await asyncio.to_thread(self._make_sure)  # a restart of PostgreSQL takes the lock away
        beat = Heartbeat(at=self._app.clock(), pid=os.getpid(), version=__version__)
        await self._app.thread.run(lambda tx: self._sign(tx, beat))
        await self._app.sync_feeds()  # a `poll` with another feeds file must not switch ours off
        give_back()

    def _sign(self, tx: Transaction, beat: Heartbeat | None) -> None:
        """The sign of life, and what was counted until now."""
        tx.note_daemon(heartbeat=beat)
        tx.state_set(METERS, self._app.meter.kept(memory=resident_bytes() if beat else 0))

    async def _prune(self) -> None:
        now = self._app.clock()
        gone = await self._app.thread.run(lambda tx: tx.prune(before=now - self._app.settings.keep, now=now))
        if any(gone.values()):
            log.info("pruned %s", " ".join(f"{name}={count}" for name, count in gone.items()))

    async def _finish(self) -> None:
        """Polls in hand end soon or are given up; what is due is sent as long as the grace time lets a send end."""
        settings, loop = self._app.settings, asyncio.get_running_loop()
        end = loop.time() + settings.stop_grace.total_seconds()
        if polls := list(self._polling.values()):
            # a poll that is given up loses nothing: its feed stays due
            _, late = await asyncio.wait(polls, timeout=min(POLL_GRACE, settings.stop_grace.total_seconds()))
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._place_taken:
            return  # the outbox and the sign of life are the other daemon's
        try:
            room = end - loop.time() - settings.send_timeout.total_seconds()
            await self._parts.deliverer.drain(self._app.configuration.channels, seconds=max(room, 0))
            await self._app.thread.run(lambda tx: self._sign(tx, None))
        except StoreError as error:
            log.warning("what is due waits for the next start, the database is gone why=%r", str(error))
