"""What became of an incident, in one line of time: its versions, who was told of them, and what people did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.model.alert import Alert
from monitor.model.delivery import Delivery, DeliveryState
from monitor.model.ledger import Change, Report
from monitor.model.names import Names
from monitor.queries.formats import web_link, what_changed
from monitor.queries.jsonvalues import plain
from monitor.text.clean import clean

Sent = tuple[Alert, tuple[Delivery, ...]]

_FIELDS = {
    "killed": "killed", "wounded": "wounded", "claimed_by": "claimed by", "denied_by": "denied by", "places": "places",
    "grade": "grade", "level": "level", "answered": "answered",
}  # fmt: skip


def timeline_of(
    versions: Sequence[Change], reports: Sequence[Report], sent: Iterable[Sent], names: Names
) -> list[dict[str, Any]]:
    """The versions, the newest first, each with the report that brought it and with whom it was told."""
    by_id = {report.id: report for report in reports}
    told: dict[int, list[dict[str, Any]]] = {}
    for alert, deliveries in sent:
        told.setdefault(alert.version, []).extend(_told(alert, deliveries))
    return [_version(change, by_id, told.get(change.version, []), names) for change in reversed(versions)]


def with_deeds(timeline: Sequence[Mapping[str, Any]], deeds: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Both in one line of time, the newest first."""
    entries = [*({**deed, "kind": "deed"} for deed in deeds), *map(dict, timeline)]
    return sorted(entries, key=lambda entry: datetime.fromisoformat(str(entry["at"])), reverse=True)


def _version(change: Change, reports: Mapping[str, Report], told: list[dict[str, Any]], names: Names) -> dict[str, Any]:
    brought = reports.get(change.report)
    return {
        "kind": "version",
        "version": change.version,
        "at": plain(change.at),
        "reasons": [reason.replace("_", " ").lower() for reason in change.reasons],
        "text": clean(what_changed(change)),
        "changes": [
            {
                "field": _FIELDS.get(one.field, clean(one.field.replace("_", " "))),
                "before": _named(one.field, one.before, names),
                "after": _named(one.field, one.after, names),
                "by": clean(one.by),
                "report": one.report,
            }
            for one in change.details
        ],
        "level": str(change.level),
        "quiet": change.quiet,
        "note": clean(change.note),
        "report": brought
        and {
            "id": brought.id,
            "title": clean(brought.title),
            "publisher": clean(brought.publisher),
            "url": web_link(brought.url),
        },
        "told": told,
    }


def _named(field: str, value: str, names: Names) -> str:
    """Who claims or denies by name, not by id."""
    if field in ("claimed_by", "denied_by") and value:
        value = ", ".join(names.name_of(one) for one in value.split(", "))
    return clean(value)


#: states of a delivery, the worst first
_WORST = (DeliveryState.GAVE_UP, DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.SENT)


def _told(alert: Alert, deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
    """Each channel that a message went to, and what became of it: of several addresses what went worst."""
    if not deliveries:
        meant = ", ".join(alert.channels) or "nobody"
        return [{"channel": meant, "to": "", "at": plain(alert.created_at), "outcome": "no address has its channel"}]
    channels: dict[str, list[Delivery]] = {}
    for one in deliveries:
        channels.setdefault(one.channel, []).append(one)
    return [
        {
            "channel": channel,
            "to": ", ".join(clean(one.label) for one in addresses),
            "at": plain(alert.created_at),
            "outcome": _worst(addresses),
        }
        for channel, addresses in channels.items()
    ]


def _worst(addresses: Sequence[Delivery]) -> str:
    """`taken`; `given up: http 500 (1 of 2 addresses)` where they fared differently."""
    worst = min(addresses, key=lambda one: (_WORST.index(one.state), not one.maybe_sent))
    alike = sum(one.state is worst.state for one in addresses)
    some = f" ({alike} of {len(addresses)} addresses)" if alike < len(addresses) else ""
    return f"{outcome_in_words(worst)}{some}"


def outcome_in_words(delivery: Delivery) -> str:
    """`taken`, `waits to be sent`, `tried 2 times, tried again later: http 500`, `given up: …`."""
    maybe = " (it may have arrived more than once)" if delivery.maybe_sent else ""
    why = f": {clean(delivery.last_error)}" if delivery.last_error else ""
    match delivery.state:
        case DeliveryState.SENT:
            return f"taken{maybe}"
        case DeliveryState.SENDING:
            return "is being sent"
        case DeliveryState.GAVE_UP:
            return f"given up{why}" + (" (it may have arrived all the same)" if delivery.maybe_sent else "")
        case DeliveryState.PENDING:
            times = "once" if delivery.attempts == 1 else f"{delivery.attempts} times"
            return f"tried {times}, tried again later{why}" if delivery.attempts else "waits to be sent"
