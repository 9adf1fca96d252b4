"""Two incidents made one, one made two; what was put right stays so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from databases import database
from ledgers import ASAD, ERBIL, IRAQ, NOW, incident_at, put, report_of
from monitor.errors import BasewatchError, UsageError
from monitor.model.ledger import Notification, Told
from monitor.model.report import Level
from monitor.queries.ledger import Wanted, ledger
from monitor.queries.rulings import merge, split, standing
from monitor.store.store import Store

ALL = Wanted(since=date(2020, 1, 1))


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with database(request.param, tmp_path) as url, closing(Store(url)) as store:
        yield store


def test_a_merge_joins_reports_places_and_numbers_and_is_remembered(store: Store) -> None:
    exact, vague = incident_at(ASAD), incident_at(IRAQ)
    with store.transaction() as tx:
        put(tx, exact, report_of("A", exact, killed=0))
        put(tx, vague, report_of("B", vague, hours=2, publisher="Other", killed=3))
    with store.transaction() as tx:
        assert merge(tx, exact.id, vague.id, now=NOW) == exact.id
    with store.read() as tx:
        (row,) = ledger(tx, ALL)
        assert [report.id for report in tx.reports_of([exact.id])[exact.id]] == ["A", "B"]
        assert [place.id for place in row.incident.places] == ["ain-al-asad"]  # "Iraq" says nothing more
        assert row.incident.killed == 3
        assert {source.publisher for source in row.sources} == {"Wire", "Other"}
        assert standing(tx, vague.id).id == exact.id
        assert tx.rulings().merged == {vague.id: exact.id}
        (change,) = tx.versions(exact.id)
        assert (change.quiet, change.note) == (True, f"merged by hand with {vague.id}")


def test_a_merge_of_two_bases_is_a_salvo_of_two_rows(store: Store) -> None:
    one, other = incident_at(ASAD), incident_at(ERBIL)
    with store.transaction() as tx:
        put(tx, one, report_of("A", one))
        put(tx, other, report_of("B", other))
        merge(tx, one.id, other.id, now=NOW)
    with store.read() as tx:
        rows = ledger(tx, ALL)
        assert sorted(row.row for row in rows) == [f"{one.id}/ain-al-asad", f"{one.id}/erbil"]
        assert [found.id for found in tx.incidents_at(["erbil"], [], ALL.since)] == [one.id]


def test_after_a_merge_nobody_is_told_again_what_either_told(store: Store) -> None:
    one, other = incident_at(ASAD), incident_at(IRAQ)
    told = Notification(
        incident_id=other.id, channel="duty", version=1, reasons=("FIRST",), level=Level.URGENT,
        known=Told(killed=3, reports=("B",)), alert_id="A" * 13, queued_at=NOW,
    )  # fmt: skip
    with store.transaction() as tx:
        put(tx, one, report_of("A", one))
        put(tx, other, report_of("B", other, killed=3))
        tx.put_notification(told)
        merge(tx, one.id, other.id, now=NOW)
    with store.read() as tx:
        assert tx.notifications([one.id])[one.id, "duty"].known.killed == 3


def test_a_split_takes_reports_out_and_the_two_never_meet(store: Store) -> None:
    held = incident_at(ASAD)
    with store.transaction() as tx:
        put(tx, held, report_of("A", held, killed=0), report_of("B", held, hours=3, publisher="Other", killed=5))
    with store.transaction() as tx:
        new = split(tx, held.id, ["B"], now=NOW)
    assert new == f"{held.id}-2"
    with store.read() as tx:
        assert {row.incident.id: row.incident.killed for row in ledger(tx, ALL)} == {held.id: 0, new: 5}
        assert tx.rulings().apart == frozenset([frozenset([held.id, new])])
        assert tx.versions(held.id)[-1].note.startswith("split by hand")
        assert not tx.incident(new).told  # type: ignore[union-attr]


def test_after_a_split_nothing_stays_that_only_the_reports_taken_out_gave(store: Store) -> None:
    held = incident_at(
        ASAD, more_places=(ERBIL,), weapons=("drone", "missile"), claimed_by=("group-y",), launched=9, intercepted=4
    )
    own = report_of("A", held, places=(ASAD,))
    other = report_of(
        "B", held, hours=3, publisher="Other", places=(ERBIL,), weapons=("missile",), claimed_by=("group-y",),
        launched=9, intercepted=4,
    )  # fmt: skip
    with store.transaction() as tx:
        put(tx, held, own, other)
    with store.transaction() as tx:
        new = split(tx, held.id, ["B"], now=NOW)
    with store.read() as tx:
        kept, taken = tx.incident(held.id), tx.incident(new)
        assert kept is not None
        assert taken is not None
        rows = {row.place.place.id: row.incident.id for row in ledger(tx, ALL)}
    assert rows == {ASAD.id: held.id, ERBIL.id: new}
    assert (kept.weapons, kept.claimed_by, kept.launched, kept.intercepted) == (("drone",), (), None, None)
    assert (taken.weapons, taken.claimed_by, taken.launched) == (("missile",), ("group-y",), 9)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (("merge", "2026-11-23-ain-al-asad", "2026-11-23-ain-al-asad"), "cannot go into itself"),
        (("merge", "2026-11-23-ain-al-asad", "nowhere"), "there is no incident nowhere"),
        (("split", "2026-11-23-ain-al-asad", "X"), "has no report X; its reports: A"),
        (("split", "2026-11-23-ain-al-asad", "A"), "these are all reports"),
    ],
)
def test_what_cannot_be_is_one_clear_message(store: Store, what: tuple[str, str, str], said: str) -> None:
    held = incident_at(ASAD)
    with store.transaction() as tx:
        put(tx, held, report_of("A", held))
    verb, one, other = what
    with store.transaction() as tx, pytest.raises((UsageError, BasewatchError), match=said):
        merge(tx, one, other, now=NOW) if verb == "merge" else split(tx, one, [other], now=NOW)
