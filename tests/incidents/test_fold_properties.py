"""What holds of any reports: nothing is made up, nothing is told twice, and folding again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.incidents.changes import changes, differs, told_values
from monitor.incidents.fold import fold
from monitor.model.ledger import ChangeReason, Grade, Report
from monitor.model.report import Act, Link, Voice
from tests.support.views import after, incident, report

NUMBERS = st.none() | st.integers(0, 120) | st.just(1_000_000)
LINKS = st.sampled_from([Link.REPORT, Link.REPORT, Link.TOLL, Link.CLAIM, Link.DENIAL, Link.RETALIATION, Link.COPY])


@st.composite
def reports(draw: st.DrawFn) -> list[Report]:
    found = []
    for n in range(draw(st.integers(1, 7))):
        back = draw(st.integers(0, 5)) == 0
        found.append(
            report(
                str(n), f"Report {n}", hours=n, publisher=draw(st.sampled_from(["Wire", "Paper", "Army"])),
                killed=draw(NUMBERS), wounded=draw(NUMBERS), brain_injuries=draw(st.none() | st.integers(0, 120)),
                voice=draw(st.sampled_from(list(Voice))), corrects=draw(st.booleans()) and draw(st.booleans()),
                link=Link.RETRACTION if back else draw(LINKS), act=Act.RETRACTION if back else Act.ATTACK,
                withdrawn=draw(st.sampled_from([("killed",), ("*",), ("killed", "wounded")])) if back else (),
            )
        )  # fmt: skip
    return found


@given(reports())
@settings(max_examples=200, deadline=None)
def test_every_number_is_one_that_a_standing_report_gives(told: list[Report]) -> None:
    view = fold(incident(), told)
    by_id = {one.id: one for one in view.reports}
    for name in ("killed", "wounded"):
        folded = getattr(view, name)
        for said in (*folded.said, *([folded.best] if folded.best else [])):
            facts = by_id[said.report].facts
            assert said.value in (getattr(facts, name), facts.brain_injuries if name == "wounded" else None)
            assert folded.low <= said.value <= folded.high
            assert name not in by_id[said.report].retracted
        assert getattr(view.incident, name) == (folded.best.value if folded.best else None)


@given(reports())
@settings(max_examples=200, deadline=None)
def test_folding_again_changes_nothing_and_order_of_the_list_neither(told: list[Report]) -> None:
    view = fold(incident(), told)
    assert fold(view.incident, view.reports) == view
    assert fold(incident(), told[::-1]) == view


@given(reports())
@settings(max_examples=200, deadline=None)
def test_who_knows_the_incident_as_it_is_is_told_nothing(told: list[Report]) -> None:
    view = fold(incident(), told)
    assert differs(told_values(view), view) == ()


@given(reports())
@settings(max_examples=100, deadline=None)
def test_claims_alone_are_never_more_than_claimed(told: list[Report]) -> None:
    claims = [replace(one, voice=Voice.CLAIMANT) for one in told]
    assert fold(incident(), claims).grade in (Grade.CLAIMED, Grade.RETRACTED)


@given(reports(), st.randoms())
@settings(max_examples=150, deadline=None)
def test_a_report_more_never_makes_the_incident_less_sure(told: list[Report], chance: Random) -> None:
    sure = (Grade.CLAIMED, Grade.REPORTED, Grade.SEVERAL, Grade.CONFIRMED)
    standing = [replace(one, link=Link.REPORT, act=Act.ATTACK) for one in told]
    standing = [replace(one, facts=replace(one.facts, withdrawn=(), corrects=False)) for one in standing]
    chance.shuffle(standing)
    grades = [sure.index(fold(incident(), standing[: n + 1]).grade) for n in range(len(standing))]
    assert grades == sorted(grades)


@given(reports(), st.randoms())
@settings(max_examples=150, deadline=None)
def test_what_each_report_changes_is_said_without_repeat_or_fault(told: list[Report], chance: Random) -> None:
    before, known = None, []
    for number, one in enumerate(told):
        at_once = replace(one, doubts=chance.choice([(), (), ("flood",), ("recycled",)]))
        view = fold(incident() if before is None else before.incident, [*known, at_once])
        known.append(at_once)
        change = changes(before, view, at_once, told=[told_values(before)] if before is not None else [])
        assert (number > 0) or (change is not None and change.reasons[0] is ChangeReason.FIRST)
        if change is not None:
            assert len(set(change.reasons)) == len(change.reasons)
            assert change.known == told_values(view)
        before = view


@given(reports())
@settings(max_examples=150, deadline=None)
def test_reports_of_one_moment_count_the_same_in_any_order(told: list[Report]) -> None:
    media = [
        replace(one, link=Link.REPORT, act=Act.ATTACK, voice=Voice.MEDIA, publisher=f"Paper {n}", seen_at=after(1),
                url=f"https://paper{n}.example/", facts=replace(one.facts, withdrawn=(), corrects=False))
        for n, one in enumerate(told)
    ]  # fmt: skip
    renamed = [replace(one, id=str(len(media) - n)) for n, one in enumerate(media)]
    one, other = fold(incident(), media), fold(incident(), renamed)
    assert (one.grade, one.incident.killed, one.incident.wounded) == (
        other.grade, other.incident.killed, other.incident.wounded,
    )  # fmt: skip
    assert (one.killed.low, one.killed.high) == (other.killed.low, other.killed.high)
