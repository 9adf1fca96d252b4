"""Wiring: settings → store, configuration, fetcher, workers, pipeline, deliverer; opened and closed in one place."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.alerts.message import operator_alert
from monitor.channels.retry import RetryPolicy
from monitor.config.settings import Settings
from monitor.config.yamlfile import did_you_mean
from monitor.configuration import Configuration, load_configuration
from monitor.delivery import Attempt, Deliverer
from monitor.errors import UsageError
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.lanes import GOOD, Lanes, in_order, is_suspect, most_at_once, rank_of
from monitor.feeds.parse.pool import ParseLimits, ParseWorkers
from monitor.fulltext import PageRead, PageReader
from monitor.malloc import keep_small
from monitor.metering import Meter
from monitor.model.alert import OperatorReason
from monitor.model.clock import Clock
from monitor.model.feed import Feed
from monitor.openfiles import allow
from monitor.pacing import pacing_of
from monitor.pipeline import Pipeline
from monitor.polls import PollReport
from monitor.store.store import Store, Transaction
from monitor.store.thread import StoreThread
from monitor.store.upgrade import SchemaState, check_schema, schema_state


def utc_now() -> datetime:
    """The clock of everything that is not a test."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The moving parts while they run inside one event loop."""

    pipeline: Pipeline
    pages: PageReader
    deliverer: Deliverer
    fetcher: Fetcher


class App:
    """Settings, configuration and store of one process, and the passes that commands ask for."""

    def __init__(
        self, settings: Settings, configuration: Configuration, store: Store, *, clock: Clock = utc_now
    ) -> None:
        self.settings = settings
        self.configuration = configuration
        self.store = store
        self.clock = clock
        #: what is counted of the work
        self.meter = Meter()
        self.thread = StoreThread(store, on_queued=self.meter.queued)

    @asynccontextmanager
    async def parts(self) -> AsyncIterator[Parts]:
        """Fetcher, parse workers, pipeline and deliverer; all of them closed at the end."""
        settings = self.settings
        policy = RetryPolicy(tries=settings.send_tries, maybe_tries=settings.maybe_tries)
        deliverer = Deliverer(
            store=self.thread, policy=policy, seconds=settings.send_timeout.total_seconds(), clock=self.clock,
            meter=self.meter,
        )  # fmt: skip
        limits = ParseLimits(seconds=settings.parse_timeout.total_seconds())
        async with (
            aclosing(
                Fetcher(
                    allow_networks=settings.allow_networks,
                    concurrency=most_at_once(settings.concurrency),
                    contact=settings.contact or "",
                    mail_logins=settings.mail_logins,
                )
            ) as fetcher,
            aclosing(ParseWorkers(limits=limits)) as workers,
        ):
            pipeline = Pipeline(store=self.thread, fetcher=fetcher, workers=workers, clock=self.clock, meter=self.meter)
            pages = PageReader(
                store=self.thread, writer=pipeline.writer, fetcher=fetcher, workers=workers, clock=self.clock
            )
            try:
                yield Parts(pipeline=pipeline, pages=pages, deliverer=deliverer, fetcher=fetcher)
            finally:
                await pages.stop()
                await deliverer.stop()

    async def poll(
        self,
        names: Sequence[str] = (),
        *,
        alert_backlog: bool = False,
        dry_run: bool = False,
        in_turn: bool = False,
        on_report: Callable[[PollReport], None] | None = None,
    ) -> list[PollReport]:
        """One pass over the named feeds (all, where none is named), due or not; reports in the order of completion.

        `in_turn` polls them one after another as they are named: who reports first decides what the others change.
        """
        feeds = [self._named(name) for name in names] or list(self.configuration.feeds)
        await self.sync_feeds()
        names = [feed.name for feed in feeds]
        states = {state.name: state for state in await self.thread.run(lambda tx: tx.feed_states(names))}
        configuration, now = self.configuration, self.clock()
        pacing = await self.thread.read(
            lambda tx: pacing_of(tx, configuration.feeds, configuration.rules.gazetteer, now=now)
        )
        reports: list[PollReport] = []
        lanes = Lanes(self.settings.concurrency)

        async def poll(pipeline: Pipeline, feed: Feed) -> None:
            state = states[feed.name]
            async with lanes.place(suspect=is_suspect(state), good=rank_of(state) == GOOD) as place:
                report = await pipeline.poll(
                    feed, state, configuration, alert_backlog=alert_backlog, dry_run=dry_run,
                    pacing=pacing, place=place,
                )  # fmt: skip
            reports.append(report)
            if on_report:
                on_report(report)

        async with self.parts() as parts:
            by_name = {feed.name: feed for feed in feeds}
            ordered = [by_name[state.name] for state in in_order(states.values()) if state.name in by_name]
            if in_turn:
                for feed in feeds:
                    await poll(parts.pipeline, feed)
            else:
                await asyncio.gather(*(poll(parts.pipeline, feed) for feed in ordered))
        return reports

    async def read_pages(self) -> list[PageRead]:
        """Reads the pages of matched items that are due now, of feeds with `full_text: true`."""
        if not any(feed.full_text for feed in self.configuration.feeds):
            return []
        async with self.parts() as parts:
            return await parts.pages.read_due(self.configuration)

    async def deliver(self) -> list[Attempt]:
        """Sends everything that is due now."""
        async with self.parts() as parts:
            return await parts.deliverer.deliver_due(self.configuration.channels)

    async def sync_feeds(self) -> None:
        """The database knows exactly the feeds that the feeds file holds."""
        await self.thread.run(lambda tx: tx.sync_feeds(self.configuration.feeds, now=self.clock()))

    async def take_over(self, configuration: Configuration) -> None:
        """Puts edited files in force, once the database knows its feeds."""
        await self.thread.run(lambda tx: tx.sync_feeds(configuration.feeds, now=self.clock()))
        self.configuration = configuration

    def queue_notice(self, tx: Transaction, reason: OperatorReason, title: str, body: str) -> None:
        """Queues a notice to the operator, in the transaction that keeps what it tells of."""
        now = self.clock()
        alert = operator_alert(reason, title, body, alert_id=tx.new_id(now), now=now)
        tx.add_alert(alert, self.configuration.channels.addresses(alert.channels))

    def _named(self, name: str) -> Feed:
        feed = self.configuration.feed(name)
        if feed is None:
            hint = did_you_mean(name, [known.name for known in self.configuration.feeds])
            raise UsageError(f"there is no feed {name!r} in {self.settings.config}; {hint}".rstrip("; "))
        return feed


@contextmanager
def open_app(
    settings: Settings, *, configuration: Configuration | None = None, clock: Clock = utc_now, scratch: bool = False
) -> Iterator[App]:
    """The app on the database of `settings`; `scratch` leaves a database that does not exist yet unmade."""
    keep_small()
    allow(most_at_once(settings.concurrency))
    configuration = configuration or load_configuration(settings)
    with tempfile.TemporaryDirectory(prefix="basewatch-") as folder:
        if scratch and schema_state(settings.database_url) is SchemaState.EMPTY:
            settings = replace(settings, database_url=f"sqlite:///{Path(folder) / 'scratch.db'}")
        check_schema(settings.database_url)
        with closing(Store(settings.database_url)) as store:
            app = App(settings, configuration, store, clock=clock)
            with closing(app.thread):
                yield app
