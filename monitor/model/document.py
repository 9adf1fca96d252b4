"""What stands in a document: its entries, or why it could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
