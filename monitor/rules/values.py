"""Single values as people write them: an id, one text or several, a time of day, a time zone, a language. Pure."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.config.validation import held

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*|unknown")


def key(meaning: str, example: object, **limits: Any) -> Any:
    """A key of a file: what it means and an example, for the reference and the schemas; its default and limits."""
    return Field(description=meaning, examples=[example], **limits)


def several(meaning: str, example: object, **limits: Any) -> Any:
    """As `key`, for several values, of which there are none unless said."""
    return key(meaning, example, default=(), **limits)


def one_or_many(value: object) -> object:
    """One text as a list of one, for keys that take both."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str):
        bare = value.strip("()（）［］【】 ")
        if not value.startswith("/") and len(parts := re.split(r"\s*[,،，、；;]\s*", bare)) > 1:
            raise ValueError(f'{value!r} is one text; write [{", ".join(parts)}], or ["{bare}"] where it is one')
        return [value]
    quoted = f'; put it in quotes: "{held(value)}"' if isinstance(value, int | float) else ""
    raise ValueError(f"a text or a list of texts is meant, but here is {held(value)}{quoted}")


def _plain_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(f"{value!r} is no id: small letters, digits and hyphens; write for instance attack-iraq")
    return value


#: the name of a rule, place, group or actor
Id = Annotated[str, AfterValidator(_plain_id), WithJsonSchema({"type": "string", "pattern": f"^{_ID.pattern}$"})]
#: one text or a list of texts
Texts = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]


def _read_time(value: object) -> object:
    try:
        if isinstance(value, str) and len(value.strip()) in (4, 5):
            return time.fromisoformat(value.strip().zfill(5))
    except ValueError:
        pass
    instead = "'00:00', where the next day begins" if value == "24:00" else "for instance '22:00'"
    raise ValueError(f"{value!r} is no time of day; write {instead}")


#: a time of day as people write it
TimeOfDay = Annotated[
    time,
    BeforeValidator(_read_time),
    WithJsonSchema({"type": "string", "pattern": r"^\s*([01]?\d|2[0-3]):[0-5]\d\s*$"}),
]


def _read_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {value}; write for instance zone: Asia/Baghdad") from None
    return value


#: an IANA time zone
Zone = Annotated[str, AfterValidator(_read_zone)]


def _read_language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{value!r} is no language; write for instance en, ar, fa or unknown")
    return value


#: a language as feeds name it, or `unknown`
Language = Annotated[
    str,
    AfterValidator(_read_language),
    WithJsonSchema({"type": "string", "pattern": f"^({_LANGUAGE.pattern})$"}),
]
