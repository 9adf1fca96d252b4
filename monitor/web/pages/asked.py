"""What a person asks of a list: the filters of its form, out of the address. What is wrong is said on that page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from monitor.config.values import read_duration
from monitor.errors import BasewatchError, StoreError
from monitor.web.asking import Ask, Refusal
from monitor.web.pages.words import as_query

T = TypeVar("T")


@dataclass(frozen=True)
class Wrong:
    """What was wrong with what somebody asked, and what to write."""

    message: str
    hint: str = ""


@dataclass(frozen=True)
class Fields:
    """The fields of a filter form as they were typed."""

    given: Mapping[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> str:
        return self.given.get(name, "")

    @property
    def any(self) -> bool:
        """Something is asked for."""
        return any(self.given.values())

    def query(self, **more: Any) -> str:
        """The address's part behind the path, with these fields in place of their like."""
        return as_query(**{**self.given, **more})


def fields_of(ask: Ask, *names: str) -> Fields:
    """The fields as they were typed, as far as they can be shown again."""
    found = {}
    for name in names:
        value = next(iter(ask.query.get(name, ())), "").strip()
        found[name] = value.replace("\x00", "")[:500]
    return Fields(found)


def attempt(read: Callable[[], T]) -> tuple[T | None, Wrong | None]:
    """What `read` answers, or what it found wrong with the address."""
    try:
        return read(), None
    except Refusal as refusal:
        return None, Wrong(refusal.message, refusal.hint)
    except StoreError:  # nothing is wrong with the address
        raise
    except BasewatchError as error:
        return None, Wrong(str(error))


def yes_or_no(ask: Ask, name: str, yes: str, no: str) -> bool | None:
    """True for the one word, False for the other, None where neither is asked for."""
    word = ask.one(name, among=(yes, no))
    return None if not word else word == yes


def day_of(ask: Ask, name: str) -> date | None:
    """The day that a field names: a duration back from now (`30d`, `12h`) or an ISO date, as `--since` takes them."""

    def read(text: str) -> date:
        with suppress(ValueError):
            return date.fromisoformat(text)
        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(text)
            return (moment.astimezone(ZoneInfo(ask.zone)) if moment.tzinfo else moment).date()
        with suppress(ValueError, OverflowError):
            back: timedelta = read_duration(text)
            return (ask.now - back).astimezone(ZoneInfo(ask.zone)).date()
        raise ValueError("it is no time; write for instance 12h, 30d or 2026-11-21")

    return ask.read(name, read)
