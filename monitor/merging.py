"""One incident goes into another one, in the store: by a report that shows them to be one, or by a person's word."""

from __future__ import annotations

from dataclasses import replace

from monitor.incidents.joining import joined_notifications
from monitor.model.incident import Incident
from monitor.model.ledger import Notification
from monitor.store.store import Transaction


def goes_into(tx: Transaction, gone: Incident, kept: str) -> None:
    """Reports, what channels know, what waits and what is silenced of `gone` are those of `kept` from now on.

    The caller writes the incident that stays and its next version.
    """
    reports = tx.reports_of([gone.id]).get(gone.id, [])
    tx.move_reports([report.id for report in reports], gone.id, kept)
    known: dict[str, dict[str, Notification]] = {gone.id: {}, kept: {}}
    for (incident_id, channel), one in tx.notifications([gone.id, kept]).items():
        known[incident_id][channel] = one
    for note in joined_notifications(kept, known[kept], known[gone.id]).values():
        tx.put_notification(note)
    tx.forget_notifications(gone.id)
    waits = {held.channel: held for held in tx.held(incident_id=kept)}
    for held in tx.held(incident_id=gone.id):
        tx.unhold(gone.id, held.channel)
        own = waits.get(held.channel)
        # the first that is due tells all that is new by then
        if own is None or (held.due_at is not None and (own.due_at is None or held.due_at < own.due_at)):
            tx.hold(replace(held, incident_id=kept))
    for silence in tx.silences():
        if silence.matchers.incident == gone.id:
            tx.update_silence(replace(silence, matchers=replace(silence.matchers, incident=kept)))
    tx.update_incident(replace(gone, merged_into=kept))
