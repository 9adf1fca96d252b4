"""What an attack answers and what answered it: attack, retaliation, reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.incidents.sources import is_live
from monitor.model.ledger import View
from monitor.model.report import Link


@dataclass(frozen=True, kw_only=True)
class ChainStep:
    """One step of a chain."""

    kind: Literal["attack", "retaliation"]
    at: datetime
    incident_id: str
    #: of a retaliation: the report that tells of it
    report: str = ""
    text: str = ""


def chain_of(view: View, others: Sequence[View]) -> tuple[ChainStep, ...]:
    """The chain to which an incident belongs, the first step first; empty where it stands alone.

    Of one answer of the own side the first report is its step, however many tell of it.
    """
    known = {one.incident.id: one for one in (*others, view)}
    members, new = {view.incident.id}, [view.incident.id]
    while new:
        around = new.pop()
        linked = {one for one in known[around].incident.answers if one in known}
        linked |= {one.incident.id for one in known.values() if around in one.incident.answers}
        new += sorted(linked - members)
        members |= linked
    steps = [step for one in members for step in _steps(known[one])]
    steps.sort(key=lambda step: (step.at, step.kind, step.incident_id))
    return tuple(steps) if len(steps) > 1 else ()


def _steps(view: View) -> list[ChainStep]:
    incident = view.incident
    steps = [ChainStep(kind="attack", at=incident.opened_at, incident_id=incident.id, text=incident.first_title)]
    answers = [report for report in view.reports if report.link is Link.RETALIATION and is_live(report)]
    if answers:
        first = min(answers, key=lambda report: (report.reported_at, report.id))
        steps.append(
            ChainStep(
                kind="retaliation",
                at=first.reported_at,
                incident_id=incident.id,
                report=first.id,
                text=first.title,
            )
        )
    return steps
