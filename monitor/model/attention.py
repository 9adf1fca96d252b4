"""What people do about alerts: taking notice of an incident, silencing for a while, and the log of both."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from monitor.model.ledger import ChangeReason
from monitor.model.report import Level

#: changes after which an incident is no longer what somebody took notice of; that it is confirmed, or answered, is
#: told, and leaves an acknowledgement standing
BREAKING = frozenset(ChangeReason) - {ChangeReason.FIRST, ChangeReason.CONFIRMED, ChangeReason.RETALIATION}
#: so long before its end the operator is told of a silence that held something back, or is longer than `LONG`
WARNED_BEFORE, LONG = timedelta(minutes=30), timedelta(hours=1)
#: a note says why, it is no article
MAX_NOTE = 500


#: what breaks the acknowledgement of an incident that goes into one of which somebody was told and nobody took notice
MERGED = "merged with one that nobody acknowledged"


@dataclass(frozen=True, kw_only=True)
class Ack:
    """Somebody took notice of an incident: a flash is not told again and again. It holds nothing back."""

    incident_id: str
    at: datetime
    by: str = ""
    note: str = ""
    #: of the incident, when it was acknowledged
    version: int
    #: when a later change broke it; None: it stands
    broken_at: datetime | None = None
    #: the reasons of that change
    broken_by: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        return self.broken_at is None


@dataclass(frozen=True, kw_only=True)
class Matchers:
    """What a silence holds back: messages that meet all of these; what is empty asks nothing. One at least is set."""

    incident: str = ""
    #: sent to the channel by this rule and by no other one that is not silenced
    rule: str = ""
    #: a gazetteer id, a region, a country, or a group behind an @; every place of the incident lies in it
    place: str = ""
    #: code of the country in which every place of the incident lies
    country: str = ""
    #: of this level or a lower one
    level: Level | None = None
    channel: str = ""
    #: reported by this publisher and by nobody else
    publisher: str = ""

    def __str__(self) -> str:
        """`place ain-al-asad, level urgent or lower`."""
        asked = [(one.name, getattr(self, one.name)) for one in fields(self)]
        words = (f"{name} {value}{' or lower' if name == 'level' else ''}" for name, value in asked if value)
        return ", ".join(words)


@dataclass(frozen=True, kw_only=True)
class Silence:
    """For a while channels are not told of what its matchers meet; board, ledger and metrics show all of it."""

    #: 0: not stored yet
    id: int = 0
    matchers: Matchers
    starts: datetime
    #: when it ends by itself
    ends: datetime
    by: str = ""
    note: str = ""
    #: when it was made
    at: datetime
    #: when it was ended by hand, and by whom
    ended_at: datetime | None = None
    ended_by: str = ""
    #: when the operator was told that it ends soon
    warned_at: datetime | None = None
    #: messages: of one version of an incident to one channel, or of one item to one channel
    held_back: int = 0

    @property
    def name(self) -> str:
        """`S12`."""
        return f"S{self.id}"

    @property
    def target(self) -> str:
        """What it silences: the id of an incident or rule where it asks for nothing else, else its matchers."""
        only = self.kind
        return str(self.matchers) if only == "silence" else getattr(self.matchers, only)

    @property
    def kind(self) -> Literal["incident", "rule", "silence"]:
        """What it is called by: an incident or a rule alone, or more than that."""
        if self.matchers == Matchers(incident=self.matchers.incident):
            return "incident"
        return "rule" if self.matchers == Matchers(rule=self.matchers.rule) else "silence"

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.starts <= now < self.over_at

    @property
    def over_at(self) -> datetime:
        """When it ends, or ended."""
        return self.ends if self.ended_at is None else min(self.ends, self.ended_at)


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """A message that a silence kept from a channel."""

    silence: int
    at: datetime
    channel: str
    #: empty where an item was told of by itself
    incident_id: str = ""
    version: int = 0
    item_id: str = ""
    level: Level
    reasons: tuple[str, ...] = ()


Did = Literal["ack", "unack", "silence", "end", "merge", "split", "feedback", "unsay", "undo"]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One thing that a person did, and what is needed to take it back."""

    #: 0: not stored yet
    id: int = 0
    at: datetime
    by: str = ""
    what: Did
    #: id of an incident or item, `S12` or `D7`
    target: str
    note: str = ""
    #: how it was before, in the types of JSON
    before: dict[str, Any] = field(default_factory=dict)
    undone_at: datetime | None = None
    undone_by: str = ""

    @property
    def name(self) -> str:
        """`D7`."""
        return f"D{self.id}"
