"""Acknowledgements where a later report shows that two incidents are one: no flash falls silent that nobody noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.queries.attention import acknowledge, acks_of
from monitor.queries.deeds import deed_number, deeds_shown, undo
from monitor.queries.rulings import merge
from monitor.store.store import Store, Transaction
from newsroom import Newsroom, Story, incident_lines

DAY = datetime(2026, 11, 18, 18, tzinfo=UTC)
QATAR = "Iran fires ballistic missiles at Al Udeid air base in Qatar"
KUWAIT = "Iran fires ballistic missiles at Camp Arifjan in Kuwait, two soldiers killed"
BOTH = "Iranian ballistic missiles strike Al Udeid air base in Qatar and Camp Arifjan in Kuwait"
WORSE = "Iranian missile attack on Camp Arifjan in Kuwait killed nine soldiers, officials say"


@pytest.fixture
def room(tmp_path: Path, empty_database_url: str) -> Iterator[Newsroom]:
    with Newsroom(tmp_path, environment={"BASEWATCH_DATABASE_URL": empty_database_url}) as room:
        policy = {"channel": "alerts", "repeat_flash": "1h"}
        room.path("policies.yaml").write_text(json.dumps({"policies": [policy]}))
        for name in ("one", "two", "three"):
            room.feed(name, [Story(f"Sport: {name}", published=DAY)], publisher=name.title())
        room.poll(now=DAY)
        yield room


def at(minutes: int) -> datetime:
    return DAY + timedelta(minutes=minutes)


def tell(room: Newsroom, feed: str, title: str, minutes: int) -> list[dict[str, str]]:
    before = len(room.hook.taken)
    next(one for one in room.feeds if one.name == feed).add(Story(title, published=at(minutes)))
    room.poll(now=at(minutes))
    return [dict(incident_lines(message.text)) for message in room.hook.taken[before:]]


def wakes(room: Newsroom, minutes: int) -> list[str]:
    before = len(room.hook.taken)
    room.attend(at(minutes))
    return [dict(incident_lines(message.text)).get("incident", "") for message in room.hook.taken[before:]]


@contextmanager
def changing(room: Newsroom) -> Iterator[Transaction]:
    with closing(Store(room.environment["BASEWATCH_DATABASE_URL"])) as store, store.transaction() as tx:
        yield tx


def two(room: Newsroom) -> tuple[str, str]:
    (first,), (second,) = tell(room, "one", QATAR, 10), tell(room, "two", KUWAIT, 20)
    assert (first["incident"] != second["incident"], second["reason"]) == (True, "FIRST")
    return first["incident"], second["incident"]


@pytest.mark.parametrize("acked", [True, False])
def test_a_flash_that_goes_into_another_incident_is_repeated_on(room: Newsroom, acked: bool) -> None:
    kept, _ = two(room)
    if acked:
        with changing(room) as tx:
            acknowledge(tx, kept, by="Karim", now=at(25))
    tell(room, "three", BOTH, 30)
    assert wakes(room, 95) == [kept]


def test_an_acknowledgement_goes_along_and_what_breaks_it_says_so(room: Newsroom) -> None:
    kept, gone = two(room)
    with changing(room) as tx:
        acknowledge(tx, gone, by="Karim", now=at(25))
        acknowledge(tx, kept, by="Karim", now=at(25))
    tell(room, "three", BOTH, 30)
    assert wakes(room, 95) == []
    (line,) = tell(room, "two", WORSE, 100)
    assert line["incident"] == kept
    assert "Acknowledged by Karim" in room.hook.taken[-1].text


def test_by_hand_too_and_undone_each_has_its_own(room: Newsroom) -> None:
    kept, gone = two(room)
    with changing(room) as tx:
        before = tx.notifications([kept, gone])
        merge(tx, kept, gone, by="Karim", now=at(26))
    assert wakes(room, 81) == [kept]
    with changing(room) as tx:
        (deed,) = [one for one in deeds_shown(tx).rows if one["what"] == "merge"]
        undo(tx, deed_number(deed["id"]), by="Karim", now=at(82))
        after = tx.notifications([kept, gone])
        assert after[kept, "alerts"] == before[kept, "alerts"]
        assert after[gone, "alerts"].repeats == 1
    assert wakes(room, 141) == [gone]


def test_by_hand_into_what_somebody_acknowledged_it_is_acknowledged(room: Newsroom) -> None:
    kept, gone = two(room)
    with changing(room) as tx:
        acknowledge(tx, kept, by="Karim", now=at(25))
        merge(tx, kept, gone, by="Karim", now=at(26))
        assert acks_of(tx, [kept])[kept].stands
    assert wakes(room, 81) == []
