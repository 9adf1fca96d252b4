"""An incident, and how an item belongs to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from monitor.model.place import Place
from monitor.model.report import Act, Level


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One attack on one place (a salvo: on several) in one local-date window."""

    #: readable and stable, e.g. `2026-11-21-ain-al-asad`, `…-2` for a second one in the same window
    id: str
    #: the first of its places; it is stored in columns of its own and read as one of `places`
    place_id: str
    place_name: str
    country: str = ""
    #: where else the same salvo fell
    more_places: tuple[Place, ...] = ()
    #: local date at the place
    date: date
    opened_at: datetime
    #: grows by one with each change that was worth an alert
    version: int = 1
    act: Act = Act.ATTACK
    level: Level = Level.NOTICE
    #: somebody was told of it
    told: bool = False
    #: channel tags that were told of it; empty for one that was told before they were noted
    told_to: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    claimed_by: tuple[str, ...] = ()
    #: who is blamed, and does not claim it
    attributed_to: tuple[str, ...] = ()
    #: what its reports say of where it was, beside its places; see `Facts.named`
    named: tuple[str, ...] = ()
    killed: int | None = None
    wounded: int | None = None
    #: item that opened it, for text similarity where no place is known
    first_title: str = ""

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every place of it, the first one first; of an incident that nobody places one that is told nowhere."""
        first = Place(id=self.place_id, name=self.place_name, role="target", country=self.country)
        return (first, *self.more_places)


class RelationKind(StrEnum):
    """Answer of the relate stage."""

    OPENS = "opens"
    JOINS = "joins"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Relation:
    """How an item belongs to an incident."""

    kind: RelationKind
    incident: Incident | None = None
    #: sentence for people, e.g. `same place, same local date`
    reason: str = ""
    #: names of the places that the item adds to the incident it joins
    added: tuple[str, ...] = ()
