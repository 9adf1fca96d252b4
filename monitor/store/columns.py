"""How values of the model lie in rows: aware times, words of an enumeration, plain text, the rest as JSON.

Each type gives back what was put in, on SQLite and on PostgreSQL alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from functools import cache, cached_property
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy import Enum as SqlEnum

from monitor.model.clock import require_aware

V = TypeVar("V")

#: a member of an enumeration, kept as its word so that people can read the table
Word = SqlEnum(Enum, native_enum=False, length=40, values_callable=lambda words: [word.value for word in words])
#: a signed 64-bit integer; the spelling that SQLite makes its row number of
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware when it goes in (a naive one is refused), aware UTC when it comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value if value.tzinfo is UTC else require_aware(value).astimezone(UTC)
        # SQLite keeps text: one zone for all keeps its order the order of time
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text that publishers wrote: what no database takes (NUL, halves of surrogate pairs) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Frozen(TypeDecorator[Any]):
    """A frozen value (a dataclass of the model, a tuple of words) as JSON.

    Fields that hold their default are left out: most items report nothing, and a field that is added to a value later
    is simply not there in what was stored before. What a field that is gone held is passed over.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.shape)

    def process_bind_param(self, value: Any, dialect: Dialect | None = None) -> Any:  # noqa: ARG002
        return None if value is None else self._adapter.dump_python(value, mode="json", exclude_defaults=True)

    def process_result_value(self, value: Any, dialect: Dialect | None = None) -> Any:  # noqa: ARG002
        return None if value is None else self._adapter.validate_python(value)


# ------------------------------------------------------------------------------------- whole values


@cache
def names_of(shape: Hashable, *without: str) -> tuple[str, ...]:
    """The names of the fields of a value, which are those of its columns."""
    return tuple(field.name for field in fields(cast(Any, shape)) if field.name not in without)


def columns_of(value: Any, *without: str) -> dict[str, Any]:
    """The fields of a value by name, for a row whose columns have the same names."""
    return {name: getattr(value, name) for name in names_of(value.__class__, *without)}


def value_of(shape: Callable[..., V], row: Mapping[Any, Any], **others: Any) -> V:
    """The value whose fields are columns of this row; `others` are those that are none."""
    return shape(**{name: row[name] for name in names_of(shape, *others)}, **others)
