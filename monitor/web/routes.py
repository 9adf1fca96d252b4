"""Every address of the board, in one table: what answers it, and what its visitor must be allowed to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from monitor.web import health, metrics
from monitor.web.answers import Answer
from monitor.web.asking import Ask
from monitor.web.pages import now
from monitor.web.site import Site

Handler = Callable[[Site, Ask], Answer]


class Needs(StrEnum):
    """What a visitor must be allowed to do."""

    #: nothing: health, the log-in page, style sheets
    NOTHING = "nothing"
    READ = "read"
    #: change something: with a form that carries a token against forged requests, or with the write token
    ACT = "act"


class Kind(StrEnum):
    """In which form a refusal is told."""

    PAGE = "page"
    JSON = "json"
    TEXT = "text"


@dataclass(frozen=True)
class Route:
    """One address."""

    method: str
    #: with `{names}` for single parts of the path
    pattern: str
    handler: Handler
    needs: Needs = Needs.READ
    kind: Kind = Kind.PAGE


PAGES: tuple[Route, ...] = (Route("GET", "/", now.show),)
API: tuple[Route, ...] = (
    Route("GET", "/health", health.show, Needs.NOTHING, Kind.TEXT),
    Route("GET", "/metrics", metrics.show, kind=Kind.TEXT),
    Route("GET", "/api/v1/health", health.as_object, kind=Kind.JSON),
)
ROUTES: tuple[Route, ...] = (*PAGES, *API)
