"""Why a feed is asked again when it is, in words."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from monitor.model.rhythm import Pace

_WORDS = {
    Pace.FIXED: "each interval, as written",
    Pace.LEARNING: "its rhythm is not known yet",
    Pace.PUBLISHES: "it publishes now",
    Pace.QUIET: "it is quieter than usual",
    Pace.INCIDENT_IN_REGION: "an incident is open in its region",
    Pace.INCIDENT_BY_PUBLISHER: "an incident is open that its publisher reported",
    Pace.PUBLISHER_ASKS: "its publisher asks for a longer wait",
    Pace.COSTLY: "its document costs too much to read",
    Pace.RETRY_AFTER: "its server asked for a pause (Retry-After)",
    Pace.FAILING: "it fails, and is asked less often",
    Pace.OFFLINE: "no feed can be read: the network is away",
}


def pace_in_words(pace: Pace, *, wakes_at: datetime | None, zone: tzinfo) -> str:
    """The reason for a wait; the hour at which a sleeping feed wakes is told in `zone`."""
    if pace is not Pace.SLEEPS:
        return _WORDS[pace]
    if wakes_at is None:
        return "it sleeps"
    return f"it sleeps until about {wakes_at.astimezone(zone):%H:%M}" + (" UTC" if zone is UTC else "")


def paced(word: str) -> Pace | None:
    """The reason behind the word that is kept with a feed; None where it was not asked yet, or by another version."""
    return next((pace for pace in Pace if pace == word), None)
