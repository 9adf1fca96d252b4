"""Whether an item raises an alert, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DecisionReason(StrEnum):
    """Why somebody is told, or why nobody is."""

    FIRST = "FIRST"
    #: the incident was known, but nobody had been told of it (first poll, digest level)
    FIRST_TOLD = "FIRST_TOLD"
    #: others were told of the incident; this report brings in a rule with further channels
    FIRST_HERE = "FIRST_HERE"
    #: the incident was told; this report adds a further place of the same salvo
    NEW_PLACE = "NEW_PLACE"
    NO_CHANGE = "NO_CHANGE"
    NO_RULE = "NO_RULE"
    NOT_AN_ATTACK = "NOT_AN_ATTACK"
    BELOW_LEVEL = "BELOW_LEVEL"
    TRIAL = "TRIAL"
    OLD = "OLD"
    COPY = "COPY"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether an item raises an alert."""

    tell: bool
    reason: DecisionReason
    detail: str = ""
    #: channel tags that are told now
    send_to: tuple[str, ...] = ()
