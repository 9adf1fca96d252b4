"""THE STORY of one news item, from feed to outbox. Order only: every decision is a function elsewhere.

    feeds.fetch → feeds.parse → recognise → classify → relate → decide ─┬─ store, in one transaction
                                                                        └─ delivery.py sends later, from the outbox

`poll` reads one feed and keeps what it says; nothing is sent here. Whatever a publisher does ends as a named result
in the feed's state; an exception that leaves this module is a bug or a database that is gone.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.decide import heard, repeated
from monitor.alerts.message import incident_alert
from monitor.classify.rulefile import RuleSet
from monitor.desk import Desk
from monitor.feeds.cadence import next_poll, poll_url, watch_redirect
from monitor.feeds.fetch import Fetcher
from monitor.feeds.silence import after_answer, asks_plainly
from monitor.feeds.workers import ParseWorkers
from monitor.judging import JUDGED, Judgement, earliest_day, incident_after, judge, remember_incident
from monitor.meaning import Incident, RelationKind, StoredItem
from monitor.memory import give_back
from monitor.messages import Alert
from monitor.news import (
    Clock,
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchProblem,
    Item,
    NotModified,
    Novelty,
    ParsedFeed,
    ParseFailed,
    PollEvent,
    Recognised,
)
from monitor.notices import feed_notices, once_told
from monitor.outlook import Reach, reach_of
from monitor.recognise.canonical import canonical_url
from monitor.recognise.crowds import habits_after
from monitor.recognise.novelty import document_keys, recognise
from monitor.store.store import Transaction
from monitor.store.thread import StoreThread

log = logging.getLogger(__name__)

#: lines and counts in a detail change with every document, what is odd about the feed does not
_COUNT = re.compile(r"\d[\d,]*(?: characters?)?")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a feed said this time: the outcome of fetch and parse, and the entries where there are any."""

    #: the address that was asked
    url: str
    outcome: Fetched | NotModified | FetchFailed | ParseFailed
    #: validators to remember; only of a body that could be parsed
    fetched: Fetched | None = None
    parsed: ParsedFeed | None = None
    #: asked without validators, because what they say was doubted
    plainly: bool = False
    ms: int = 0

    @property
    def detail(self) -> str:
        """Why it brought nothing, with what to do about it where that lies with us."""
        return self.outcome.told if isinstance(self.outcome, FetchFailed) else getattr(self.outcome, "detail", "")


@dataclass(frozen=True, kw_only=True)
class PollReport:
    """One poll of one feed, for logs, `poll` and tests."""

    feed: str
    result: str
    detail: str = ""
    ms: int = 0
    entries: int = 0
    new: int = 0
    updated: int = 0
    seen: int = 0
    copies: int = 0
    old: int = 0
    #: entries without anything to read, or beyond what one document may hold
    dropped: int = 0
    alerts: tuple[Alert, ...] = ()
    judged: tuple[Judgement, ...] = ()
    reach: Reach = Reach.ANSWERED

    @property
    def failed(self) -> bool:
        return self.reach is not Reach.ANSWERED


class Pipeline:
    """Reads feeds and keeps what they say. Holds the parts that do input and output; decides nothing."""

    def __init__(self, *, store: StoreThread, fetcher: Fetcher, workers: ParseWorkers, clock: Clock) -> None:
        self._store = store
        self._fetcher = fetcher
        self._workers = workers
        self._clock = clock

    async def poll(
        self,
        feed: Feed,
        state: FeedState,
        desk: Desk,
        *,
        alert_backlog: bool = False,
        dry_run: bool = False,
        offline: bool = False,
    ) -> PollReport:
        """One feed, once: fetch, parse, recognise, judge, keep. `dry_run` answers the same and keeps nothing.

        `state` says which address to ask and what has not changed since.
        """
        reading = await self._read(feed, state)
        report = await self._store.run(
            lambda tx: self._keep(tx, feed, reading, desk, alert_backlog=alert_backlog, offline=offline),
            keep=not dry_run,
        )
        log.log(
            logging.INFO if _is_worth_a_line(report, state) else logging.DEBUG,
            "polled feed=%s result=%r new=%d updated=%d seen=%d copy=%d old=%d alerts=%d ms=%d"
            + (" detail=%r" if report.detail else ""),
            feed.name, report.result, report.new, report.updated, report.seen, report.copies, report.old,
            len(report.alerts), report.ms, *filter(None, [report.detail]),
        )  # fmt: skip
        odd = isinstance(reading.outcome, Fetched) and report.detail
        if odd and _COUNT.sub("", report.detail) != _COUNT.sub("", state.last_detail):
            log.warning("feed=%s was read, but: %s", feed.name, report.detail)
        if report.result == FetchProblem.BLOCKED_ADDRESS != state.last_result:
            log.warning("a feed is not asked, its address is blocked feed=%s why=%r", feed.name, report.detail)
        return report

    async def _read(self, feed: Feed, state: FeedState) -> Reading:
        """Fetch and parse; both under limits, neither ever raises for what a publisher does."""
        started = time.monotonic()
        url = poll_url(feed, state, now=self._clock())
        plainly = asks_plainly(feed, state, now=self._clock())
        etag, last_modified = (None, None) if plainly else (state.etag, state.last_modified)
        fetched = await self._fetcher.fetch(url, etag=etag, last_modified=last_modified, body_hash=state.body_hash)
        reading = Reading(url=url, outcome=fetched)
        if isinstance(fetched, Fetched):
            parsed = await self._workers.parse(
                fetched.body,
                content_type=fetched.content_type,
                base_url=fetched.final_url,
                now=self._clock(),
                language=feed.language,
            )
            if isinstance(parsed, ParsedFeed):
                # the bytes have served; a first poll of hundreds of feeds would hold them all
                fetched = replace(fetched, body=b"", detail="; ".join(filter(None, (fetched.detail, parsed.detail))))
                if not parsed.is_whole:  # remembered as known, the rest would never be asked for
                    fetched = replace(fetched, etag=None, last_modified=None, body_hash="")
                reading = Reading(url=url, outcome=fetched, fetched=fetched, parsed=parsed)
            else:
                reading = Reading(url=url, outcome=parsed)
        return replace(reading, plainly=plainly, ms=round((time.monotonic() - started) * 1000))

    def _keep(
        self, tx: Transaction, feed: Feed, reading: Reading, desk: Desk, *, alert_backlog: bool, offline: bool
    ) -> PollReport:
        """Everything that one poll changes, in the one transaction that `tx` is."""
        now = self._clock()
        state = tx.feed_state(feed.name)
        recognised: tuple[Recognised, ...] = ()
        if reading.parsed is not None:
            entries = reading.parsed.entries
            keys = document_keys(entries, feed=feed)
            known = tx.known({key for one in keys for key in one})
            tx.touch([key for key, held in known.items() if held.last_seen and held.last_seen < now.date()], now=now)
            recognised = recognise(entries, keys, known, feed=feed, state=state, now=now, alert_backlog=alert_backlog)
        judged, alerts = self._keep_items(tx, feed, recognised, desk, now=now)
        after = habits_after(state_after(feed, state, reading, now=now, offline=offline), recognised)
        after = after_answer(state, after, reading.outcome, recognised, plainly=reading.plainly, now=now)
        for notice in feed_notices(feed, state, after, recognised, offline=offline, new_id=tx.new_id, now=now):
            if tx.add_alert(notice, desk.channels.targets(notice.channels)):
                after = once_told(after, notice, now=now)
        report = report_of(feed, reading, recognised, judged, alerts)
        event = PollEvent(
            at=now, result=report.result, detail=report.detail, ms=report.ms, entries=report.entries,
            new=report.new, updated=report.updated, copies=report.copies, old=report.old, dropped=report.dropped,
        )  # fmt: skip
        tx.save_poll(after, event)
        if reading.parsed is not None:
            give_back()
        return report

    def _keep_items(
        self, tx: Transaction, feed: Feed, recognised: Sequence[Recognised], desk: Desk, *, now: datetime
    ) -> tuple[list[Judgement], list[Alert]]:
        """Stores what is not SEEN, judges what is NEW or UPDATED, queues the alerts."""
        judged: list[Judgement] = []
        alerts: list[Alert] = []
        added: list[StoredItem] = []
        keys: list[tuple[int, str | None, int]] = []
        kept = [(one, stored_of(tx, one, feed, now=now)) for one in recognised if one.novelty is not Novelty.SEEN]
        incidents = incidents_around(tx, [stored for _, stored in kept if stored.novelty in JUDGED], desk.rules)
        for found, stored in kept:
            if stored.novelty in JUDGED:
                judgement = judge(stored.item, stored.novelty, incidents, desk.rules, own=stored.incident_id)
                stored = self._keep_judgement(tx, judgement, stored, incidents, desk, alerts, now=now)
                judged.append(judgement)
            if stored.updated_at is not None:
                tx.update_item(stored)
            else:
                added.append(stored)
            keys += [(key, stored.item.id, found.text_hash) for key in found.keys]
        tx.add_items(added)
        tx.remember(feed.name, keys, now=now)
        return judged, alerts

    def _keep_judgement(
        self,
        tx: Transaction,
        judgement: Judgement,
        stored: StoredItem,
        incidents: list[Incident],
        desk: Desk,
        alerts: list[Alert],
        *,
        now: datetime,
    ) -> StoredItem:
        """The incident as the item leaves it, the alert where one is due, and the item with what was decided."""
        incident = judgement.relation.incident
        addressed = [channel for channel in judgement.decision.send_to if desk.channels.targets([channel])]
        decision = heard(judgement.decision, addressed)
        judgement = replace(judgement, decision=decision)
        after = incident_after(judgement, addressed)
        if after is not None:
            if judgement.relation.kind is RelationKind.OPENS:
                tx.add_incident(after)
            else:
                tx.update_incident(after)
        if decision.tell:
            alert = _alert(judgement, after, desk, alert_id=tx.new_id(now), now=now)
            if tx.add_alert(alert, desk.channels.targets(alert.channels)):
                alerts.append(alert)
            else:
                decision, after = repeated(decision), incident
                if after is not None:
                    tx.update_incident(after)
        if after is not None:
            remember_incident(incidents, after)
        return replace(
            stored,
            classification=judgement.classification,
            decision=decision,
            incident_id=after.id if after else None,
        )


def _is_worth_a_line(report: PollReport, before: FeedState) -> bool:
    """A poll that brought something, or whose result is another than last time; thousands a day bring nothing."""
    brought = report.new or report.updated or report.copies or report.old or report.dropped or report.alerts
    return bool(brought) or (report.failed and report.result != before.last_result)


def _alert(judgement: Judgement, incident: Incident | None, desk: Desk, *, alert_id: str, now: datetime) -> Alert:
    rules = desk.rules
    return incident_alert(
        judgement.item, judgement.classification, incident, judgement.decision, alert_id=alert_id, now=now,
        name_of=rules.name_of, country_of=rules.country_name, zone_of=rules.zone_of, title_of=rules.title_of,
    )  # fmt: skip


def incidents_around(tx: Transaction, judged: Sequence[StoredItem], rules: RuleSet) -> list[Incident]:
    """The known incidents that any of these items could belong to, and those that edited ones belong to already."""
    if not judged:
        return []
    own = {stored.incident_id for stored in judged if stored.incident_id is not None}
    return tx.incidents(min(earliest_day(stored.item, rules) for stored in judged), also=own)


def report_of(
    feed: Feed,
    reading: Reading,
    recognised: Sequence[Recognised],
    judged: Sequence[Judgement],
    alerts: Sequence[Alert],
) -> PollReport:
    """The poll in numbers: every entry of the document is in exactly one of them."""
    count = Counter(found.novelty for found in recognised)
    return PollReport(
        feed=feed.name, result=reading.outcome.result, detail=reading.detail,
        ms=reading.ms, entries=len(recognised), new=count[Novelty.NEW], updated=count[Novelty.UPDATED],
        seen=count[Novelty.SEEN], copies=count[Novelty.COPY], old=count[Novelty.OLD],
        dropped=reading.parsed.dropped if reading.parsed else 0, alerts=tuple(alerts),
        judged=tuple(judged), reach=reach_of(reading.outcome),
    )  # fmt: skip


def stored_of(tx: Transaction, found: Recognised, feed: Feed, *, now: datetime) -> StoredItem:
    """What is stored of an entry before it is judged; an edit begins with the incident that its item belongs to."""
    edited = found.novelty in (Novelty.UPDATED, Novelty.OLD) and found.item_id is not None
    before = tx.item(found.item_id) if edited and found.item_id else None
    item = item_of(found.entry, feed, before=before, new_id=tx.new_id, now=now)
    return StoredItem(
        item=item, canonical_url=canonical_url(item.url), guid=found.entry.guid, novelty=found.novelty,
        novelty_reason=found.reason, date_mark=found.entry.date_mark, updated_at=now if before else None,
        copy_of=found.item_id if found.novelty is Novelty.COPY else None,
        incident_id=before.incident_id if before else None,
    )  # fmt: skip


def item_of(
    entry: Entry, feed: Feed, *, before: StoredItem | None, new_id: Callable[[datetime], str], now: datetime
) -> Item:
    """The item that an entry is; an edited one keeps its id, its first-seen time and, once told, its date."""
    published = entry.published
    if before is not None and before.incident_id is not None:
        published = before.item.published
    return Item(
        id=before.item.id if before else new_id(now), title=entry.title, summary=entry.summary, body=entry.body,
        url=entry.url, feed=feed.name, publisher=entry.publisher or feed.publisher or feed.name,
        language=entry.language or feed.language, published=published,
        first_seen=before.item.first_seen if before else now,
    )  # fmt: skip


def detail_after(state: FeedState, reading: Reading) -> str:
    """What people are told of the feed: of a document that has not changed, what was odd about it still is."""
    unchanged = isinstance(reading.outcome, NotModified) and not state.failures
    return reading.detail or (state.last_detail if unchanged else "")


def state_after(feed: Feed, state: FeedState, reading: Reading, *, now: datetime, offline: bool) -> FeedState:
    """What is remembered of a feed after a poll."""
    outcome = reading.outcome
    if state.url != feed.url:
        # the feeds file was edited meanwhile; the new address is due at once and has validators of its own
        return replace(state, last_poll_at=now, last_result=outcome.result, last_detail="asked at its former address")
    cadence = next_poll(feed, state, outcome, now=now, offline=offline, spread=random.random())
    after = replace(
        state, next_poll_at=cadence.next_poll_at, failures=cadence.failures, last_poll_at=now,
        last_result=outcome.result, last_detail=detail_after(state, reading),
    )  # fmt: skip
    if isinstance(outcome, FetchFailed | ParseFailed):
        return after
    permanent = outcome.permanent_url
    redirect_url, redirect_since = watch_redirect(state, permanent, now=now, polled_url=reading.url)
    after = replace(
        after, last_success_at=now, blind_told_at=None, redirect_url=redirect_url, redirect_since=redirect_since,
        baseline_at=state.baseline_at or now,
    )  # fmt: skip
    if reading.fetched is not None:
        fetched = reading.fetched
        return replace(after, etag=fetched.etag, last_modified=fetched.last_modified, body_hash=fetched.body_hash)
    if isinstance(outcome, NotModified):
        return replace(
            after, etag=outcome.etag or state.etag, last_modified=outcome.last_modified or state.last_modified
        )
    return after
