"""THE STORY of one poll, in three calls: read what the feed says, judge it, put what follows.

    feeds.fetch → feeds.parse ─→ dedupe → classify ─→ relate → decide ─┬─ store, in one transaction
          read                      judge                    put       └─ delivery.py sends later, from the outbox

Order only: every decision is a function elsewhere (`polls.judge_poll`, `evaluation`), and everything is written in one
place (`writer`). Whatever a publisher does ends as a named result in the feed's state; an exception that leaves this
module is a bug or a database that is gone.
"""

from __future__ import annotations

import logging
import random
import re
import time
from dataclasses import replace

from monitor.configuration import Configuration
from monitor.crowdreader import AT_ONCE, CrowdReader
from monitor.feeds.cadence import asks_unconditionally, poll_url
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.lanes import Place, rank_of
from monitor.feeds.parse.pool import ParseWorkers
from monitor.following import read_body
from monitor.metering import Meter
from monitor.model.clock import Clock
from monitor.model.document import FeedAnswer, Fetched, FetchProblem, ParsedFeed, ParseFailed
from monitor.model.feed import Feed, FeedState
from monitor.model.rhythm import EACH_FOR_ITSELF, Pacing
from monitor.polls import Circumstances, Past, PollChanges, PollReport, judge_poll
from monitor.store.ids import new_id
from monitor.store.thread import StoreThread
from monitor.writer import Writer

log = logging.getLogger(__name__)

#: lines and counts in a detail change with every document, what is odd about the feed does not
_COUNT = re.compile(r"\d[\d,]*(?: characters?)?")


class Pipeline:
    """Reads feeds and keeps what they say. Holds the parts that do input and output; decides nothing."""

    def __init__(
        self,
        *,
        store: StoreThread,
        fetcher: Fetcher,
        workers: ParseWorkers,
        clock: Clock,
        meter: Meter | None = None,
    ) -> None:
        self._store = store
        #: the one writer, for pages as well
        self.writer = self._writer = Writer(store, meter)
        self._fetcher = fetcher
        self._workers = workers
        self._clock = clock
        self._crowds = CrowdReader()

    async def poll(
        self,
        feed: Feed,
        state: FeedState,
        configuration: Configuration,
        *,
        alert_backlog: bool = False,
        dry_run: bool = False,
        offline: bool = False,
        pacing: Pacing = EACH_FOR_ITSELF,
        place: Place | None = None,
    ) -> PollReport:
        """One feed, once: read, judge, put. `dry_run` answers the same and keeps nothing.

        `state` says which address to ask and what has not changed since; `place` is the poll's in its lane.
        """
        answer = await self._read(feed, state, place)
        circumstances = Circumstances(
            at=self._clock(), offline=offline, alert_backlog=alert_backlog, spread=random.random(),
            zone=configuration.zone, pacing=pacing,
        )  # fmt: skip
        changes = await self._judge(feed, state, answer, configuration, circumstances, place)
        if place is not None and answer.parsed is None:
            place.leave()  # what is left to write is small: the next feeds are asked, and many are written together
        report = await self._writer.put(changes, configuration, keep=not dry_run)
        _say(report, state, answer)
        return report

    async def _read(self, feed: Feed, state: FeedState, place: Place | None) -> FeedAnswer:
        """Fetch and parse; both under limits, neither ever raises for what a publisher does."""
        started = time.monotonic()
        url = poll_url(feed, state, now=self._clock())
        unconditional = asks_unconditionally(feed, state, now=self._clock())
        etag, last_modified = (None, None) if unconditional else (state.etag, state.last_modified)
        fetched = await self._fetcher.fetch(
            url, etag=etag, last_modified=last_modified, body_hash=state.body_hash, publisher=feed.publisher,
            on_large=place.is_large if place else None,
        )  # fmt: skip
        if place is not None:
            place.answered()
        answer = FeedAnswer(url=url, outcome=fetched)
        if isinstance(fetched, Fetched):
            reading = read_body(
                fetched, fetcher=self._fetcher, workers=self._workers, now=self._clock(), language=feed.language,
                layout=feed.layout, rank=rank_of(state), on_slow=place.is_slow if place else None,
                on_follow=place.follows if place else None,
            )  # fmt: skip
            # once read, the bytes have served; a first poll of hundreds of feeds would hold them all
            answer, fetched = FeedAnswer(url=url, outcome=replace(fetched, body=b"")), replace(fetched, body=b"")
            parsed = await reading
            if isinstance(parsed, ParsedFeed):
                fetched = replace(fetched, detail="; ".join(filter(None, (fetched.detail, parsed.detail))))
                if not parsed.is_whole:  # remembered as known, the rest would never be asked for
                    fetched = replace(fetched, etag=None, last_modified=None, body_hash="")
                answer = FeedAnswer(url=url, outcome=fetched, parsed=parsed, cost_ms=parsed.cost_ms)
            else:
                cost_ms = parsed.cost_ms if isinstance(parsed, ParseFailed) else 0
                answer = FeedAnswer(url=url, outcome=parsed, cost_ms=cost_ms)
        return replace(answer, unconditional=unconditional, ms=round((time.monotonic() - started) * 1000))

    async def _judge(
        self,
        feed: Feed,
        state: FeedState,
        answer: FeedAnswer,
        configuration: Configuration,
        circumstances: Circumstances,
        place: Place | None,
    ) -> PollChanges:
        """What follows from the answer, beside what the database knows now."""

        def judge(past: Past | None) -> PollChanges:
            return judge_poll(
                feed, state, answer, past, configuration.rules, circumstances, most=AT_ONCE, new_id=new_id
            )

        if answer.parsed is None:
            return judge(None)
        changes = await self._store.read(judge)
        if not changes.unread:
            return changes
        if place is not None:
            place.is_slow()  # a crowd takes seconds, and other crowds go before it
        return await self._crowds.read(changes, configuration.rules)


def _say(report: PollReport, before: FeedState, answer: FeedAnswer) -> None:
    """The poll as log lines: at info where it brought something, or failed in another way than last time."""
    brought = report.new or report.updated or report.copies or report.old or report.dropped or report.alerts
    log.log(
        logging.INFO if brought or (report.failed and report.result != before.last_result) else logging.DEBUG,
        "polled feed=%s result=%r new=%d updated=%d seen=%d copy=%d old=%d alerts=%d ms=%d"
        + (" detail=%r" if report.detail else ""),
        report.feed, report.result, report.new, report.updated, report.seen, report.copies, report.old,
        len(report.alerts), report.ms, *filter(None, [report.detail]),
    )  # fmt: skip
    odd = isinstance(answer.outcome, Fetched) and report.detail
    if odd and _COUNT.sub("", report.detail) != _COUNT.sub("", before.last_detail):
        log.warning("feed=%s was read, but: %s", report.feed, report.detail)
    if report.result == FetchProblem.BLOCKED_ADDRESS != before.last_result:
        log.warning("a feed is not asked, its address is blocked feed=%s why=%r", report.feed, report.detail)
