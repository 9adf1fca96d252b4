"""Every address of the board, in one table: what answers it, and what its visitor must be allowed to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.web import atom, health, metrics
from monitor.web.answers import Answer
from monitor.web.api import acting, alerts, classify, feeds, incidents, items, openapi
from monitor.web.asking import Ask
from monitor.web.needs import Kind, Needs
from monitor.web.pages import door, now
from monitor.web.site import Site

Handler = Callable[[Site, Ask], Answer]


@dataclass(frozen=True)
class Route:
    """One address."""

    method: str
    #: with `{names}` for single parts of the path
    pattern: str
    handler: Handler
    needs: Needs = Needs.READ
    kind: Kind = Kind.PAGE
    #: it waits for no other answer
    apart: bool = False


#: what pages are made with, and the way in and out
SHELL: tuple[Route, ...] = (
    Route("GET", "/static/{name}", door.static_file, Needs.NOTHING),
    Route("GET", "/login", door.ask_password, Needs.NOTHING),
    Route("POST", "/login", door.log_in, Needs.NOTHING),
    Route("POST", "/logout", door.log_out, Needs.NOTHING),
)
PAGES: tuple[Route, ...] = (Route("GET", "/", now.show),)
API: tuple[Route, ...] = (
    Route("GET", "/health", health.show, Needs.NOTHING, Kind.TEXT, apart=True),
    Route("GET", "/feed.atom", atom.show, kind=Kind.TEXT),
    Route("GET", "/metrics", metrics.show, kind=Kind.TEXT),
    Route("GET", "/api/v1/health", health.as_object, kind=Kind.JSON),
    Route("GET", "/api/v1/openapi.json", openapi.show, kind=Kind.JSON),
    Route("GET", "/api/v1/incidents", incidents.show_list, kind=Kind.JSON),
    Route("GET", "/api/v1/incidents/{id}", incidents.show_one, kind=Kind.JSON),
    Route("POST", "/api/v1/incidents/{id}/mute", acting.mute, Needs.ACT, Kind.JSON),
    Route("POST", "/api/v1/incidents/{id}/ack", acting.ack, Needs.ACT, Kind.JSON),
    Route("GET", "/api/v1/items", items.show, kind=Kind.JSON),
    Route("GET", "/api/v1/feeds", feeds.show, kind=Kind.JSON),
    Route("GET", "/api/v1/alerts", alerts.show, kind=Kind.JSON),
    Route("POST", "/api/v1/classify", classify.show, kind=Kind.JSON),
)
ROUTES: tuple[Route, ...] = (*SHELL, *PAGES, *API)
