"""How unusual an incident is, and what the ledger cannot know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from monitor.incidents.baselines import baseline
from monitor.model.incident import Incident
from monitor.model.ledger import Grade
from monitor.model.place import unplaced
from tests.support.views import ERBIL, FIRST_VIEW, after, incident, report

BEGIN = date(2025, 10, 17)


def row(month: int, day: int, **fields: object) -> Incident:
    return incident(f"2026-{month:02}-{day:02}-x", date=date(2026, month, day), **fields)


def said(*rows: Incident, since: date = BEGIN) -> tuple[str, ...]:
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
    assert said(row(11, 20), since=date(2026, 11, 10)) == ()
    assert said(since=date(2026, 11, 10)) == ()


def test_what_is_nowhere_or_did_not_happen_has_no_baseline() -> None:
    nowhere = replace(FIRST_VIEW, incident=incident("u", (unplaced(),)))
    ended = replace(FIRST_VIEW, grade=Grade.RETRACTED)
    assert baseline(nowhere, [], since=BEGIN, now=after(1)) == baseline(ended, [], since=BEGIN, now=after(1)) == ()


def test_the_eleventh() -> None:
    rows = [replace(row(11, 3), id=str(n)) for n in range(10)]
    assert said(*rows)[0] == "11th at this base this month"


@pytest.mark.parametrize(
    ("words", "since", "begins", "sentence"),
    [
        ("over 140", date(2026, 10, 17), date(2026, 10, 17),
         "Paper counts over 140 attacks since 17 October, the ledger holds 137 since 17 October"),
        ("over 140", date(2026, 10, 17), date(2026, 11, 1),
         "Paper counts over 140 attacks since 17 October, the ledger holds 137 since 1 November (it begins later)"),
        ("", None, date(2025, 10, 17), "Paper counts 140 attacks, the ledger holds 137 since 17 October 2025"),
    ],
)  # fmt: skip
def test_a_count_of_a_report_is_set_against_that_of_the_ledger(
    words: str, since: date | None, begins: date, sentence: str
) -> None:
    counting = report("T", "x", publisher="Paper", attacks=140, attacks_words=words, attacks_since=since)
    view = replace(FIRST_VIEW, reports=(*FIRST_VIEW.reports, counting))
    assert baseline(view, [], since=begins, now=after(1), held=137)[-1] == sentence
    ended = replace(view, grade=Grade.DENIED)
    assert baseline(ended, [], since=begins, now=after(1), held=137) == ()
