"""What each address of the API takes and answers, said once: handlers read by it, and `openapi.json` is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from monitor.queries.moments import day_of, moment_of
from monitor.web.asking import MOST_CHARACTERS, Ask

#: rows of a page
USUAL, MOST = 50, 200
#: a JSON schema
Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string", "maxLength": MOST_CHARACTERS}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a query: how it is read, and what it looks like."""

    name: str
    meaning: str
    #: raises `Refusal` or `UsageError` where what is given is wrong; answers the default where nothing is
    read: Callable[[Ask, str], Any]
    schema: Schema
    example: str = ""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One address: in words, with its parameters, what may be posted and what is answered."""

    summary: str
    parameters: tuple[Parameter, ...] = ()
    #: media type → schema of what is posted
    takes: Mapping[str, Schema] = field(default_factory=dict)
    #: status → meaning, media type (empty: nothing but headers) and schema
    answers: Mapping[int, tuple[str, str, Schema]] = field(default_factory=dict)
    #: statuses of refusals beside those that every address has
    refuses: tuple[int, ...] = ()
    #: 304 for who knows the answer
    conditional: bool = True

    def given(self, ask: Ask) -> dict[str, Any]:
        """The parameters by name; one that is not known here is refused."""
        ask.only(*(one.name for one in self.parameters))
        return {one.name: one.read(ask, one.name) for one in self.parameters}


def text(name: str, meaning: str, *, default: str = "", example: str = "") -> Parameter:
    """Any text."""
    schema = {**_TEXT, **({"default": default} if default else {})}
    return Parameter(
        name=name, meaning=meaning, read=lambda ask, name: ask.one(name, default), schema=schema, example=example
    )


def word(name: str, meaning: str, among: tuple[str, ...]) -> Parameter:
    """One of some words; empty where it is not given."""
    return Parameter(
        name=name, meaning=meaning, read=lambda ask, name: ask.one(name, among=among),
        schema={"type": "string", "enum": [*among, ""]}, example=among[0],
    )  # fmt: skip


def number(name: str, meaning: str, default: int, *, least: int, most: int) -> Parameter:
    """A whole number."""
    return Parameter(
        name=name, meaning=meaning, read=lambda ask, name: ask.number(name, default, least=least, most=most),
        schema={"type": "integer", "minimum": least, "maximum": most, "default": default},
    )  # fmt: skip


def moment(name: str, meaning: str, *, default: str = "") -> Parameter:
    """A moment as the commands take it; None where it is not given."""

    def read(ask: Ask, name: str) -> datetime | None:
        written = ask.one(name, default)
        return moment_of(written, now=ask.now, zone=ask.zone, name=name) if written else None

    return _time(name, meaning, read, default)


def day(name: str, meaning: str, *, default: str = "") -> Parameter:
    """A day as the commands take it; None where it is not given."""

    def read(ask: Ask, name: str) -> date | None:
        written = ask.one(name, default)
        return day_of(written, now=ask.now, zone=ask.zone, name=name) if written else None

    return _time(name, meaning, read, default)


def _time(name: str, meaning: str, read: Callable[[Ask, str], Any], default: str) -> Parameter:
    schema = {**_TEXT, **({"default": default} if default else {})}
    told = f"{meaning} Back from now (`12h`, `30d`), or an ISO date or date-time."
    return Parameter(name=name, meaning=told, read=read, schema=schema, example=default or "30d")


LIMIT = number("limit", "Rows of a page.", USUAL, least=1, most=MOST)
CURSOR = text("cursor", "`next` of the page before: the page begins behind it.")
PAGE = (LIMIT, CURSOR)
