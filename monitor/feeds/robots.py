"""robots.txt: may basewatch read this page? By RFC 9309. Pure.

    read_robots(text).allows(address)

Of all groups those that name basewatch count, together, and where none does those for everybody. The rule with the
longest path wins, and of two alike the one that allows. `*` stands for anything and `$` for the end. Each rule costs no
more than the address is long, whatever the file holds: a library that makes regular expressions of the rules hangs for
hours on a dozen stars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

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
_ESCAPE = re.compile("%([0-9a-fA-F]{2})|([^\\x21-\\x7e])")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A path of the file and what holds for it."""

    allows: bool
    #: the parts between the stars, escaped alike
    parts: tuple[str, ...]
    #: the path ends with the last part
    to_end: bool
    #: characters of the path as it is written: the longest wins
    length: int

    def takes(self, path: str) -> bool:
        """The rule is about `path`."""
        first, *others = self.parts
        if not path.startswith(first):
            return False
        at = len(first)
        if not others:
            return not self.to_end or at == len(path)
        *between, last = others
        for part in between:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if self.to_end:
            return len(path) - len(last) >= at and path.endswith(last)
        return path.find(last, at) >= 0


@dataclass(frozen=True, kw_only=True)
class Robots:
    """What one host says to us."""

    rules: tuple[Rule, ...] = ()
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
            parts = urlsplit(address)
        except ValueError:
            return False
        path = _alike((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        taken = [rule for rule in self.rules if rule.takes(path)]
        return max(((rule.length, rule.allows) for rule in taken), default=(0, True))[1]


def read_robots(text: str) -> Robots:
    """The rules of a robots.txt for us; what is no such file has none."""
    named, everybody = _Group(), _Group()
    for names, lines in _groups(text):
        for group, is_meant in ((named, OWN_NAME in names), (everybody, "*" in names)):
            if is_meant:
                group.add(lines)
    chosen = named if named.is_there else everybody
    return Robots(rules=tuple(chosen.rules), delay=min(chosen.delay, LONGEST_DELAY))


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


class _Group:
    """The rules for one name, from all groups that bear it."""

    def __init__(self) -> None:
        self.is_there = False
        self.rules: list[Rule] = []
        self.delay = timedelta()

    def add(self, lines: list[tuple[str, str]]) -> None:
        self.is_there = True
        for key, value in lines:
            if key == "crawl-delay":
                self.delay = max(self.delay, _seconds(value))
            elif value:  # an empty path forbids nothing
                self.rules.append(_rule(value, allows=key == "allow"))


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    """(names, lines) of each group: some lines with names, and the rules behind them."""
    names: set[str] = set()
    lines: list[tuple[str, str]] = []
    begun = False
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().casefold(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if begun:
                yield names, lines
                names, lines, begun = set(), [], False
            names.add(value.casefold().partition("/")[0].strip())
        elif key in ("allow", "disallow", "crawl-delay"):
            begun = True
            lines.append((key, value))
    if names:
        yield names, lines


def _rule(path: str, *, allows: bool) -> Rule:
    to_end = path.endswith("$")
    parts = _alike(path.removesuffix("$")).split("*")
    return Rule(allows=allows, parts=tuple(parts), to_end=to_end, length=len(path))


def _seconds(value: str) -> timedelta:
    whole = value.partition(".")[0]
    return timedelta(seconds=int(whole[:6])) if whole.isascii() and whole.isdigit() else timedelta()


def _alike(path: str) -> str:
    """The path with everything escaped that must be, and nothing that need not."""
    return _ESCAPE.sub(_escaped, path)


def _escaped(match: re.Match[str]) -> str:
    if match[1] is None:
        return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else f"%{match[1].upper()}"


def key_of(address: str) -> str:
    """The host whose robots.txt holds for an address, as the beginning of addresses; ValueError where there is none."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address of the web")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].casefold()}"
