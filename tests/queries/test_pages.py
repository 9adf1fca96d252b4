"""Pages put together are the whole, also while rows are added; a cursor that is none is said to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgers import ASAD, ERBIL, IRAQ, incident_at, put, report_of
from monitor.errors import UsageError
from monitor.feeds.condition import Doing
from monitor.model.alert import DecisionReason
from monitor.model.delivery import Address, DeliveryState, GaveUp, SendOutcome, SendResult, Sent
from monitor.model.feed import Feed, Poll
from monitor.model.item import Novelty
from monitor.model.ledger import Grade
from monitor.model.report import Act, Level
from monitor.queries.alerts import alerts
from monitor.queries.closecalls import close_calls
from monitor.queries.deliveries import channel_lines, deliveries
from monitor.queries.feedsboard import feed_shown, feeds_page, overview
from monitor.queries.items import count_items, items
from monitor.queries.ledger import Wanted, ledger
from monitor.queries.listing import IncidentFilter, filter_of, listing
from monitor.queries.paging import cursor_of, keys_of
from monitor.queries.rulesboard import rule_shown, rules_shown
from monitor.store.paging import AlertFilter, DeliveryFilter, ItemFilter
from monitor.store.store import Store, Transaction
from newsroom import shipped_rules
from values import CHAT, FEED, INCIDENT, MAIL, NOW, full_item, incident_alert, stored_item

BEGIN = date(2026, 11, 1)


def filled(tx: Transaction) -> None:
    for number in range(24):
        place = (ASAD, ERBIL, IRAQ)[number % 3]
        day = BEGIN + timedelta(days=number // 4)
        incident = incident_at(
            place, day, id=f"{day}-{number}", claimed_by=("group-a",) if number % 5 == 0 else (),
            weapons=("drone", "rocket") if number % 2 else ("mortar",), level=list(Level)[number % 4],
            opened_at=datetime(2026, 11, 1, number % 2, tzinfo=UTC), told=number % 2 == 0,
            more_places=(ERBIL,) if number % 6 == 0 and place is ASAD else (),
        )  # fmt: skip
        reports = [report_of(f"r{number}-{n}", incident, publisher=f"P{n}") for n in range(number % 3)]
        put(tx, incident, *reports)


def all_pages(tx: Transaction, wanted: IncidentFilter, rows: Wanted | None, limit: int) -> list[str]:
    found, cursor = [], ""
    while True:
        page = listing(tx, wanted, rows=rows, cursor=cursor, limit=limit)
        found += [row.row for row in page.rows]
        cursor = page.following
        if not cursor:
            return found


WANTED = st.builds(
    Wanted,
    since=st.dates(BEGIN - timedelta(days=1), BEGIN + timedelta(days=7)),
    until=st.none() | st.dates(BEGIN, BEGIN + timedelta(days=7)),
    is_place=st.sampled_from([None, lambda place: place.id == "erbil", lambda place: place.id == "nowhere"]),
    country=st.sampled_from(["", "IQ", "SY"]),
    actors=st.sampled_from([None, frozenset({"group-a"}), frozenset({"other"}), frozenset[str]()]),
    weapon=st.sampled_from(["", "drone", "mortar", "missile"]),
    grade=st.sampled_from([None, *Grade]),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=WANTED, limit=st.integers(1, 30))
def test_pages_put_together_are_the_whole_ledger(store: Store, wanted: Wanted, limit: int) -> None:
    with store.transaction(keep=False) as tx:
        filled(tx)
        whole = [row.row for row in ledger(tx, wanted)]
        assert all_pages(tx, filter_of(tx, wanted), wanted, limit) == whole


def test_a_page_goes_on_behind_the_last_row_while_incidents_are_added(store: Store) -> None:
    with store.transaction() as tx:
        filled(tx)
        first = listing(tx, limit=5)
        rest = all_pages(tx, IncidentFilter(), None, 5)[len(first.rows) :]
        put(tx, incident_at(ASAD, BEGIN + timedelta(days=20), id="2026-11-21-new"))
        second = listing(tx, limit=5, cursor=first.following)
        assert [row.row for row in second.rows] == rest[: len(second.rows)]


def test_the_ledger_is_asked_for_level_text_and_what_was_told(store: Store) -> None:
    with store.transaction() as tx:
        filled(tx)
        put(tx, incident_at(ASAD, id="2026-11-23-x", first_title="Two 100% drones", titles=("انفجار في أربيل",)))
        flash = listing(tx, IncidentFilter(level=Level.FLASH), limit=99)
        assert {row.incident.level for row in flash.rows} == {Level.FLASH}
        assert all(row.incident.told for row in listing(tx, IncidentFilter(told=True), limit=99).rows)
        for text, count in (("100%", 1), ("0%0", 0), ("أربيل", 1), ("ERBIL", 12), ("nowhere", 0), ("'\"\\", 0)):
            assert listing(tx, IncidentFilter(text=text), limit=99).total == count, text


@pytest.mark.parametrize(
    "cursor",
    ["x", "=", "e30", "W10", "WzEsMl0", "é", "A" * 9000, cursor_of("a", "b"), cursor_of(1, 2, 3), cursor_of(10**30)],
)
def test_a_cursor_that_is_none_is_refused(store: Store, cursor: str) -> None:
    lists: list[Callable[..., object]] = [listing, items, alerts, deliveries]
    with store.read() as tx:
        for asked in lists:
            with pytest.raises(UsageError, match="cursor"):
                asked(tx, cursor=cursor)


@given(st.text(max_size=40), st.integers(-(2**62), 2**62), st.datetimes(timezones=st.just(UTC)))
def test_a_cursor_leads_back(word: str, number: int, moment: datetime) -> None:
    word = word.replace("\0", "")
    assert keys_of(cursor_of(word, number, moment), str, int, datetime) == (word, number, moment)


def test_items_page_by_page(store: Store) -> None:
    with store.transaction() as tx:
        tx.sync_feeds([FEED, Feed(name="B", url="https://b.example/")], now=NOW)
        tx.add_incident(INCIDENT)
        many = [stored_item(f"{n:013d}", first_seen=NOW - timedelta(hours=n // 3)) for n in range(30)]
        tx.add_items([*many, full_item("Z" * 13)])
        found, cursor = [], ""
        while True:
            page = items(tx, cursor=cursor, limit=7)
            found += [one.item.id for one in page.rows]
            if not (cursor := page.following):
                break
        assert found == [one.item.id for one in tx.items(NOW - timedelta(days=9))]
        only = (
            ItemFilter(act=Act.FOILED), ItemFilter(novelty=Novelty.UPDATED), ItemFilter(decision=DecisionReason.FIRST),
            ItemFilter(rule="attack-on-base"), ItemFilter(incident=INCIDENT.id),
            ItemFilter(feed=FEED.name, act=Act.FOILED, since=NOW),
        )  # fmt: skip
        for wanted in only:
            assert [one.item.id for one in items(tx, wanted).rows] == ["Z" * 13], wanted
            assert count_items(tx, wanted) == 1
        assert items(tx, ItemFilter(novelty=Novelty.NEW), limit=99).rows[0].item.id != "Z" * 13
        assert items(tx, ItemFilter(feed="nobody")).rows == items(tx, ItemFilter(feed="B")).rows == ()


def test_alerts_and_deliveries_page_by_page_and_each_address_in_a_line(store: Store) -> None:
    later = NOW + timedelta(hours=1)
    idle = Address(key="idle", channel="duty", label="json://…")
    with store.transaction() as tx:
        tx.add_incident(INCIDENT)
        for n in range(5):
            tx.add_alert(
                incident_alert(f"{n:013d}", version=n + 1, created_at=NOW + timedelta(minutes=n)), [MAIL, CHAT]
            )
        first = {one.address: one for one in tx.alerts(NOW)[-1][1]}
        for key, outcome, result in (
            (MAIL.key, Sent(), SendResult(outcome=SendOutcome.SENT)),
            (CHAT.key, GaveUp(why="tries"), SendResult(outcome=SendOutcome.FAILED, detail="http 500")),
        ):
            assert tx.begin_attempt(first[key].id, now=later)
            tx.record(first[key].id, outcome, result, now=later)
        page = alerts(tx, limit=3)
        assert [alert.version for alert, _ in page.rows] == [5, 4, 3]
        rest = alerts(tx, cursor=page.following, limit=3)
        assert [(alert.version, len(own)) for alert, own in rest.rows] == [(2, 2), (1, 2)]
        gave_up = alerts(tx, AlertFilter(state=DeliveryState.GAVE_UP, channel="alerts", incident=INCIDENT.id))
        assert [alert.version for alert, _ in gave_up.rows] == [1]
        assert alerts(tx, AlertFilter(channel="nobody")).rows == ()

        attempts = deliveries(tx, limit=7)
        more = deliveries(tx, cursor=attempts.following, limit=7)
        ids = [one.delivery.id for one in (*attempts.rows, *more.rows)]
        assert len(ids) == 10
        assert ids == sorted(ids, reverse=True)
        failed = deliveries(tx, DeliveryFilter(state=DeliveryState.GAVE_UP)).rows
        assert [(one.delivery.last_error, one.ended_at) for one in failed] == [("http 500", later)]

        lines = {one.line.address: one for one in channel_lines(tx, [MAIL, idle], now=later)}
        assert set(lines) == {MAIL.key, CHAT.key, "idle"}
        mail, chat = lines[MAIL.key].line, lines[CHAT.key].line
        assert (mail.sent, mail.waiting, mail.last_ok, mail.oldest_due) == (1, 4, later, NOW + timedelta(minutes=1))
        assert (chat.gave_up, chat.gave_up_ever, chat.last_failure, chat.last_error) == (1, 1, later, "http 500")
        assert lines[MAIL.key].ok
        assert not lines[CHAT.key].ok
        assert not lines[CHAT.key].configured


def test_feeds_the_sickest_first(store: Store) -> None:
    feeds = [Feed(name=f"F{n}", url=f"https://f{n}.example/?key=SECRET", publisher="Harbour Wire") for n in range(9)]
    with store.transaction() as tx:
        tx.sync_feeds(feeds, now=NOW)
        sick = replace(tx.feed_state("F4"), last_poll_at=NOW, last_result="http 403", failures=3)
        well = replace(tx.feed_state("F2"), last_poll_at=NOW, last_result="fetched", last_success_at=NOW)
        tx.save_polls([(sick, Poll(at=NOW, result="http 403")), (well, Poll(at=NOW, result="fetched"))])
        tx.add_items([stored_item("A" * 13, feed="F2")])
        known = overview(tx, feeds, now=NOW)
        assert known.counts == {Doing.BLOCKED: 1, Doing.QUIET: 7, Doing.HEALTHY: 1}
        assert [one.feed.name for one in known.sick] == ["F4"]
        first = feeds_page(tx, known, limit=4, now=NOW)
        second = feeds_page(tx, known, limit=9, cursor=first.following, now=NOW)
        assert [one.name for one in (*first.rows, *second.rows)] == [f"F{n}" for n in (4, 0, 1, 3, 5, 6, 7, 8, 2)]
        assert [one.name for one in feeds_page(tx, known, text="f2.EX", now=NOW).rows] == ["F2"]
        assert feeds_page(tx, known, text="secret", now=NOW).rows == ()
        assert len(feeds_page(tx, known, state=Doing.QUIET, now=NOW).rows) == 7
        shown = feed_shown(tx, feeds[2], now=NOW)
        assert [one.item.id for one in shown.items] == ["A" * 13]
        assert len(shown.status.polls) == 1


def test_rules_with_their_examples_and_what_they_took(store: Store) -> None:
    rules = shipped_rules()
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        taken = full_item("A" * 13)
        assert taken.classification is not None
        mine = replace(taken.classification, rule=rules.rules[0].id)
        tx.add_items([replace(taken, classification=mine, incident_id=None)])
        shown = {one.rule.id: one for one in rules_shown(tx, rules, now=NOW)}
        assert list(shown) == [rule.id for rule in rules.rules]
        first = shown[rules.rules[0].id]
        assert first.taken == 1
        assert [one.item.id for one in first.newest] == ["A" * 13]
        assert first.examples
        assert not any(one.failing for one in shown.values())
        assert Path(first.file).read_text(encoding="utf-8").splitlines()[first.line - 1].endswith(first.rule.id)
        assert rule_shown(tx, rules, first.rule.id, now=NOW).taken == 1
        with pytest.raises(Exception, match="there is no rule"):
            rule_shown(tx, rules, "nothing", now=NOW)


def test_close_calls_are_told(store: Store) -> None:
    rules = shipped_rules()
    with store.transaction() as tx:
        tx.sync_feeds([FEED], now=NOW)
        threat = full_item("A" * 13)
        assert threat.classification is not None
        assert threat.decision is not None
        quiet = replace(threat.decision, tell=False, reason=DecisionReason.NO_RULE, detail="no rule takes threats")
        near = replace(threat.classification, act=Act.THREAT, rule=None, level=None)
        tx.add_items([replace(threat, classification=near, decision=quiet, incident_id=None)])
        assert [one.item.id for one in close_calls(tx, rules, now=NOW)] == ["A" * 13]
