"""What a running daemon leaves in the database, for `health`, for pages and for its own next start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Connectivity(StrEnum):
    """What the daemon can see of the network."""

    #: at least one feed answers, or nothing is known yet
    ONLINE = "online"
    #: no feed can be reached at all: the machine has no network
    NO_NETWORK = "no network"
    #: every feed fails, but not all for want of a network
    ALL_FAILING = "every feed failing"


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """A sign of life."""

    at: datetime
    pid: int = 0
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class ConnectivitySince:
    """The connectivity, and when it became so."""

    state: Connectivity
    since: datetime


@dataclass(frozen=True, kw_only=True)
class DatabaseLoss:
    """The database does not take what the daemon has to keep, at least not all of it."""

    since: datetime
    #: the latest trouble, as a sentence for people
    why: str


@dataclass(frozen=True, kw_only=True)
class EditsTold:
    """What the operator knows of edited files; kept, so that a restart neither repeats nor forgets."""

    #: what was said to be wrong; empty: nothing, or that it is mended
    text: str = ""
    #: it was a mistake that keeps files out of force
    grave: bool = False
    #: messages about mistakes since the editing began
    messages: int = 0
    message_at: datetime | None = None
    mended_at: datetime | None = None
    #: the state of the files that was seen last, when it changed, and how many were seen since the last message
    seen: str = ""
    seen_at: datetime | None = None
    unsaid: int = 0


@dataclass(frozen=True, kw_only=True)
class AliveTold:
    """What the operator knows of a silence of all feeds together, and when he last heard that all goes on."""

    #: when the last item had come; None: no silence was told, or its end was
    silent_since: datetime | None = None
    #: the last regular word that the daemon is alive, or when it began to count for the first one
    alive_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PageNote:
    """Why the page of an item says nothing."""

    item_id: str
    at: datetime
    #: a `pages.PageProblem`, and more about it
    problem: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class PageNotes:
    """The last pages that were not read, or said nothing; for `explain`, and so that no restart asks for them again."""

    notes: tuple[PageNote, ...] = ()

    def of(self, item_id: str) -> PageNote | None:
        """What is noted of an item."""
        return next((note for note in self.notes if note.item_id == item_id), None)

    def with_note(self, note: PageNote, *, most: int) -> PageNotes:
        """With one more in place of an earlier one of its item; of more than `most` the last ones."""
        others = [one for one in self.notes if one.item_id != note.item_id]
        return PageNotes(notes=(*others, note)[-most:])


@dataclass(frozen=True, kw_only=True)
class DaemonState:
    """Each field is kept under its own name and written for itself."""

    #: None: it does not run
    heartbeat: Heartbeat | None = None
    #: None: it never changed
    connectivity: ConnectivitySince | None = None
    #: why edited files are not in force, and what in those in force is not as somebody may think
    config_problem: str = ""
    config_warning: str = ""
    edits_told: EditsTold = EditsTold()
    loss: DatabaseLoss | None = None
    alive_told: AliveTold = AliveTold()
    pages: PageNotes = PageNotes()
