"""What is muted, held, acknowledged and in force, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.model.policy import Policy
from monitor.store.store import Transaction


def mutes_shown(tx: Transaction, *, now: datetime) -> list[dict[str, Any]]:
    """The mutes in force, in the types of JSON."""
    raise NotImplementedError


def acknowledge(tx: Transaction, incident_id: str, *, by: str, now: datetime) -> int:
    """Ends repeats of what was told of an incident; answers of how many channels."""
    raise NotImplementedError


def policy_explained(tx: Transaction, incident_id: str, policies: Sequence[Policy]) -> list[dict[str, Any]]:
    """Why each channel was told of an incident, or not."""
    raise NotImplementedError
