"""The daemon: APScheduler runs a few jobs, signals end them, and what is in hand is finished.

    tick       every second   polls the feeds whose due time, kept in the database, has come
    deliver    every second   sets idle targets to work on the outbox
    watch      every 2 s      takes over edited files, or keeps the last good ones and says why
    heartbeat  every 10 s     writes a sign of life for `basewatch health`
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
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import __version__
from monitor.alerts.message import operator_alert
from monitor.app import App, Parts, open_app
from monitor.config.settings import Settings
from monitor.desk import load_desk, snapshot_of
from monitor.errors import ConfigError, StoreError
from monitor.memory import give_back
from monitor.messages import OperatorReason
from monitor.news import Feed, FeedState
from monitor.outlook import NETWORK_PROBLEMS, WORDS, Outlook, Reach, outlook

log = logging.getLogger(__name__)

#: without a network the feeds are asked again after this long, whatever their interval
OFFLINE_PROBE = timedelta(minutes=1)
#: a feed whose poll met a bug or a lost database is left alone for this long
AFTER_A_BUG = timedelta(minutes=5)


def run(settings: Settings, *, alert_backlog: bool = False) -> int:
    """Runs until SIGTERM or SIGINT; 0 when what was in hand is finished. Raises `BasewatchError` where it cannot."""
    with open_app(settings) as app, app.store.only_daemon():
        return asyncio.run(Daemon(app, alert_backlog=alert_backlog).run())


class Daemon:
    """Everything that lives between start and stop."""

    def __init__(self, app: App, *, alert_backlog: bool = False) -> None:
        self._app = app
        self._alert_backlog = alert_backlog
        self._stop = asyncio.Event()
        self._polling: dict[str, asyncio.Task[None]] = {}
        self._last: dict[str, Reach] = {}
        self._outlook = Outlook.ONLINE
        self._complaint = ""
        self._database_gone = False

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
                "basewatch %s runs feeds=%d rules=%d targets=%d database=%s", __version__, len(app.desk.feeds),
                len(app.desk.rules.rules), len(app.desk.channels.targets(app.desk.channels.names())),
                app.store.label,
            )  # fmt: skip
            await self._stop.wait()
            scheduler.pause()
            await self._finish(parts)
            scheduler.shutdown(wait=False)
        log.info("stopped; nothing is in hand")
        return 0

    def _schedule(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        start = datetime.now(tz=None).astimezone()
        for name, job, seconds in (
            ("tick", self._tick, 1),
            ("deliver", self._deliver, 1),
            ("watch", self._watch, 2),
            ("heartbeat", self._heartbeat, 10),
            ("prune", self._prune, 3600),
        ):
            scheduler.add_job(self._guarded(name, job), "interval", seconds=seconds, id=name, next_run_time=start)
        return scheduler

    def _guarded(self, name: str, job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """A job that fails is told and runs again next time; a database that is gone is said once."""

        async def guarded() -> None:
            try:
                await job()
            except StoreError as error:
                if not self._database_gone:
                    log.error("the database is gone, jobs wait for it job=%s why=%r", name, str(error))
                self._database_gone = True
            except Exception:
                log.exception("a bug in a job; it runs again job=%s", name)
            else:
                if self._database_gone and name == "heartbeat":
                    log.warning("the database is back")
                    self._database_gone = False

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
        interrupted = await app.thread.run(lambda tx: tx.recover_sending(now=now))
        if interrupted:
            log.warning("%d deliveries were in hand at the last stop: sent again, they may arrive twice", interrupted)
        since = await app.thread.run(lambda tx: tx.state_get("outlook"))
        self._outlook = Outlook(since["state"]) if since else Outlook.ONLINE
        await app.thread.run(lambda tx: tx.state_set("started", {"at": now.isoformat(), "pid": os.getpid()}))
        await self._keep_config_problem("")

    async def _tick(self) -> None:
        """Polls what is due, as many side by side as the settings allow."""
        room = self._app.settings.concurrency - len(self._polling)
        if self._stop.is_set() or room <= 0:
            return
        due = await self._app.thread.run(lambda tx: tx.due_feeds(self._app.clock()))
        waiting = [state for state in due if state.name not in self._polling]
        for state in waiting[:room]:
            feed = self._app.desk.feed(state.name)
            if feed is not None and not self._stop.is_set():
                task = asyncio.create_task(self._poll(feed, state))
                self._polling[feed.name] = task
                task.add_done_callback(lambda _, name=feed.name: self._polling.pop(name, None))  # type: ignore[misc]

    async def _poll(self, feed: Feed, state: FeedState) -> None:
        try:
            report = await self._parts.pipeline.poll(
                feed,
                state,
                self._app.desk,
                alert_backlog=self._alert_backlog,
                offline=self._outlook is not Outlook.ONLINE,
            )
        except StoreError as error:
            log.error("not kept, the feed is read again later feed=%s why=%r", feed.name, str(error))
        except Exception:
            log.exception("a bug in the poll of one feed; it is left alone for %s feed=%s", AFTER_A_BUG, feed.name)
            later = self._app.clock() + AFTER_A_BUG
            await self._app.thread.run(lambda tx: tx.postpone(feed.name, until=later))
        else:
            self._last[feed.name] = report.reach
            await self._look_out()

    async def _look_out(self) -> None:
        """Says once, when it changes, that nothing can be seen or that it can be seen again."""
        seen = outlook({feed.name for feed in self._app.desk.feeds}, self._last, self._outlook)
        if seen is self._outlook:
            return
        before, self._outlook = self._outlook, seen
        now = self._app.clock()
        log.warning("%s (before: %s)", WORDS[seen], before)
        reason = OperatorReason.BACK_ONLINE if seen is Outlook.ONLINE else OperatorReason.OFFLINE
        await self._tell_operator(reason, WORDS[seen][:1].upper() + WORDS[seen][1:], f"Before: {before}. Now: {seen}.")
        value = {"state": str(seen), "since": now.isoformat()}
        await self._app.thread.run(lambda tx: tx.state_set("outlook", value))
        # back-off was meant for publishers; when it was our own network, they are asked again soon
        soon = now if seen is Outlook.ONLINE else now + OFFLINE_PROBE
        await self._app.thread.run(lambda tx: tx.hasten(NETWORK_PROBLEMS, at=soon))

    async def _tell_operator(self, reason: OperatorReason, title: str, body: str) -> None:
        now = self._app.clock()
        targets = self._app.desk.channels.targets(["operator"])
        await self._app.thread.run(
            lambda tx: tx.add_alert(operator_alert(reason, title, body, alert_id=tx.new_id(now), now=now), targets)
        )

    async def _deliver(self) -> None:
        await self._parts.deliverer.start_due(self._app.desk.channels)

    async def _watch(self) -> None:
        """Takes over edited files; a bad edit leaves the last good desk in force and is told once."""
        app = self._app
        if snapshot_of(app.settings) == app.desk.snapshot:
            return
        try:
            desk = await asyncio.to_thread(load_desk, app.settings)
        except ConfigError as error:
            await self._complain(str(error))
            return
        app.desk = desk
        await app.sync_feeds()
        log.info("edited files are in force feeds=%d rules=%d", len(desk.feeds), len(desk.rules.rules))
        await self._keep_config_problem("")

    async def _complain(self, problems: str) -> None:
        if problems == self._complaint:
            return
        await self._keep_config_problem(problems)
        log.error("an edit is not taken over; the last good files stay in force\n%s", problems)
        await self._tell_operator(OperatorReason.CONFIG_PROBLEM, "An edited file is not taken over", problems)

    async def _keep_config_problem(self, problems: str) -> None:
        self._complaint = problems
        await self._app.thread.run(lambda tx: tx.state_set("config_problem", problems))

    async def _heartbeat(self) -> None:
        beat = {"at": self._app.clock().isoformat(), "pid": os.getpid(), "version": __version__}
        await self._app.thread.run(lambda tx: tx.state_set("heartbeat", beat))
        give_back()

    async def _prune(self) -> None:
        now = self._app.clock()
        gone = await self._app.thread.run(lambda tx: tx.prune(before=now - self._app.settings.keep, now=now))
        if any(gone.values()):
            log.info("pruned %s", " ".join(f"{name}={count}" for name, count in gone.items()))

    async def _finish(self, parts: Parts) -> None:
        """Polls in hand end within the grace time; what they raised is delivered once more before the exit."""
        polls = list(self._polling.values())
        if polls:
            _, late = await asyncio.wait(polls, timeout=self._app.settings.stop_grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await parts.deliverer.drain(self._app.desk.channels, seconds=self._app.settings.stop_grace.total_seconds())
        await self._app.thread.run(lambda tx: tx.state_set("heartbeat", None))
