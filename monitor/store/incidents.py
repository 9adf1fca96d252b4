"""Incidents: one row per attack on one place in one local-date window."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import and_, func, insert, or_, select, update

from monitor.model.incident import Incident
from monitor.model.ledger import Grade
from monitor.store.columns import columns_of
from monitor.store.part import TransactionPart, chunks
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

    def ids_of_day(self, month: str, day: str) -> list[str]:
        """The ids that tell of this day of any year, the earliest first, without those that went into another one."""
        of_it = _TABLE.c.id.like(f"____-{month}-{day}-%"), _TABLE.c.merged_into == ""
        return list(self._connection.scalars(select(_TABLE.c.id).where(*of_it).order_by(_TABLE.c.date, _TABLE.c.id)))

    def incidents_by_id(self, ids: Iterable[str]) -> list[Incident]:
        """Those of these ids that there are, also where they went into another one."""
        found = []
        for some in chunks(sorted(ids)):
            rows = self._connection.execute(select(_TABLE).where(_TABLE.c.id.in_(some)))
            found += [Incident(**row) for row in rows.mappings()]
        return found

    def first_day(self) -> date | None:
        """The local date of the oldest incident: how far back the ledger goes; None where it is empty."""
        first: date | None = self._connection.scalar(select(func.min(_TABLE.c.date)).where(_TABLE.c.merged_into == ""))
        return first

    def count_incidents(self, since: date, until: date) -> int:
        """How many incidents of these days stand: neither merged into another one, nor denied or withdrawn."""
        stands = _TABLE.c.merged_into == "", _TABLE.c.grade.not_in((str(Grade.DENIED), str(Grade.RETRACTED)))
        asked = select(func.count()).select_from(_TABLE).where(_TABLE.c.date >= since, _TABLE.c.date <= until, *stands)
        return self._connection.scalar(asked) or 0

    def add_incident(self, incident: Incident) -> None:
        """Stores a new incident."""
        self._connection.execute(insert(_TABLE).values(columns_of(incident)))

    def update_incident(self, incident: Incident) -> None:
        """Replaces a stored incident by its later self."""
        self._connection.execute(update(_TABLE).where(_TABLE.c.id == incident.id).values(columns_of(incident, "id")))
