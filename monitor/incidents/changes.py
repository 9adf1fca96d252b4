"""What a report changes of an incident, and what of it is new to who was told already."""

from __future__ import annotations

from collections.abc import Collection

from monitor.model.ledger import Change, ChangeReason, Report, Told, View


def changes(before: View | None, after: View, report: Report | None, *, told: Collection[Told]) -> Change | None:
    """The next version of the incident; None where nothing changed that anybody wants to know.

    `told` is what channels know: a withdrawal of what they were told is a correction.
    """
    raise NotImplementedError


def told_values(view: View) -> Told:
    """What somebody knows who is told of the incident as it is."""
    raise NotImplementedError


def differs(told: Told, view: View) -> tuple[ChangeReason, ...]:
    """What is new to somebody who knows `told`, the weightiest first; empty where nothing is."""
    raise NotImplementedError
