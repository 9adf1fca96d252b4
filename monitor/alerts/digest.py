"""Messages about several incidents: what was held, the day, the week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from monitor.model.alert import Alert, Attachment
from monitor.model.ledger import View
from monitor.model.names import Names


def summary_alert(
    kind: Literal["wake", "cap"],
    rows: Sequence[View],
    *,
    changes: int,
    zone: str,
    names: Names,
    alert_id: str,
    now: datetime,
    channels: tuple[str, ...],
) -> Alert:
    """What changed while messages were held."""
    raise NotImplementedError


def digest_alert(
    period: Literal["day", "week"],
    rows: Sequence[View],
    pictures: Sequence[Attachment],
    *,
    zone: str,
    names: Names,
    alert_id: str,
    now: datetime,
    channels: tuple[str, ...],
) -> Alert:
    """The incidents of a day or a week: table, plot, map, brief."""
    raise NotImplementedError
