"""How unusual an incident is, and what the ledger cannot know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.incidents.baselines import baseline
from monitor.model.incident import Incident
from monitor.model.ledger import Grade
from monitor.model.place import unplaced
from tests.support.views import ERBIL, FIRST_VIEW, after, incident

BEGIN = datetime(2025, 10, 17, tzinfo=UTC)


def row(month: int, day: int, **fields: object) -> Incident:
    return incident(f"2026-{month:02}-{day:02}-x", date=date(2026, month, day), **fields)


def said(*rows: Incident, since: datetime = BEGIN) -> tuple[str, ...]:
    return baseline(FIRST_VIEW, rows, since=since, now=after(1))


@pytest.mark.parametrize(
    ("rows", "sentences"),
    [
        ([row(11, 3), row(11, 20)], ("third at this base this month",)),
        ([row(4, 4)], ("first here since 4 April (the ledger begins 17 October 2025)",)),
        ([], ("first here that the ledger knows (the ledger begins 17 October 2025)",)),
        ([row(10, 30), row(11, 20)], ("second at this base this month",)),
        # other bases, the same incident, what was merged or withdrawn, and what came later count for nothing
        ([row(11, 20), row(11, 21, places=(ERBIL,)), row(11, 22, merged_into="y"), row(11, 25),
          row(11, 19, grade="retracted"), FIRST_VIEW.incident], ("second at this base this month",)),
    ],
)  # fmt: skip
def test_what_the_ledger_holds_of_the_place(rows: Sequence[Incident], sentences: tuple[str, ...]) -> None:
    assert said(*rows) == sentences


def test_a_young_ledger_says_nothing_of_what_it_does_not_hold() -> None:
    assert said(row(11, 20), since=datetime(2026, 11, 10, tzinfo=UTC)) == ()
    assert said(since=datetime(2026, 11, 10, tzinfo=UTC)) == ()


def test_what_is_nowhere_or_did_not_happen_has_no_baseline() -> None:
    nowhere = replace(FIRST_VIEW, incident=incident("u", (unplaced(),)))
    ended = replace(FIRST_VIEW, grade=Grade.RETRACTED)
    assert baseline(nowhere, [], since=BEGIN, now=after(1)) == baseline(ended, [], since=BEGIN, now=after(1)) == ()


def test_the_eleventh() -> None:
    rows = [replace(row(11, 3), id=str(n)) for n in range(10)]
    assert said(*rows)[0] == "11th at this base this month"
