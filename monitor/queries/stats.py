"""How many incidents there were, by week, base, group or weapon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from monitor.queries.ledger import LedgerEntry

#: what incidents are counted by
By = Literal["week", "base", "group", "weapon"]


def counts(entries: Sequence[LedgerEntry], by: By) -> list[tuple[str, int]]:
    """How many incidents of each week (in order), base, group or weapon (the most first)."""
    raise NotImplementedError
