"""What a person says of what was done with an item: of the alert or the silence, and of what was read in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.alert import DecisionReason
from monitor.model.item import Item
from monitor.model.report import Act, Level

#: the value of a correction where the item states nothing of the kind
NONE = "none"


class Opinion(StrEnum):
    """What a person says of what basewatch did with an item."""

    #: it did as it should
    RIGHT = "right"
    #: nobody was told, and somebody should have been
    MISSED = "missed"
    #: somebody was told, and nobody should have been
    FALSE = "false"
    #: something was read wrongly in it; the corrections say what
    WRONG = "wrong"


class Fact(StrEnum):
    """What can be read wrongly in an item."""

    ACT = "act"
    PLACE = "place"
    KILLED = "killed"
    WOUNDED = "wounded"
    INCIDENT = "incident"


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A fact as it should have been read."""

    fact: Fact
    #: a word of the model, an id or a number as text; `NONE`: nothing of the kind, and of an incident: not that one
    value: str
    #: what was read when the word was given; empty: nothing
    was: str = ""

    def __str__(self) -> str:
        return f"{self.fact} {self.value}"


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """A person's word on what was done with an item: from then on an example that the rules are tested with.

    What people got decides what it means: `missed` asks the rules to alert, `false` for silence, `right` for what they
    said. `wrong` asks for facts alone. So a missed alert never asks for silence.
    """

    #: as it was when the word was given; it outlives the stored one
    item: Item
    opinion: Opinion
    corrections: tuple[Correction, ...] = ()
    note: str = ""
    given_at: datetime
    #: somebody was told
    told: bool
    #: why, or why nobody was; None where nothing was decided
    decision: DecisionReason | None = None
    #: the rules wanted it told
    alerted: bool
    act: Act
    rule: str | None = None
    level: Level | None = None

    @property
    def must_alert(self) -> bool | None:
        """Whether the rules must want it told, after this word; None where it is about facts alone."""
        return {Opinion.RIGHT: self.alerted, Opinion.MISSED: True, Opinion.FALSE: False}.get(self.opinion)

    @property
    def asks(self) -> str:
        """What the rules must do, after this word: `alert`, `stay quiet; act exercise`, `killed 2`."""
        does = {True: ["alert"], False: ["stay quiet"], None: []}[self.must_alert]
        return "; ".join([*does, *map(str, self.corrections)])
