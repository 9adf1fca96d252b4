"""The page of one incident: what `incidents show` tells, its line of time, its sources, and what is near it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.alerts.subject import short_of, subject
from monitor.configuration import Configuration
from monitor.errors import BasewatchError
from monitor.model.ledger import Change, Folded, Report, Said, View
from monitor.model.names import Names
from monitor.model.report import Link, Voice
from monitor.queries.attention import policy_explained
from monitor.queries.deeds import deeds_shown
from monitor.queries.formats import toll
from monitor.queries.jsonvalues import plain
from monitor.queries.neighbours import NEAR, nearest, neighbours_shown
from monitor.queries.rulings import called, standing
from monitor.queries.show import known_of, shown_of
from monitor.queries.silences import silence_shown
from monitor.queries.sources import sources_shown
from monitor.queries.timeline import timeline_of, with_deeds
from monitor.rules.gazetteer import Gazetteer
from monitor.store.listing import IncidentFilter
from monitor.store.store import Transaction
from monitor.telling import lies_of
from monitor.text.clean import clean

#: incidents of the same days that are looked through for the nearest
_MOST_AROUND = 1000
#: deeds that are told of one incident
MOST_DEEDS = 100
#: no ledger begins before it


def incident_page(
    tx: Transaction, incident_id: str, configuration: Configuration, *, now: datetime, zone: str = "UTC"
) -> dict[str, Any]:
    """All that the page shows, in the types of JSON; `BasewatchError` where there is no such incident.

    Every text that somebody outside wrote is clean, every link is one of the web or empty.
    """
    rules = configuration.rules
    known = known_of(tx, incident_id)
    view, incident = known.view, known.view.incident
    policies = [configuration.policy(name) for name in sorted(configuration.channels.names() - {"operator"})]
    lies = lies_of(rules.gazetteer)
    channels = policy_explained(tx, incident, policies, now=now, zone=zone, lies=lies)
    silencing = {one["silenced_by"] for one in channels} | {f"S{one.id}" for one in tx.silences(now)
                                                           if one.matchers.incident == incident.id}  # fmt: skip
    timeline = timeline_of(known.versions, view.reports, tx.alerts_of(incident.id), rules)
    # what was done with a silence of it alone was done with it
    about = [incident.id, *(one.name for one in tx.silences() if one.matchers.incident == incident.id)]
    items = tx.items_by_id([report.id for report in view.reports])
    return {
        **shown_of(tx, known, rules, now=now),
        "head": head_of(view, known.versions, rules, rules.gazetteer, now=now),
        "sources": sources_shown(view.reports, items),
        "timeline": with_deeds(timeline, deeds_shown(tx, limit=MOST_DEEDS, targets=about).rows),
        "channels": channels,
        "silenced": [silence_shown(one, now=now) for one in tx.silences(now) if one.name in silencing],
        "near": _near(tx, view, rules),
    }


def meant_incident(tx: Transaction, name: str) -> str:
    """The id of the incident that is called so: by an id, or by the short name of a chat, the latest of that name."""
    try:
        return standing(tx, name).id
    except BasewatchError:
        found = called(tx, name)
        if not found:
            raise
        return standing(tx, found[-1]).id


def head_of(
    view: View, versions: Sequence[Change], names: Names, gazetteer: Gazetteer | None, *, now: datetime
) -> dict[str, Any]:
    """The incident in a few lines: the sentence of its messages, where, when, the toll and who says it."""
    incident = view.incident
    last = versions[-1] if versions else None
    change = Change(
        incident_id=incident.id, version=incident.version, at=now, reasons=(), level=view.level,
        report=last.report if last else "",
    )  # fmt: skip
    sentence = subject(view, change, names=names, now=now).partition(": ")[2]
    return {
        "sentence": clean(sentence[:1].upper() + sentence[1:]),
        "short": short_of(incident.id),
        "version": incident.version,
        "level": str(view.level),
        "why_level": clean(view.why_level),
        "grade": str(view.grade),
        "date": plain(incident.date),
        "hour": clean(view.hour),
        "places": [
            {
                "id": place.id,
                "name": clean(place.name),
                "country": clean(names.country_name(place.country)) if place.country else "",
                "precision": str(place.precision),
                "known": gazetteer is not None and gazetteer.position(place.id) is not None,
            }
            for place in incident.places
        ],
        "weapons": [weapon.replace("_", " ") for weapon in incident.weapons],
        "act": str(incident.act),
        "toll": [
            told
            for name, stored in (
                ("killed", incident.killed), ("wounded", incident.wounded), ("brain_injuries", None),
                ("launched", incident.launched), ("intercepted", incident.intercepted),
            )
            if (told := _toll(name, getattr(view, name), stored)) is not None
        ],
        "claimed_by": [clean(names.name_of(one)) for one in incident.claimed_by],
        "attributed_to": [clean(names.name_of(one)) for one in incident.attributed_to],
        "denied_by": [clean(names.name_of(one)) for one in view.denied_by or incident.denied_by],
        "damage": clean(view.damage),
        "imported": incident.imported,
        "first_report": plain(incident.opened_at),
        "last_report": plain(incident.last_report_at),
    }  # fmt: skip


def _toll(name: str, folded: Folded, stored: int | None) -> dict[str, Any] | None:
    best = folded.best.value if folded.best is not None else stored
    text = toll(folded, best)
    if not text:
        return None
    return {"of": name.replace("_", " "), "text": text, "by": _as_said_by(folded.best)}


def _as_said_by(said: Said | None) -> str:
    """`Pentagon, official`, `two security sources, anonymous, as printed by Wire`."""
    if said is None:
        return ""
    if not said.speaker:
        return clean(said.by)
    voice = {Voice.OFFICIAL: " (official)", Voice.CLAIMANT: " (claimant)", Voice.ANONYMOUS: " (not named)"}
    return clean(f"{said.speaker}{voice.get(said.voice, '')}, in {said.by}")


def _near(tx: Transaction, view: View, rules: Any) -> list[dict[str, Any]]:
    incident = view.incident
    days = IncidentFilter(since=incident.date - NEAR, until=incident.date + NEAR)
    others = nearest(incident, tx.incidents_page(days, limit=_MOST_AROUND))
    reports = {**tx.reports_of([one.id for one in others]), incident.id: list(view.reports)}
    firsts = {id: first for id, some in reports.items() if (first := _first(some)) is not None}
    return neighbours_shown(incident, others, firsts, tx.rulings(), rules.sides_of)


def _first(reports: Sequence[Report]) -> Report | None:
    telling = [one for one in reports if one.link in (Link.REPORT, Link.CLAIM)]
    return min(telling or reports, key=lambda one: (one.reported_at, one.id), default=None)
