"""The words of the trade as frozen values: what travels from one stage to the next.

    Feed → Fetched → Entry → Recognised → Classification → Relation → Decision → Alert → Delivery

Every stage answers with one of these and a **named reason** (a `StrEnum` member), the same word in logs,
database, `explain` and tests. Nothing here does input or output, knows a library or reads a clock.
All times are aware UTC `datetime`s; a naive one is refused where it enters (`require_aware`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

#: answers the present moment, aware UTC; tests set their own
Clock = Callable[[], datetime]


def require_aware(moment: datetime) -> datetime:
    """`moment` itself; refuses a time without zone, which would be somebody's local guess."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone: {moment!r}")
    return moment


# ---------------------------------------------------------------------------------------------- feeds


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed as the user wrote it in feeds.yaml, defaults filled in."""

    #: unique, the name people type and the database keys by
    name: str
    url: str
    #: BCP 47 language of its items where the item does not say, e.g. `en`
    language: str | None = None
    #: who writes it; several feeds may belong to one publisher
    publisher: str = ""
    #: wire, regional, defence, official, local, aggregator … (free word, for the reader)
    kind: str = ""
    tags: tuple[str, ...] = ()
    #: wait between two polls that went well
    interval: timedelta = timedelta(minutes=5)
    #: longest wait that back-off reaches
    max_interval: timedelta = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """What the database remembers of a feed between polls."""

    feed_id: int
    name: str
    #: moment of the first poll that succeeded; None: the next success is the first poll
    baseline_at: datetime | None = None
    next_poll_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    #: hex digest of the last body parsed, so that an unchanged 200 is not parsed again
    body_hash: str | None = None
    #: failures in a row
    failures: int = 0
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    #: named result of the last poll, e.g. `fetched`, `not modified`, `http 403`, `timed out`
    last_result: str = ""
    #: a sentence of detail for people; never holds secrets
    last_detail: str = ""
    #: target of a permanent redirect that is being watched, and since when it was the same
    redirect_url: str | None = None
    redirect_since: datetime | None = None
    #: the operator was told that this feed is blind (cleared by the next success)
    blind_told_at: datetime | None = None


class FetchProblem(StrEnum):
    """Why a fetch gave no body."""

    BAD_URL = "bad url"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BLOCKED_ADDRESS = "blocked address"
    TOO_MANY_REDIRECTS = "too many redirects"
    BAD_REDIRECT = "bad redirect"
    HTTP_STATUS = "http status"
    TOO_LARGE = "too large"
    INFLATES_TOO_LARGE = "inflates too large"
    UNSUPPORTED_ENCODING = "unsupported encoding"
    CORRUPT_ENCODING = "corrupt encoding"
    HEADERS_TOO_LARGE = "headers too large"
    PROTOCOL = "protocol error"


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A body to parse, with the validators for the next conditional GET."""

    body: bytes
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    final_url: str
    #: where every hop was permanent (301/308 or plain http→https): the address to move to one day
    permanent_url: str | None = None
    #: of the inflated body
    body_hash: str

    @property
    def result(self) -> str:
        return "fetched"


@dataclass(frozen=True, kw_only=True)
class NotModified:
    """Nothing new: 304, or a 200 whose body is the last one parsed (`same_body`)."""

    same_body: bool = False
    etag: str | None = None
    last_modified: str | None = None
    permanent_url: str | None = None

    @property
    def result(self) -> str:
        return "same body" if self.same_body else "not modified"


@dataclass(frozen=True, kw_only=True)
class FetchFailed:
    """No body, and why."""

    problem: FetchProblem
    #: HTTP status where there was one
    status: int | None = None
    detail: str = ""
    #: what the publisher asked us to wait (Retry-After on 429/503)
    retry_after: timedelta | None = None

    @property
    def result(self) -> str:
        """The word that `basewatch feeds` shows, e.g. `http 403` or `blocked address`."""
        return f"http {self.status}" if self.problem is FetchProblem.HTTP_STATUS else str(self.problem)


class ParseProblem(StrEnum):
    """Why a body gave no entries."""

    NOT_A_FEED = "not a feed"
    TIMED_OUT = "parse timed out"
    OUT_OF_MEMORY = "parse out of memory"
    CRASHED = "parser crashed"


@dataclass(frozen=True, kw_only=True)
class ParseFailed:
    """A body that is no feed, or cost more than it may."""

    problem: ParseProblem
    detail: str = ""

    @property
    def result(self) -> str:
        return str(self.problem)


class DateMark(StrEnum):
    """What is odd about a publisher's date."""

    GOOD = "good"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    #: later than the clock allows; `published` is clamped to the time of the fetch
    FUTURE = "future"
    #: before 1995 (RSS did not exist): `published` is None
    ABSURD = "absurd"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One article as the document gave it: plain text, no mark-up, no control characters."""

    guid: str = ""
    #: absolute http(s) address or empty
    url: str = ""
    title: str = ""
    summary: str = ""
    #: full text where the feed carries it, else empty
    body: str = ""
    published: datetime | None = None
    date_mark: DateMark = DateMark.MISSING
    language: str | None = None
    #: `<source>` of an aggregator's item, else empty
    publisher: str = ""


@dataclass(frozen=True, kw_only=True)
class ParsedFeed:
    """The entries of one document in document order."""

    title: str = ""
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    #: entries that were not taken: they held nothing to read, or came after the first 10,000
    dropped: int = 0


@dataclass(frozen=True, kw_only=True)
class PollEvent:
    """What one poll of one feed came to: the last 30 of each feed are kept for `basewatch feeds`."""

    at: datetime
    #: named result, as in `FeedState.last_result`
    result: str
    detail: str = ""
    #: from the request to the commit
    ms: int = 0
    #: entries in the document, and what became of them
    entries: int = 0
    new: int = 0
    updated: int = 0
    copies: int = 0
    old: int = 0
    #: entries without anything to read, or beyond what one document may hold
    dropped: int = 0


# ---------------------------------------------------------------------------------------------- items


class Novelty(StrEnum):
    """Answer of the recognise stage."""

    NEW = "NEW"
    #: known in this feed, with a changed title, summary or body: classified again
    UPDATED = "UPDATED"
    SEEN = "SEEN"
    #: the same article, known from another feed
    COPY = "COPY"
    #: stored, never alerted: see `OldReason`
    OLD = "OLD"


class NoveltyReason(StrEnum):
    """Which key or circumstance decided the novelty."""

    UNKNOWN = "unknown"
    GUID = "same guid"
    LINK = "same link"
    CONTENT = "same content"
    TITLE_AND_PUBLISHER = "same title and publisher"
    TEXT_CHANGED = "text changed"
    FIRST_POLL = "first poll"
    #: many items older than the window came at once in a feed that is not new
    BACKFILL = "backfill"
    #: far more new items at once than any newsroom writes
    FLOOD = "flood"


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """An entry with its novelty; `item_id` names the stored item that it is, repeats or updates."""

    entry: Entry
    novelty: Novelty
    reason: NoveltyReason
    #: stored item that decided SEEN, UPDATED and COPY, or the OLD item whose text was edited (it stays OLD and is
    #: updated, not added); None otherwise (or where it was pruned)
    item_id: str | None = None
    #: identity keys to remember (64-bit signed integers, see recognise.fingerprint); none for SEEN
    keys: tuple[int, ...] = ()
    #: of title, summary and body, to remember with the keys
    text_hash: int = 0


@dataclass(frozen=True, kw_only=True)
class Item:
    """One article as one feed gave it, as the classifier and the store know it."""

    id: str
    title: str
    summary: str = ""
    body: str = ""
    url: str = ""
    #: feed name; empty for text that a person pasted
    feed: str = ""
    publisher: str = ""
    language: str | None = None
    published: datetime | None = None
    first_seen: datetime


# --------------------------------------------------------------------------------------------- meaning


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
    #: local date of the attack at the place
    date: date | None = None
    #: the item says the day itself ("on Tuesday", "January 20"); else `date` is the day of the report
    date_stated: bool = False


@dataclass(frozen=True, kw_only=True)
class ScorePart:
    """One summand of the score that `explain` shows."""

    points: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Classification:
    """What an item reports and which rule wants it told."""

    act: Act
    #: id of the rule that took the item; None: no rule did
    rule: str | None = None
    #: level after `raise_to_…_if`; None without a rule
    level: Level | None = None
    #: channel tags of the rule
    send_to: tuple[str, ...] = ()
    #: rule has `status: trial`: decides, records, tells nobody
    trial: bool = False
    #: sentence for people: why this act and this rule, or why none
    reason: str = ""
    facts: Facts = field(default_factory=Facts)
    evidence: tuple[Evidence, ...] = ()
    score: tuple[ScorePart, ...] = ()
    #: hash of the rule files that decided
    rules_hash: str = ""

    @property
    def alert(self) -> bool:
        """True where somebody would be told of a new attack, foiled attack or claim (contract of `classify`)."""
        return (
            self.act in INCIDENT_ACTS
            and self.level is not None
            and self.level.rank >= Level.NOTICE.rank
            and not self.trial
        )


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One attack on one place in one local-date window."""

    #: readable and stable, e.g. `2026-11-21-ain-al-asad`, `…-2` for a second one in the same window
    id: str
    place_id: str
    place_name: str
    country: str = ""
    #: local date at the place
    date: date
    opened_at: datetime
    #: grows by one with each change that was worth an alert
    version: int = 1
    act: Act = Act.ATTACK
    level: Level = Level.NOTICE
    #: somebody was told of it
    told: bool = False
    weapons: tuple[str, ...] = ()
    claimed_by: tuple[str, ...] = ()
    killed: int | None = None
    wounded: int | None = None
    #: item that opened it, for text similarity where no place is known
    first_title: str = ""


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


class DecisionReason(StrEnum):
    """Why somebody is told, or why nobody is."""

    FIRST = "FIRST"
    #: the incident was known, but nobody had been told of it (first poll, digest level)
    FIRST_TOLD = "FIRST_TOLD"
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


# -------------------------------------------------------------------------------------------- delivery


class OperatorReason(StrEnum):
    """Why the operator is told something (`Alert.reason` of a notice)."""

    FEED_BLIND = "FEED_BLIND"
    FEED_BACK = "FEED_BACK"
    CHANNEL_GAVE_UP = "CHANNEL_GAVE_UP"
    CONFIG_PROBLEM = "CONFIG_PROBLEM"
    CONFIG_GOOD = "CONFIG_GOOD"
    OFFLINE = "OFFLINE"
    BACK_ONLINE = "BACK_ONLINE"
    FLOOD = "FLOOD"
    TEST = "TEST"


class AlertKind(StrEnum):
    INCIDENT = "incident"
    #: about feeds, rules, channels and the daemon itself
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A message about one version of one incident, or one notice to the operator."""

    id: str
    kind: AlertKind = AlertKind.INCIDENT
    incident_id: str | None = None
    version: int = 0
    reason: str
    level: Level
    rule: str | None = None
    #: channel tags it goes to
    channels: tuple[str, ...]
    title: str
    #: plain text; escaped per channel when it is sent
    body: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Target:
    """One Apprise address of a channel; a delivery is one alert to one target."""

    #: stable through restarts, password changes and reordering; holds no secret
    key: str
    #: tag
    channel: str
    #: address with its secrets masked, for people
    label: str


class DeliveryState(StrEnum):
    PENDING = "pending"
    #: an attempt was begun; found after a crash it means "maybe sent"
    SENDING = "sending"
    SENT = "sent"
    GAVE_UP = "gave up"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One alert to one target, with everything needed to send it."""

    id: str
    alert: Alert
    #: `Target.key`
    target: str
    channel: str
    label: str
    state: DeliveryState = DeliveryState.PENDING
    #: attempts begun so far
    attempts: int = 0
    #: attempts that ended "maybe sent"
    maybe_sent: int = 0
    next_try_at: datetime
    last_error: str = ""


class SendOutcome(StrEnum):
    """What one attempt to send came to."""

    SENT = "sent"
    #: refused or failed before the message was accepted
    FAILED = "failed"
    #: no answer within the time limit: the message may have arrived
    MAYBE_SENT = "maybe sent"
    #: will never work (the target left the channels file, the address is invalid)
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, kw_only=True)
class SendResult:
    """Outcome of one attempt; `detail` holds no secrets."""

    outcome: SendOutcome
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Try again, not before `at`."""

    at: datetime
    why: str


@dataclass(frozen=True, kw_only=True)
class GaveUp:
    """The last try was made."""

    why: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """It arrived (the receiver accepted it)."""
