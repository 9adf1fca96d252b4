"""An item: one article as one feed gave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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
