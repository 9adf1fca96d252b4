"""What an item reports: act, facts, evidence, and the rules that take it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from monitor.model.place import Place


class Act(StrEnum):
    """What an item does (docs/rules.md: acts)."""

    ATTACK = "attack"
    FOILED = "foiled"
    CLAIM = "claim"
    TOLL = "toll"
    RETRACTION = "retraction"
    SIGHTING = "sighting"
    RETALIATION = "retaliation"
    THREAT = "threat"
    BACKGROUND = "background"
    EXERCISE = "exercise"
    ACCIDENT = "accident"
    OTHER = "other"


#: acts that open or join an incident
INCIDENT_ACTS = frozenset({Act.ATTACK, Act.FOILED, Act.CLAIM})


#: weapons in the words of facts, most telling first; a general one is left out where a special one is named
WEAPONS = (
    "ballistic_missile", "cruise_missile", "missile", "rocket", "drone", "mortar", "artillery", "tank_fire", "vbied",
    "ied", "suicide_bombing", "ground_assault", "small_arms",
)  # fmt: skip
#: weapons under a general name, and the special ones that it can stand for
GENERAL_WEAPONS = {
    "missile": ("ballistic_missile", "cruise_missile", "rocket"),
    "ied": ("vbied",),
    "artillery": ("mortar", "tank_fire"),
    "suicide_bombing": ("vbied",),
    "small_arms": ("ground_assault", "tank_fire"),
}


def exact_weapons(names: Sequence[str]) -> tuple[str, ...]:
    """These weapons without the general ones of which a special one is there."""
    return tuple(name for name in names if not any(one in names for one in GENERAL_WEAPONS.get(name, ())))


class Level(StrEnum):
    """How urgent a rule is; compare with `rank`."""

    DIGEST = "digest"
    NOTICE = "notice"
    URGENT = "urgent"
    FLASH = "flash"

    @property
    def rank(self) -> int:
        return list(Level).index(self)

    @property
    def tells(self) -> bool:
        """People are told at once; what is lower is kept for the digest."""
        return self.rank >= Level.NOTICE.rank


class Voice(StrEnum):
    """Who says it, the best first."""

    OFFICIAL = "official"
    MEDIA = "media"
    CLAIMANT = "claimant"
    ANONYMOUS = "anonymous"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Voice).index(self)


class Link(StrEnum):
    """What a report is to its incident."""

    REPORT = "report"
    CLAIM = "claim"
    TOLL = "toll"
    DENIAL = "denial"
    RETRACTION = "retraction"
    RETALIATION = "retaliation"
    ANALYSIS = "analysis"
    COPY = "copy"


#: what is denied: that somebody had a part in it, or that it happened; empty where nothing is
Denial = Literal["", "involvement", "event"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of an item: `getattr(item, field)[start:end]`."""

    #: `title`, `summary` or `body`
    field: str
    #: character offsets into that field's original text
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Evidence(Span):
    """Words that decided something; `text` is what stands there."""

    text: str
    #: what the words speak for, e.g. `weapon: drone`, `target: ain-al-asad`, `never: anniversary`
    why: str
    #: the same in plain words for an alert, e.g. `weapon`; empty for words that only connect
    means: str = ""


#: how sure a clause is of what it tells; `cause`: it only names what something else came of
Certainty = Literal[
    "reported", "claimed", "denied", "asked", "threatened", "planned", "remembered", "rehearsed", "cause"
]


@dataclass(frozen=True, kw_only=True)
class ClauseReading(Span):
    """One clause of an item: what it does, how sure it is, and its words for who, what, whom, where and when."""

    text: str
    #: None: no wording of any act stands in it
    act: Act | None
    certainty: Certainty | None
    #: why it is read so
    why: str
    who: tuple[str, ...] = ()
    does: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    #: ids of places and countries
    where: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    #: the act of the item follows from it
    decides: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the item states; None where it does not say."""

    places: tuple[Place, ...] = ()
    weapons: tuple[str, ...] = ()
    claimed_by: tuple[str, ...] = ()
    attributed_to: tuple[str, ...] = ()
    killed: int | None = None
    wounded: int | None = None
    intercepted: int | None = None
    #: killed and wounded are known from the attackers alone
    toll_claimed: bool = False
    #: headline or lead tells that something was shot down or stopped, with or without a number
    interception: bool = False
    #: local date of the attack at the place
    date: datetime.date | None = None
    #: the item says the day itself ("on Tuesday", "January 20"); else `date` is the day of the report
    date_stated: bool = False
    #: what headline and lead say of where it was, beside `places`: `country:SO`, `nation:UG` (whose base or troops),
    #: `town:kadugli` (a word that the gazetteer does not know)
    named: tuple[str, ...] = ()

    #: the target where nobody says where it is: whose it is and of what kind
    unplaced: Place | None = None

    #: how many missiles, drones or rockets were fired
    launched: int | None = None
    #: how a number is said where no figure is: `several`, `dozens`, `no casualties`
    killed_words: str = ""
    wounded_words: str = ""
    #: counted among the wounded
    brain_injuries: int | None = None
    #: actors that deny a part in it
    denied_by: tuple[str, ...] = ()
    denies: Denial = ""
    #: actors or countries (`country:IQ`) that were hit by the own side
    struck: tuple[str, ...] = ()
    #: ids of places of an earlier attack that is named as the cause
    answers: tuple[str, ...] = ()
    #: the attack is told as a reply to a strike of the own side
    because: bool = False
    #: what is taken back: `killed`, `wounded`, `*`
    withdrawn: tuple[str, ...] = ()
    #: its numbers stand in place of those said before ("corrected to two")
    corrects: bool = False
    #: an attack is told by the count of its victims: of one that may be known for days ("toll from the attack: 3 dead")
    recounts: bool = False
    #: "second attack today": 2; "67th wave": 67
    ordinal: int = 0
    #: told as one more attack ("another", "again")
    again: bool = False
    #: local time of the attack as the text says it
    hour: str = ""
    #: who says it, and as printed: "Pentagon", "two security sources"
    voice: Voice = Voice.MEDIA
    speaker: str = ""
    #: the agency whose report it repeats: "AP"
    wire: str = ""
    damage: str = ""
    #: the feed brought it among so many items at once that they were held back; 0: it came as news does
    crowd: int = 0
    #: how many attacks it counts in a longer time, as printed ("over 140"), and since when
    attacks: int | None = None
    attacks_words: str = ""
    attacks_since: datetime.date | None = None

    @property
    def targets(self) -> tuple[Place, ...]:
        """The places that were attacked."""
        return tuple(place for place in self.places if place.role == "target")


@dataclass(frozen=True, kw_only=True)
class ScorePart:
    """One summand of the score that `explain` shows."""

    points: float
    why: str


@dataclass(frozen=True, kw_only=True)
class IfFirst:
    """A level that a rule has where nothing happened at the place of the attack on so many days before it."""

    level: Level
    days: int
    #: the condition as the rule has it
    written: str


@dataclass(frozen=True, kw_only=True)
class RuleTaken:
    """One rule that takes an item, as it is recorded: what it would tell, and whom."""

    rule: str
    #: after `raise_to_…_if`
    level: Level
    #: what would raise it further, to be asked of the known incidents
    if_first: tuple[IfFirst, ...] = ()
    #: channel tags
    send_to: tuple[str, ...] = ()
    #: the rule has `status: trial`: it decides and records, and tells nobody
    trial: bool = False
    #: why the level was raised
    raised: str = ""

    @property
    def tells(self) -> bool:
        """True where it tells somebody at once."""
        return not self.trial and self.level.tells


@dataclass(frozen=True, kw_only=True)
class Classification:
    """What an item reports and which rules want it told."""

    act: Act
    #: id of the most urgent live rule that took the item (a trial rule where only such did); None: no rule did
    rule: str | None = None
    #: that rule's level after `raise_to_…_if`; None without a rule
    level: Level | None = None
    #: channel tags of all live rules that tell at once, else of the one in `rule`
    send_to: tuple[str, ...] = ()
    #: only rules with `status: trial` took it: decided, recorded, told nobody
    trial: bool = False
    #: every rule that took it, the most urgent first
    taken: tuple[RuleTaken, ...] = ()
    #: why this act, a part of `reason`
    what: str = ""
    #: sentence for people: why this act and this rule, or why none
    reason: str = ""
    facts: Facts = field(default_factory=Facts)
    evidence: tuple[Evidence, ...] = ()
    #: the sentence that decided; None where none did, and in what was stored before it was kept
    deciding: Span | None = None
    #: the sentence of the lead that says most beside it; None where there is none
    lead: Span | None = None
    score: tuple[ScorePart, ...] = ()
    #: the first report of an attack of some days ago: it goes into the ledger and nobody is told
    old_news: bool = False
    #: hash of the rule files that decided
    rules_hash: str = ""
    #: of a later toll: what it is where no attack is known that it could be of, for somebody has to be told of that one
    if_unknown: Classification | None = None

    @property
    def alert(self) -> bool:
        """True where somebody would be told of a new attack, foiled attack or claim (contract of `classify`)."""
        return self.act in INCIDENT_ACTS and self.tells

    @property
    def tells(self) -> bool:
        """True where some live rule would tell it at once, whatever its act."""
        return self.level is not None and self.level.tells and not self.trial


def channels_of(taken: Sequence[RuleTaken], lead: RuleTaken) -> tuple[str, ...]:
    """The channels of every rule that tells at once; where none does, those of the leading rule."""
    telling = [channel for one in taken if one.tells for channel in one.send_to]
    return tuple(dict.fromkeys(telling)) or lead.send_to


def reason_of(what: str, lead: RuleTaken) -> str:
    """A sentence for people: why this act, and which rule at which level."""
    raised = f", {lead.raised}" if lead.raised else ""
    return f"{what}; rule {lead.rule} ({lead.level}{raised})"
