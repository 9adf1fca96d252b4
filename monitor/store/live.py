"""What has changed since a moment, for screens that follow along: few rows by an index, whatever is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from monitor.model.delivery import DeliveryState
from monitor.model.report import Level
from monitor.store.part import TransactionPart
from monitor.store.tables import AlertRow, DeedRow, DeliveryRow, FeedRow, IncidentRow, IncidentVersionRow, table_of

_VERSIONS, _ALERTS, _DELIVERIES = table_of(IncidentVersionRow), table_of(AlertRow), table_of(DeliveryRow)
_FEEDS, _DEEDS, _INCIDENTS = table_of(FeedRow), table_of(DeedRow), table_of(IncidentRow)


class LivePart(TransactionPart):
    """Questions that are asked each second while somebody looks."""

    def newest_version_at(self) -> datetime | None:
        """When an incident changed last."""
        found: datetime | None = self._connection.scalar(select(func.max(_VERSIONS.c.at)))
        return found

    def levels_changed_since(self, moment: datetime | None, *, most: int) -> dict[str, Level]:
        """The incidents that changed after then, with their level; at most so many of the newest."""
        asked = select(_VERSIONS.c.incident_id, _VERSIONS.c.level).order_by(_VERSIONS.c.at.desc()).limit(most)
        if moment is not None:
            asked = asked.where(_VERSIONS.c.at > moment)
        found: dict[str, Level] = {}
        for incident, level in self._connection.execute(asked):
            found.setdefault(incident, level)
        return found

    def signs_of_change(self) -> dict[str, str]:
        """A text for each kind of thing; it is another one once something of that kind has changed."""
        ask = self._connection.execute
        alert = ask(select(func.max(_ALERTS.c.created_at))).scalar()
        under_way = _DELIVERIES.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING))
        waiting = ask(select(func.count(), func.max(_DELIVERIES.c.tried_at)).where(under_way)).one()
        feeds = ask(
            select(func.count(), func.count(_FEEDS.c.blind_told_at), func.count(_FEEDS.c.silent_told_at)).where(
                _FEEDS.c.configured
            )
        ).one()
        # taking a deed back is one of its own
        deed = ask(select(func.max(_DEEDS.c.id))).scalar()
        # a further publisher changes the board without a new version
        reported = ask(select(func.max(_INCIDENTS.c.last_report_at))).scalar()
        kinds = {
            "alerts": (alert,), "deliveries": waiting, "feeds": feeds, "people": (deed,), "incidents": (reported,),
        }  # fmt: skip
        return {kind: "/".join(map(str, values)) for kind, values in kinds.items()}
