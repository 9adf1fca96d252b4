"""What an item reports and what follows from it: act, facts, classification, incident, decision.

Frozen values of the stages classify, relate and decide; the words are those of the design's glossary.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from monitor.news import DateMark, Item, Novelty, NoveltyReason


class Act(StrEnum):
    """What an item does (design: acts)."""

    ATTACK = "attack"
    FOILED = "foiled"
    CLAIM = "claim"
    TOLL = "toll"
    RETALIATION = "retaliation"
    THREAT = "threat"
    BACKGROUND = "background"
    EXERCISE = "exercise"
    ACCIDENT = "accident"
    OTHER = "other"


#: acts that open or join an incident
INCIDENT_ACTS = frozenset({Act.ATTACK, Act.FOILED, Act.CLAIM})


class Level(StrEnum):
    """How urgent a rule is; compare with `rank`."""

    DIGEST = "digest"
    NOTICE = "notice"
    URGENT = "urgent"
    FLASH = "flash"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class PlaceRole(StrEnum):
    """What a place is in the sentence that names it."""

    TARGET = "target"
    ORIGIN = "origin"
    MENTIONED = "mentioned"


@dataclass(frozen=True, kw_only=True)
class PlaceRef:
    """A place that an item names."""

    #: gazetteer id; `country:IQ` for a country
    id: str
    name: str
    role: PlaceRole = PlaceRole.MENTIONED
    #: `base` (at it), `near`, `city`, `region`, `country`
    precision: str = "base"
    #: ISO 3166-1 alpha-2, empty where unknown
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Words that decided something: `text == getattr(item, field)[start:end]`."""

    #: `title`, `summary` or `body`
    field: str
    #: character offsets into that field's original text
    start: int
    end: int
    text: str
    #: what the words speak for, e.g. `weapon: drone`, `target: ain-al-asad`, `never: anniversary`
    why: str
    #: the same in plain words for an alert, e.g. `weapon`; empty for words that only connect
    means: str = ""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of an item, to be quoted: `getattr(item, field)[start:end]`."""

    #: `title`, `summary` or `body`
    field: str
    #: character offsets into that field's original text
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the item states; None where it does not say."""

    places: tuple[PlaceRef, ...] = ()
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
    date: date | None = None
    #: the item says the day itself ("on Tuesday", "January 20"); else `date` is the day of the report
    date_stated: bool = False
    #: what headline and lead say of where it was, beside `places`: `country:SO`, `nation:UG` (whose base or troops),
    #: `town:kadugli` (a word that the gazetteer does not know)
    named: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ScorePart:
    """One summand of the score that `explain` shows."""

    points: float
    why: str


@dataclass(frozen=True, kw_only=True)
class RuleTaken:
    """One rule that takes an item, as it is recorded: what it would tell, and whom."""

    rule: str
    #: after `raise_to_…_if`
    level: Level
    #: channel tags
    send_to: tuple[str, ...] = ()
    #: the rule has `status: trial`: it decides and records, and tells nobody
    trial: bool = False
    #: why the level was raised
    raised: str = ""

    @property
    def tells(self) -> bool:
        """True where it tells somebody at once."""
        return not self.trial and self.level.rank >= Level.NOTICE.rank


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
    #: sentence for people: why this act and this rule, or why none
    reason: str = ""
    facts: Facts = field(default_factory=Facts)
    evidence: tuple[Evidence, ...] = ()
    #: the sentence that decided; None where none did, and in what was stored before it was kept
    deciding: Span | None = None
    #: the sentence of the lead that says most beside it; None where there is none
    lead: Span | None = None
    score: tuple[ScorePart, ...] = ()
    #: hash of the rule files that decided
    rules_hash: str = ""

    @property
    def alert(self) -> bool:
        """True where somebody would be told of a new attack, foiled attack or claim (contract of `classify`)."""
        return self.act in INCIDENT_ACTS and self.tells

    @property
    def tells(self) -> bool:
        """True where some live rule would tell it at once, whatever its act."""
        return self.level is not None and self.level.rank >= Level.NOTICE.rank and not self.trial


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One attack on one place (a salvo: on several) in one local-date window."""

    #: readable and stable, e.g. `2026-11-21-ain-al-asad`, `…-2` for a second one in the same window
    id: str
    #: the first of its places
    place_id: str
    place_name: str
    country: str = ""
    #: where else the same salvo fell
    more_places: tuple[PlaceRef, ...] = ()
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

    @property
    def places(self) -> tuple[PlaceRef, ...]:
        """Every place of it, the first one first; an incident that nobody places has one with no country."""
        first = PlaceRef(id=self.place_id, name=self.place_name, role=PlaceRole.TARGET, country=self.country)
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


class DecisionReason(StrEnum):
    """Why somebody is told, or why nobody is."""

    FIRST = "FIRST"
    #: the incident was known, but nobody had been told of it (first poll, digest level)
    FIRST_TOLD = "FIRST_TOLD"
    #: others were told of the incident; this report brings in a rule with further channels
    FIRST_HERE = "FIRST_HERE"
    #: the incident was told; this report adds a further place of the same salvo
    NEW_PLACE = "NEW_PLACE"
    NO_CHANGE = "NO_CHANGE"
    NO_RULE = "NO_RULE"
    NOT_AN_ATTACK = "NOT_AN_ATTACK"
    BELOW_LEVEL = "BELOW_LEVEL"
    TRIAL = "TRIAL"
    OLD = "OLD"
    COPY = "COPY"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether an item raises an alert."""

    tell: bool
    reason: DecisionReason
    detail: str = ""
    #: channel tags that are told now
    send_to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StoredItem:
    """An item with everything that was decided about it: what the store keeps and `explain` shows."""

    item: Item
    #: see recognise.canonical; empty where the address names no article
    canonical_url: str = ""
    guid: str = ""
    date_mark: DateMark = DateMark.MISSING
    novelty: Novelty
    novelty_reason: NoveltyReason
    #: the stored item that this one repeats (COPY); None where it was pruned
    copy_of: str | None = None
    #: last time its text was replaced by an edit
    updated_at: datetime | None = None
    #: None where it was not classified
    classification: Classification | None = None
    #: None where nothing was decided
    decision: Decision | None = None
    incident_id: str | None = None


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
