"""Who is independent of whom, how sure an incident is, and which reports are not believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from monitor.incidents.doubts import doubts_of
from monitor.incidents.sources import family, grade, independent, origin_of, with_withdrawals
from monitor.model.ledger import Grade, Report
from monitor.model.report import Act, Link, Voice
from tests.support.views import CLAIM, MINISTRY, WIRE, after, report

PAPER = report("p", "Base in western Iraq was attacked at night", hours=1, publisher="Paper")
DAILY = report("d", "Explosions heard near the base of the coalition", hours=2, publisher="Daily")


@pytest.mark.parametrize(
    ("publisher", "url", "name"),
    [
        ("Rudaw English", "", "rudaw"),
        ("Rudaw — Arabic", "", "rudaw"),
        ("BBC News - Middle East", "", "bbc"),
        ("Reuters: World", "", "reuters"),
        ("The National (live)", "", "national"),
        ("Al Jazeera", "", "al jazeera"),
        ("World", "", "world"),
        ("", "https://www.shafaq.com/en/1", "shafaq.com"),
        ("", "https://news.paper.co.uk/1", "paper.co.uk"),
        ("", "http://[broken", ""),
    ],
)
def test_editions_of_one_house_are_one(publisher: str, url: str, name: str) -> None:
    assert family(publisher, url) == name


def test_whose_work_it_is() -> None:
    copy = replace(WIRE, id="c", publisher="Paper", title=f"{WIRE.title} - Paper")
    assert origin_of(copy, [WIRE]) == "Wire"
    assert origin_of(PAPER, [WIRE, DAILY]) == ""
    assert origin_of(replace(copy, publisher="Wire English"), [WIRE]) == "", "an edit of its own"
    assert origin_of(report("x", "Anything at all", publisher="Paper", wire="AP"), []) == "AP"
    later = replace(copy, title=WIRE.title, quote="Something else entirely was said of it", reported_at=after(50))
    assert origin_of(later, [WIRE]) == ""
    assert origin_of(replace(later, reported_at=after(40)), [WIRE]) == "Wire"


def test_an_agency_counts_once_and_a_claim_never() -> None:
    wired = [report(str(n), f"Text {n}", publisher=f"Paper {n}", origin="AP") for n in range(3)]
    assert independent(wired) == ("AP",)
    assert independent([*wired, report("x", "Own", publisher="AP")]) == ("AP",)
    assert independent([CLAIM, replace(PAPER, link=Link.COPY), replace(DAILY, doubts=("flood",))]) == ()
    assert independent([WIRE, PAPER, replace(PAPER, id="q", publisher="Paper Online")]) == ("Wire", "Paper")


def withdrawal(publisher: str, **fields: object) -> Report:
    return report("w", "It was no attack", hours=5, publisher=publisher, link=Link.RETRACTION, act=Act.RETRACTION,
                  **fields)  # fmt: skip


def denial(hours: float = 5) -> Report:
    return report("n", "Pentagon denies that the base was hit", hours=hours, publisher="Third", denies="event",
                  link=Link.DENIAL, act=Act.OTHER, voice=Voice.OFFICIAL)  # fmt: skip


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([CLAIM], Grade.CLAIMED),
        ([CLAIM, replace(CLAIM, id="x", publisher="Paper", voice=Voice.CLAIMANT)], Grade.CLAIMED),
        ([WIRE], Grade.REPORTED),
        ([WIRE, replace(WIRE, id="x", publisher="Paper", origin="Wire")], Grade.REPORTED),
        ([WIRE, PAPER], Grade.SEVERAL),
        ([WIRE, MINISTRY], Grade.CONFIRMED),
        ([WIRE, denial()], Grade.DENIED),
        # what the report of an answer tells of denials is one of other things
        ([WIRE, replace(denial(), link=Link.RETALIATION, act=Act.RETALIATION)], Grade.REPORTED),
        ([WIRE, denial(), replace(PAPER, seen_at=after(9))], Grade.SEVERAL),
        ([MINISTRY, denial(9)], Grade.CONFIRMED),
        ([WIRE, withdrawal("Wire")], Grade.RETRACTED),
        ([WIRE, PAPER, withdrawal("Wire")], Grade.REPORTED),
        ([WIRE, PAPER, DAILY, withdrawal("Army", voice=Voice.OFFICIAL)], Grade.RETRACTED),
        # a paper that says there was none speaks against one or two, not against three or an official
        ([WIRE, withdrawal("Other")], Grade.RETRACTED),
        ([WIRE, PAPER, DAILY, withdrawal("Other")], Grade.SEVERAL),
        ([MINISTRY, replace(withdrawal("Other"), seen_at=after(9))], Grade.CONFIRMED),
        ([WIRE, withdrawal("Other"), replace(PAPER, seen_at=after(9))], Grade.SEVERAL),
        ([replace(WIRE, doubts=("flood",))], Grade.CLAIMED),
    ],
)
def test_how_sure_it_is(reports: Sequence[Report], expected: Grade) -> None:
    assert grade(with_withdrawals(reports)) is expected


def test_withdrawals_are_the_same_when_they_are_applied_twice() -> None:
    once = with_withdrawals([WIRE, PAPER, withdrawal("Wire")])
    assert with_withdrawals(once) == once
    assert [one.retracted for one in once] == [("*",), (), ()]


def test_which_reports_are_not_believed() -> None:
    assert doubts_of(WIRE, [], now=after(0)) == ()
    assert doubts_of(replace(WIRE, reported_at=after(30)), [], now=after(0)) == ("dated in the future",)
    stated = report("x", "Attack", date=date(2027, 1, 1), date_stated=True)
    assert doubts_of(stated, [], now=after(0)) == ("dated in the future",)
    wire = replace(WIRE, lead="Two of them were shot down and the third one hit a hangar near the runway before dawn")
    again = replace(wire, id="x", publisher="Odd", reported_at=after(24 * 30))
    assert doubts_of(again, [wire], now=after(24 * 30)) == ("recycled",)
    assert doubts_of(replace(again, reported_at=after(24)), [wire], now=after(24)) == ()
    # a headline alone is written again of the next attack
    assert doubts_of(replace(again, lead=""), [WIRE], now=after(24 * 30)) == ()


def test_one_source_that_floods_claims() -> None:
    claims = [replace(CLAIM, id=str(n), seen_at=after(n), title=f"Claim {n}") for n in range(7)]
    found = [doubts_of(one, claims[:n], now=after(n)) for n, one in enumerate(claims)]
    assert found == [()] * 5 + [("flood",)] * 2
