"""Pages of rows, and the word for an address that says where the next one begins: a cursor."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from monitor.errors import UsageError
from monitor.store.paging import Behind

T = TypeVar("T")

#: rows of a page
LIMIT = 50
#: no cursor is longer
_LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """Some rows of many."""

    rows: tuple[T, ...]
    #: names the next page; empty: this is the last
    following: str = ""


def page_of(found: Sequence[T], limit: int, name: Callable[[T], str]) -> Page[T]:
    """A page of the first `limit` of the rows found, of which one more was asked for; `name` makes the cursor that
    begins behind a row."""
    shown = found[:limit]
    return Page(rows=tuple(shown), following=name(shown[-1]) if len(found) > limit else "")


def cursor_of(*keys: str | int | date | datetime) -> str:
    """The keys of a row as a word for an address."""
    told = json.dumps([key.isoformat() if isinstance(key, date) else key for key in keys])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def keys_of(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The keys behind a word that `cursor_of` made of keys of these kinds; `UsageError` where it is no such word."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError(cursor[:20])
        told = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not isinstance(told, list) or len(told) != len(kinds):
            raise ValueError(cursor)
        return tuple(_key(key, kind) for key, kind in zip(told, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
        raise UsageError("the cursor is none that was given out here; begin without one") from None


def _key(told: Any, kind: type) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(told)
        if moment.tzinfo is None:
            raise ValueError(told)
        return moment
    if kind is date:
        return date.fromisoformat(told)
    if type(told) is not kind or (isinstance(told, str) and "\0" in told):
        raise ValueError(told)
    if isinstance(told, int) and abs(told) >= 2**63:
        raise ValueError(told)
    return told


def behind(cursor: str) -> Behind | None:
    """The mark behind a cursor of a moment and an id; None: begin with the newest."""
    return Behind(*keys_of(cursor, datetime, str)) if cursor else None
