"""Which known incidents a report could belong to, how well each fits, and which it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.incidents.agreement import Sides
from monitor.model.incident import Incident
from monitor.model.item import Item
from monitor.model.ledger import Rulings
from monitor.model.report import Act, Facts


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An incident that a report could join."""

    incident: Incident
    score: float
    #: sentence for people
    why: str


def refusal(facts: Facts, incident: Incident, sides: Sides, rulings: Rulings) -> str:
    """Why the two cannot be one attack, whatever else agrees; empty where they can."""
    raise NotImplementedError


def ranked(
    item: Item, act: Act, facts: Facts, incidents: Sequence[Incident], *, sides: Sides, rulings: Rulings
) -> tuple[Candidate, ...]:
    """The incidents that a report could join, the best first."""
    raise NotImplementedError
