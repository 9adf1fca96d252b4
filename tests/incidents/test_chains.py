"""Attack, retaliation, reply: the steps of a chain in their order."""

from __future__ import annotations

from dataclasses import replace

from monitor.incidents.chains import chain_of
from tests.support.views import ANSWERED_VIEW, ASAD, FIRST_VIEW, STRIKE, after, incident, report, view

REPLY = view(
    [report("R", "Group Y hits base after US strike", hours=30)],
    incident("2026-11-25-ain-al-asad", (ASAD,), opened_at=after(30), answers=(ANSWERED_VIEW.incident.id,)),
)


def test_an_attack_its_answer_and_the_reply() -> None:
    for start, others in ((ANSWERED_VIEW, [REPLY]), (REPLY, [ANSWERED_VIEW])):
        steps = chain_of(start, others)
        assert [(step.kind, step.at) for step in steps] == [
            ("attack", after(0)), ("retaliation", after(15.3)), ("attack", after(30)),
        ]  # fmt: skip
        assert (steps[1].report, steps[1].text) == ("E", STRIKE.title)


def test_many_reports_of_one_answer_are_one_step() -> None:
    more = replace(ANSWERED_VIEW, reports=(*ANSWERED_VIEW.reports, replace(STRIKE, id="E2", reported_at=after(20))))
    assert len(chain_of(more, [])) == 2


def test_what_stands_alone_has_no_chain_and_a_ring_ends() -> None:
    other = replace(FIRST_VIEW, incident=replace(FIRST_VIEW.incident, id="2026-11-24-elsewhere"))
    assert chain_of(other, [REPLY]) == ()
    assert chain_of(FIRST_VIEW, []) == ()
    ring = replace(REPLY, incident=replace(REPLY.incident, answers=(REPLY.incident.id,)))
    assert chain_of(ring, []) == ()
