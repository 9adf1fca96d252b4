"""Incidents that people collected: read from a file and put into the ledger; nobody is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model.incident import Incident
from monitor.model.ledger import Report
from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import came to."""

    added: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    #: what could not be read, with why
    unread: tuple[str, ...] = ()


def read_rows(text: str, kind: str, rules: RuleSet, *, year: int | None) -> tuple[tuple[Incident, Report], ...]:
    """The incidents of a file (`yaml`, `csv`, `txt`, `html`), each with the report that it becomes."""
    raise NotImplementedError


def put(tx: Transaction, rows: Sequence[tuple[Incident, Report]], *, now: datetime) -> Imported:
    """Puts them into the ledger, quietly; the same rows a second time change nothing."""
    raise NotImplementedError
