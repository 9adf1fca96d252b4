"""Incidents: one row per attack on one place in one local-date window."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import and_, insert, or_, select, update

from monitor.model.incident import Incident
from monitor.store.columns import columns_of
from monitor.store.part import TransactionPart
from monitor.store.tables import IncidentRow, table_of

_TABLE = table_of(IncidentRow)


class IncidentPart(TransactionPart):
    """Questions and changes about incidents."""

    def incidents(self, since: date, *, days: Collection[date] = (), also: Collection[str] = ()) -> list[Incident]:
        """Incidents of that local date or later, of these days, and those with the ids of `also`, oldest first.

        Those that went into another one are left out, unless `also` names them.
        """
        later = and_(or_(_TABLE.c.date >= since, _TABLE.c.date.in_(sorted(days))), _TABLE.c.merged_into == "")
        wanted = or_(later, _TABLE.c.id.in_(sorted(also)))
        rows = self._connection.execute(select(_TABLE).where(wanted).order_by(_TABLE.c.date, _TABLE.c.opened_at))
        return [Incident(**row) for row in rows.mappings()]

    def incident(self, incident_id: str) -> Incident | None:
        """One incident; None where there is none."""
        row = self._connection.execute(select(_TABLE).where(_TABLE.c.id == incident_id)).mappings().first()
        return Incident(**row) if row else None

    def add_incident(self, incident: Incident) -> None:
        """Stores a new incident."""
        self._connection.execute(insert(_TABLE).values(columns_of(incident)))

    def update_incident(self, incident: Incident) -> None:
        """Replaces a stored incident by its later self."""
        self._connection.execute(update(_TABLE).where(_TABLE.c.id == incident.id).values(columns_of(incident, "id")))
