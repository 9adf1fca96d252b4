"""What went wrong with a fetch, in one word of `FetchProblem` and one plain sentence without secrets."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta

import httpcore

from monitor.feeds.fetch.hints import http_date
from monitor.feeds.fetch.network import AddressRefused, HeadTooLong, NameNotFound
from monitor.feeds.fetch.plainhttpx import httpx
from monitor.model.document import FetchFailed, FetchProblem

#: statuses whose Retry-After counts
_WAIT_STATUSES = frozenset({429, 503})
_LONGEST_WAIT = timedelta(days=31)
_PHRASES = {
    401: "the server asks for a name and a password",
    403: "the server refuses us",
    404: "the server knows no such page (feeds do come back)",
    410: "the server says the feed is gone for good",
    429: "the server says we ask too often",
    451: "the server may not show it for legal reasons",
}

#: most specific first; the text is used where the error itself says nothing for people
_KINDS: tuple[tuple[type[BaseException], FetchProblem, str], ...] = (
    (NameNotFound, FetchProblem.DNS, ""),
    (AddressRefused, FetchProblem.BLOCKED_ADDRESS, ""),
    (ssl.SSLError, FetchProblem.TLS, "the TLS connection failed"),
    (httpcore.TimeoutException, FetchProblem.TIMEOUT, "the host does not answer"),
    (httpx.InvalidURL, FetchProblem.BAD_REDIRECT, "the redirect leads to an address that cannot be read"),
    (httpcore.RemoteProtocolError, FetchProblem.PROTOCOL, "the reply is not HTTP"),
    (httpcore.ProtocolError, FetchProblem.PROTOCOL, "the request could not be sent"),
    (httpcore.ConnectError, FetchProblem.CONNECT, "no connection"),
    (httpcore.NetworkError, FetchProblem.CONNECT, "the connection was lost"),
    (OSError, FetchProblem.CONNECT, "no connection"),
    (UnicodeError, FetchProblem.BAD_URL, "the host name is not valid"),
)


def failure_of(error: Exception, *, seconds: float) -> FetchFailed:
    """The value for an exception of the network, of TLS, of HTTP or of an address."""
    if isinstance(error, TimeoutError):
        detail = f"the whole reply did not come within {seconds:g} s"
        return FetchFailed(problem=FetchProblem.TIMEOUT, detail=detail)
    if isinstance(error, HeadTooLong) or (
        isinstance(error, httpcore.RemoteProtocolError) and "Receive buffer too long" in str(error)
    ):
        return FetchFailed(problem=FetchProblem.HEADERS_TOO_LARGE, detail="the headers do not end")
    for kind, problem, text in _KINDS:
        for cause in _chain(error):
            if isinstance(cause, kind):
                remedy = cause.remedy if isinstance(cause, AddressRefused) else ""
                return FetchFailed(problem=problem, detail=_sentence(cause, text), remedy=remedy)
    return FetchFailed(problem=FetchProblem.PROTOCOL, detail=f"unexpected {type(error).__name__}")


def status_failure(status: int, headers: Mapping[str, str], *, now: datetime) -> FetchFailed:
    """The value for a status that brings no feed; `now` stands in for a missing Date header."""
    detail = _PHRASES.get(status, "the server has a fault" if status >= 500 else "the status brings no feed")
    if headers.get("cf-mitigated") == "challenge":
        detail = "the site wants to check a browser first (Cloudflare challenge)"
    wait = retry_after(headers, now=now) if status in _WAIT_STATUSES else None
    return FetchFailed(problem=FetchProblem.HTTP_STATUS, status=status, detail=detail, retry_after=wait)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """The wait of a Retry-After header: seconds, or a date taken relative to the server's own Date.

    At most 31 days; a date that has passed is no wait; an unreadable one is none at all.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), _LONGEST_WAIT)
    until = http_date(text)
    if until is None:
        return None
    server_now = http_date(headers.get("date", "")) or now
    return min(max(until - server_now, timedelta()), _LONGEST_WAIT)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and the causes behind it."""
    chain = [error]
    while (cause := chain[-1].__cause__) and len(chain) < 8:
        chain.append(cause)
    return chain


def _sentence(error: BaseException, text: str) -> str:
    """What the error says for people, where it says it without addresses of the request."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{text}: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"{text}: {(error.reason or 'handshake').replace('_', ' ').lower()}"
    said = str(error) if isinstance(error, (httpcore.NetworkError, httpcore.ProtocolError)) else ""
    if isinstance(error, OSError):
        said = error.strerror or ""
    return ": ".join(dict.fromkeys(filter(None, (text, said[:200]))))
