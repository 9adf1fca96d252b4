"""`/api/v1/openapi.json`: the API as a document (OpenAPI 3.1), made of the routes and of what is read by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor import __version__
from monitor.web import health
from monitor.web.answers import JSON, PROBLEM, Answer, as_json
from monitor.web.api import acting, alerts, classify, feeds, incidents, items
from monitor.web.api.described import Operation, Parameter, Schema
from monitor.web.api.schemas import OBJECT, reference, schemas
from monitor.web.asking import Ask
from monitor.web.needs import Needs
from monitor.web.site import Site

if TYPE_CHECKING:
    from monitor.web.routes import Route

_PART = re.compile(r"\{(\w+)\}")
_MEANINGS = {
    400: "What is asked cannot be read, or asks for what there is not.", 401: "No token, or a wrong one.",
    403: "The token may not do this, or the request comes from another site.", 404: "There is no such incident.",
    413: "Too much was sent.", 421: "The board is not known by this name.", 429: "Too much was tried.",
    431: "Too many headers.", 503: "Not now: the database cannot be used, or too much is asked at once.",
}  # fmt: skip
#: what each address may answer
_ALWAYS = (400, 401, 403, 421, 429, 431, 503)

DOCUMENT = Operation(summary="This document.", answers={200: ("OpenAPI 3.1.", JSON, OBJECT)})
HEALTH = Operation(
    summary="Whether the daemon is at work, as `basewatch health --json` says it.",
    answers={
        200: ("It is.", JSON, reference("Health")),
        503: ("It is not: `problems` holds a sentence for each reason.", JSON, reference("Health")),
    },
    conditional=False,
)


def show(_site: Site, ask: Ask) -> Answer:
    """`/api/v1/openapi.json`"""
    DOCUMENT.given(ask)
    return as_json(document(ask.base), headers={"Cache-Control": "no-cache"})


@cache
def document(base: str) -> Mapping[str, Any]:
    """The document, for a board that is served under `base`."""
    from monitor.web.routes import API  # which holds this page's own address

    paths: dict[str, dict[str, Any]] = {}
    for route in API:
        if route.handler in _OPERATIONS:
            paths.setdefault(route.pattern, {})[route.method.lower()] = _operation(route, _OPERATIONS[route.handler])
    bearer = "Reads may ask for a token, deeds always do (BASEWATCH_WEB_READ_TOKEN, BASEWATCH_WEB_TOKEN)."
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "basewatch",
            "version": __version__,
            "description": "Attacks on military bases as they are reported, and who was told of them. Moments are "
            "RFC 3339 in UTC. Lists are pages: `next` is the `cursor` of the page behind, also in the header `Link`.",
        },
        "servers": [{"url": base or "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": bearer}},
        },
    }


def _operation(route: Route, one: Operation) -> dict[str, Any]:
    parts = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PART.findall(route.pattern)
    ]
    told = {str(status): _answer(*answer) for status, answer in one.answers.items()}
    if one.conditional:
        told["304"] = {"description": "The visitor has it already (`If-None-Match`)."}
    for status in sorted({*_ALWAYS, *one.refuses}):
        refused = {"schema": reference("Problem")}
        answer = told.setdefault(str(status), {"description": _MEANINGS[status], "content": {}})
        answer["content"][PROBLEM] = refused
    words = re.findall(r"\w+", route.pattern.removeprefix("/api/v1/").replace(".json", ""))
    return {
        "operationId": "_".join([route.method.lower(), *words]),
        "summary": one.summary,
        "parameters": [*parts, *map(_parameter, one.parameters)],
        **({"requestBody": _posted(one.takes)} if one.takes else {}),
        "responses": told,
        # {}: without a token as well, where the board asks nobody who they are
        "security": [] if route.needs is Needs.NOTHING else [{"token": []}, {}],
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    example = {"example": one.example} if one.example else {}
    return {"name": one.name, "in": "query", "description": one.meaning, "schema": dict(one.schema), **example}


def _answer(meaning: str, media_type: str, schema: Schema) -> dict[str, Any]:
    return {"description": meaning, "content": {media_type: {"schema": schema}} if media_type else {}}


def _posted(takes: Mapping[str, Schema]) -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": schema} for media_type, schema in takes.items()}}


_OPERATIONS: Mapping[Callable[[Site, Ask], Answer], Operation] = {
    show: DOCUMENT,
    health.as_object: HEALTH,
    incidents.show_list: incidents.LIST,
    incidents.show_one: incidents.SHOW,
    acting.mute: acting.MUTE,
    acting.ack: acting.ACK,
    items.show: items.LIST,
    feeds.show: feeds.LIST,
    alerts.show: alerts.LIST,
    classify.show: classify.CLASSIFY,
}
