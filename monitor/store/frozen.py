"""Frozen values to plain JSON and back, driven by their own annotations. Pure.

Fields that hold their default are left out: most items report nothing, and a field that is added to a value
later is simply not there in what was stored before.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def columns_of(value: Any) -> dict[str, Any]:
    """The fields of a frozen value by name, for a row whose columns have the same names."""
    return {field.name: getattr(value, field.name) for field in _fields(value.__class__)}


def to_plain(value: Any) -> Any:
    """A value as lists, dictionaries, strings and numbers."""
    if isinstance(value, str | int | float | bool) or value is None:
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, tuple | list | frozenset):
        return [to_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        present = ((field, getattr(value, field.name)) for field in _fields(value.__class__))
        return {field.name: to_plain(part) for field, part in present if part != _default(field)}
    raise TypeError(f"no way to keep a {type(value).__name__}")


def from_plain(shape: Any, plain: Any) -> Any:
    """The value of type `shape` that `to_plain` wrote; `shape` is a dataclass, enum, tuple, optional or simple type."""
    if plain is None:
        return plain
    origin = get_origin(shape)
    if origin in (Union, types.UnionType):
        (shape,) = (option for option in get_args(shape) if option is not type(None))
        return from_plain(shape, plain)
    if origin is Literal:
        return plain
    if origin is tuple:
        return tuple(from_plain(get_args(shape)[0], part) for part in plain)
    if is_dataclass(shape) and isinstance(shape, type):
        hints = _hints(shape)
        return shape(**{name: from_plain(hints[name], part) for name, part in plain.items() if name in hints})
    if shape in (date, datetime):
        return shape.fromisoformat(plain)
    return shape(plain)


@cache
def _fields(shape: Any) -> tuple[Field[Any], ...]:
    return fields(shape)


@cache
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape)


@cache
def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default
