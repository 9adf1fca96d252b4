"""Every question of every poll finds its rows by an index, also when the tables are long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from databases import database
from monitor.model.alert import DecisionReason
from monitor.model.delivery import DeliveryState
from monitor.model.feed import Poll
from monitor.model.item import Novelty
from monitor.model.ledger import Report
from monitor.model.report import Act, Facts, Level, Link
from monitor.store.engine import begin, open_engine
from monitor.store.paging import Behind, DeliveryFilter, ItemFilter
from monitor.store.store import Transaction
from monitor.store.tables import metadata
from values import FEED, INCIDENT, NOW, stored_item

REPORT = Report(
    id="A", incident_id="x", link=Link.REPORT, act=Act.ATTACK, facts=Facts(), publisher="", title="", reported_at=NOW,
    seen_at=NOW,
)  # fmt: skip
QUESTIONS: dict[str, Callable[[Transaction], object]] = {
    "feed_state": lambda tx: tx.feed_state(FEED.name),
    "due_feeds": lambda tx: tx.due_feeds(NOW),
    "save_poll": lambda tx: tx.save_polls([(tx.feed_state(FEED.name), Poll(at=NOW, result="fetched"))]),
    "feed_events": lambda tx: tx.polls_of(FEED.name),
    "polls of feeds": lambda tx: tx.polls_of_feeds([1, 2]),
    "known": lambda tx: tx.known([1, 2]),
    "touch": lambda tx: tx.touch([1, 2], now=NOW),
    "item": lambda tx: tx.item("A"),
    "items": lambda tx: tx.items(NOW, limit=10),
    "items of a feed": lambda tx: tx.items(NOW, feed=FEED.name, limit=10),
    "reports_since": lambda tx: tx.reports_since(NOW),
    "items_in_order": lambda tx: list(tx.items_in_order(NOW)),
    "count_items": lambda tx: tx.count_items(NOW),
    "find_item_by_url": lambda tx: tx.find_item_by_url("https://x.example/1"),
    "items_of_incidents": lambda tx: tx.items_of_incidents(["x", "y"]),
    "incident_sources": lambda tx: tx.incident_sources(["2026-11-23-erbil", "other"]),
    "ids_of_day": lambda tx: tx.ids_of_day("11", "17"),
    "incidents by date": lambda tx: tx.incidents(NOW.date()),
    "incidents by date and id": lambda tx: tx.incidents(NOW.date(), also=["x"]),
    "update_incident": lambda tx: tx.update_incident(INCIDENT),
    "update_item": lambda tx: tx.update_items([stored_item("A")]),
    "alerts": lambda tx: tx.alerts(NOW),
    "due_deliveries": lambda tx: tx.due_deliveries(NOW),
    "oldest_due": lambda tx: tx.oldest_due(),
    "begin_attempt": lambda tx: tx.begin_attempt("x", now=NOW),
    "recover_sending": lambda tx: tx.recover_sending(now=NOW),
    "reports_of": lambda tx: tx.reports_of(["x", "y"]),
    "put_reports": lambda tx: tx.put_reports([REPORT]),
    "move_reports": lambda tx: tx.move_reports(["A"], "x", "y"),
    "incidents_at": lambda tx: tx.incidents_at(["x", "y"], ["IQ"], NOW.date()),
    "sightings": lambda tx: tx.sightings(["x", "y"], ["IQ"], NOW.date(), NOW.date()),
    "last_days": lambda tx: tx.last_days(["x", "y"], ["IQ"], NOW.date()),
    "put_places": lambda tx: tx.put_places(INCIDENT),
    "versions": lambda tx: tx.versions("x"),
    "changes_since": lambda tx: tx.changes_since(NOW),
    "item_versions": lambda tx: tx.item_versions("x"),
    "notifications": lambda tx: tx.notifications(["x", "y"]),
    "unacknowledged": lambda tx: tx.unacknowledged("duty", Level.FLASH, NOW),
    "mark_taken": lambda tx: tx.mark_taken("x", "duty", NOW),
    "mark_failed": lambda tx: tx.mark_failed("x", "duty", NOW),
    "held": lambda tx: tx.held(NOW),
    "held of one": lambda tx: tx.held(incident_id="x"),
    "claims": lambda tx: tx.claims(["x", "y"], NOW),
    "forget_notifications": lambda tx: tx.forget_notifications("x"),
    "acks": lambda tx: tx.acks(["x", "y"]),
    "silences": lambda tx: tx.silences(NOW),
    "held_back": lambda tx: tx.held_back(incident_id="x"),
    "held_back by": lambda tx: tx.held_back(silences=[1, 2]),
    "deeds": lambda tx: tx.deeds(limit=5, before=7),
    "channel_state": lambda tx: tx.channel_state("duty"),
    "state_get": lambda tx: tx.state_get("x"),
    "polled badly": lambda tx: tx.polled_badly(),
    "items by act": lambda tx: tx.items_page(ItemFilter(act=Act.THREAT), limit=5),
    "items by rule": lambda tx: tx.items_page(ItemFilter(rule="x"), limit=5),
    "items by decision": lambda tx: tx.items_page(ItemFilter(decision=DecisionReason.HELD), limit=5),
    "items by novelty": lambda tx: tx.items_page(ItemFilter(novelty=Novelty.UPDATED), limit=5),
    "items of a feed, page by page": lambda tx: tx.items_page(ItemFilter(feed=FEED.name), limit=5),
    "all items, page by page": lambda tx: tx.items_page(ItemFilter(), after=Behind(NOW, "x"), limit=5),
    "counts by rule": lambda tx: tx.counts_by_rule(NOW),
    "untold of rules": lambda tx: tx.untold_of_rules(["x", "y"], NOW, limit=5),
    "deliveries page": lambda tx: tx.deliveries_page(DeliveryFilter(state=DeliveryState.GAVE_UP), limit=5),
    "lines": lambda tx: tx.lines(NOW),
    "prune": lambda tx: tx.prune(before=NOW, now=NOW),
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with database("sqlite", tmp_path) as address:
        engine = open_engine(address)
        with begin(engine) as opened:
            Transaction(opened).sync_feeds([FEED], now=NOW)
            yield opened
            opened.rollback()
        engine.dispose()


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_table_is_read_from_end_to_end(question: str, connection: Connection) -> None:
    asked: list[tuple[str, object]] = []
    listener = lambda _c, _cur, statement, parameters, _ctx, _many: asked.append((statement, parameters))  # noqa: E731
    event.listen(connection, "before_cursor_execute", listener)
    QUESTIONS[question](Transaction(connection))
    event.remove(connection, "before_cursor_execute", listener)
    assert asked
    for statement, parameters in asked:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
        tables = {row[3].split()[1] for row in plan if row[3].startswith("SCAN") and "USING" not in row[3]}
        assert not tables & set(metadata.tables), statement
