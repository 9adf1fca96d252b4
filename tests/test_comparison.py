"""How unusual incidents are, by what the store holds: the same whether one is asked for or many."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ledgers import ASAD, ERBIL, NOW, incident_at, put
from monitor.comparison import baselines_of
from monitor.model.place import Place
from monitor.store.store import Store, Transaction

DAY = timedelta(days=1)
GULF = Place(id="region:gulf", name="the Gulf", role="target")
IRAQ = Place(id="country:IQ", name="Iraq", role="target", country="IQ")


def test_one_and_many_are_told_the_same(store: Store) -> None:
    first = date(2026, 3, 1)
    with store.transaction() as tx:
        views = [put(tx, incident_at(ASAD, first, id="first"))]
        for number, (place, days) in enumerate(
            [(ASAD, 40), (ERBIL, 41), (ASAD, 50), (IRAQ, 52), (GULF, 55), (ASAD, 60), (GULF, 57), (ERBIL, 200)]
        ):
            views.append(put(tx, incident_at(place, first + days * DAY, id=f"i{number}")))
        denied = incident_at(ERBIL, first + 199 * DAY, id="denied", grade="denied")
        tx.add_incident(denied)
        tx.put_places(denied)
        many = baselines_of(tx, views, now=NOW)
        assert many == {
            id: said for view in views for id, said in baselines_of(tx, [view], now=NOW).items()
        }  # fmt: skip
    assert many["i0"] == ("first here since 1 March (the ledger begins 1 March)",)
    assert many["i2"] == ("second at this base in April 2026",)
    assert many["i3"] == ("fourth in Iraq in April 2026",)
    assert many["i6"] == ("second in the Gulf in April 2026",)
    assert many["i7"] == ("first here since 11 April (the ledger begins 1 March)",)


def test_no_incident_is_read_whole_for_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise AssertionError("whole incidents are read")

    with store.transaction() as tx:
        put(tx, incident_at(ASAD, date(2026, 11, 1), id="before"))
        view = put(tx, incident_at(ASAD, date(2026, 11, 23)))
        monkeypatch.setattr(Transaction, "incidents_at", refused)
        assert baselines_of(tx, [view], now=NOW) == {
            view.incident.id: (
                "second at this base this month", "first here since 1 November (the ledger begins 1 November)",
            )
        }  # fmt: skip
