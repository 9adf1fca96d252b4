"""The door to Starlette: requests become `Ask`, answers become responses, and errors are said in plain words."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from monitor.web.asking import Ask, Visitor
from monitor.web.routes import ROUTES, Route
from monitor.web.site import Site


def application(site: Site) -> Starlette:
    """The board as an ASGI application."""
    return Starlette(routes=[Path(route.pattern, _endpoint(site, route), methods=[route.method]) for route in ROUTES])


def _endpoint(site: Site, route: Route):  # type: ignore[no-untyped-def]
    async def endpoint(request: Request) -> Response:
        query: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            query.setdefault(name, []).append(value)
        ask = Ask(
            method=request.method, path=request.url.path, parts=request.path_params, query=query,
            headers=dict(request.headers), visitor=Visitor(by="loopback", may_read=True), now=site.clock(),
            zone=site.settings.timezone,
        )  # fmt: skip
        answer = await run_in_threadpool(route.handler, site, ask)
        headers = {"Content-Type": answer.content_type, **answer.headers}
        return Response(answer.body, status_code=answer.status, headers=headers)

    return endpoint
