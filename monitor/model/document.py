"""What a publisher's server said, what stands in its document, and both together: the answer of a feed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


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
    #: of a mailbox: no login is set, or the server refuses it; the folder is not there
    LOGIN = "login refused"
    NO_FOLDER = "no such folder"


#: failures that a machine without a network shows
NETWORK_PROBLEMS = frozenset(
    {FetchProblem.DNS, FetchProblem.CONNECT, FetchProblem.TIMEOUT, FetchProblem.TLS, FetchProblem.PROTOCOL}
)


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
    #: how long the reply is fresh by Cache-Control or Expires; how often the document is made anew by `ttl` or `sy:`
    fresh_for: timedelta | None = None
    made_anew_every: timedelta | None = None
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
    #: how long the reply is fresh by Cache-Control or Expires
    fresh_for: timedelta | None = None

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
    #: the selectors of feeds.yaml find nothing in the page, or cannot be read
    NOTHING_SELECTED = "nothing selected"
    TIMED_OUT = "parse timed out"
    OUT_OF_MEMORY = "parse out of memory"
    CRASHED = "parser crashed"


@dataclass(frozen=True, kw_only=True)
class ParseFailed:
    """A body that is no feed, or cost more than it may."""

    problem: ParseProblem
    detail: str = ""
    #: of a web page: feeds that it names
    feeds: tuple[str, ...] = ()
    #: processor time that was spent on it, in milliseconds
    cost_ms: int = field(default=0, compare=False)

    @property
    def result(self) -> str:
        return str(self.problem)


class Doubt(StrEnum):
    """Why a document was not left to the fast reader but read by the reference."""

    CHARSET = "charset"
    NOT_WELL_FORMED = "not well-formed"
    LARGE = "large"
    LINE_SEPARATORS = "line separators"
    #: comments, instructions behind the first tag, a document type
    COMMENTS = "comments"
    #: neither RSS 2 nor Atom 1
    FORMAT = "format"
    NAMESPACES = "namespaces"
    NO_ENTRIES = "no entries"
    #: the two counted differently
    COUNT = "count"
    #: an element that one of the readers may take for a field
    ELEMENTS = "elements"
    #: a field that an entry has twice
    TWICE = "twice"
    #: fields whose order decides what they mean
    ORDER = "order"
    MARKUP = "mark-up"
    ENCODED_TWICE = "encoded twice"
    MISSING_IDS = "missing ids"
    LINKS = "links"
    RELATIVE_LINKS = "relative links"
    BASES = "bases"
    LANGUAGES = "languages"
    DATES = "dates"
    #: the fast reader raised an error
    FAILED = "failed"


class DateMark(StrEnum):
    """What is odd about a publisher's date."""

    GOOD = "good"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    #: later than the clock allows; `published` is clamped to the time of the fetch
    FUTURE = "future"
    #: more than a day later, which no time zone explains; clamped as well
    FAR_AHEAD = "far in the future"
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
    #: those of them that came after the first 10,000
    over_cap: int = 0
    #: what is odd about the document although it could be read, for people: lost characters, broken XML
    detail: str = ""
    #: False where the document ends in the middle: what is missing may come with the next poll
    is_whole: bool = True
    #: why the reference reader was asked; None where it was not. How it was read is no part of what was read
    doubt: Doubt | None = field(default=None, compare=False)
    #: processor time of the worker, in milliseconds
    cost_ms: int = field(default=0, compare=False)
    #: of an index, which holds no entries itself: the documents to read in its place
    follow: tuple[str, ...] = ()


class Reach(StrEnum):
    """What one poll says about the way to the feed; over all feeds it tells a broken feed from a missing network."""

    ANSWERED = "answered"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class FeedAnswer:
    """The outcome of fetch and parse, and the entries where there are any."""

    #: the address that was asked
    url: str
    outcome: Fetched | NotModified | FetchFailed | ParseFailed
    parsed: ParsedFeed | None = None
    #: asked without validators, because what they say was doubted
    unconditional: bool = False
    ms: int = 0
    #: what reading the document cost a parse worker, in milliseconds of its processor; 0: nothing was read
    cost_ms: int = 0

    @property
    def detail(self) -> str:
        """Why it brought nothing, with what to do about it where that lies with us."""
        return self.outcome.told if isinstance(self.outcome, FetchFailed) else getattr(self.outcome, "detail", "")

    @property
    def reach(self) -> Reach:
        if isinstance(self.outcome, Fetched | NotModified):
            return Reach.ANSWERED
        unreachable = isinstance(self.outcome, FetchFailed) and self.outcome.problem in NETWORK_PROBLEMS
        return Reach.UNREACHABLE if unreachable else Reach.FAILED
