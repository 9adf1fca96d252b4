"""How unusual an incident is by what the ledger holds: the third here this month, the first since April."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.model.incident import Incident
from monitor.model.ledger import View


def baseline(view: View, rows: Sequence[Incident], *, since: datetime, now: datetime) -> tuple[str, ...]:
    """Sentences about the incident among those of the ledger, which begins at `since`."""
    raise NotImplementedError
