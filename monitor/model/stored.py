"""An item with everything that was decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.decision import Decision
from monitor.model.document import DateMark
from monitor.model.item import Item
from monitor.model.novelty import Novelty, NoveltyReason
from monitor.model.report import Classification


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
