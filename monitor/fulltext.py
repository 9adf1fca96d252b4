"""The pages of matched items, read after the alert: what they add goes to the report of their incident.

    due reports of the last hours ─→ robots.txt → page → main text (worker) ─→ `writer.add_page`

A poll never waits for a page: items are judged by their teasers, and the database says which pages are still to be read
(a report of an incident whose body is not the text of its page), also after a crash. Each host is asked for one page at
a time, with a pause between two, and only for what its robots.txt allows. Whatever a publisher does ends as a named
`PageRefused` in the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from monitor.configuration import Configuration
from monitor.errors import StoreError
from monitor.feeds.fetch.fetcher import Fetcher, Wanted
from monitor.feeds.lanes import SUSPECT
from monitor.feeds.locations import shown
from monitor.feeds.parse.pool import ParseWorkers
from monitor.feeds.robots import Robots, key_of, robots_of
from monitor.model.alert import Alert
from monitor.model.clock import Clock
from monitor.model.daemon import PageNote, PageNotes
from monitor.model.document import Entry, Fetched, FetchFailed, FetchProblem, NotModified, ParseFailed, ParseProblem
from monitor.model.item import NoveltyReason, StoredItem
from monitor.pages import (
    FRESH,
    MOST_TRIES,
    PAGE_BYTES,
    PASSING,
    REREAD_AFTER,
    RETRY_AFTER,
    PageProblem,
    PageRefused,
    is_due,
    is_page,
    page_problem,
)
from monitor.store.store import Transaction
from monitor.store.thread import StoreThread
from monitor.writer import Writer

log = logging.getLogger(__name__)

#: between the end of one page and the question for the next on one host
HOST_GAP = timedelta(seconds=10)
#: pages that are fetched at once, over all hosts
_AT_ONCE = 4
#: hosts whose robots.txt is remembered, and items whose pages were asked for
_MOST_HOSTS, _MOST_TRIED = 1000, 10_000
#: reasons that are kept in the database
_MOST_NOTES = 100
_PAGE = Wanted(
    accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.1", most_bytes=PAGE_BYTES, one_site=True
)  # fmt: skip
_ROBOTS = Wanted(accept="text/plain, */*;q=0.5", most_bytes=PAGE_BYTES)


@dataclass(frozen=True, kw_only=True)
class PageRead:
    """What became of the page of one item."""

    item_id: str
    feed: str
    url: str
    #: None: it was read, and is the item's body now
    refused: PageRefused | None = None
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """What was done about the page of an item."""

    at: datetime
    #: when the item was edited last as its page was asked for, or by it
    edited_at: datetime | None = None
    times: int = 1
    refused: PageRefused | None = None
    #: by an earlier run
    is_earlier: bool = False

    def is_over(self, stored: StoredItem, now: datetime) -> bool:
        """Nothing is to be done about it again now."""
        if self.refused is not None and self.refused.problem in PASSING:
            return self.times >= MOST_TRIES or now < self.at + RETRY_AFTER
        if self.is_earlier:
            return stored.updated_at is None or stored.updated_at <= self.at
        return self.edited_at == stored.updated_at or now < self.at + REREAD_AFTER


class PageReader:
    """Reads the pages that are due. Its methods belong to one event loop; `stop` it once."""

    def __init__(
        self, *, store: StoreThread, writer: Writer, fetcher: Fetcher, workers: ParseWorkers, clock: Clock
    ) -> None:
        self._store, self._writer, self._fetcher, self._workers = store, writer, fetcher, workers
        self._clock = clock
        self._in_hand: dict[str, asyncio.Task[PageRead | None]] = {}
        #: None: not yet looked up in the database
        self._tried: OrderedDict[str, _Tried] | None = None
        self._robots: OrderedDict[str, tuple[datetime, Robots]] = OrderedDict()
        self._hosts: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        #: when a host may be asked for a page again, by the loop's clock
        self._next: OrderedDict[str, float] = OrderedDict()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def start_due(self, configuration: Configuration) -> None:
        """Begins with every page that is due and not in hand. Asks nothing where no feed wants pages read."""
        feeds = {feed.name: feed for feed in configuration.feeds if feed.full_text}
        if not feeds:
            return
        now = self._clock()
        if self._tried is None:
            self._tried = _tried_before(await self._store.read(lambda tx: tx.daemon_state().pages))
        for stored in await self._store.read(lambda tx: tx.reports_since(now - FRESH)):
            id = stored.item.id
            if id in self._in_hand or not is_due(stored, feeds) or _is_over(self._tried.get(id), stored, now):
                continue
            task = asyncio.create_task(self._read(stored, configuration))
            self._in_hand[id] = task
            task.add_done_callback(lambda _, id=id: self._in_hand.pop(id, None))  # type: ignore[misc]

    async def read_due(self, configuration: Configuration) -> list[PageRead]:
        """Reads every page that is due, and answers when all are done."""
        await self.start_due(configuration)
        return [read for read in await asyncio.gather(*self._in_hand.values()) if read is not None]

    async def stop(self) -> None:
        """Gives up what is in hand; it is still due in the database."""
        tasks = list(self._in_hand.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, stored: StoredItem, configuration: Configuration) -> PageRead | None:
        """One page, whatever happens; None where it could not be kept."""
        read = PageRead(item_id=stored.item.id, feed=stored.item.feed, url=stored.item.url)
        try:
            problem = page_problem(stored)
            page = PageRefused(problem=problem) if problem else await self._page(stored, configuration)
            now = self._clock()
            answer: list[Alert] | PageRefused = page if isinstance(page, PageRefused) else await self._writer.add_page(
                stored.item.id, page, configuration, now=now
            )  # fmt: skip
        except StoreError as error:
            log.error("what a page adds was not kept, it is read again item=%s why=%r", read.item_id, str(error))
            return None
        except Exception:
            log.exception("a bug in reading the page of one item; it is left alone item=%s", read.item_id)
            answer, now = PageRefused(problem=PageProblem.NO_TEXT, detail="a bug"), self._clock()
        refused = answer if isinstance(answer, PageRefused) else None
        await self._remember(stored, refused, now)
        read = replace(read, refused=refused, alerts=() if isinstance(answer, PageRefused) else tuple(answer))
        _say(read)
        return read

    async def _remember(self, stored: StoredItem, refused: PageRefused | None, now: datetime) -> None:
        assert self._tried is not None
        id = stored.item.id
        before = self._tried.pop(id, None)
        times = 1 if before is None or before.refused is None else before.times + 1
        edited_at = stored.updated_at if refused is not None else now
        self._tried[id] = _Tried(at=now, edited_at=edited_at, times=times, refused=refused)
        if len(self._tried) > _MOST_TRIED:
            self._tried.popitem(last=False)
        if refused is None:
            return
        note = PageNote(item_id=id, at=now, problem=str(refused.problem), detail=refused.detail)

        def keep(tx: Transaction) -> None:
            tx.note_daemon(pages=tx.daemon_state().pages.with_note(note, most=_MOST_NOTES))

        try:
            await self._store.run(keep)
        except StoreError as error:
            log.error("why a page was not read was not kept item=%s why=%r", id, str(error))

    async def _page(self, stored: StoredItem, configuration: Configuration) -> Entry | PageRefused:
        """Title and main text of the item's page, once its host may be asked."""
        try:
            host = key_of(stored.item.url)
        except ValueError:
            return PageRefused(problem=PageProblem.NO_LINK)
        # a link is a publisher's, and may not lead to what only feeds of the operator's own may be fetched from
        feed_url = next((feed.url for feed in configuration.feeds if feed.name == stored.item.feed), "")
        async with self._hosts.setdefault(host, asyncio.Lock()):
            robots = await self._robots_of(host, feed_url)
            if refused := _forbidden(robots, stored.item.url):
                return refused
            # a redirect within the site may lead to where the host wants nobody
            hops: list[PageRefused] = []

            def may(url: str, robots: Robots = robots, hops: list[PageRefused] = hops) -> bool:
                hops.extend(filter(None, [_forbidden(robots, url)]))
                return not hops

            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._next.get(host, 0.0) - loop.time()))
            async with self._turns:
                fetched = await self._fetcher.fetch(stored.item.url, wanted=replace(_PAGE, may=may), named_by=feed_url)
            self._next.pop(host, None)
            self._next[host] = loop.time() + max(HOST_GAP, robots.delay).total_seconds()
            if len(self._next) > _MOST_HOSTS:
                self._next.popitem(last=False)
        if not isinstance(fetched, Fetched):
            return hops[0] if hops else _not_fetched(fetched)
        return await self._text(fetched, stored)

    async def _robots_of(self, host: str, feed_url: str) -> Robots:
        """What the host allows, asked once a day."""
        now = self._clock()
        until, robots = self._robots.get(host, (now, Robots()))
        if now < until:
            return robots
        async with self._turns:
            robots = robots_of(await self._fetcher.fetch(f"{host}/robots.txt", wanted=_ROBOTS, named_by=feed_url))
        self._robots.pop(host, None)
        self._robots[host] = (now + robots.holds, robots)
        if len(self._robots) > _MOST_HOSTS:
            self._robots.popitem(last=False)
        return robots

    async def _text(self, fetched: Fetched, stored: StoredItem) -> Entry | PageRefused:
        if not is_page(fetched.content_type):
            return PageRefused(problem=PageProblem.NOT_A_PAGE, detail=(fetched.content_type or "")[:100])
        # of the last rank: no feed waits for a page
        parsed = await self._workers.parse(
            fetched.body, content_type=fetched.content_type, base_url=fetched.final_url, now=self._clock(),
            language=stored.item.language, rank=SUSPECT, is_article=True,
        )  # fmt: skip
        if isinstance(parsed, ParseFailed):
            detail = "" if parsed.problem is ParseProblem.NOT_A_FEED else f"{parsed.result}: {parsed.detail}"
            return PageRefused(problem=PageProblem.NO_TEXT, detail=detail)
        return parsed.entries[0] if parsed.entries else PageRefused(problem=PageProblem.NO_TEXT)


def _tried_before(notes: PageNotes) -> OrderedDict[str, _Tried]:
    """What an earlier run asked for in vain; what may be otherwise by now is asked for again."""
    known = {str(problem): problem for problem in PageProblem if problem not in PASSING}
    return OrderedDict(
        (note.item_id, _Tried(at=note.at, is_earlier=True, refused=PageRefused(problem=known[note.problem])))
        for note in notes.notes
        if note.problem in known
    )


def _is_over(tried: _Tried | None, stored: StoredItem, now: datetime) -> bool:
    if tried is None:  # read by an earlier run
        return stored.novelty_reason is NoveltyReason.FULL_TEXT
    return tried.is_over(stored, now)


def _forbidden(robots: Robots, url: str) -> PageRefused | None:
    if robots.allows(url):
        return None
    if robots.unread:
        return PageRefused(problem=PageProblem.ROBOTS_UNREAD, detail=robots.unread)
    return PageRefused(problem=PageProblem.ROBOTS, detail=shown(url))


def _not_fetched(fetched: FetchFailed | NotModified) -> PageRefused:
    if isinstance(fetched, NotModified):
        return PageRefused(problem=PageProblem.NOT_FETCHED, detail="the server says not modified to an open question")
    if fetched.problem is FetchProblem.BAD_REDIRECT:
        return PageRefused(problem=PageProblem.OTHER_SITE, detail=fetched.detail)
    return PageRefused(problem=PageProblem.NOT_FETCHED, detail=f"{fetched.result}: {fetched.told}")


def _say(read: PageRead) -> None:
    if read.refused is None:
        log.info("read the page feed=%s item=%s alerts=%d", read.feed, read.item_id, len(read.alerts))
        return
    log.info(
        "read no page feed=%s item=%s why=%r detail=%r", read.feed, read.item_id, str(read.refused.problem),
        read.refused.detail,
    )  # fmt: skip
