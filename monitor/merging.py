"""One incident goes into another one, in the store: by a report that shows them to be one, or by a person's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.incidents.joining import joined_notifications
from monitor.model.attention import MERGED
from monitor.model.incident import Incident
from monitor.model.ledger import Notification
from monitor.store.store import Transaction


def goes_into(tx: Transaction, gone: Incident, kept: str, *, now: datetime) -> None:
    """Reports, what channels know, what waits and what is silenced of `gone` are those of `kept` from now on.

    The caller writes the incident that stays and its next version.
    """
    reports = tx.reports_of([gone.id]).get(gone.id, [])
    tx.move_reports([report.id for report in reports], gone.id, kept)
    known: dict[str, dict[str, Notification]] = {gone.id: {}, kept: {}}
    for (incident_id, channel), one in tx.notifications([gone.id, kept]).items():
        known[incident_id][channel] = one
    _ack_goes_along(tx, gone.id, kept, unnoticed=any(one.acked_at is None for one in known[kept].values()), now=now)
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


def _ack_goes_along(tx: Transaction, gone: str, kept: str, *, unnoticed: bool, now: datetime) -> None:
    """Whoever took notice of the one that goes has seen the one that stays, where nobody was told more of that: else
    the acknowledgement is broken, and says by what. Its row stays with `gone` too, for the merge may be undone."""
    acks = tx.acks([gone, kept])
    stays = tx.incident(kept)
    if (ack := acks.get(gone)) is None or kept in acks or stays is None:
        return
    ack = replace(ack, incident_id=kept, version=stays.version)
    # one that is broken goes along too: a message that waits has still to say so
    tx.put_ack(replace(ack, broken_at=now, broken_by=(MERGED,)) if unnoticed and ack.stands else ack)
