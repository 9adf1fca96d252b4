"""Whether an entry has been seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.document import Entry

# ---------------------------------------------------------------------------------------------- items


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
