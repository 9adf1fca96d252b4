"""Frozen values as the values of JSON."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from pathlib import PurePath
from typing import Any, TypeVar

T = TypeVar("T")


def plain(value: Any) -> Any:
    """`value` in the types of JSON: frozen values as objects, times in ISO 8601, durations in seconds."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, PurePath | IPv4Network | IPv6Network):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(held) for held in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.repr}
    raise TypeError(f"no JSON form for {type(value).__name__}")


def values_of(value: Any, *names: str) -> dict[str, Any]:
    """The named fields of `value`, in the types of JSON."""
    return {name: plain(getattr(value, name)) for name in names}


def kept(value: Any) -> Any:
    """A frozen value as JSON from which `as_kept` makes it again; fields that hold their default are left out."""
    from pydantic import TypeAdapter  # which help and most commands do without

    return TypeAdapter(type(value)).dump_python(value, mode="json", exclude_defaults=True)


def as_kept(shape: type[T], found: Any) -> T:
    """The value that `kept` was given."""
    from pydantic import TypeAdapter

    return TypeAdapter(shape).validate_python(found)
