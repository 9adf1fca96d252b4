"""What a publisher's server said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
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
