"""What an incident was before a later report came: built again from the reports that had come by then.

`explain` asks today's rules about a stored item as on its day. The incident that is stored holds what the item itself
brought, and every later report; measured against that, each item would only meet itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from monitor.incidents.identity import relate
from monitor.incidents.salvo import Nearness
from monitor.model.incident import Incident, RelationKind
from monitor.model.item import StoredItem


def incident_before(
    incident: Incident,
    reports: Sequence[StoredItem],
    later: StoredItem,
    *,
    zone_of: Callable[[str], str],
    near: Nearness = lambda town, place: False,  # noqa: ARG005
) -> Incident | None:
    """`incident` as it was when the item `later` came; None where nobody had reported it yet.

    `reports` are all its reports in the order in which they came (as far as they are still stored).
    """
    earlier = [report for report in reports if report.item.id < later.item.id]
    if not earlier:
        # its first reports may have been pruned
        return incident if not reports and incident.opened_at <= later.item.first_seen else None
    known: Incident | None = None
    for report in earlier:
        if report.classification is None:
            continue
        before = [known] if known is not None else []
        relation = relate(
            report.item,
            report.classification,
            before,
            zone_of=zone_of,
            near=near,
            own=known.id if known is not None else None,
        )
        if relation.kind is not RelationKind.NONE and relation.incident is not None:
            known = replace(relation.incident, id=incident.id)
    if known is None:  # what its reports say was edited away since
        known = incident
    return _with_tellings(replace(known, date=incident.date, opened_at=incident.opened_at), earlier)


def _with_tellings(incident: Incident, reports: Sequence[StoredItem]) -> Incident:
    """Who had been told of it by these reports."""
    told = [report.decision for report in reports if report.decision is not None and report.decision.tell]
    channels = dict.fromkeys(channel for decision in told for channel in decision.send_to)
    # the first message is of version 1, each further one of the next
    return replace(incident, told=bool(told), told_to=tuple(channels), version=max(1, len(told)))
