"""robots.txt: may basewatch read this page? By RFC 9309, read by Protego, whose one door this is. Pure.

    robots_of(answer).allows(address)

Protego follows the RFC (stars, the longest rule, groups of one name together) and takes no more time for hostile rules
than for others; `urllib.robotparser` knows no stars and takes the first rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from protego import Protego

from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified

#: the product token of our user agent
OWN_NAME = "basewatch"
#: bytes that are read of the file: what the RFC asks for at least
MOST_BYTES = 500 * 1024
#: how long an answer holds, and how long one that could not be had
HOLDS, HOLDS_UNREAD = timedelta(days=1), timedelta(minutes=10)
#: `Crawl-delay` beyond that keeps nobody waiting longer
LONGEST_DELAY = timedelta(minutes=2)
#: redirects that lead nowhere: "unavailable" by the RFC, as 4xx is
_UNAVAILABLE = frozenset({FetchProblem.BAD_REDIRECT, FetchProblem.TOO_MANY_REDIRECTS})
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, kw_only=True)
class Robots:
    """What one host says to us."""

    #: None: it forbids nothing
    rules: Protego | None = None
    delay: timedelta = timedelta()
    #: nothing is allowed until the file can be read; why, for people
    unread: str = ""
    #: how long this answer holds
    holds: timedelta = HOLDS

    def allows(self, address: str) -> bool:
        """`address` is an http(s) address of this host; what cannot be read is not allowed."""
        if self.unread:
            return False
        try:
            return self.rules is None or bool(self.rules.can_fetch(address, OWN_NAME))
        except ValueError:
            return False


def read_robots(text: str) -> Robots:
    """The rules of a robots.txt for us; what is no such file has none."""
    rules = Protego.parse(text.removeprefix("\ufeff"))
    delay = rules.crawl_delay(OWN_NAME) or 0
    seconds = min(delay, LONGEST_DELAY.total_seconds()) if math.isfinite(delay) and delay > 0 else 0
    return Robots(rules=rules, delay=timedelta(seconds=seconds))


def robots_of(answer: Fetched | NotModified | FetchFailed) -> Robots:
    """What a host says by the answer to the question for its /robots.txt.

    4xx: there is none, so all is allowed. 5xx, 429, no answer at all: nothing is, for now.
    """
    if isinstance(answer, Fetched):
        return read_robots(answer.body[:MOST_BYTES].decode("utf-8", "replace"))
    if isinstance(answer, NotModified):  # an answer to a question that was not put
        return Robots(unread="the server says not modified to an open question", holds=HOLDS_UNREAD)
    status = answer.status if answer.problem is FetchProblem.HTTP_STATUS else None
    is_there_none = status is not None and status < 500 and status != _TOO_MANY_REQUESTS
    if is_there_none or answer.problem in _UNAVAILABLE:
        return Robots()
    why = ": ".join(filter(None, (answer.result, answer.detail)))
    return Robots(unread=why, holds=HOLDS_UNREAD)


def key_of(address: str) -> str:
    """The host whose robots.txt holds for an address, as the beginning of addresses; ValueError where there is none."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address of the web")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].casefold()}"
