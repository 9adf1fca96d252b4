"""An incident as its reports make it: one number of each kind out of what all sources say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.model.incident import Incident
from monitor.model.ledger import Report, View
from monitor.model.report import Level


def fold(
    incident: Incident,
    reports: Sequence[Report],
    *,
    raises: Callable[[View], tuple[Level, str]] | None = None,
) -> View:
    """The incident with what its reports, in the order in which they were seen, come to.

    `raises` gives the level that the rules ask for, and why; without it the incident keeps its own.
    """
    raise NotImplementedError
