"""The one writer: takes the polls that have gathered and writes them together, in one transaction.

    PollChanges, PollChanges, … ─→ confirm (states, keys) ─→ evaluate (incident, decision) ─→ write, in bulk

While one transaction is written the next polls gather, so a quiet daemon writes each poll at once and a busy one many
together. A poll is whole or not at all: what it stores, its incidents, its alerts with their deliveries, its identity
keys and its feed's next state are committed together. What another poll, or another process, changed since a poll was
judged is seen here, and that poll is judged again by what is true now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.alerts.policy import as_repeat, if_addressed
from monitor.configuration import Configuration
from monitor.errors import StoreError
from monitor.evaluation import (
    INCIDENT_HORIZON,
    Evaluation,
    Ledger,
    copy_key,
    earliest_day,
    incident_after,
    stated_days,
    whole_text,
)
from monitor.incidents.doubts import moved_on
from monitor.incidents.nearcopy import NearCopies
from monitor.malloc import give_back
from monitor.merging import goes_into
from monitor.metering import Meter
from monitor.model.alert import Alert, Decision
from monitor.model.document import Entry
from monitor.model.feed import FeedState
from monitor.model.incident import Incident, RelationKind
from monitor.model.item import Novelty, NoveltyReason, StoredItem
from monitor.model.ledger import REPLACED, ItemVersion
from monitor.outgoing import attention_of, book_of, long_before, tell_change, tell_item
from monitor.pages import PageProblem, PageRefused, loss, text_of
from monitor.polls import PollChanges, PollReport, judge_poll, report_of
from monitor.store.store import Transaction
from monitor.store.thread import StoreThread
from monitor.telling import copy_report
from monitor.topics.attacks.beyond import classify_page
from monitor.topics.attacks.classifier import classify

#: polls in one transaction; what is beyond waits for the next
MOST_POLLS = 100


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    changes: PollChanges
    configuration: Configuration
    written: asyncio.Future[PollReport]


class Writer:
    """Writes polls in the order in which they came."""

    def __init__(self, store: StoreThread, meter: Meter | None = None) -> None:
        self._store = store
        self._meter = meter or Meter()
        self._copies = Copies()
        self._waiting: list[_Waiting] = []
        self._at_work: asyncio.Task[None] | None = None

    async def put(self, changes: PollChanges, configuration: Configuration, *, keep: bool = True) -> PollReport:
        """Writes a poll and answers when it is committed. `keep=False` answers the same and keeps nothing."""
        if not keep:
            (report,) = await self._store.run(
                lambda tx: apply(tx, [(changes, configuration)], self._copies), keep=False
            )
            return report
        waiting = _Waiting(
            changes=changes, configuration=configuration, written=asyncio.get_running_loop().create_future()
        )
        self._waiting.append(waiting)
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._write_all())
        return await waiting.written

    async def add_page(
        self, item_id: str, page: Entry, configuration: Configuration, *, now: datetime
    ) -> list[Alert] | PageRefused:
        """Writes what the page of an item adds to its report; the alerts that follow, or why it adds nothing."""
        return await self._store.run(lambda tx: apply_page(tx, item_id, page, configuration, self._copies, now=now))

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_POLLS], self._waiting[MOST_POLLS:]
            await self._write(batch)

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            pairs = [(one.changes, one.configuration) for one in batch]
            begun = asyncio.get_running_loop().time()
            reports = await self._store.run(lambda tx: apply(tx, pairs, self._copies))
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, StoreError):
                for one in batch:  # what is wrong with one poll is that poll's alone
                    await self._write([one])
                return
            for one in batch:
                if not one.written.done():
                    one.written.set_exception(error)
            return
        self._meter.wrote(len(batch), asyncio.get_running_loop().time() - begun)
        for one, report in zip(batch, reports, strict=True):
            if not one.written.done():  # its poll may have been given up meanwhile; it is kept all the same
                one.written.set_result(report)
        if any(one.changes.recognised for one in batch):
            await self._store.run_between(give_back)


class Copies:
    """The texts of the reports of late, in memory: read from the store once, then kept as they come.

    What a transaction that failed has left in it belongs to no incident, and is passed over.
    """

    def __init__(self) -> None:
        self._index: NearCopies | None = None

    def index(self, tx: Transaction, *, now: datetime) -> NearCopies:
        if self._index is None:
            self._index = NearCopies()
            recent = [incident.id for incident in tx.incidents((now - INCIDENT_HORIZON).date())]
            for incident_id, items in tx.items_of_incidents(recent).items():
                for stored in items:
                    self._index.add(copy_key(incident_id, stored.item), whole_text(stored.item))
        return self._index


def apply(
    tx: Transaction, polls: Sequence[tuple[PollChanges, Configuration]], copies: Copies | None = None
) -> list[PollReport]:
    """Everything that these polls change, in the transaction `tx`."""
    states = {state.name: state for state in tx.feed_states([changes.feed.name for changes, _ in polls])}
    held = tx.holders({key for changes, _ in polls for key in changes.held})
    batch = _Batch(tx, copies or Copies())
    reports = []
    for changes, configuration in polls:
        state = states.get(changes.feed.name) or tx.feed_state(changes.feed.name)
        twice = not batch.keys.isdisjoint(changes.held) or changes.feed.name in batch.feeds
        if twice:
            batch.flush()
            state = tx.feed_state(changes.feed.name)
        if twice or state != changes.before or changes.is_outdated(held):
            changes = judge_poll(
                changes.feed, state, changes.answer, tx, configuration.rules, changes.circumstances,
                readings=changes.readings, new_id=tx.new_id,
            )  # fmt: skip
        reports.append(batch.poll(changes, configuration))
    batch.flush()
    return reports


def apply_page(
    tx: Transaction, item_id: str, page: Entry, configuration: Configuration, copies: Copies, *, now: datetime
) -> list[Alert] | PageRefused:
    """The text of an item's page as the item's later version, in the transaction `tx`.

    Only an addition to its report: what would become another report, or one of another incident, changes nothing.
    """
    stored = tx.item(item_id)
    if stored is None or stored.incident_id is None or stored.classification is None:
        return PageRefused(problem=PageProblem.GONE)
    text = text_of(stored, page)
    if isinstance(text, PageRefused):
        return text
    item = replace(stored.item, body=text)
    found = classify_page(item, configuration.rules)
    before = stored.classification
    if stored.novelty_reason is NoveltyReason.FULL_TEXT:  # read again: what the page said before may have changed
        before = classify(replace(stored.item, body=""), configuration.rules)
    if why := loss(before, found):
        return PageRefused(problem=PageProblem.OTHER_READING, detail=why)
    later = replace(
        stored, item=item, novelty=Novelty.UPDATED, novelty_reason=NoveltyReason.FULL_TEXT, classification=found,
        updated_at=now,
    )  # fmt: skip
    return _Batch(tx, copies).page(later, configuration, now=now)


@dataclass
class _Batch:
    """What the polls of one transaction write: incidents and alerts at once, for the next item must see them; items,
    keys and feeds together at the end."""

    tx: Transaction
    copies: Copies
    keys: set[int] = field(default_factory=set)
    feeds: set[str] = field(default_factory=set)
    _added: list[StoredItem] = field(default_factory=list)
    _updated: list[StoredItem] = field(default_factory=list)
    _copies: list[StoredItem] = field(default_factory=list)
    _remembered: list[tuple[str, int, str | None, int, datetime]] = field(default_factory=list)
    _touched: dict[datetime, list[int]] = field(default_factory=dict)
    _polls: list[tuple[FeedState, PollReport]] = field(default_factory=list)

    def poll(self, changes: PollChanges, configuration: Configuration) -> PollReport:
        """One poll, its items evaluated one after another."""
        now, name = changes.circumstances.at, changes.feed.name
        alerts: list[Alert] = []
        judged: list[tuple[str, str]] = []
        reports = 0
        ledger = self._ledger(changes.to_evaluate, configuration, now=now)
        for found, stored in changes.kept:
            if stored.classification is not None:
                evaluation = ledger.evaluate(
                    stored.item,
                    stored.novelty,
                    stored.classification,
                    configuration.rules,
                    own=stored.incident_id,
                    now=now,
                    date_mark=stored.date_mark,
                )
                stored = self._evaluated(stored, evaluation, ledger, configuration, alerts, now=now)
                reports += stored.incident_id is not None
                if stored.decision is not None:
                    judged.append((evaluation.classification.act, stored.decision.reason))
                if found.replaces is not None:
                    alerts += self._taken_down(found.replaces, stored, ledger, configuration, now=now)
            (self._updated if stored.updated_at is not None else self._added).append(stored)
            if stored.copy_of is not None:
                self._copies.append(stored)
            self._remembered += [(name, key, stored.item.id, found.text_hash, now) for key in found.keys]
            self.keys.update(found.keys)
        for notice in changes.notices:
            self.tx.add_alert(notice, configuration.channels.addresses(notice.channels))
        self.feeds.add(name)
        self._touched.setdefault(now, []).extend(changes.to_touch)
        report = report_of(changes, alerts, reports=reports, judged=judged)
        self._polls.append((changes.after, report))
        return report

    def page(self, stored: StoredItem, configuration: Configuration, *, now: datetime) -> list[Alert] | PageRefused:
        """An item of an incident with the text of its page."""
        assert stored.classification is not None
        ledger = self._ledger([stored], configuration, now=now)
        evaluation = ledger.evaluate(
            stored.item, stored.novelty, stored.classification, configuration.rules, own=stored.incident_id, now=now,
            date_mark=stored.date_mark,
        )  # fmt: skip
        relation = evaluation.relation
        is_own = relation.incident is not None and relation.incident.id == stored.incident_id
        if not is_own or relation.kind is RelationKind.OPENS or relation.merges:
            return PageRefused(problem=PageProblem.OTHER_READING, detail="it would be one of another incident")
        alerts: list[Alert] = []
        self._updated.append(self._evaluated(stored, evaluation, ledger, configuration, alerts, now=now))
        self.flush()
        return alerts

    def flush(self) -> None:
        """Writes what has gathered, with one statement a table."""
        self.tx.add_items(self._added)
        self._keep_versions()
        self.tx.update_items(self._updated)
        self._keep_copies()
        for now, keys in self._touched.items():
            self.tx.touch(keys, now=now)
        self.tx.remember(self._remembered)
        self.tx.save_polls(self._polls)
        for gathered in (self._added, self._updated, self._copies, self._touched, self._remembered, self._polls):
            gathered.clear()

    def _keep_versions(self) -> None:
        """The texts of edited items of incidents as they were, before they are replaced."""
        edited = {stored.item.id: stored.updated_at for stored in self._updated}
        before = self.tx.items_by_id(edited) if edited else {}
        self.tx.add_item_versions(
            [
                ItemVersion(
                    item_id=id, at=at, title=one.item.title, summary=one.item.summary, body=one.item.body,
                    facts=one.classification.facts if one.classification else None,
                )
                for id, one in before.items()
                if one.incident_id is not None and (at := edited[id]) is not None
            ]
        )  # fmt: skip

    def _keep_copies(self) -> None:
        """The same article from another feed: one more report, of which nothing depends."""
        copied = {stored.copy_of for stored in self._copies if stored.copy_of is not None}
        known = self.tx.reported(copied) if copied else {}
        reports = []
        for stored in self._copies:
            first = known.get(stored.copy_of or "")
            if first is not None:
                reports.append(copy_report(stored.item, first, at=stored.item.first_seen))
        self.tx.put_reports(reports)

    def _ledger(self, items: Sequence[StoredItem], configuration: Configuration, *, now: datetime) -> Ledger:
        """The known incidents that any of these items could belong to, and those that edited ones belong to already."""
        if not items:
            return Ledger()
        own = {stored.incident_id for stored in items if stored.incident_id is not None}
        days = {day for one in items if one.classification is not None for day in stated_days(one.classification.facts)}
        first = min(earliest_day(one.item, configuration.rules) for one in items)
        return Ledger(
            self.tx.incidents(first, days=days, also=own),
            attention=attention_of(self.tx, configuration, now=now),
            book=lambda incident_id: book_of(self.tx, incident_id),
            rulings=self.tx.rulings(),
            copies=self.copies.index(self.tx, now=now),
            past=lambda incident: long_before(self.tx, incident),
            claims=self.tx.claims,
        )

    def _evaluated(
        self,
        stored: StoredItem,
        evaluation: Evaluation,
        ledger: Ledger,
        configuration: Configuration,
        alerts: list[Alert],
        *,
        now: datetime,
    ) -> StoredItem:
        """The incident as the item leaves it, the alerts that are due, and the item with what was decided."""
        if evaluation.outcome is None:
            decision, told = tell_item(self.tx, configuration, stored.item, evaluation, now=now)
            alerts += told
            incident = None
        else:
            decision, incident = self._report(stored, evaluation, ledger, configuration, alerts, now=now)
        if stored.incident_id is not None and stored.incident_id != (incident.id if incident else None):
            alerts += self._leave(stored, stored.incident_id, ledger, configuration, now=now)
        return replace(
            stored,
            classification=evaluation.classification,
            decision=decision,
            incident_id=incident.id if incident else None,
        )

    def _report(
        self,
        stored: StoredItem,
        evaluation: Evaluation,
        ledger: Ledger,
        configuration: Configuration,
        alerts: list[Alert],
        *,
        now: datetime,
    ) -> tuple[Decision, Incident]:
        """Keeps what the item says of its incident, the version that it makes, and what channels are told by it."""
        outcome, report = evaluation.outcome, evaluation.report
        assert outcome is not None
        assert report is not None
        opens = evaluation.relation.kind is RelationKind.OPENS
        if opens:  # messages and reports refer to it
            self.tx.add_incident(outcome.view.incident)
        for gone in evaluation.relation.merges:
            if (incident := ledger.known(gone)) is not None:
                goes_into(self.tx, incident, outcome.view.incident.id, now=now)
                self._went_into(gone, outcome.view.incident.id)
        before = ledger.known(outcome.view.incident.id)
        ledger.absorb(evaluation.relation.merges, outcome.view.incident.id)
        book = ledger.book(outcome.view.incident.id)
        spoken = tell_change(self.tx, configuration, outcome, book, now=now)
        decision, told = evaluation.decision, any(one.does == "tell" for one in outcome.tellings)
        if decision.tell and not told:  # the item itself
            decision, more = tell_item(self.tx, configuration, stored.item, evaluation, now=now)
            alerts += more
            evaluation = replace(evaluation, decision=decision)
        elif told:
            decision = if_addressed(decision, spoken.channels)
            decision = decision if spoken.alerts or not decision.tell else as_repeat(decision)
            evaluation = replace(evaluation, decision=decision)
        alerts += spoken.alerts
        after = incident_after(evaluation, spoken.channels)
        assert after is not None
        self.tx.update_incident(after)
        if opens or before is None or before.places != after.places:
            self.tx.put_places(after)
        self.tx.put_reports([report])
        if outcome.change is not None:
            self.tx.add_versions([outcome.change])
        book.reports[report.id] = report
        ledger.remember(after, stored.item)
        return decision, after

    def _went_into(self, gone: str, kept: str) -> None:
        """Items of this transaction that belong to an incident which is no more; the stored ones were moved."""
        for gathered in (self._added, self._updated, self._copies):
            gathered[:] = [replace(one, incident_id=kept) if one.incident_id == gone else one for one in gathered]

    def _taken_down(
        self, replaced: str, by: StoredItem, ledger: Ledger, configuration: Configuration, *, now: datetime
    ) -> list[Alert]:
        """The publisher has put another story in the place of an article: what that said of its incident is gone."""
        former = self.tx.items_by_id([replaced]).get(replaced)
        if former is None or former.incident_id is None or former.incident_id == by.incident_id:
            return []
        if moved_on(former.item, by.item):
            return []
        if ledger.known(former.incident_id) is None and (incident := self.tx.incident(former.incident_id)) is not None:
            ledger.remember(incident)
        return self._leave(former, former.incident_id, ledger, configuration, doubts=(REPLACED,), now=now)

    def _leave(
        self,
        stored: StoredItem,
        incident_id: str,
        ledger: Ledger,
        configuration: Configuration,
        *,
        doubts: tuple[str, ...] = (),
        now: datetime,
    ) -> list[Alert]:
        """An edited item tells of no attack, or of another one: what it said of its incident is taken back."""
        book, incident = ledger.book(incident_id), ledger.known(incident_id)
        report = book.reports.get(stored.item.id)
        if incident is None or report is None:
            return []
        gone = replace(report, retracted=("*",), retracted_at=now, doubts=(*report.doubts, *doubts))
        outcome = ledger.outcome(incident, incident, book, gone, configuration.rules, now=now)
        spoken = tell_change(self.tx, configuration, outcome, book, now=now)
        after = replace(outcome.view.incident, told=incident.told or bool(spoken.channels))
        self.tx.update_incident(after)
        self.tx.put_reports([gone])
        if outcome.change is not None:
            self.tx.add_versions([outcome.change])
        book.reports[gone.id] = gone
        ledger.remember(after)
        return spoken.alerts
