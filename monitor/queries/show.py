"""One incident with all that is known of it: versions, values with who says them, sources, brief, chain, messages."""

from __future__ import annotations

from typing import Any

from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet


def incident_shown(tx: Transaction, incident_id: str, rules: RuleSet | None) -> dict[str, Any]:
    """The incident in the types of JSON; `BasewatchError` where there is none."""
    raise NotImplementedError
