"""The door to Starlette: requests become `Ask`, answers become responses, and errors are said in plain words.

    Host known? ─→ route ─→ who asks, and may they? ─→ body, form ─→ handler in a worker thread ─→ answer with headers

Whatever goes wrong on the way becomes a refusal, and a refusal an answer like any other.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_address
from itertools import chain
from typing import Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match
from starlette.routing import Route as Path
from starlette.types import Receive, Scope, Send

from monitor.config.values import zone_name
from monitor.web.access import SAFE, TOKEN_IN_QUERY, Address, Caller, client_of, is_https, refuse_host
from monitor.web.answers import TEXT, Answer
from monitor.web.asking import MOST_CHARACTERS, Ask, Refusal, Visitor
from monitor.web.cache import Cache
from monitor.web.failures import refusal_of, told
from monitor.web.forms import read_form, read_query
from monitor.web.gate import COOKIE, cookies_of
from monitor.web.headers import etag_of, has_already, headers_for, named
from monitor.web.lanes import Lane
from monitor.web.live import Live
from monitor.web.needs import Kind, Needs
from monitor.web.routes import ROUTES, Again, Route
from monitor.web.site import Site

log = logging.getLogger(__name__)

#: of a request; forms are far smaller
MOST_BODY = 1024 * 1024
#: handlers of pages at work at the same time; of any other lane one
HANDLERS = 2
MOST_HEADERS, MOST_HEADER_BYTES = 100, 16 * 1024
#: the cookie that the board's script sets: the zone of the reader's own clock
ZONE_COOKIE = "zone"
#: signs that stand in a query as they are
_QUERY = "%&=+,;:@!$'()*~/?"
#: never a handler's business
_SECRETS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The route of a request, and what it says of the path."""

    route: Route
    parts: Mapping[str, str]

    @property
    def where(self) -> str:
        return f"{self.route.method} {self.route.pattern}"


class _Stale(Exception):
    """A form that is out of date: its page is shown again, with what was typed."""

    def __init__(self, ask: Ask, refusal: Refusal, again: Again, where: str) -> None:
        super().__init__(refusal.message)
        self.ask, self.refusal, self.again, self.where = ask, refusal, again, where


class Application:
    """The board as an ASGI application."""

    def __init__(self, site: Site, live: Live) -> None:
        self._site = site
        self._live = live
        self._routes = [(route, Path(route.pattern, _nowhere, methods=[route.method])) for route in ROUTES]
        self._lanes = {name: Lane(name.strip("/"), 1) for name in {route.lane for route in ROUTES}}
        self._pages = self._lanes["pages"] = Lane("pages", HANDLERS)
        #: files of many years: a piece takes a second, and a page does not wait for it
        self._files = self._lanes["files"] = Lane("files", 1)
        #: the pages of refusals wait for none that is refused
        self._refusals = self._lanes["refusals"] = Lane("refusals", 1)
        self._cache = Cache()

    def close(self) -> None:
        """Ends its threads; nothing is asked of it after that."""
        for lane in self._lanes.values():
            lane.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        caller = _caller(scope, request)
        ask = self._ask(request, caller)
        found: _Found | None = None
        try:
            refuse_host(caller, self._site.gate.rules)
            _bounded(scope)
            found = self._find(ask)
            ask = await self._let_in(request, caller, ask, found)
            answer = await self._answered(ask, found)
            place = self._live.admit(ask) if answer.live and ask.method == "GET" else None
        except _Stale as stale:
            ask, answer, place = stale.ask, await self._again(stale), None
        except ClientDisconnect:
            return
        except Exception as error:
            refusal = refusal_of(error, where=found.where if found else "nowhere")
            answer, place = await self._refused(ask, refusal, _kind_of(found, ask.path)), None
        if place is None:
            await _response(answer, ask, self._iterate)(scope, receive, send)
            return
        try:
            headers = _headers(answer, ask)
            await StreamingResponse(self._live.stream(ask, place), headers=headers)(scope, receive, send)
        finally:
            self._live.leave(place)

    # ------------------------------------------------------------------------------------ before the handler

    def _ask(self, request: Request, caller: Caller) -> Ask:
        """The request as a value, as long as nothing of it has been believed."""
        site, rules = self._site, self._site.gate.rules
        https = is_https(caller, rules)
        path = request.scope["path"]
        if site.base and (path == site.base or path.startswith(f"{site.base}/")):
            path = path.removeprefix(site.base) or "/"
        headers = {name: ", ".join(values) for name, values in caller.headers.items() if name not in _SECRETS}
        cookies = cookies_of("; ".join(caller.headers.get("cookie", ())))
        return Ask(
            method=request.method, path=path, headers=headers, now=site.clock(),
            zone=_zone(cookies.get(ZONE_COOKIE, "")) or site.settings.timezone,
            address=rules.url or f"{'https' if https else 'http'}://{caller.header('host')}{site.base}",
            client=client_of(caller, rules), https=https, base=site.base,
            session=cookies.get(COOKIE, ""), asked=_asked(path, request.scope["query_string"]),
        )  # fmt: skip

    def _find(self, ask: Ask) -> _Found:
        if not ask.path.isprintable() or "\ufffd" in ask.path:
            raise Refusal(400, "this address is no UTF-8 text", "look it up on the board", kind="address")
        scope = {"type": "http", "method": ask.method, "path": ask.path, "root_path": ""}
        others: set[str] = set()
        for route, path in self._routes:
            match, child = path.matches(scope)
            if match is Match.FULL:
                return _Found(route=route, parts=child["path_params"])
            if match is Match.PARTIAL:
                others |= path.methods or set()
        if others:
            allowed = ", ".join(sorted(others))
            raise Refusal(405, f"{ask.method[:20]} is not possible here; possible: {allowed}",
                          headers={"Allow": allowed}, kind="method")  # fmt: skip
        raise Refusal(404, f"there is nothing at {ask.path[:100]}", "begin at the board's first page", kind="not-found")

    async def _let_in(self, request: Request, caller: Caller, ask: Ask, found: _Found) -> Ask:
        """The request with its visitor, parameters and fields, once the visitor may ask it."""
        gate, route = self._site.gate, found.route
        query = read_query(request.scope["query_string"].decode("latin-1"))
        if route.pattern == TOKEN_IN_QUERY:
            caller = replace(caller, token=next(iter(query.pop("token", ())), ""))
            ask = replace(ask, token=caller.token)
        visitor = gate.let_in(caller, route.needs, route.kind, now=ask.now)
        ask = replace(ask, query=query, parts=found.parts, visitor=visitor)
        if ask.method in SAFE:
            return ask
        body = await _body(request)
        if route.kind is not Kind.PAGE:
            return replace(ask, body=body)
        form = dict(read_form(body, caller.header("content-type")))
        brought = next(iter(form.pop("csrf", ())), "")
        ask = replace(ask, form=form)
        try:
            gate.refuse_forged(visitor, brought)
        except Refusal as refusal:
            if route.again is not None:
                raise _Stale(ask, refusal, route.again, found.where) from None
            raise
        return ask

    # ----------------------------------------------------------------------------------------- the handler

    async def _again(self, stale: _Stale) -> Answer:
        try:
            return await self._pages.run(stale.again, self._site, stale.ask, stale.refusal)
        except Exception as error:
            return await self._refused(stale.ask, refusal_of(error, where=stale.where), Kind.PAGE)

    async def _answered(self, ask: Ask, found: _Found) -> Answer:
        route, lane = found.route, self._lanes[found.route.lane]
        if ask.method in SAFE:
            shared = route.kind is Kind.PAGE and route.needs is Needs.READ and not route.alone
            if not shared or "no-cache" in ask.headers.get("cache-control", ""):
                return await lane.run(route.handler, self._site, ask)
            return await self._cache.answer(
                ask, self._live.stamp, lambda asked: lane.run(route.handler, self._site, asked)
            )
        try:
            return await lane.run(route.handler, self._site, ask)
        finally:
            # the page that follows a form shows what it did
            self._cache.drop()

    async def _refused(self, ask: Ask, refusal: Refusal, kind: Kind) -> Answer:
        if refusal.status == 401 and refusal.kind == "login" and ask.method in SAFE:
            return Answer(status=303, content_type=TEXT, headers={"Location": f"/login?next={quote(ask.asked)}"})
        if kind is not Kind.PAGE:  # a line or an object: this needs no worker
            return told(self._site, ask, refusal, kind)
        try:
            return await self._refusals.run(told, self._site, ask, refusal, kind)
        except Refusal:  # too many wait already
            return told(self._site, replace(ask, visitor=Visitor()), refusal, Kind.TEXT)

    async def _iterate(self, answer: Answer) -> AsyncIterator[bytes]:
        """The pieces of an answer, each made in a worker thread; an error ends the connection: the status is said."""
        assert answer.pieces is not None
        pieces, end = iter(answer.pieces), object()
        try:
            while (piece := await self._files.run(next, pieces, end)) is not end:
                yield piece
        except Exception as error:
            refusal_of(error, where="the pieces of an answer")
            raise ConnectionError("the answer is not whole") from None
        finally:
            if (close := getattr(pieces, "close", None)) is not None:
                with suppress(ValueError):  # its worker makes a piece at this moment; it is dropped after that
                    close()


def _asked(path: str, query: bytes) -> str:
    """What is asked for, as it stands in an address; without its parameters where they are longer than one may be, or
    hold a token that belongs elsewhere."""
    bare = quote(path, errors="replace")
    whole = f"{bare}?{quote(query, safe=_QUERY)}" if query and b"token=" not in query else bare
    return next((one for one in (whole, bare) if len(one) <= MOST_CHARACTERS), "/")


async def _nowhere(_request: Request) -> Response:
    """Routes are only matched with; nothing is dispatched by them."""
    raise AssertionError("a route was called")


def _bounded(scope: Scope) -> None:
    """Refuses a head that is larger than any browser's."""
    size = len(scope["raw_path"]) + len(scope["query_string"]) + sum(map(len, chain(*scope["headers"])))
    if len(scope["headers"]) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        said = f"the head of the request is too large; at most {MOST_HEADERS} headers and {MOST_HEADER_BYTES:,} bytes"
        raise Refusal(431, said, kind="headers")


def _caller(scope: Scope, request: Request) -> Caller:
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name, []).append(value)
    here = _address(scope.get("server"))
    return Caller(
        method=request.method, peer=_address(scope.get("client")), headers=headers,
        here="" if here is None else f"[{here}]" if here.version == 6 else str(here),
    )  # fmt: skip


def _address(end: Sequence[Any] | None) -> Address | None:
    """One end of a socket; None: it has no address, a Unix socket."""
    try:
        found = ip_address(str(end[0]).partition("%")[0]) if end else None
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@lru_cache(maxsize=256)
def _known_zone(text: str) -> str:
    try:
        return zone_name(text)
    except ValueError:
        return ""


def _zone(text: str) -> str:
    """The name of a zone that a cookie holds; empty where it is none."""
    return _known_zone(text) if 0 < len(text) <= 40 and text.isascii() else ""


async def _body(request: Request) -> bytes:
    """The body, of at most `MOST_BODY` bytes: more is refused before it is read."""
    too_large = Refusal(
        413, f"what was sent is too large; at most {MOST_BODY:,} bytes", "send less", kind="too-large"
    )  # fmt: skip
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and (len(declared) > 12 or int(declared) > MOST_BODY):
        raise too_large
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BODY:
            raise too_large
    return bytes(body)


def _kind_of(found: _Found | None, path: str) -> Kind:
    if found is not None:
        return found.route.kind
    return Kind.JSON if path.startswith("/api/") else Kind.PAGE


def _headers(answer: Answer, ask: Ask) -> dict[str, str]:
    logged_in = ask.visitor.by in ("password", "proxy")
    again = {"Retry-After": "10"} if answer.status == 503 else {}
    return headers_for(
        {"Content-Type": answer.content_type, **again, **answer.headers}, https=ask.https, logged_in=logged_in
    )  # fmt: skip


def _response(answer: Answer, ask: Ask, iterate: Callable[[Answer], AsyncIterator[bytes]]) -> Response:
    """The answer with the headers of every answer; 304 for who has it already."""
    headers = _headers(answer, ask)
    if (target := headers.get("Location", "")).startswith("/"):
        headers["Location"] = quote(ask.base + target, safe="/%:?#&=+,;@!$'()*~")
    if answer.pieces is not None:
        return StreamingResponse(iterate(answer), status_code=answer.status, headers=headers)
    body = answer.body
    if answer.status == 200 and ask.method in SAFE:
        etag = named(answer.etag) if answer.etag else etag_of(body)
        headers["ETag"] = etag
        if has_already(ask.headers.get("if-none-match", ""), etag.removeprefix("W/")):
            del headers["Content-Type"]
            return Response(status_code=304, headers=headers)
    return Response(body, status_code=answer.status, headers=headers)
