"""What a person says of what was done with an item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.alert import DecisionReason
from monitor.model.item import Item
from monitor.model.report import Act, Level


class Opinion(StrEnum):
    """What a person says of what basewatch did with an item."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """A person's word on what was done with an item: from then on an example that the rules are tested with.

    `right` holds on to what the rules said. `wrong` is about what people got: somebody was told who should not have
    been, or nobody was who should have been. So a missed alert never asks the rules for silence, also where they wanted
    it told and something else kept it back (an incident that was told already, a first poll, a flood).
    """

    #: as it was when the word was given; it outlives the stored one
    item: Item
    opinion: Opinion
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
    def must_alert(self) -> bool:
        """Whether the rules must want it told, after this word."""
        if self.opinion is Opinion.RIGHT:
            return self.alerted
        return not (self.alerted and self.told)

    @property
    def is_missed(self) -> bool:
        """It says that somebody should have been told, and nobody was."""
        return self.opinion is Opinion.WRONG and self.must_alert
