"""Merge and split taken back: the rows of the ledger as they stood, each incident one version further.

A deed keeps how things stood before it and after it. Only what has not changed since can be taken back as a whole; the
log of versions goes on, for a version that somebody has read keeps its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.errors import UsageError
from monitor.incidents.changes import told_values
from monitor.incidents.joining import louder
from monitor.model.attention import Ack, Deed
from monitor.model.incident import Incident
from monitor.model.ledger import Change, Held, Notification, Report, Ruling
from monitor.queries.jsonvalues import as_kept, kept
from monitor.queries.ledger import view_of
from monitor.store.store import Transaction

#: what a message that was waiting changes of an incident's row: it does not stand in the way
_TOLD = ("told", "told_to")


# ------------------------------------------------------------------------------------- what a deed keeps


def stands_of(tx: Transaction, *incidents: Incident) -> dict[str, Any]:
    """How incidents stand: their rows, which reports and items are whose, what channels know and what waits."""
    ids = [one.id for one in incidents]
    reports = tx.reports_of(ids)
    seen: set[str] = set()
    twice = []
    for id in ids:
        twice += [one for one in reports.get(id, ()) if one.id in seen]
        seen |= {one.id for one in reports.get(id, ())}
    return {
        "incidents": [kept(one) for one in incidents],
        "reports": {id: [one.id for one in reports.get(id, ())] for id in ids},
        # a report of both stands once in the one that they become
        "twice": [kept(one) for one in twice],
        "items": {id: tx.items_among(sorted(seen), id) for id in ids},
        "notes": [kept(one) for one in tx.notifications(ids).values()],
        "acks": [kept(one) for one in tx.acks(ids).values()],
        "held": [kept(held) for id in ids for held in tx.held(incident_id=id)],
        "silences": {str(one.id): one.matchers.incident for one in tx.silences() if one.matchers.incident in ids},
    }


def left_by(tx: Transaction, incident_id: str) -> dict[str, Any]:
    """How a deed leaves an incident: by this it is seen whether anything changed since."""
    incident = tx.incident(incident_id)
    reports = tx.reports_of([incident_id]).get(incident_id, [])
    return {"after": kept(incident), "after_reports": sorted(one.id for one in reports)}


def next_version(tx: Transaction, incident_id: str, *, default: int = 0) -> int:
    """The number of the next version in the log of an incident."""
    return max((change.version for change in tx.versions(incident_id)), default=default) + 1


# --------------------------------------------------------------------------------------------- taken back


def undo_merge(tx: Transaction, deed: Deed, *, now: datetime) -> str:
    """The incident that went into another one stands again, with its own reports. Reports that come may join them."""
    one, gone = _incidents(deed)
    way_out = f"take its reports out again: `basewatch incidents split {one.id} ITEM…`"
    current = _unchanged(tx, one.id, deed.before, way_out)
    other = tx.incident(gone.id)
    if other is None or other.merged_into != one.id:
        raise UsageError(f"{gone.id} does not go into {one.id} any more")
    _put_notes(tx, deed, one.id, way_out)
    _put_acks(tx, deed, one.id, gone.id)
    own = set(deed.before["reports"][one.id])
    moved = [id for id in deed.before["reports"][gone.id] if id not in own]
    tx.move_reports(moved, one.id, gone.id)
    tx.put_reports([as_kept(Report, found) for found in deed.before["twice"]])
    _put_items(tx, deed, (one.id, gone.id))
    _put_waiting(tx, deed, (one.id, gone.id), now=now)
    left = as_kept(Incident, deed.before["after"])
    told_since = (current.told, current.told_to) != (left.told, left.told_to)
    stays = replace(one, told=current.told, told_to=current.told_to) if told_since else one
    _put_back(tx, stays, f"merge with {gone.id} undone", now)
    _put_back(tx, gone, f"stands again: merge into {one.id} undone", now)
    return f"{gone.id} stands again beside {one.id}"


def undo_split(tx: Transaction, deed: Deed, *, now: datetime) -> str:
    """The two are one again; the id of the one that was taken out leads to it."""
    (old,) = _incidents(deed)
    apart = deed.before["apart"]
    way_out = f"make them one: `basewatch incidents merge {old.id} {apart}`"
    _unchanged(tx, old.id, deed.before, way_out)
    new = _unchanged(tx, apart, deed.before["apart_after"], way_out)
    if tx.notifications([apart]):
        raise UsageError(f"somebody was told of {apart} since; {way_out}")
    tx.move_reports(deed.before["apart_after"]["after_reports"], apart, old.id)
    for held in tx.held(incident_id=apart):
        tx.unhold(apart, held.channel)
    for silence in tx.silences():
        if silence.matchers.incident == apart:
            tx.update_silence(replace(silence, matchers=replace(silence.matchers, incident=old.id)))
    tx.update_incident(replace(new, merged_into=old.id))
    _put_items(tx, deed, (old.id,))
    _put_back(tx, old, f"split undone: {apart} is part of it again", now)
    for found in deed.before["rulings"]:
        tx.drop_ruling(as_kept(Ruling, found))
    return f"{apart} is part of {old.id} again"


def _incidents(deed: Deed) -> Sequence[Incident]:
    return [as_kept(Incident, found) for found in deed.before["incidents"]]


def _unchanged(tx: Transaction, id: str, left: dict[str, Any], way_out: str) -> Incident:
    """The incident, where it is as the deed left it; what a message changes of it aside."""
    current = tx.incident(id)
    if current is None:
        raise UsageError(f"there is no incident {id} any more")
    now = left_by(tx, id)
    if more := sorted(set(now["after_reports"]) - set(left["after_reports"])):
        raise UsageError(f"{id} has {len(more)} more reports since, {more[0]} the first; {way_out}")
    rows = (
        {name: value for name, value in found.items() if name not in _TOLD} for found in (now["after"], left["after"])
    )
    if next(rows) != next(rows) or now["after_reports"] != left["after_reports"]:
        raise UsageError(f"{id} has changed since; {way_out}")
    return current


def _put_notes(tx: Transaction, deed: Deed, stays: str, way_out: str) -> None:
    """What each channel knows of each of them; whether it took the message, and acknowledged it, as it is now."""
    current = {channel: one for (_, channel), one in tx.notifications([stays]).items()}
    stood = [as_kept(Notification, found) for found in deed.before["notes"]]
    # that of which the message counts, and that of which the version does
    counts: dict[str, Notification] = {}
    first: dict[str, Notification] = {}
    for one in sorted(stood, key=lambda one: one.incident_id != stays):
        counts[one.channel] = louder(first[one.channel], one) if one.channel in first else one
        first.setdefault(one.channel, one)
    for channel, note in current.items():
        if channel not in first or first[channel].version != note.version:
            raise UsageError(f"{channel} was told of {stays} since; {way_out}")
    tx.forget_notifications(stays)
    for one in stood:
        seen = current.get(one.channel)
        if seen is not None and counts[one.channel] is one:
            one = replace(
                one, alert_id=seen.alert_id, taken_at=seen.taken_at, failed_at=seen.failed_at, acked_at=seen.acked_at,
                acked_by=seen.acked_by, repeats=seen.repeats,
            )  # fmt: skip
        tx.put_notification(one)


def _put_acks(tx: Transaction, deed: Deed, stays: str, gone: str) -> None:
    """The acknowledgement that went along stands with its own incident alone."""
    stood = {ack.incident_id: ack for ack in (as_kept(Ack, found) for found in deed.before.get("acks", ()))}
    now, came = tx.acks([stays]).get(stays), stood.get(gone)
    if now is not None and came is not None and stays not in stood and (now.at, now.by) == (came.at, came.by):
        tx.drop_ack(stays)


def _put_items(tx: Transaction, deed: Deed, ids: Sequence[str]) -> None:
    """Each item belongs to the incident to which it did."""
    everyone = {item for found in deed.before["reports"].values() for item in found}
    for id in ids:
        own = deed.before["items"][id]
        for other in {*ids, *([deed.before["apart"]] if "apart" in deed.before else [])} - {id}:
            tx.move_items([item for item in own if item in everyone], other, id)


def _put_waiting(tx: Transaction, deed: Deed, ids: Iterable[str], *, now: datetime) -> None:
    """What waited of each, what was silenced of each, and no word that they are one.

    A silence may have ended meanwhile: what waited for one is asked about anew at once.
    """
    for id in ids:
        for held in tx.held(incident_id=id):
            tx.unhold(id, held.channel)
    for found in deed.before["held"]:
        held = as_kept(Held, found)
        tx.hold(replace(held, due_at=now) if held.why == "silence" else held)
    for number, id in deed.before["silences"].items():
        if (silence := tx.silence(int(number))) is not None:
            tx.update_silence(replace(silence, matchers=replace(silence.matchers, incident=id)))
    for found in deed.before["rulings"]:
        tx.drop_ruling(as_kept(Ruling, found))


def _put_back(tx: Transaction, incident: Incident, note: str, now: datetime) -> None:
    """The row as it stood, as a further version that nobody is told of."""
    number = max(next_version(tx, incident.id), incident.version + 1)
    incident = replace(incident, version=number)
    tx.update_incident(incident)
    tx.put_places(incident)
    view = view_of(incident, tx.reports_of([incident.id]).get(incident.id, []))
    change = Change(
        incident_id=incident.id, version=number, at=now, reasons=(), known=told_values(view), level=view.level,
        quiet=True, note=note,
    )  # fmt: skip
    tx.add_versions([change])
