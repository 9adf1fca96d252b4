"""Who may do what: decided from values alone, and denied where nothing permits it.

Caller (socket, host, headers) + Rules (settings) + Session ─→ Visitor or Refusal

bearer token     may act, or only read; nothing else of the request counts
proxy's header   believed of a socket address in the networks of the proxies, of nobody else
session          of somebody who has given the password
loopback         everybody, where neither password nor proxy is set and no proxy stands between
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from monitor.config.settings import Settings
from monitor.config.values import Network
from monitor.web.asking import Refusal, Visitor
from monitor.web.needs import Kind, Needs

Address = IPv4Address | IPv6Address

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
#: what only a proxy writes, beside all that begins with `x-forwarded-`
_FORWARDED = frozenset({"forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "via"})
#: methods that change nothing
SAFE = frozenset({"GET", "HEAD"})
#: the one address at which a token may stand in the query: feed readers can send nothing else
TOKEN_IN_QUERY = "/feed.atom"
_LONGEST_NAME = 100
_PORT = re.compile("[0-9]{0,5}")
_BEARER = {"WWW-Authenticate": 'Bearer realm="basewatch"'}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the settings say about access. Holds no secret as it is typed."""

    #: people are asked for a password
    password: bool = False
    #: SHA-256 of the tokens; empty: there is none
    act_token: bytes = field(default=b"", repr=False)
    read_token: bytes = field(default=b"", repr=False)
    #: in lower case; empty: none is believed
    proxy_header: str = ""
    proxies: tuple[Network, ...] = ()
    #: names in lower case, without port
    hosts: frozenset[str] = frozenset()
    #: the public address; empty: there is none of its own
    url: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        return cls(
            password=settings.web_password is not None,
            act_token=_digest(settings.web_token),
            read_token=_digest(settings.web_read_token),
            proxy_header=settings.web_proxy_header or "",
            proxies=settings.web_proxy_networks,
            hosts=frozenset({*settings.web_hosts, *_name_of(settings.web_url)}),
            url=settings.web_url or "",
        )

    @property
    def known_by_name(self) -> bool:
        """Whether anybody is asked who they are."""
        return self.password or bool(self.proxy_header)

    def trusts(self, peer: Address | None) -> bool:
        """Whether a proxy stands at that end of the socket; None: a Unix socket, which only those may open whom its
        folder lets in."""
        return peer is None or any(peer in network for network in self.proxies)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """What is known of a request before anything is decided."""

    method: str = "GET"
    #: the other end of the socket; None: a Unix socket
    peer: Address | None
    #: this end of it, as a Host header writes it, without port
    here: str = ""
    #: names in lower case; each value that was sent
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: of the query, where the address takes one
    token: str = field(default="", repr=False)

    def header(self, name: str) -> str:
        """The first value, or nothing."""
        return next(iter(self.headers.get(name, ())), "").strip()

    @property
    def bearer(self) -> str:
        """The token that was sent; logins of other schemes are a proxy's business."""
        scheme, _, value = self.header("authorization").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else self.token

    @property
    def host(self) -> str:
        """The name in the Host header, in lower case and without port."""
        name, colon, port = self.header("host").lower().rpartition(":")
        return name.rstrip(".") if colon and _PORT.fullmatch(port) else self.header("host").lower().rstrip(".")


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody who has given the password."""

    name: str = ""
    csrf: str = field(default="", repr=False)


def client_of(caller: Caller, rules: Rules) -> Address | None:
    """The address of whoever asks: the other end of the socket, or the last one that a trusted proxy did not write."""
    if not rules.trusts(caller.peer):
        return caller.peer
    written = ",".join(caller.headers.get("x-forwarded-for", ())).split(",")
    for text in reversed(written):
        try:
            found = ip_address(text.strip())
        except ValueError:
            break
        found = getattr(found, "ipv4_mapped", None) or found
        if not rules.trusts(found):
            return found
    return caller.peer


def is_https(caller: Caller, rules: Rules) -> bool:
    """Whether the visitor's way here is encrypted, as far as a trusted proxy or the public address tell."""
    if rules.trusts(caller.peer) and (scheme := caller.header("x-forwarded-proto")):
        return scheme.lower() == "https"
    return rules.url.startswith("https://") and caller.host in _name_of(rules.url)


def refuse_host(caller: Caller, rules: Rules) -> None:
    """Refuses names that are none of ours: a page of another site whose name leads here would read the board."""
    if caller.host in _LOCAL_NAMES | rules.hosts or (caller.here and caller.host == caller.here.lower()):
        return
    if caller.peer is None and not caller.host:
        return
    raise Refusal(
        403, f"the board does not answer to the name {caller.host[:80]!r}",
        "name it in BASEWATCH_WEB_HOSTS or BASEWATCH_WEB_URL if it is yours", kind="unknown-host",
    )  # fmt: skip


def refuse_other_sites(caller: Caller, rules: Rules) -> None:
    """Refuses what a page of another site makes a browser ask; links that people follow are let through."""
    if caller.bearer:
        return
    site, safe = caller.header("sec-fetch-site"), caller.method in SAFE
    followed = caller.header("sec-fetch-mode") == "navigate" and caller.header("sec-fetch-dest") in ("document", "")
    if site not in ("", "same-origin", "none") and not (safe and followed):
        raise Refusal(403, "this was asked by a page of another site", "open the board itself", kind="cross-site")
    origin = caller.header("origin")
    ours = {caller.header("host").lower(), _site_of(rules.url)}
    if not safe and site == "" and origin and _site_of(origin) not in ours:
        raise Refusal(403, "this form stood on a page of another site", "open the board itself", kind="cross-site")


def _site_of(origin: str) -> str:
    """Host and port of an address; of an Origin header that is none, what is no host."""
    try:
        return urlsplit(origin).netloc.lower() or origin
    except ValueError:
        return origin


def visitor_of(caller: Caller, rules: Rules, session: Session | None) -> Visitor:
    """Who asks. Refuses what is claimed and not so."""
    if caller.bearer:
        return _by_token(caller.bearer, rules)
    if (by_proxy := _by_proxy(caller, rules)) is not None:
        return by_proxy
    if session is not None:
        return Visitor(name=session.name, by="password", may_read=True, may_act=True, csrf=session.csrf)
    if rules.known_by_name or not (caller.peer is None or caller.peer.is_loopback):
        return Visitor()
    if found := next((name for name in caller.headers if _by_proxies(name)), None):
        raise Refusal(
            403, f"this came through a proxy (it has the header {found}), and all who come by it would be let in",
            "set BASEWATCH_WEB_PASSWORD, or BASEWATCH_WEB_PROXY_HEADER where the proxy logs people in", kind="proxy",
        )  # fmt: skip
    return Visitor(by="loopback", may_read=True, may_act=True)


def _by_proxies(header: str) -> bool:
    return header in _FORWARDED or header.startswith("x-forwarded-")


def _by_token(token: str, rules: Rules) -> Visitor:
    given = _digest(token)
    # both are compared, whichever it is
    acts, reads = (hmac.compare_digest(given, known) for known in (rules.act_token, rules.read_token))
    if acts and rules.act_token:
        return Visitor(name="a program", by="token", may_read=True, may_act=True)
    if reads and rules.read_token:
        return Visitor(by="token", may_read=True)
    raise Refusal(
        401, "this token is none of the board's", "send that of BASEWATCH_WEB_TOKEN or BASEWATCH_WEB_READ_TOKEN",
        headers=_BEARER, kind="token",
    )  # fmt: skip


def _by_proxy(caller: Caller, rules: Rules) -> Visitor | None:
    values = caller.headers.get(rules.proxy_header, ()) if rules.proxy_header else ()
    if not values:
        return None
    if not rules.trusts(caller.peer):
        raise Refusal(
            403, f"the header {rules.proxy_header} is not believed of {caller.peer}",
            "name the proxy's network in BASEWATCH_WEB_PROXY_NETWORKS if it is yours", kind="proxy",
        )  # fmt: skip
    name = values[0].strip()
    if len(values) > 1 or not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Refusal(
            403, f"the proxy must send the header {rules.proxy_header} once, with one name",
            "have it replace what a visitor sends", kind="proxy",
        )  # fmt: skip
    return Visitor(name=name, by="proxy", may_read=True, may_act=True)


def permit(visitor: Visitor, needs: Needs, kind: Kind, rules: Rules) -> None:
    """Refuses what the visitor may not do."""
    if needs is Needs.NOTHING:
        return
    if kind is not Kind.PAGE:
        _permit_program(visitor, needs, rules)
        return
    if visitor.may_act or (visitor.may_read and needs is Needs.READ):
        return
    if visitor.may_read:
        raise Refusal(403, "this token may only read", "send that of BASEWATCH_WEB_TOKEN", kind="token")
    if rules.password:
        raise Refusal(401, "log in first; nothing was changed", kind="login")
    raise Refusal(
        403, f"the proxy did not say who asks: the header {rules.proxy_header or 'of a log-in'} is missing",
        "reach the board through the proxy", kind="proxy",
    )  # fmt: skip


def _permit_program(visitor: Visitor, needs: Needs, rules: Rules) -> None:
    if needs is Needs.ACT:
        if visitor.by == "token" and visitor.may_act:
            return
        if not rules.act_token:
            raise Refusal(403, "programs may change nothing here", "set BASEWATCH_WEB_TOKEN", kind="token")
        said = "send the header: Authorization: Bearer, and the token of BASEWATCH_WEB_TOKEN"
        raise Refusal(403 if visitor.by == "token" else 401, "this needs the token that may act", said,
                      headers=_BEARER, kind="token")  # fmt: skip
    if visitor.may_read and not (rules.read_token and visitor.by == "loopback"):
        return
    if rules.read_token or rules.act_token:
        raise Refusal(401, "this needs a token", "send the header: Authorization: Bearer, and the token of"
                      " BASEWATCH_WEB_READ_TOKEN", headers=_BEARER, kind="token")  # fmt: skip
    hint = "set BASEWATCH_WEB_READ_TOKEN, and send it as: Authorization: Bearer"
    raise Refusal(401, "this needs a log-in, or a token", hint, headers=_BEARER, kind="token")


def _digest(text: str | None) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() if text else b""


def _name_of(url: str | None) -> frozenset[str]:
    """The name of the host as a Host header writes it."""
    name = urlsplit(url).hostname if url else None
    return frozenset({f"[{name}]" if ":" in name else name}) if name else frozenset()
