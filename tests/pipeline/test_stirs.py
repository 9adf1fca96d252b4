"""Which incidents stir feeds, and which feeds are asked sooner, on a real database with the shipped places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.feeds.rhythm import learned
from monitor.model.feed import Feed, Poll
from monitor.model.incident import Incident
from monitor.model.ledger import Grade, Report
from monitor.model.place import Place
from monitor.model.report import Act, Facts, Level, Link
from monitor.model.rhythm import Pacing, Stir
from monitor.pacing import (
    MOST_PUBLISHERS,
    MOST_PUBLISHERS_OF_ALL,
    fair_of,
    hasten_concerned,
    pacing_of,
    stirs_of,
    words_of,
)
from monitor.store.store import Store
from newsroom import shipped_rules
from values import INCIDENT, NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPEN = replace(INCIDENT, date=NOW.date(), more_places=(), last_report_at=NOW - HOUR)
REPORT = Report(
    id="A", incident_id=OPEN.id, link=Link.REPORT, act=Act.ATTACK, facts=Facts(), publisher="Wire", title="",
    reported_at=NOW, seen_at=NOW - HOUR,
)  # fmt: skip


def feed(name: str, **options: object) -> Feed:
    return Feed(name=name, url=f"https://{name}.example/", **{"min_interval": MINUTE} | options)  # type: ignore[arg-type]


def stirred(store: Store, incident: Incident, reports: Iterable[Report] = (REPORT,)) -> tuple[Stir, ...]:
    with store.transaction() as tx:
        tx.add_incident(incident)
        tx.put_reports(list(reports))
        return stirs_of(tx, shipped_rules().gazetteer, now=NOW)


def test_an_open_incident_stirs_its_country_and_who_reported_it(store: Store) -> None:
    (stir,) = stirred(store, OPEN)
    assert stir.at == max(OPEN.opened_at, NOW - HOUR)
    assert stir.regions >= {"iq", "iraq", "kurdistan-region"}  # Erbil lies in it
    assert not stir.regions & {"syria", "sy", "gulf", "baltic-sea"}
    assert stir.publishers == {"Wire"}


@pytest.mark.parametrize(
    "changes",
    [
        {"opened_at": NOW - 9 * HOUR, "last_report_at": NOW - 7 * HOUR},
        {"told": False, "level": Level.DIGEST},
        {"imported": True},
        {"grade": Grade.DENIED},
        {"grade": Grade.RETRACTED},
        {"merged_into": "another"},
        {"date": NOW.date() - 4 * DAY},
    ],
)
def test_what_is_over_untold_or_not_believed_stirs_nobody(store: Store, changes: dict[str, object]) -> None:
    assert stirred(store, replace(OPEN, **changes)) == ()  # type: ignore[arg-type]


def test_an_incident_that_is_told_later_stirs_now(store: Store) -> None:
    assert len(stirred(store, replace(OPEN, told=False, level=Level.NOTICE))) == 1


def test_of_hundreds_of_publishers_those_stir_that_had_it_first(store: Store) -> None:
    reports = [
        replace(REPORT, id=f"R{number}", publisher=f"Paper {number}", seen_at=NOW - HOUR + number * MINUTE / 10)
        for number in range(200)
    ]
    (stir,) = stirred(store, OPEN, reports)
    assert stir.publishers == {f"Paper {number}" for number in range(MOST_PUBLISHERS)}


def test_on_a_day_of_many_incidents_the_newest_stir_first_and_all_together_few(store: Store) -> None:
    with store.transaction() as tx:
        for number in range(20):
            at = NOW - HOUR + number * MINUTE
            tx.add_incident(replace(OPEN, id=f"i{number}", opened_at=at, last_report_at=at))
            tx.put_reports(
                [
                    replace(REPORT, id=f"{number}-{one}", incident_id=f"i{number}", publisher=f"P{number}-{one}")
                    for one in range(10)
                ]
            )
        (stir,) = stirs_of(tx, shipped_rules().gazetteer, now=NOW)
    assert stir.at == NOW - HOUR + 19 * MINUTE
    assert stir.publishers == {f"P{number}-{one}" for number in range(10, 20) for one in range(10)}
    assert len(stir.publishers) == MOST_PUBLISHERS_OF_ALL


def test_tags_are_written_as_ids_or_as_names() -> None:
    gazetteer = shipped_rules().gazetteer
    arabia = words_of(gazetteer.somewhere_in("SA", "target"), gazetteer)
    assert arabia >= {"saudi-arabia", "saudi arabia", "sa"}
    assert "uae" in words_of(gazetteer.somewhere_in("AE", "target"), gazetteer)
    nowhere = Place(id="unplaced", name="a place not told")
    assert words_of(nowhere, gazetteer) == set()


def test_waiting_feeds_of_the_region_and_the_publisher_are_asked_sooner(store: Store) -> None:
    feeds = [
        feed("region", tags=("Iraq",)),
        feed("publisher", publisher="Wire"),
        feed("elsewhere", tags=("syria",)),
        feed("plain", tags=("iraq",), min_interval=None),
        feed("soon", tags=("iraq",)),
        feed("failing", tags=("iraq",)),
    ]
    stirs = stirred(store, OPEN)
    with store.transaction() as tx:
        tx.sync_feeds(feeds, now=NOW)
        for one in feeds:
            wait = MINUTE if one.name == "soon" else 50 * MINUTE
            state = replace(
                tx.feed_state(one.name), last_poll_at=NOW - 5 * MINUTE, next_poll_at=NOW + wait,
                failures=4 * (one.name == "failing"),
            )  # fmt: skip
            tx.save_polls([(state, Poll(at=NOW, result="fetched"))])
        before = {state.name: state.next_poll_at for state in tx.feed_states()}
        moved = hasten_concerned(tx, feeds, stirs, now=NOW, spread=lambda: 0.5)
        assert sorted(moved) == ["publisher", "region"]
        for state in tx.feed_states():
            if state.name in moved:
                assert state.next_poll_at is not None
                assert NOW < state.next_poll_at <= NOW + MINUTE
            else:
                assert state.next_poll_at == before[state.name]
        assert hasten_concerned(tx, feeds, stirs, now=NOW, spread=lambda: 0.1) == []  # it may be asked again and again
        assert hasten_concerned(tx, feeds, (), now=NOW, spread=lambda: 0.1) == []


def test_shares_are_those_of_the_feeds_that_adapt(store: Store) -> None:
    busy = learned(None, [NOW - number * 10 * MINUTE for number in range(400)], now=NOW).as_text()
    calm = learned(None, [NOW - number * DAY for number in range(20)], now=NOW).as_text()
    feeds = [feed(f"f{number}") for number in range(2400)] + [feed("plain", min_interval=None)]
    rhythms = {one.name: busy if number % 12 == 0 else calm for number, one in enumerate(feeds)} | {"plain": busy}
    fair = fair_of(feeds, rhythms, now=NOW)
    assert fair is not None
    assert 1 < fair < 100
    for none, known in ((feeds, {}), ([feeds[-1]], rhythms), ([], {})):
        assert fair_of(none, known, now=NOW) is None
    with store.transaction() as tx:
        tx.sync_feeds(feeds[:2], now=NOW)
        state = replace(tx.feed_state("f0"), rhythm=busy)
        tx.save_polls([(state, Poll(at=NOW, result="fetched"))])
        found = pacing_of(tx, feeds[:2], shipped_rules().gazetteer, now=NOW)
        assert found == Pacing(fair=fair_of(feeds[:1], {"f0": busy}, now=NOW), stirs=())
