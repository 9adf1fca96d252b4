"""What an attack answers and what answered it: attack, retaliation, reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.ledger import View


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
    """The chain to which an incident belongs, the first step first; empty where it stands alone."""
    raise NotImplementedError
