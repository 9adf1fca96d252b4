"""The ledger: reports, an incident as its reports make it, what changed, and which channel knows what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from monitor.model.incident import Incident
from monitor.model.place import Place
from monitor.model.report import Act, Facts, Level, Link, RuleTaken, Voice

#: a doubt: the publisher has put another story in the place of the article
REPLACED = "its page tells another story now"


class Grade(StrEnum):
    """How sure an incident is, in the words of the ledger; `DENIED` and `RETRACTED` end it."""

    CLAIMED = "claimed"
    REPORTED = "reported by one"
    SEVERAL = "reported by several"
    CONFIRMED = "confirmed by officials"
    DENIED = "denied"
    RETRACTED = "retracted"


class ChangeReason(StrEnum):
    """What changed, in order of precedence: the first that holds is `reason:` of a message, the others are `also:`."""

    RETRACTED = "RETRACTED"
    FIRST = "FIRST"
    TOLL_CORRECTED = "TOLL_CORRECTED"
    TOLL_UP = "TOLL_UP"
    DENIED = "DENIED"
    CLAIMED = "CLAIMED"
    PLACE_NAMED = "PLACE_NAMED"
    CONFIRMED = "CONFIRMED"
    ESCALATED = "ESCALATED"
    RETALIATION = "RETALIATION"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One row per item and incident; holds all it needs, for it outlives the item (prune)."""

    #: item id, or `import:…`
    id: str
    incident_id: str
    link: Link
    act: Act
    facts: Facts
    voice: Voice = Voice.MEDIA
    #: as printed: "Pentagon", "two security sources"
    speaker: str = ""
    publisher: str
    #: what it copies: "AP", or the publisher of the near copy; empty: own work
    origin: str = ""
    title: str
    url: str = ""
    #: the sentence that decided, clean
    quote: str = ""
    lead: str = ""
    reported_at: datetime
    #: order of folding
    seen_at: datetime
    retracted_at: datetime | None = None
    #: fields taken back: "killed", "wounded", "*"
    retracted: tuple[str, ...] = ()
    #: "absurd number", "dated in the future", "recycled", "flood": weighs nothing
    doubts: tuple[str, ...] = ()
    rules: tuple[RuleTaken, ...] = ()
    send_to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Said:
    """One value as one source gives it."""

    value: int
    #: "several", "dozens", "no casualties"
    words: str = ""
    at_least: bool = False
    #: publisher family
    by: str
    speaker: str = ""
    voice: Voice
    at: datetime
    report: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Folded:
    """One number of an incident."""

    best: Said | None = None
    low: int | None = None
    high: int | None = None
    #: each live source's latest value, best first
    said: tuple[Said, ...] = ()
    #: the best values one after another
    history: tuple[Said, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """One place of an incident: of the reports that tell of it alone, else of the whole salvo."""

    place: Place
    killed: Folded = Folded()
    wounded: Folded = Folded()
    weapons: tuple[str, ...] = ()
    act: Act = Act.ATTACK


@dataclass(frozen=True, kw_only=True)
class View:
    """An incident as its reports make it: all that messages, policies and ledger read."""

    #: its columns hold the folded best values
    incident: Incident
    reports: tuple[Report, ...]
    killed: Folded = Folded()
    wounded: Folded = Folded()
    brain_injuries: Folded = Folded()
    launched: Folded = Folded()
    intercepted: Folded = Folded()
    denied_by: tuple[str, ...] = ()
    damage: str = ""
    #: local time of the attack as texts say it
    hour: str = ""
    grade: Grade = Grade.REPORTED
    #: independent ones
    publishers: tuple[str, ...] = ()
    #: ids of reports linked RETALIATION
    answered_by: tuple[str, ...] = ()
    level: Level = Level.NOTICE
    why_level: str = ""
    #: one row of the ledger each
    by_place: tuple[PlaceView, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One line of "what changed, from what to what, by whom"."""

    reason: ChangeReason
    field: str
    before: str = ""
    after: str = ""
    by: str = ""
    voice: Voice = Voice.MEDIA
    report: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """The values a channel knows; compared, so A → B → A tells nothing."""

    killed: int | None = None
    wounded: int | None = None
    grade: Grade = Grade.REPORTED
    claimed_by: tuple[str, ...] = ()
    denied_by: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    level: Level = Level.NOTICE
    answered: bool = False
    #: whose values were told: a later withdrawal of one is a correction
    reports: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    """A version of an incident; the revision log."""

    incident_id: str
    version: int
    at: datetime
    reasons: tuple[ChangeReason, ...]
    details: tuple[Detail, ...] = ()
    #: after it (not `values`: a reserved word of SQL)
    known: Told = Told()
    level: Level = Level.NOTICE
    #: that brought it; empty: by hand, by import
    report: str = ""
    #: back-fill, old news: recorded, never told
    quiet: bool = False
    #: "merged by hand with …"
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What a channel was told last of an incident; written with the outbox row."""

    incident_id: str
    channel: str
    version: int
    reasons: tuple[str, ...]
    level: Level
    known: Told
    alert_id: str
    queued_at: datetime
    #: an address of the channel took it (or may have)
    taken_at: datetime | None = None
    #: all gave up: counts as not told
    failed_at: datetime | None = None
    acked_at: datetime | None = None
    acked_by: str = ""
    repeats: int = 0
    #: what the channel knows for sure, by a message that it took before this one
    sure: Told | None = None


@dataclass(frozen=True, kw_only=True)
class Held:
    """A message to a channel that waits; what it tells is worked out anew when it is due."""

    incident_id: str
    channel: str
    why: Literal["quiet", "cool-down", "cap", "digest", "unconfirmed", "silence"]
    since: datetime
    #: None: until the digest, or until it is confirmed
    due_at: datetime | None = None
    level: Level


@dataclass(frozen=True, kw_only=True)
class Rulings:
    """What people put right by hand."""

    #: id → id it went into
    merged: Mapping[str, str] = field(default_factory=dict)
    #: pairs that never meet
    apart: frozenset[frozenset[str]] = frozenset()


NO_RULINGS = Rulings()


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """One thing that a person put right."""

    #: `merge`: `one` went into `other`; `apart`: the two never meet
    kind: Literal["merge", "apart"]
    one: str
    other: str
    #: the report that was taken out of `one`; None where the whole incident is meant
    item_id: str | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ItemVersion:
    """The text of an item as it was before an edit."""

    item_id: str
    #: when the edit was seen
    at: datetime
    title: str
    summary: str = ""
    body: str = ""
    #: what was read of it; None where it was not classified
    facts: Facts | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelState:
    """What is remembered of a channel beside its incidents."""

    channel: str
    last_digest_day: datetime | None = None
    last_digest_week: datetime | None = None
    #: times of the messages of the last hour, for the cap
    sent: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The policy's answer for one channel."""

    channel: str
    does: Literal["tell", "hold", "quiet"]
    reasons: tuple[ChangeReason, ...] = ()
    #: named: NO_CHANGE, MUTED, NOT_WANTED, BELOW_LEVEL, HELD_QUIET, HELD_CAP, …
    reason: str
    detail: str = ""
    style: str = "duty"
    due_at: datetime | None = None
    #: what holds it back: the number of a silence
    silence: int | None = None
