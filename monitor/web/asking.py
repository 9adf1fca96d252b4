"""What is asked of the board, as a value: a handler knows no HTTP library.

    Ask ─→ handler(site, ask) ─→ Answer

Parameters are read through `Ask.one`, `Ask.number`, … : what is wrong with one becomes `Refusal`, in plain words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

from monitor.config.validation import did_you_mean

T = TypeVar("T")

#: longer values of a parameter are no filter
MOST_CHARACTERS = 500


class Refusal(Exception):
    """What is asked cannot be answered: a page or a JSON problem, by the kind of the route."""

    def __init__(
        self, status: int, message: str, hint: str = "", *, headers: Mapping[str, str] | None = None, kind: str = ""
    ) -> None:
        """`message`: what was wrong, one sentence; `hint`: what to do; `kind`: a word for programs."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.hint = hint
        self.headers = dict(headers or {})
        self.kind = kind


def no_database(why: Exception) -> Refusal:
    """The database cannot be used: never a mistake of who asks, and worth another try."""
    said = "the database cannot be used now"
    return Refusal(503, said, str(why), headers={"Retry-After": "10"}, kind="database")


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who asks, and what they may do."""

    #: for the log of what people did; empty where nobody is named
    name: str = ""
    #: `loopback`, `password`, `proxy`, `token` or empty: nobody
    by: str = ""
    may_read: bool = False
    may_act: bool = False
    #: what a form of theirs must bring back
    csrf: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request."""

    method: str = "GET"
    #: behind the base path
    path: str
    #: what the `{names}` of the route's pattern stand for
    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: bytes = b""
    #: names in lower case
    headers: Mapping[str, str] = field(default_factory=dict)
    visitor: Visitor = Visitor()
    now: datetime
    #: IANA name: the zone in which moments are written
    zone: str = "UTC"
    #: the board as its visitor reaches it, with the base path and without a slash at the end: `https://watch.example`
    address: str = ""
    #: the visitor's own address; None: a Unix socket
    client: IPv4Address | IPv6Address | None = None
    https: bool = False
    #: path and parameters as they stand in an address: where a log-in leads back to
    asked: str = "/"
    #: of every address of the board: empty, or `/board` behind a proxy that serves it there
    base: str = ""
    #: the token in the visitor's cookie; only the way out needs it
    session: str = field(default="", repr=False)
    #: the token in the query, where the address takes one there: links to its further pages need it too
    token: str = field(default="", repr=False)

    def only(self, *known: str) -> None:
        """Refuses parameters that are none of these."""
        for name in self.query:
            if name not in known:
                hint = did_you_mean(name, known) or f"known are: {', '.join(known) or 'none'}"
                raise Refusal(400, f"there is no parameter {name[:60]!r} here", hint, kind="unknown-parameter")

    def one(self, name: str, default: str = "", *, among: Collection[str] = (), form: bool = False) -> str:
        """A parameter's text without blanks around it; refused where it is given twice, too long, or not `among`."""
        given = [one.strip() for one in (self.form if form else self.query).get(name, ())]
        if len(given) > 1:
            raise Refusal(400, f"{name} is given {len(given)} times; once is meant", kind="parameter")
        value = given[0] if given else ""
        if not value:
            return default
        if len(value) > MOST_CHARACTERS:
            raise Refusal(400, f"{name} has {len(value):,} characters; at most {MOST_CHARACTERS}", kind="parameter")
        if "\x00" in value or "\ufffd" in value:
            raise Refusal(400, f"{name} is not UTF-8 text", "send it in UTF-8", kind="parameter")
        if among and value not in among:
            hint = did_you_mean(value, among) or f"known are: {', '.join(among)}"
            raise Refusal(400, f"{name}={value[:60]} is none of the known ones", hint, kind="parameter")
        return value

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number between `least` and `most`."""
        text = self.one(name)
        if not text:
            return default
        if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()) or len(text) > 12:
            raise Refusal(400, f"{name}={text[:60]} is no whole number", f"write {least} to {most}", kind="parameter")
        if not least <= int(text) <= most:
            raise Refusal(400, f"{name}={text} is not between {least} and {most}", kind="parameter")
        return int(text)

    def read(self, name: str, reader: Callable[[str], T]) -> T | None:
        """What `reader` makes of the parameter; None where it is not given. A `ValueError` of it is refused."""
        text = self.one(name)
        if not text:
            return None
        try:
            return reader(text)
        except (ValueError, OverflowError) as error:
            raise Refusal(400, f"{name}={text[:60]}: {error}", kind="parameter") from None
