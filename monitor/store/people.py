"""What people do about alerts: who took notice of an incident, what is silenced and what that held back, their log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from monitor.model.attention import Ack, Deed, HeldBack, Silence
from monitor.store.columns import columns_of, value_of
from monitor.store.part import TransactionPart, chunks
from monitor.store.tables import AckRow, DeedRow, HeldBackRow, SilenceRow, table_of

_ACKS, _DEEDS = table_of(AckRow), table_of(DeedRow)
_SILENCES, _HELD_BACK = table_of(SilenceRow), table_of(HeldBackRow)


class PeoplePart(TransactionPart):
    """Questions and changes about acknowledgements, silences and the log of deeds."""

    # ------------------------------------------------------------------ acknowledgements

    def acks(self, incident_ids: Iterable[str]) -> dict[str, Ack]:
        """Who took notice of these incidents last, by incident; also where a change broke it since."""
        found: dict[str, Ack] = {}
        for some in chunks(incident_ids):
            rows = self._connection.execute(select(_ACKS).where(_ACKS.c.incident_id.in_(some)))
            found |= {row["incident_id"]: Ack(**row) for row in rows.mappings()}
        return found

    def put_ack(self, ack: Ack) -> None:
        """Somebody took notice, in place of who did before."""
        self._put(AckRow, columns_of(ack))

    def drop_ack(self, incident_id: str) -> None:
        """Nobody took notice of it."""
        self._connection.execute(delete(_ACKS).where(_ACKS.c.incident_id == incident_id))

    # -------------------------------------------------------------------------- silences

    def silences(self, now: datetime | None = None) -> list[Silence]:
        """Those that are not over by then, also those that begin later, the first to end first; None: all there are.

        One that was ended by hand is over.
        """
        stands = () if now is None else (_SILENCES.c.ends > now, _SILENCES.c.ended_at.is_(None))
        return self._silences(*stands)

    def silence(self, id: int) -> Silence | None:
        """One silence; None where there is none."""
        return next(iter(self._silences(_SILENCES.c.id == id)), None)

    def _silences(self, *asked: ColumnElement[bool]) -> list[Silence]:
        rows = self._connection.execute(select(_SILENCES).where(*asked).order_by(_SILENCES.c.ends, _SILENCES.c.id))
        found = [value_of(Silence, row, held_back=0) for row in rows.mappings()]
        counted = select(_HELD_BACK.c.silence, func.count()).where(_HELD_BACK.c.silence.in_([one.id for one in found]))
        grouped = self._connection.execute(counted.group_by(_HELD_BACK.c.silence)) if found else ()
        counts = {silence: count for silence, count in grouped}  # noqa: C416
        return [replace(one, held_back=counts.get(one.id, 0)) for one in found]

    def add_silence(self, silence: Silence) -> Silence:
        """Stores it, and answers it with its number."""
        made = self._connection.execute(insert(_SILENCES), columns_of(silence, "id", "held_back"))
        assert made.inserted_primary_key is not None
        return replace(silence, id=made.inserted_primary_key[0])

    def update_silence(self, silence: Silence) -> None:
        """Replaces a stored silence by its later self."""
        changed = columns_of(silence, "id", "held_back")
        self._connection.execute(update(_SILENCES).where(_SILENCES.c.id == silence.id).values(changed))

    def hold_back(self, held: HeldBack) -> None:
        """Writes down what a silence kept from a channel; the same message counts once."""
        self._put(HeldBackRow, columns_of(held))

    def held_back(
        self, *, silences: Collection[int] | None = None, incident_id: str | None = None, limit: int = 1000
    ) -> list[HeldBack]:
        """What silences kept from channels, the newest first: by these silences, or of an incident."""
        asked = select(_HELD_BACK).order_by(_HELD_BACK.c.at.desc(), _HELD_BACK.c.channel).limit(limit)
        asked = asked if silences is None else asked.where(_HELD_BACK.c.silence.in_(sorted(silences)))
        asked = asked if incident_id is None else asked.where(_HELD_BACK.c.incident_id == incident_id)
        return [HeldBack(**row) for row in self._connection.execute(asked).mappings()]

    # ----------------------------------------------------------------------------- deeds

    def add_deed(self, deed: Deed) -> Deed:
        """Writes it down, and answers it with its number."""
        made = self._connection.execute(insert(_DEEDS), columns_of(deed, "id"))
        assert made.inserted_primary_key is not None
        return replace(deed, id=made.inserted_primary_key[0])

    def deed(self, id: int) -> Deed | None:
        """One deed; None where there is none."""
        row = self._connection.execute(select(_DEEDS).where(_DEEDS.c.id == id)).mappings().first()
        return Deed(**row) if row else None

    def deeds(self, *, before: int | None = None, limit: int, targets: Sequence[str] = ()) -> list[Deed]:
        """At most so many, the newest first: those before a number, where one is given; of these targets, where any."""
        asked = select(_DEEDS).order_by(_DEEDS.c.id.desc()).limit(limit)
        asked = asked if before is None else asked.where(_DEEDS.c.id < before)
        asked = asked.where(_DEEDS.c.target.in_(targets)) if targets else asked
        return [Deed(**row) for row in self._connection.execute(asked).mappings()]

    def mark_undone(self, id: int, *, by: str, at: datetime) -> None:
        """Somebody took the deed back."""
        self._connection.execute(update(_DEEDS).where(_DEEDS.c.id == id).values(undone_at=at, undone_by=by))
