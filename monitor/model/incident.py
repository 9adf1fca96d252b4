"""An incident, and how an item belongs to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from monitor.model.place import Place
from monitor.model.report import Act, Level, Link

#: headlines that are kept of an incident, so that its memory is bounded
MOST_TITLES = 12


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
    #: a word of `Grade`; empty where it was never worked out
    grade: str = ""
    #: since when an answer of the own side is known
    answered_at: datetime | None = None
    last_report_at: datetime | None = None
    launched: int | None = None
    intercepted: int | None = None
    denied_by: tuple[str, ...] = ()
    #: no news brought it, a person did
    imported: bool = False
    #: id of the incident that it went into; empty for one that stands for itself
    merged_into: str = ""
    #: ids of the incidents to whose answer it replies
    answers: tuple[str, ...] = ()
    #: the newest headlines, at most `MOST_TITLES`: for text similarity
    titles: tuple[str, ...] = ()

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every place of it, the first one first; of an incident that nobody places one that is told nowhere."""
        first = Place(id=self.place_id, name=self.place_name, role="target", country=self.country)
        return (first, *self.more_places)


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """An incident as the little that is asked of many: when it was, at one of its places."""

    id: str
    date: date
    opened_at: datetime
    places: tuple[Place, ...]
    grade: str = ""
    merged_into: str = ""


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
    #: what the report is to it
    link: Link = Link.REPORT
    #: it is recorded and nobody is told
    quiet: bool = False
    #: ids of incidents that this report shows to be the same one
    merges: tuple[str, ...] = ()
