"""Which reports are independent of each other, whose work each is, and how sure an incident is by them."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model.ledger import Grade, Report


def family(publisher: str, url: str = "") -> str:
    """Whose voice a publisher is: editions of one house are one."""
    raise NotImplementedError


def origin_of(report: Report, earlier: Sequence[Report]) -> str:
    """What a report copies: an agency, or the publisher of an earlier near copy; empty for own work."""
    raise NotImplementedError


def independent(reports: Sequence[Report]) -> tuple[str, ...]:
    """The publishers that report by themselves."""
    raise NotImplementedError


def grade(reports: Sequence[Report]) -> Grade:
    """How sure the incident is by its reports."""
    raise NotImplementedError
