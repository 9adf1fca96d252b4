"""Levels that depend on what happened before: `raise_to_flash_if: [first here in 30 days]`.

A classification is a function of an item and rules alone; the past is asked here, where it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.model.incident import Incident
from monitor.model.report import Classification, Facts, RuleTaken, channels_of, reason_of


def raised(classification: Classification, incidents: Sequence[Incident]) -> Classification:
    """The classification with the levels that its rules have after what `incidents` tell of the past."""
    if not any(one.if_first for one in classification.taken):
        return classification
    taken = sorted(
        (_raised(one, classification.facts, incidents) for one in classification.taken), key=lambda one: -one.level.rank
    )
    if taken == list(classification.taken):
        return classification
    lead = next((one for one in taken if not one.trial), taken[0])
    return replace(
        classification,
        rule=lead.rule,
        level=lead.level,
        trial=lead.trial,
        send_to=channels_of(taken, lead),
        taken=tuple(taken),
        reason=reason_of(classification.what, lead),
    )


def _raised(one: RuleTaken, facts: Facts, incidents: Sequence[Incident]) -> RuleTaken:
    higher = next((wish for wish in one.if_first if _is_first(facts, incidents, wish.days)), None)
    if higher is None:
        return one
    return replace(one, level=higher.level, raised=f"raised to {higher.level}: {higher.written}")


def _is_first(facts: Facts, incidents: Sequence[Incident], days: int) -> bool:
    """No incident at the place (or in the country, where the report tells no more) on the days before its day."""
    target = next(iter(facts.targets), None)
    if target is None or facts.date is None:
        return False
    earliest = facts.date - timedelta(days=days)
    return not any(
        earliest <= known.date < facts.date
        and any(place.country == target.country if target.is_vague else place.id == target.id for place in known.places)
        for known in incidents
    )
