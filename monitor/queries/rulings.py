"""Identity put right by hand: two incidents made one, reports taken out of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.store.store import Transaction


def merge(tx: Transaction, kept: str, gone: str, *, now: datetime) -> str:
    """`gone` goes into `kept`; answers the id that stands. `UsageError` where the two are one."""
    raise NotImplementedError


def split(tx: Transaction, incident_id: str, items: Sequence[str], *, now: datetime) -> str:
    """These reports become an incident of their own; answers its id."""
    raise NotImplementedError
