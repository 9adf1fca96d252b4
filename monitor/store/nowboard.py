"""What goes on now: incidents by their newest change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, union

from monitor.model.delivery import DeliveryState
from monitor.model.incident import Incident
from monitor.model.report import Level
from monitor.store.part import TransactionPart
from monitor.store.tables import (
    AckRow,
    DeliveryRow,
    IncidentPlaceRow,
    IncidentRow,
    IncidentVersionRow,
    table_of,
)

_INCIDENTS, _PLACES, _VERSIONS = table_of(IncidentRow), table_of(IncidentPlaceRow), table_of(IncidentVersionRow)
_DELIVERIES, _ACKS = table_of(DeliveryRow), table_of(AckRow)
#: a report of an attack that is longer ago opens it again only where it changes something
RECENT_ATTACK = timedelta(days=30)
_RANK = case({level: level.rank for level in Level}, value=_INCIDENTS.c.level, else_=0)


@dataclass(frozen=True, kw_only=True)
class OpenFilter:
    """Which incidents are asked for; what is empty or None asks nothing."""

    #: reported or changed since then
    since: datetime
    #: of this level or a more urgent one
    level: Level | None = None
    places: frozenset[str] | None = None
    country: str = ""
    #: somebody was told, or nobody
    told: bool | None = None
    #: somebody acknowledged it and nothing broke that since, or not
    acked: bool | None = None


@dataclass(frozen=True)
class ChangeMark:
    """Where a page ended."""

    changed_at: datetime
    rank: int
    id: str


class NowPart(TransactionPart):
    """Questions of the board "now"."""

    def changed_incidents(
        self, wanted: OpenFilter, *, after: ChangeMark | None = None, limit: int
    ) -> list[tuple[Incident, datetime]]:
        """At most `limit` open incidents behind the mark with the moment of their newest change, the newest first and
        of those that changed at once the most urgent. What only people changed (merged, imported) is no change."""
        changed = _changed_at()
        asked = select(_INCIDENTS, changed.label("changed_at"), _RANK.label("rank")).where(*_open(wanted))
        if after is not None:
            at_once = changed == after.changed_at
            behind = or_(after.rank > _RANK, and_(_RANK.in_([after.rank]), _INCIDENTS.c.id < after.id))
            asked = asked.where(or_(changed < after.changed_at, and_(at_once, behind)))
        order = changed.desc(), _RANK.desc(), _INCIDENTS.c.id.desc()
        found = []
        for row in self._connection.execute(asked.order_by(*order).limit(limit)).mappings():
            values = dict(row)
            moment = values.pop("changed_at")
            values.pop("rank")
            found.append((Incident(**values), moment))
        return found

    def count_changed(self, wanted: OpenFilter) -> int:
        """How many there are on all pages."""
        return self._connection.scalar(select(func.count()).select_from(_INCIDENTS).where(*_open(wanted))) or 0

    def count_opened(self, since: datetime) -> int:
        """How many incidents were opened since then, by news."""
        own = _INCIDENTS.c.opened_at >= since, _INCIDENTS.c.merged_into == "", _INCIDENTS.c.imported.is_(False)
        return self._connection.scalar(select(func.count()).select_from(_INCIDENTS).where(*own)) or 0

    def was_ever_sent(self) -> bool:
        """Whether any message ever arrived."""
        sent = select(_DELIVERIES.c.id).where(_DELIVERIES.c.state == DeliveryState.SENT)
        return self._connection.scalar(sent.limit(1)) is not None


def _changed_at() -> ColumnElement[datetime]:
    newest = select(func.max(_VERSIONS.c.at)).where(
        _VERSIONS.c.incident_id == _INCIDENTS.c.id, _VERSIONS.c.quiet.is_(False)
    )
    return func.coalesce(newest.scalar_subquery(), _INCIDENTS.c.opened_at)


def _open(wanted: OpenFilter) -> list[ColumnElement[bool]]:
    changed = select(_VERSIONS.c.incident_id).where(_VERSIONS.c.at >= wanted.since, _VERSIONS.c.quiet.is_(False))
    day = (wanted.since - RECENT_ATTACK).date()
    seen = or_(_INCIDENTS.c.opened_at >= wanted.since, _INCIDENTS.c.last_report_at >= wanted.since)
    reported = select(_INCIDENTS.c.id).where(_INCIDENTS.c.date >= day, _INCIDENTS.c.imported.is_(False), seen)
    found: list[ColumnElement[bool]] = [_INCIDENTS.c.merged_into == "", _INCIDENTS.c.id.in_(union(changed, reported))]
    if wanted.level is not None:
        found.append(_INCIDENTS.c.level.in_([level for level in Level if level.rank >= wanted.level.rank]))
    for column, values in ((_PLACES.c.place_id, wanted.places), (_PLACES.c.country, wanted.country)):
        if values:
            chosen = sorted(values) if isinstance(values, frozenset) else [values]
            found.append(_INCIDENTS.c.id.in_(select(_PLACES.c.incident_id).where(column.in_(chosen))))
        elif values is not None and not isinstance(values, str):
            found.append(false())
    if wanted.told is not None:
        found.append(_INCIDENTS.c.told.is_(wanted.told))
    if wanted.acked is not None:
        acked = _INCIDENTS.c.id.in_(select(_ACKS.c.incident_id).where(_ACKS.c.broken_at.is_(None)))
        found.append(acked if wanted.acked else ~acked)
    return found
