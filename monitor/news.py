"""The words of the trade as frozen values: what travels from one stage to the next, from the feed to the item.

    Feed → Fetched → Entry → Recognised → Item      here
    Classification → Relation → Decision            `meaning.py`
    Alert → Delivery → Sent                         `messages.py`

Every stage answers with one of these and a **named reason** (a `StrEnum` member), the same word in logs,
database, `explain` and tests. Nothing here does input or output, knows a library or reads a clock.
All times are aware UTC `datetime`s; a naive one is refused where it enters (`require_aware`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    #: as configured now: another one than was asked where the feeds file was edited meanwhile
    url: str = ""
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
    #: the newest date that it ever gave; None: it never dated anything
    newest_at: datetime | None = None
    #: most new entries, and most of them undated, that came at once of late: what is usual for it
    crowd: int = 0
    undated_crowd: int = 0
    #: the operator was told last that items were held back
    flood_told_at: datetime | None = None
    #: answers in a row by which nothing had changed
    unchanged: int = 0
    #: its validators hid a change then: they are not sent for a while
    mistrusted_at: datetime | None = None
    #: when it brought something new last (moved on by the time in which nobody asked), and the longest usual wait
    #: between two such moments, in seconds
    news_at: datetime | None = None
    longest_wait: int | None = None
    #: the operator was told that it brings nothing any more (cleared by the next new item)
    silent_told_at: datetime | None = None


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
    #: what is odd about the reply or its document although it could be read, for people
    detail: str = ""

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
    #: what to do about it, where it lies with whoever runs basewatch
    remedy: str = ""
    #: what the publisher asked us to wait (Retry-After on 429/503)
    retry_after: timedelta | None = None

    @property
    def told(self) -> str:
        """The detail and what to do about it, for people."""
        return f"{self.detail}; {self.remedy}" if self.remedy else self.detail

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
    #: what is odd about the document although it could be read, for people: lost characters, broken XML
    detail: str = ""
    #: False where the document ends in the middle: what is missing may come with the next poll
    is_whole: bool = True


@dataclass(frozen=True, kw_only=True)
class PollEvent:
    """What one poll of one feed came to: the last 30 of each feed are kept for `basewatch feeds`."""

    at: datetime
    #: named result, as in `FeedState.last_result`
    result: str
    detail: str = ""
    #: from the request to the last entry read
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
    #: stored, never alerted, for one of the last three of `NoveltyReason`
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


#: a publisher's date that is further than this from when we first saw the item is not when it was reported
BELIEVABLE = timedelta(days=14)


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

    @property
    def reported(self) -> datetime:
        """When it was reported: the publisher's date where that can be, else the time when it was first seen.

        What is new to us under a date of long ago was misdated or put up again; it must meet the other reports of its
        attack all the same.
        """
        believable = self.published is not None and abs(self.first_seen - self.published) <= BELIEVABLE
        return self.published if believable and self.published else self.first_seen
