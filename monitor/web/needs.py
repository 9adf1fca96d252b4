"""What a route asks of its visitor, and in which form it refuses."""

from __future__ import annotations

from enum import StrEnum


class Needs(StrEnum):
    """What a visitor must be allowed to do."""

    #: nothing: health, the log-in page, style sheets
    NOTHING = "nothing"
    READ = "read"
    #: change something: with a form that carries a token against forged requests, or with the write token
    ACT = "act"


class Kind(StrEnum):
    """In which form a refusal is told; all but pages are for programs."""

    PAGE = "page"
    JSON = "json"
    TEXT = "text"
