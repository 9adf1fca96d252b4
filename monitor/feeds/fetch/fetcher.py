"""Fetching a feed: one question to one publisher, answered by a value whatever the publisher does.

    Fetcher.fetch(url) → Fetched | NotModified | FetchFailed      (imaps:// is handed to `mailboxes`)

It asks politely (conditional GET, few requests to one host at once), follows redirects by itself so that each hop
passes the same checks, keeps no cookies, asks no proxy, and reads under limits of time and size. Where a connection may
go is decided in `network`, what a body may become in `body`, what a failure is called in `failures`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit
from weakref import WeakValueDictionary

import httpcore

from monitor import __version__
from monitor.config.mailboxes import MailLogin, is_mailbox
from monitor.feeds.fetch import network
from monitor.feeds.fetch.addresses import Network, is_allowed
from monitor.feeds.fetch.body import body_hash, inflate
from monitor.feeds.fetch.courtesy import Courtesy
from monitor.feeds.fetch.failures import failure_of, status_failure
from monitor.feeds.fetch.hints import fresh_for, made_anew_every
from monitor.feeds.fetch.mailboxes import Mailboxes
from monitor.feeds.fetch.plainhttpx import httpx
from monitor.feeds.hubs import HubOffer, offer_of
from monitor.feeds.locations import (
    holds_secret,
    is_https_upgrade,
    is_one_site,
    leaves_tls,
    next_hop,
    shown,
    url_problem,
    without_secrets,
)
from monitor.model.document import Fetched, FetchFailed, FetchProblem, NotModified

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
#: httpcore reads so much at once
_READ = 64 * 1024
#: pieces that a body may come in: so many, and one more for so many bytes. Each costs the same work however little it
#: brings, so that a body in pieces of a byte would cost a thousand times its size
_PIECES, _PIECE = 2000, 64
#: bytes of a document of which any number may be in memory
_SMALL = 512 * 1024
_HEADERS = {"Accept-Encoding": "gzip, deflate"}
_FEEDS = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"
_WITHOUT_TLS = "its redirect leads from https to http, where anybody on the way can change it"


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """How much of anything one fetch may take."""

    #: of the body as it comes over the wire
    compressed_bytes: int = 10 * 1024 * 1024
    #: of the document
    inflated_bytes: int = 15 * 1024 * 1024
    #: of all response headers of one hop
    header_bytes: int = 64 * 1024
    #: response headers of one hop
    header_count: int = 500
    redirects: int = 5
    #: for everything: all hops, headers and bodies, however slowly they drip
    total_seconds: float = 30.0
    #: for the connection to be made, over all addresses of the host
    connect_seconds: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What kind of document is asked for."""

    #: as the header says it
    accept: str = _FEEDS
    #: bytes of the document, packed or not, where they are fewer than the limits allow
    most_bytes: int | None = None
    #: a redirect to another site is not followed
    one_site: bool = False
    #: a redirect to an address of which this says False is not followed
    may: Callable[[str], bool] | None = None


A_FEED = Wanted()


@dataclass(kw_only=True)
class _Question:
    """The address asked first, what the caller has from last time, and where the redirects have led so far."""

    start: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    #: the address asked now, and whether every hop to it was permanent
    url: str
    permanent: bool = True
    wanted: Wanted = A_FEED
    on_large: Callable[[], Awaitable[None]] | None = None
    #: on the whole fetch
    limit: asyncio.Timeout | None = None
    #: the document that names the address, where it is none of the operator's own
    named_by: str | None = None
    #: a hop led from https to http
    left_tls: bool = False

    def validators(self) -> dict[str, str]:
        """The headers that may be answered by "not modified"."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value and value.isascii() and value.isprintable()}

    async def wait_for_room(self) -> None:
        """Asked once, before a large document is taken into memory; the wait is ours and moves the limit."""
        ask, self.on_large = self.on_large, None
        if ask is None:
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        until = self.limit.when() if self.limit else None
        if self.limit is not None:
            self.limit.reschedule(None)
        await ask()
        if self.limit is not None and until is not None:
            self.limit.reschedule(until + loop.time() - began)

    def permanent_url(self) -> str | None:
        moved = self.permanent and self.url != self.start and not holds_secret(self.url)
        return self.url if moved else None


class Fetcher:
    """The daemon's one HTTP client, to be closed once.

    `allow_networks` may be fetched from although they are not public. `concurrency` bounds all requests at once,
    `per_host` those to one host and port, `courtesy` keeps a gap between those to one host or publisher; waiting for a
    turn does not count against the time limit. `contact` is where a publisher finds whoever runs it: an address for
    mail or of a page. `mail_logins` open mailboxes among the feeds.
    """

    def __init__(
        self,
        *,
        allow_networks: Sequence[Network] = (),
        limits: FetchLimits | None = None,
        concurrency: int = 50,
        per_host: int = 8,
        courtesy: Courtesy | None = None,
        contact: str = "",
        mail_logins: Sequence[MailLogin] = (),
        resolver: network.Resolver = network.resolve,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._turns = asyncio.Semaphore(concurrency)
        self._per_host = per_host
        self._allow = tuple(allow_networks)
        self._courtesy = courtesy or Courtesy()
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        backend = network.GuardedBackend(
            allow=allow_networks, connect_seconds=self._limits.connect_seconds, resolver=resolver
        )
        self._learn_hubs = False
        self._looked_at: set[str] = set()
        #: by the address asked
        self.offers: dict[str, HubOffer] = {}
        #: for addresses that a document names: what is allowed for its feed is not allowed for them
        self._outside = network.Connections(
            network.GuardedBackend(connect_seconds=self._limits.connect_seconds, resolver=resolver),
            head_bytes=self._limits.header_bytes + _READ,
        )
        self._mailboxes = Mailboxes(backend, logins=mail_logins)
        # one read may bring the beginning of the body with the end of the headers
        self._connections = network.Connections(backend, head_bytes=self._limits.header_bytes + _READ)
        self._headers = _HEADERS | {"User-Agent": user_agent(contact)}

    async def aclose(self) -> None:
        """Closes the connections that are left."""
        await self._connections.aclose()
        await self._outside.aclose()

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        body_hash: str | None = None,
        wanted: Wanted = A_FEED,
        publisher: str = "",
        on_large: Callable[[], Awaitable[None]] | None = None,
        named_by: str | None = None,
    ) -> Fetched | NotModified | FetchFailed:
        """What the publisher says of `url` now.

        `etag`, `last_modified` and `body_hash` are those of the last body that was parsed; with any of them the
        answer may be NotModified; `publisher` is whose document it is. `on_large` is waited for before
        more than half a MiB is taken into memory, and its wait costs the fetch no time. Never raises for anything that
        a publisher, a resolver or the network does.
        Of an address that the document at `named_by` names, only one on its own host may be an inner one.
        """
        is_mail = is_mailbox(url)
        if not is_mail and (problem := url_problem(url)):
            return FetchFailed(problem=FetchProblem.BAD_URL, detail=problem)
        if self._learn_hubs and wanted is A_FEED and not is_mail and url not in self._looked_at:
            etag = last_modified = None
        question = _Question(
            start=url, url=url, etag=etag, last_modified=last_modified, body_hash=body_hash, wanted=wanted,
            on_large=on_large,
            named_by=named_by,
        )  # fmt: skip
        try:
            asked = httpx.URL(url)
        except httpx.InvalidURL:  # its text may quote a part of a password
            detail = "the host or the port of the address cannot be read"
            return FetchFailed(problem=FetchProblem.BAD_URL, detail=detail)
        try:
            await self._be_courteous(asked, publisher)
            async with self._turn(asked), asyncio.timeout(self._limits.total_seconds) as question.limit:
                if is_mail:
                    return await self._mailboxes.fetch(url, place=etag, seconds=self._limits.total_seconds)
                return await self._follow(question, asked)
        except Exception as error:  # whatever it is, it is this feed's result and stops no other feed
            return failure_of(error, seconds=self._limits.total_seconds)

    async def _be_courteous(self, url: httpx.URL, publisher: str) -> None:
        """Keeps the gap of host and publisher; a server of one's own, named by its address, needs none."""
        with contextlib.suppress(ValueError):
            if is_allowed(ip_address(url.host), self._allow):
                return
        await self._courtesy.wait((f"host {url.host.removeprefix('www.')}", publisher and f"publisher {publisher}"))

    @contextlib.asynccontextmanager
    async def _turn(self, url: httpx.URL) -> AsyncIterator[None]:
        """A place among the requests to one host, then among all: a slow host never uses up everybody's places."""
        host = self._hosts.setdefault(f"{url.host}:{url.port}", asyncio.Semaphore(self._per_host))
        async with host, self._turns:
            yield

    async def _follow(self, question: _Question, asked: httpx.URL) -> Fetched | NotModified | FetchFailed:
        """Hop by hop to the reply that is no redirect."""
        for _ in range(self._limits.redirects + 1):
            headers = self._headers | {"Accept": question.wanted.accept} | question.validators()
            asking = self._way_to(asked, question.named_by).reply(asked, headers)
            async with asking as reply:
                if problem := self._headers_problem(reply.headers):
                    return FetchFailed(problem=FetchProblem.HEADERS_TOO_LARGE, detail=problem)
                said = httpx.Headers(reply.headers)
                if reply.status not in _REDIRECTS:
                    return await self._answer(reply, said, question)
            hop = next_hop(question.url, said.get("location"))
            if question.wanted.may and hop.url and not question.wanted.may(hop.url):
                detail = f"the redirect leads to where nobody is wanted: {shown(hop.url)}"
                return FetchFailed(problem=FetchProblem.BAD_REDIRECT, status=reply.status, detail=detail)
            if question.wanted.one_site and hop.url and not is_one_site(question.start, hop.url):
                detail = f"the redirect leads to another site: {shown(hop.url)}"
                return FetchFailed(problem=FetchProblem.BAD_REDIRECT, status=reply.status, detail=detail)
            if hop.problem:
                return FetchFailed(problem=FetchProblem.BAD_REDIRECT, status=reply.status, detail=hop.problem)
            question.left_tls = question.left_tls or leaves_tls(question.url, hop.url)
            permanent = reply.status in _PERMANENT or is_https_upgrade(question.url, hop.url)
            question.permanent, question.url = question.permanent and permanent and not question.left_tls, hop.url
            asked = httpx.URL(hop.url)
        detail = f"more than {self._limits.redirects} redirects, the last one to {shown(question.url)}"
        return FetchFailed(problem=FetchProblem.TOO_MANY_REDIRECTS, detail=detail)

    def _way_to(self, asked: httpx.URL, named_by: str | None) -> network.Connections:
        """Inner addresses that are allowed are so for the operator's feeds, and for what those name on their host."""
        is_own = named_by is None or (urlsplit(named_by).hostname or "") == asked.host
        return self._connections if is_own else self._outside

    def _headers_problem(self, raw: list[tuple[bytes, bytes]]) -> str | None:
        if len(raw) > self._limits.header_count:
            return f"{len(raw)} headers, the limit is {self._limits.header_count}"
        size = sum(len(name) + len(value) for name, value in raw)
        return f"{size:,} bytes of headers" if size > self._limits.header_bytes else None

    async def _answer(
        self, reply: httpcore.Response, headers: httpx.Headers, question: _Question
    ) -> Fetched | NotModified | FetchFailed:
        """The value for the last hop's reply."""
        etag, last_modified = headers.get("etag"), headers.get("last-modified")
        moved = question.permanent_url()
        fresh = fresh_for(headers, now=datetime.now(UTC))
        if reply.status == 304 and question.validators():
            etag, last_modified = etag or question.etag, last_modified or question.last_modified
            return NotModified(etag=etag, last_modified=last_modified, permanent_url=moved, fresh_for=fresh)
        if reply.status not in (200, 203):
            return status_failure(reply.status, headers, now=datetime.now(UTC))
        most = question.wanted.most_bytes or self._limits.compressed_bytes
        raw = await self._read(reply, most, question, announced=headers.get("content-length", ""))
        if isinstance(raw, FetchFailed):
            return raw
        most, coding = question.wanted.most_bytes or self._limits.inflated_bytes, headers.get("content-encoding", "")
        document = inflate(raw, coding, limit=min(most, _SMALL) if question.on_large else most)
        if (
            question.on_large
            and isinstance(document, FetchFailed)
            and document.problem is FetchProblem.INFLATES_TOO_LARGE
        ):
            await question.wait_for_room()
            document = inflate(raw, coding, limit=most)
        if isinstance(document, FetchFailed):
            return document
        body, odd = document
        if self._learn_hubs and question.wanted is A_FEED:
            self._note_hub(question, headers, body)
        digest = body_hash(body)
        if digest == question.body_hash:
            return NotModified(
                same_body=True, etag=etag, last_modified=last_modified, permanent_url=moved, fresh_for=fresh
            )
        return Fetched(
            body=body, content_type=headers.get("content-type"), etag=etag, last_modified=last_modified,
            final_url=without_secrets(question.url), permanent_url=moved, body_hash=digest,
            fresh_for=fresh, made_anew_every=made_anew_every(body),
            detail="; ".join(filter(None, (_WITHOUT_TLS if question.left_tls else "", odd))),
        )  # fmt: skip

    def learn_hubs(self) -> None:
        """From now on the hubs that documents name are noted in `offers`; for that each is asked for whole once."""
        self._learn_hubs = True

    def _note_hub(self, question: _Question, headers: httpx.Headers, body: bytes) -> None:
        self._looked_at.add(question.start)
        offer = offer_of(headers.get_list("link"), body, url=question.url)
        if offer is None:
            self.offers.pop(question.start, None)
        else:
            self.offers[question.start] = offer

    async def post_form(self, url: str, form: Mapping[str, str], *, named_by: str) -> str:
        """Sends a form to a hub that the document at `named_by` names, under the limits of a fetch; why it was not
        taken, or nothing where it was.

        Redirects are not followed. Never raises for anything that the hub or the network does.
        """
        if problem := url_problem(url):
            return problem
        try:
            asked = httpx.URL(url)
            body = urlencode(form).encode()
            async with (
                self._turn(asked),
                asyncio.timeout(self._limits.total_seconds),
                self._way_to(asked, named_by).reply(asked, self._headers, form=body) as reply,
            ):
                return "" if 200 <= reply.status < 300 else f"http {reply.status}"
        except Exception as error:
            failed = failure_of(error, seconds=self._limits.total_seconds)
            return f"{failed.result}: {failed.told}"

    async def _read(
        self, reply: httpcore.Response, limit: int, question: _Question, *, announced: str
    ) -> bytes | FetchFailed:
        """The body as it came over the wire, or why it was not read to its end."""
        too_large = FetchFailed(problem=FetchProblem.TOO_LARGE, detail=f"the body is larger than {limit:,} bytes")
        if announced.isascii() and announced.isdigit() and int(announced[:18]) > limit:
            return too_large
        pieces: list[bytes] = []
        size = 0
        async for piece in reply.aiter_stream():
            size += len(piece)
            if size > limit:
                return too_large
            if size > _SMALL:
                await question.wait_for_room()
            pieces.append(piece)
            if len(pieces) > _PIECES + size // _PIECE:
                detail = f"the body comes in crumbs: {size:,} bytes in {len(pieces):,} pieces"
                return FetchFailed(problem=FetchProblem.PROTOCOL, detail=detail)
        return b"".join(pieces)


def user_agent(contact: str = "") -> str:
    """The one name that basewatch gives itself to publishers, with where to find whoever runs it."""
    written = "".join(char for char in contact if char.isascii() and char.isprintable() and char not in "()\\")
    return f"basewatch/{__version__}" + (f" (+{written.strip()[:200]})" if written.strip() else "")
