"""What later reports, or people, put together: one incident in the store, and nobody is told twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.attention import Matchers, Silence
from monitor.model.incident import Incident
from monitor.queries.rulings import merge, split
from monitor.store.store import Store
from newsroom import Newsroom, Story, incident_lines

DAY = datetime(2026, 11, 18, 18, tzinfo=UTC)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom(tmp_path) as room:
        for name in ("one", "two", "three"):
            room.feed(name, [Story(f"Sport: {name}", published=DAY)], publisher=name.title())
        room.poll(now=DAY)
        yield room


def tell(room: Newsroom, feed: str, title: str, *, minutes: int, summary: str = "") -> list[dict[str, str]]:
    """The machine-readable lines of what the hook is told by one article."""
    before = len(room.hook.taken)
    when = DAY + timedelta(minutes=minutes)
    next(one for one in room.feeds if one.name == feed).add(Story(title, summary, published=when))
    room.poll(now=when + timedelta(minutes=1))
    return [dict(incident_lines(message.text)) for message in room.hook.taken[before:]]


def store(room: Newsroom) -> Store:
    return Store(room.environment["BASEWATCH_DATABASE_URL"])


def standing(opened: Store) -> list[Incident]:
    with opened.read() as tx:
        return [one for one in tx.incidents(DAY.date() - timedelta(days=40)) if not one.merged_into]


QATAR = "Iran fires ballistic missiles at Al Udeid air base in Qatar"
KUWAIT = "Iran fires ballistic missiles at Camp Arifjan in Kuwait"
BOTH = "Iranian ballistic missiles strike Al Udeid air base in Qatar and Camp Arifjan in Kuwait, two wounded"


def test_a_report_of_both_makes_them_one(room: Newsroom) -> None:
    (first,) = tell(room, "one", QATAR, minutes=10)
    (second,) = tell(room, "two", KUWAIT, minutes=20)
    assert first["incident"] != second["incident"]
    told = tell(room, "three", BOTH, minutes=30)
    assert {line["incident"] for line in told} == {first["incident"]}
    assert [line["reason"] for line in told] == ["TOLL_UP"]
    opened = store(room)
    (incident,) = standing(opened)
    assert [place.id for place in incident.places] == ["al-udeid", "camp-arifjan"]
    with opened.read() as tx:
        reports = tx.reports_of([incident.id])[incident.id]
        assert {report.title for report in reports} == {QATAR, KUWAIT, BOTH}
        assert tx.incident(second["incident"]).merged_into == incident.id  # type: ignore[union-attr]
        assert {one.incident_id for one in tx.items_by_id([report.id for report in reports]).values()} == {incident.id}
        known = tx.notifications([incident.id])[incident.id, "alerts"].known
        assert set(known.places) == {"al-udeid", "camp-arifjan"}
    opened.close()
    assert tell(room, "two", "Missiles hit Camp Arifjan in Kuwait, witness tells Two", minutes=40) == []


def test_what_came_in_one_poll_moves_too(room: Newsroom) -> None:
    feed = room.feeds[0]
    stories = [Story(title, published=DAY + timedelta(minutes=n)) for n, title in enumerate((QATAR, KUWAIT, BOTH))]
    feed.add(*stories)
    room.poll(now=DAY + timedelta(minutes=10))
    opened = store(room)
    (incident,) = standing(opened)
    with opened.read() as tx:
        items = [one for one in tx.items_in_order(DAY - timedelta(days=1)) if one.incident_id is not None]
    opened.close()
    assert {one.incident_id for one in items} == {incident.id}
    assert len(items) == 3


def test_what_was_put_apart_never_becomes_one(room: Newsroom) -> None:
    tell(room, "one", QATAR, minutes=10)
    tell(room, "two", KUWAIT, minutes=20)
    opened = store(room)
    one, other = standing(opened)
    with opened.transaction() as tx:
        merge(tx, one.id, other.id, now=DAY + timedelta(minutes=25))
        (moved,) = [report.id for report in tx.reports_of([one.id])[one.id] if report.title == KUWAIT]
        apart = split(tx, one.id, [moved], now=DAY + timedelta(minutes=26))
    opened.close()
    tell(room, "three", BOTH, minutes=30)
    opened = store(room)
    assert {one.id, apart} == {incident.id for incident in standing(opened)}
    opened.close()


def test_a_mute_goes_with_the_incident(room: Newsroom) -> None:
    (first,) = tell(room, "one", QATAR, minutes=10)
    (second,) = tell(room, "two", KUWAIT, minutes=20)
    opened = store(room)
    with opened.transaction() as tx:
        tx.add_silence(
            Silence(matchers=Matchers(incident=second["incident"]), starts=DAY, ends=DAY + timedelta(days=1), at=DAY)
        )
        merge(tx, first["incident"], second["incident"], now=DAY + timedelta(minutes=25))
        assert [one.target for one in tx.silences(DAY)] == [first["incident"]]
    opened.close()
    assert tell(room, "three", BOTH, minutes=30) == []


def test_a_toll_of_weeks_later_finds_its_attack(room: Newsroom) -> None:
    (first,) = tell(room, "one", "Rockets hit Ain al-Asad air base in Iraq, two soldiers wounded", minutes=10)
    weeks = int(timedelta(days=30) / timedelta(minutes=1))
    later = "Number of brain injuries from attack on Ain al-Asad air base on 18 November rises to 64"
    (line,) = tell(room, "two", later, minutes=weeks)
    assert (line["incident"], line["reason"]) == (first["incident"], "TOLL_UP")


LONG = (
    "Soldiers took shelter as three explosive drones came in low over the fence shortly before midnight; two were shot"
    " down by guns and the last one burnt out in a vehicle park, where nobody was hurt, according to an officer who"
    " asked not to be named because he was not allowed to speak."
)


def test_a_copy_that_lost_its_place_joins(room: Newsroom) -> None:
    (first,) = tell(room, "one", "Drone attack on Harir air base in northern Iraq", minutes=10, summary=LONG)
    assert (
        tell(room, "two", "Drone attack on US troops overnight", minutes=60, summary=LONG.replace("three", "3")) == []
    )
    opened = store(room)
    (incident,) = standing(opened)
    assert incident.id == first["incident"]
    opened.close()
