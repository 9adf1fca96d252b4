"""The daemon: APScheduler runs a few jobs, signals end them, and what is in hand is finished.

    tick       every second   polls the feeds whose due time, kept in the database, has come
    deliver    every second   sets idle targets to work on the outbox
    watch      every second     takes over edited files, or keeps the last good ones and says why
    heartbeat  every 10 s     writes a sign of life for `basewatch health`
    loss       every second   tells the operator of a database that is gone or full, past the outbox
    prune      every hour     forgets what is older than BASEWATCH_KEEP

The one door to APScheduler. Each job is short; polls and sends run as tasks of their own, so a slow feed or a hanging
channel holds nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import __version__
from monitor.alerts.message import operator_alert
from monitor.alerts.notices import database_back_notice, database_lost_notice
from monitor.app import App, Parts, open_app
from monitor.config.settings import Settings
from monitor.configuration import Snapshot, gone_since, load_configuration, snapshot_of
from monitor.connectivity import NETWORK_PROBLEMS, WORDS, Connectivity, Reach, connectivity
from monitor.edits import Standing, Told, edit_notice
from monitor.errors import ConfigError, PlaceTaken, Problem, StoreError
from monitor.malloc import give_back
from monitor.model.alert import OperatorReason
from monitor.model.feed import Feed, FeedState
from monitor.store.ids import new_id
from monitor.store.lock import MakeSure
from monitor.store.store import Transaction
from monitor.storeloss import Loss, kept, lost, told

log = logging.getLogger(__name__)

#: without a network the feeds are asked again after this long, whatever their interval
OFFLINE_PROBE = timedelta(minutes=1)
#: seconds for which a feed is left alone whose poll could not be kept, and one whose poll met a bug
AFTER_A_LOSS, AFTER_A_BUG = 30, 300
#: seconds after which files that were refused are read again although nobody edited them (a secret may stand elsewhere)
REFUSED_AGAIN = 30
#: seconds for which edited files must rest before they are read
SETTLED = 1.5
#: what `health` reads of a bad edit, and of files that are not what somebody thinks
CONFIG_PROBLEM, CONFIG_WARNING = "config_problem", "config_warning"
#: what the operator was told of edited files
EDITS_TOLD = "edits_told"
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
        #: feeds that are left alone, and until when by the loop's clock
        self._resting: dict[str, float] = {}
        self._last: dict[str, Reach] = {}
        self._connectivity = Connectivity.ONLINE
        self._standing = Standing()
        self._told = Told()
        #: files that were not taken over, and when they are read again by the loop's clock
        self._refused: tuple[Snapshot, float] = (frozenset(), 0)
        #: an edit, and when it was first seen so
        self._edited: tuple[Snapshot, float] = (frozenset(), 0)
        #: while the database cannot be used
        self._loss: Loss | None = None
        #: what `health` can read of it
        self._noted_loss: dict[str, str] | None = None

    async def run(self) -> int:
        app = self._app
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)
        await self._begin()
        async with app.parts() as parts:
            self._parts = parts
            scheduler = self._schedule()
            scheduler.start()
            log.info(
                "basewatch %s runs feeds=%d rules=%d targets=%d database=%s", __version__, len(app.configuration.feeds),
                len(app.configuration.rules.rules), len(app.configuration.channels.targets(app.configuration.channels.names())),
                app.store.label,
            )  # fmt: skip
            await self._until_stopped(scheduler)
            scheduler.pause()
            await self._finish()
            scheduler.shutdown(wait=False)
        log.info("stopped; nothing is in hand")
        return 1 if self._place_taken else 0

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
        start = datetime.now(UTC)
        for name, job, seconds in (
            ("tick", self._tick, 1),
            ("deliver", self._deliver, 1),
            ("watch", self._watch, 1),
            ("heartbeat", self._heartbeat, 10),
            ("loss", self._tell_of_loss, 1),
            ("prune", self._prune, 3600),
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
            except PlaceTaken as error:
                log.error("%s; this one stops", error)
                self._place_taken = True
                self._stop.set()
            except StoreError as error:
                if name != "prune":  # runs hourly: a loss that has long ended would seem to last
                    self._lost(name, str(error))
            except Exception:
                log.exception("a bug in a job; it runs again job=%s", name)
            else:
                await self._kept(name)

        return guarded

    def _lost(self, what: str, why: str) -> None:
        """The database did not take what a job, or a poll, had to keep; said once."""
        if self._loss is None:
            log.error("the database is gone, jobs wait for it job=%s why=%r", what, why)
        self._loss = lost(self._loss, what, why, now=self._app.clock())

    async def _kept(self, what: str) -> None:
        """A job or a poll succeeded; the loss ends when nothing fails any more."""
        loss = self._loss
        self._loss = kept(loss, what)
        if loss is None or self._loss is not None:
            return
        log.warning("the database is back")
        now = self._app.clock()
        if loss.told:
            notice = database_back_notice(loss, alert_id=new_id(now), now=now)
            await self._parts.deliverer.send_past_outbox(notice, self._app.configuration.channels)

    async def _tell_of_loss(self) -> None:
        """Tells the operator past the outbox, and leaves a note for `health` where the database still takes one."""
        loss, now = self._loss, self._app.clock()
        if loss is not None and now >= loss.tell_at:
            notice = database_lost_notice(loss, alert_id=new_id(now), now=now)
            delivered = await self._parts.deliverer.send_past_outbox(notice, self._app.configuration.channels)
            if self._loss is not None:
                self._loss = told(self._loss, delivered=delivered, now=now)
        note = {"since": loss.since.isoformat(), "why": loss.why} if loss else None
        if note != self._noted_loss:
            with suppress(StoreError):
                await self._app.thread.run(lambda tx: tx.state_set("loss", note))
                self._noted_loss = note

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
        interrupted = await app.thread.run(lambda tx: tx.recover_sending(now=now))
        if interrupted:
            log.warning("%d deliveries were in hand at the last stop: sent again, they may arrive twice", interrupted)
        since = await app.thread.run(lambda tx: tx.state_get("outlook"))
        self._connectivity = Connectivity(since["state"]) if since else Connectivity.ONLINE
        await app.thread.run(lambda tx: tx.state_set("started", {"at": now.isoformat(), "pid": os.getpid()}))
        self._told = Told.read(await app.thread.run(lambda tx: tx.state_get(EDITS_TOLD)))
        await app.thread.run(lambda tx: tx.state_set(CONFIG_PROBLEM, ""))
        await app.thread.run(lambda tx: tx.state_set("loss", None))
        await app.thread.run(lambda tx: tx.state_set(CONFIG_WARNING, ""))
        await self._stand(Standing(warnings=_in_lines(app.configuration.warnings)))

    async def _tick(self) -> None:
        """Polls what is due, as many side by side as the settings allow."""
        await self._look_out()
        room = self._app.settings.concurrency - len(self._polling)
        if self._stop.is_set() or room <= 0:
            return
        due = await self._app.thread.run(lambda tx: tx.due_feeds(self._app.clock()))
        moment = asyncio.get_running_loop().time()
        self._resting = {name: until for name, until in self._resting.items() if until > moment}
        waiting = [state for state in due if state.name not in self._polling and state.name not in self._resting]
        for state in waiting[:room]:
            feed = self._app.configuration.feed(state.name)
            if feed is not None and not self._stop.is_set():
                task = asyncio.create_task(self._poll(feed, state))
                self._polling[feed.name] = task
                task.add_done_callback(lambda _, name=feed.name: self._polling.pop(name, None))  # type: ignore[misc]

    async def _poll(self, feed: Feed, state: FeedState) -> None:
        try:
            report = await self._parts.pipeline.poll(
                feed,
                state,
                self._app.configuration,
                alert_backlog=self._alert_backlog,
                offline=self._connectivity is not Connectivity.ONLINE,
            )
        except StoreError as error:
            self._rest(feed, AFTER_A_LOSS)
            self._lost("polls", str(error))
            log.error("not kept, the feed is read again later feed=%s why=%r", feed.name, str(error))
        except Exception:
            self._rest(feed, AFTER_A_BUG)
            log.exception("a bug in the poll of one feed; it is left alone seconds=%d feed=%s", AFTER_A_BUG, feed.name)
        else:
            self._last[feed.name] = report.reach
            await self._kept("polls")

    def _rest(self, feed: Feed, seconds: float) -> None:
        """Leaves a feed alone that is still due in the database; no publisher is asked each second for our troubles."""
        self._resting[feed.name] = asyncio.get_running_loop().time() + seconds

    async def _look_out(self) -> None:
        """Says once, when it changes, that nothing can be seen or that it can be seen again."""
        before = self._connectivity
        seen = connectivity({feed.name for feed in self._app.configuration.feeds}, self._last, before)
        if seen is before:
            return
        now = self._app.clock()
        reason = OperatorReason.BACK_ONLINE if seen is Connectivity.ONLINE else OperatorReason.OFFLINE
        # back-off was meant for publishers; when it was our own network, they are asked again soon
        soon = now if seen is Connectivity.ONLINE else now + OFFLINE_PROBE

        def change(tx: Transaction) -> None:
            title = WORDS[seen][:1].upper() + WORDS[seen][1:]
            self._tell_operator(tx, reason, title, f"Before: {before}. Now: {seen}.")
            tx.state_set("outlook", {"state": str(seen), "since": now.isoformat()})
            tx.hasten(NETWORK_PROBLEMS, at=soon)

        await self._app.thread.run(change)
        self._connectivity = seen
        log.warning("%s (before: %s)", WORDS[seen], before)

    def _tell_operator(self, tx: Transaction, reason: OperatorReason, title: str, body: str) -> None:
        """Queues a notice, in the transaction that keeps what it tells of."""
        now = self._app.clock()
        alert = operator_alert(reason, title, body, alert_id=tx.new_id(now), now=now)
        if not tx.add_alert(alert, self._app.configuration.channels.targets(alert.channels)):
            log.error("notice not queued alert=%s reason=%s: its id was used before", alert.id, reason)

    async def _deliver(self) -> None:
        await self._parts.deliverer.start_due(self._app.configuration.channels)

    async def _watch(self) -> None:
        """Takes over edited files, and tells the operator what is worth telling of them."""
        await self._look_at_files()
        now = self._app.clock()
        told, notice = edit_notice(self._told, self._standing, now=now)
        if told == self._told:
            return

        def keep(tx: Transaction) -> None:
            tx.state_set(EDITS_TOLD, told.stored())
            if notice is not None:
                self._tell_operator(tx, notice.reason, notice.title, notice.body)

        await self._app.thread.run(keep)
        self._told = told

    async def _look_at_files(self) -> None:
        """Takes over edited files; a bad edit leaves the last good desk in force.

        An edit is taken when nothing has changed for `SETTLED` seconds: half of a rule that is being written can be a
        rule of its own, one without its `never`.
        """
        found = snapshot_of(self._app.settings)
        moment = asyncio.get_running_loop().time()
        refused, again = self._refused
        if found == self._app.configuration.snapshot:
            await self._stand(
                Standing(warnings=_in_lines(self._app.configuration.warnings))
            )  # a bad edit may be taken back
        elif self._edited[0] != found:
            self._edited = (found, moment)
        elif moment - self._edited[1] >= SETTLED and (found != refused or moment >= again):
            self._refused = (found, moment + REFUSED_AGAIN)
            try:
                configuration = await asyncio.to_thread(load_configuration, self._app.settings)
            except ConfigError as error:
                gone = gone_since(self._app.configuration.snapshot, found, error.problems)
                await self._stand(Standing(problems=_in_lines([*gone, *error.problems])))
                return
            if not found == configuration.snapshot == snapshot_of(self._app.settings):
                return  # somebody wrote while it was read: the next look waits for that edit to rest
            await self._app.take_over(configuration)
            log.info(
                "edited files are in force feeds=%d rules=%d", len(configuration.feeds), len(configuration.rules.rules)
            )
            await self._stand(Standing(warnings=_in_lines(configuration.warnings)))

    async def _stand(self, standing: Standing) -> None:
        """How the files stand now: kept for `health`, and each change is in the log."""
        before = self._standing
        if standing == before:
            return

        def keep(tx: Transaction) -> None:
            tx.state_set(CONFIG_PROBLEM, standing.problems)
            tx.state_set(CONFIG_WARNING, standing.warnings)

        await self._app.thread.run(keep)
        self._standing = standing
        if standing.problems:
            log.error("an edit is not taken over; the last good files stay in force\n%s", standing.problems)
        elif before.problems:
            log.info("what was wrong in the edited files is mended")
        if standing.warnings and standing.warnings != before.warnings:
            log.warning("the files are in force, and not all of them are as somebody may think\n%s", standing.warnings)

    async def _heartbeat(self) -> None:
        await asyncio.to_thread(self._make_sure)  # a restart of PostgreSQL takes the lock away
        beat = {"at": self._app.clock().isoformat(), "pid": os.getpid(), "version": __version__}
        await self._app.thread.run(lambda tx: tx.state_set("heartbeat", beat))
        await self._app.sync_feeds()  # a `poll` with another feeds file must not switch ours off
        give_back()

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
            await self._app.thread.run(lambda tx: tx.state_set("heartbeat", None))
        except StoreError as error:
            log.warning("what is due waits for the next start, the database is gone why=%r", str(error))


def _in_lines(problems: Iterable[Problem]) -> str:
    return "\n".join(map(str, problems))
