"""What people did is written down, and taken back: the ledger stands as before, or `undo` says why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from databases import database
from ledgers import ASAD, ERBIL, IRAQ, NOW, incident_at, put, report_of
from monitor.errors import BasewatchError, UsageError
from monitor.model.attention import MERGED, Matchers
from monitor.model.incident import Incident
from monitor.model.ledger import Held, Notification, Report, Told
from monitor.model.report import Level
from monitor.queries.attention import acknowledge, acks_of, unacknowledge
from monitor.queries.deeds import deed_number, deeds_shown, undo
from monitor.queries.rulings import merge, split, standing
from monitor.queries.silences import add_silence, end_silence, silence_number
from monitor.store.store import Store, Transaction
from monitor.store.tables import metadata

HOUR = timedelta(hours=1)
#: what a deed leaves behind that is no part of how things stand
LOGS = {"deeds", "incident_versions", "silences", "acks"}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with database(request.param, tmp_path) as url, closing(Store(url)) as store:
        yield store


def rows(tx: Transaction) -> dict[str, Any]:
    """The rows of the ledger, without its logs and the number of an incident's version."""
    found = {}
    for name, table in metadata.tables.items():
        if name in LOGS:
            continue
        named = tx._connection.execute(select(table)).mappings()
        lines = [{key: value for key, value in row.items() if (name, key) != ("incidents", "version")} for row in named]
        found[name] = sorted(map(repr, lines))
    return found


def latest(tx: Transaction) -> int:
    return deed_number(deeds_shown(tx, limit=1).rows[0]["id"])


def note_of(incident: Incident, channel: str) -> Notification:
    return Notification(
        incident_id=incident.id, channel=channel, version=1, reasons=("FIRST",), level=Level.FLASH,
        known=Told(killed=len(channel)), alert_id=f"{channel[:4]}{incident.place_id[:4]}", queued_at=NOW,
    )  # fmt: skip


def held_of(incident: Incident, channel: str) -> Held:
    return Held(incident_id=incident.id, channel=channel, why="quiet", since=NOW, due_at=NOW + HOUR, level=Level.NOTICE)


def two(tx: Transaction) -> tuple[Incident, Incident]:
    one, other = incident_at(ASAD), incident_at(ERBIL)
    put(tx, one, report_of("A", one, killed=1), report_of("B", one, hours=1, publisher="Other"))
    put(tx, other, report_of("C", other, killed=3))
    return one, other


def test_a_merge_is_undone_with_reports_notes_and_what_waits(store: Store) -> None:
    with store.transaction() as tx:
        one, other = two(tx)
        for note in (note_of(one, "duty"), note_of(other, "duty"), note_of(other, "desk")):
            tx.put_notification(note)
        tx.hold(held_of(other, "desk"))
        before = rows(tx)
        merge(tx, one.id, other.id, by="Karim", now=NOW)
        assert rows(tx) != before
        assert undo(tx, latest(tx), by="Mona", now=NOW + HOUR) == f"{other.id} stands again beside {one.id}"
        assert rows(tx) == before
        assert tx.rulings().merged == {}
        assert [change.note for change in tx.versions(one.id)] == [
            f"merged by hand with {other.id}", f"merge with {other.id} undone",
        ]  # fmt: skip
        undone, did = deeds_shown(tx).rows
        assert (did["by"], did["undone_by"], did["undoable"]) == ("Karim", "Mona", False)
        assert (undone["what"], undone["target"], undone["undoable"]) == ("undo", did["id"], False)


def test_a_split_is_undone_and_both_ids_lead_to_the_one(store: Store) -> None:
    with store.transaction() as tx:
        one, _ = two(tx)
        before = rows(tx)
        apart = split(tx, one.id, ["B"], by="Karim", now=NOW)
        undo(tx, latest(tx), by="Karim", now=NOW)
        after = rows(tx)
        assert {name for name in before if before[name] != after[name]} == {"incidents", "incident_places"}
        assert before["incidents"] == [row for row in after["incidents"] if f"'{apart}'" not in row]
        assert [report.id for report in tx.reports_of([one.id])[one.id]] == ["A", "B"]
        assert standing(tx, apart).id == one.id
        assert tx.rulings().apart == frozenset()


def test_what_changed_since_is_not_undone_and_nothing_is_written(store: Store) -> None:
    with store.transaction() as tx:
        one, other = two(tx)
        merge(tx, one.id, other.id, by="Karim", now=NOW)
        deed = latest(tx)
        tx.put_reports([report_of("D", one, hours=3)])
        with pytest.raises(UsageError, match=r"1 more reports since.*incidents split"):
            undo(tx, deed, by="Karim", now=NOW)
    with store.transaction() as tx:
        third = incident_at(IRAQ)
        put(tx, third, report_of("E", third), report_of("F", third, hours=1))
        apart = split(tx, third.id, ["F"], now=NOW)
        deed = latest(tx)
        tx.put_notification(note_of(replace(third, id=apart), "duty"))
        with pytest.raises(UsageError, match=r"was told of.*incidents merge"):
            undo(tx, deed, by="Karim", now=NOW)


def test_acknowledgements_are_undone(store: Store) -> None:
    with store.transaction() as tx:
        one, _ = two(tx)
        tx.put_notification(note_of(one, "duty"))
        before = rows(tx)
        acknowledge(tx, one.id, by="Karim", now=NOW)
        first = latest(tx)
        acknowledge(tx, one.id, by="Mona", note="on it", now=NOW + HOUR)
        with pytest.raises(UsageError, match="acknowledged anew"):
            undo(tx, first, by="Karim", now=NOW + HOUR)
        undo(tx, latest(tx), by="Mona", now=NOW + HOUR)
        assert acks_of(tx, [one.id])[one.id].by == "Karim"
        unacknowledge(tx, one.id, by="Karim", now=NOW + HOUR)
        assert (acks_of(tx, [one.id]), rows(tx)) == ({}, before)
        undo(tx, latest(tx), by="Karim", now=NOW + HOUR)
        assert acks_of(tx, [one.id])[one.id].by == "Karim"
        assert tx.notifications([one.id])[one.id, "duty"].acked_by == "Karim"


def test_a_broken_acknowledgement_is_not_undone(store: Store) -> None:
    with store.transaction() as tx:
        one, _ = two(tx)
        acknowledge(tx, one.id, by="Karim", now=NOW)
        tx.put_ack(replace(acks_of(tx, [one.id])[one.id], broken_at=NOW, broken_by=("CLAIMED",)))
        with pytest.raises(UsageError, match="CLAIMED"):
            undo(tx, latest(tx), by="Karim", now=NOW)


def test_an_end_is_undone_while_its_time_lasts(store: Store) -> None:
    with store.transaction() as tx:
        made = add_silence(tx, Matchers(country="IQ"), ends=NOW + 2 * HOUR, by="Karim", note="drill", now=NOW)
        end_silence(tx, made.id, by="Mona", now=NOW + HOUR)
        ended = latest(tx)
        with pytest.raises(UsageError, match="time of S1 is over"):
            undo(tx, ended, by="Mona", now=NOW + 2 * HOUR)
        undo(tx, ended, by="Mona", now=NOW + HOUR)
        assert tx.silences(NOW + HOUR) == [made]
        with pytest.raises(UsageError, match="undone already, by Mona"):
            undo(tx, ended, by="Mona", now=NOW + HOUR)
        with pytest.raises(UsageError, match="took something back"):
            undo(tx, latest(tx), by="Mona", now=NOW + HOUR)
        with pytest.raises(BasewatchError, match="no deed D99"):
            undo(tx, 99, by="Mona", now=NOW)


def test_the_log_comes_page_by_page(store: Store) -> None:
    with store.transaction() as tx:
        one, other = two(tx)
        for incident in (one, other, one):
            acknowledge(tx, incident.id, by="Karim", note="seen", now=NOW)
        page = deeds_shown(tx, limit=2)
        assert [row["target"] for row in page.rows] == [one.id, other.id]
        rest = deeds_shown(tx, limit=2, cursor=page.following)
        assert ([row["target"] for row in rest.rows], rest.following) == ([one.id], "")
        assert len(deeds_shown(tx, targets=[one.id]).rows) == 2
        with pytest.raises(UsageError, match="cursor"):
            deeds_shown(tx, cursor="x")


@pytest.mark.parametrize("word", ["", "S", "Dx", "-1", "D1 ", "９", "D" + "9" * 40])
def test_a_word_that_is_no_number_is_refused(word: str) -> None:
    if word == "D1 ":
        assert deed_number(word) == 1
        return
    for read in (deed_number, silence_number):
        with pytest.raises(UsageError):
            read(word)


reports = st.lists(st.tuples(st.booleans(), st.integers(0, 9) | st.none()), min_size=2, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=reports, channels=st.lists(st.sampled_from(["duty", "desk", "all"]), max_size=4), parts=st.booleans())
def test_undo_restores_the_rows_of_the_ledger(
    tmp_path_factory: pytest.TempPathFactory, reports: list[tuple[bool, int | None]], channels: list[str], parts: bool
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    with database("sqlite", folder) as url, closing(Store(url)) as store, store.transaction() as tx:
        one, other = incident_at(ASAD), incident_at(ERBIL)
        told: dict[str, list[Report]] = {one.id: [report_of("A", one)], other.id: [report_of("A", other)]}
        for number, (first, killed) in enumerate(reports):
            mine = one if first else other
            told[mine.id].append(report_of(f"R{number}", mine, hours=number, killed=killed))
        put(tx, one, *told[one.id])
        put(tx, other, *told[other.id])
        for number, channel in enumerate(channels):
            tx.put_notification(note_of((one, other)[number % 2], channel))
            tx.hold(held_of((other, one)[number % 2], channel))
        before = rows(tx)
        if parts and len(told[one.id]) > 1:
            split(tx, one.id, [told[one.id][-1].id], now=NOW)
            undo(tx, latest(tx), by="", now=NOW)
            after = rows(tx)
            changed = {"incidents", "incident_places"}  # the id that was made leads to the incident
            assert {name: found for name, found in after.items() if name not in changed} == {
                name: found for name, found in before.items() if name not in changed
            }
            assert set(before["incidents"]) <= set(after["incidents"])
        else:
            merge(tx, one.id, other.id, now=NOW)
            undo(tx, latest(tx), by="", now=NOW)
            assert rows(tx) == before


@pytest.mark.parametrize("told", [False, True])
def test_an_acknowledgement_goes_along_with_a_merge_unless_more_was_told(store: Store, told: bool) -> None:
    one, other = incident_at(ASAD), incident_at(ERBIL)
    with store.transaction() as tx:
        put(tx, one, report_of("r1", one))
        put(tx, other, report_of("e1", other))
        tx.put_notification(note_of(other, "duty"))
        if told:
            tx.put_notification(note_of(one, "family"))
        acknowledge(tx, other.id, by="Karim", note="on it", now=NOW)
        merge(tx, one.id, other.id, by="Lina", now=NOW + HOUR)
        ack = acks_of(tx, [one.id])[one.id]
        assert (ack.by, ack.note, ack.stands) == ("Karim", "on it", not told)
        assert ack.broken_by == ((MERGED,) if told else ())
        with pytest.raises(UsageError, match=f"went into {one.id}"):
            undo(tx, latest(tx) - 1, by="Karim", now=NOW + HOUR)
        undo(tx, latest(tx), by="Lina", now=NOW + 2 * HOUR)
        assert set(acks_of(tx, [one.id, other.id])) == {other.id}
        assert acks_of(tx, [other.id])[other.id].stands


def test_what_was_acknowledged_anew_after_a_merge_stays(store: Store) -> None:
    one, other = incident_at(ASAD), incident_at(ERBIL)
    with store.transaction() as tx:
        put(tx, one, report_of("r1", one))
        put(tx, other, report_of("e1", other))
        tx.put_notification(note_of(one, "duty"))
        acknowledge(tx, other.id, by="Karim", now=NOW)
        merge(tx, one.id, other.id, by="Lina", now=NOW + HOUR)
        merged = latest(tx)
        acknowledge(tx, one.id, by="Lina", now=NOW + HOUR)
        assert acks_of(tx, [one.id])[one.id].stands
        undo(tx, merged, by="Lina", now=NOW + 2 * HOUR)
        assert {id: ack.by for id, ack in acks_of(tx, [one.id, other.id]).items()} == {
            one.id: "Lina",
            other.id: "Karim",
        }


def test_a_broken_acknowledgement_goes_along_as_it_is(store: Store) -> None:
    one, other = incident_at(ASAD), incident_at(ERBIL)
    with store.transaction() as tx:
        put(tx, one, report_of("r1", one))
        put(tx, other, report_of("e1", other))
        tx.put_notification(note_of(one, "duty"))
        acknowledge(tx, other.id, by="Karim", now=NOW)
        broken = replace(acks_of(tx, [other.id])[other.id], broken_at=NOW + HOUR, broken_by=("TOLL_UP",))
        tx.put_ack(broken)
        merge(tx, one.id, other.id, by="Lina", now=NOW + 2 * HOUR)
        assert acks_of(tx, [one.id])[one.id] == replace(broken, incident_id=one.id)
        undo(tx, latest(tx), by="Lina", now=NOW + 3 * HOUR)
        assert acks_of(tx, [one.id, other.id]) == {other.id: broken}
