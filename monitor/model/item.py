"""An item: one article as one feed gave it, whether it was seen before, and all that was decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.alert import Decision
from monitor.model.document import DateMark, Entry
from monitor.model.report import Classification

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


class Novelty(StrEnum):
    """Answer of the deduplication."""

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
    #: it came in such a crowd, and is news all the same: a rule of level urgent takes it
    CROWD = "urgent in a crowd"
    #: the text of its page was read: the body is that text
    FULL_TEXT = "full text"


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """An entry with its novelty; `item_id` names the stored item that it is, repeats or updates."""

    entry: Entry
    novelty: Novelty
    reason: NoveltyReason
    #: stored item that decided SEEN, UPDATED and COPY, or the OLD item whose text was edited (it stays OLD and is
    #: updated, not added); None otherwise (or where it was pruned)
    item_id: str | None = None
    #: identity keys to remember (64-bit signed integers, see dedupe.fingerprint); none for SEEN
    keys: tuple[int, ...] = ()
    #: of title, summary and body, to remember with the keys
    text_hash: int = 0
    #: the item of another story that stood under the same guid and the same address of this feed before
    replaces: str | None = None


@dataclass(frozen=True, kw_only=True)
class StoredItem:
    """An item with everything that was decided about it: what the store keeps and `explain` shows."""

    item: Item
    #: see dedupe.canonical; empty where the address names no article
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
