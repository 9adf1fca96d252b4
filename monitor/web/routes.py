"""Every address of the board, in one table: what answers it, and what its visitor must be allowed to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.web import atom, health, metrics
from monitor.web.answers import Answer
from monitor.web.api import acting, alerts, classify, incidents, items, openapi
from monitor.web.api import feeds as feed_objects
from monitor.web.asking import Ask, Refusal
from monitor.web.needs import Kind, Needs
from monitor.web.pages import (
    deeds,
    deliveries,
    door,
    feeds,
    incident,
    incidentforms,
    ledger,
    now,
    rules,
    silences,
    tryout,
)  # fmt: skip
from monitor.web.site import Site

Handler = Callable[[Site, Ask], Answer]
Again = Callable[[Site, Ask, Refusal], Answer]


@dataclass(frozen=True)
class Route:
    """One address."""

    method: str
    #: with `{names}` for single parts of the path
    pattern: str
    handler: Handler
    needs: Needs = Needs.READ
    kind: Kind = Kind.PAGE
    #: of a form: its page again, where the form was out of date and nothing is done
    again: Again | None = None
    #: it waits for no other address
    apart: bool = False
    #: it reads what somebody wrote, which may be long
    judges: bool = False
    #: made for each visitor anew, never handed on: answers that are sent in pieces
    alone: bool = False

    @property
    def lane(self) -> str:
        """Whose threads answer it: what waits for the daemon's writes, or judges long texts, holds up no page."""
        if self.apart:
            return self.pattern
        return "texts" if self.judges else "deeds" if self.needs is Needs.ACT else "pages"


#: what pages are made with, and the way in and out
SHELL: tuple[Route, ...] = (
    Route("GET", "/static/{name}", door.static_file, Needs.NOTHING),
    Route("GET", "/login", door.ask_password, Needs.NOTHING),
    Route("POST", "/login", door.log_in, Needs.NOTHING),
    Route("POST", "/logout", door.log_out, Needs.NOTHING),
    Route("GET", "/live", door.follow, alone=True),
)
PAGES: tuple[Route, ...] = (
    Route("GET", "/", now.show),
    Route("GET", "/incidents", ledger.show),
    Route("GET", "/incidents.{form}", ledger.export, alone=True),
    Route("GET", "/feeds", feeds.show),
    Route("GET", "/feeds/{name:path}", feeds.show_one),
    Route("GET", "/deliveries", deliveries.show),
    Route("GET", "/incidents/{id}", incident.show),
    Route("POST", "/incidents/{id}/ack", incidentforms.ack, Needs.ACT, again=incidentforms.ack_again),
    Route("POST", "/incidents/{id}/unack", incidentforms.unack, Needs.ACT, again=incidentforms.ack_again),
    Route("GET", "/incidents/{id}/mend", incidentforms.mend),
    Route("POST", "/incidents/{id}/merge", incidentforms.merge_into, Needs.ACT, again=incidentforms.mend_again),
    Route("POST", "/incidents/{id}/split", incidentforms.take_out, Needs.ACT, again=incidentforms.mend_again),
    Route("GET", "/try", tryout.show, judges=True),
    Route("POST", "/try", tryout.show_long, again=tryout.show_again, judges=True),
    Route("POST", "/try/said", tryout.say, Needs.ACT, again=tryout.say_again),
    Route("POST", "/try/learn", tryout.learn, Needs.ACT),
    Route("GET", "/try/learn/{item}", tryout.learned),
    Route("GET", "/silences", silences.show),
    Route("POST", "/silences", silences.make, Needs.ACT, again=silences.make_again),
    Route("POST", "/silences/{id}/end", silences.end, Needs.ACT),
    Route("GET", "/log", deeds.show),
    Route("POST", "/log/{id}/undo", deeds.take_back, Needs.ACT),
    Route("GET", "/rules", rules.show),
    Route("GET", "/rules/{id}", rules.show_one),
)
API: tuple[Route, ...] = (
    Route("GET", "/health", health.show, Needs.NOTHING, Kind.TEXT, apart=True),
    Route("GET", "/feed.atom", atom.show, kind=Kind.TEXT),
    Route("GET", "/metrics", metrics.show, kind=Kind.TEXT, apart=True),
    Route("GET", "/api/v1/health", health.as_object, kind=Kind.JSON, apart=True),
    Route("GET", "/api/v1/openapi.json", openapi.show, kind=Kind.JSON),
    Route("GET", "/api/v1/incidents", incidents.show_list, kind=Kind.JSON),
    Route("GET", "/api/v1/incidents/{id}", incidents.show_one, kind=Kind.JSON),
    Route("POST", "/api/v1/incidents/{id}/mute", acting.mute, Needs.ACT, Kind.JSON),
    Route("POST", "/api/v1/incidents/{id}/ack", acting.ack, Needs.ACT, Kind.JSON),
    Route("GET", "/api/v1/items", items.show, kind=Kind.JSON),
    Route("GET", "/api/v1/feeds", feed_objects.show, kind=Kind.JSON),
    Route("GET", "/api/v1/alerts", alerts.show, kind=Kind.JSON),
    Route("POST", "/api/v1/classify", classify.show, kind=Kind.JSON, judges=True),
)
ROUTES: tuple[Route, ...] = (*SHELL, *PAGES, *API)
