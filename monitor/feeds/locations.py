"""Where a feed lives on the web: which addresses may be asked, how they are shown, where a redirect leads.

Pure, on plain text. Whether a host may be dialled is not decided here but by `addresses`, on the dialled address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from monitor.model.feed import DEFAULT_PORTS

_MAX_LENGTH = 4096
#: a query with such a name is taken for a secret and never written anywhere; `authToken` as well as `auth_token`
_SECRET = re.compile(
    r"(?i)(?:^|[&;_.\-]|(?-i:(?<=[a-z0-9])(?=[A-Z])))(?:(?:api|access|app|auth|feed|license|rss|subscription|user)_?key|key|token"
    r"|secret|auth|authorization|password|passwd|pass|pwd|sig|signature|session|sid|hash|hmac|jwt|ticket|credentials?)="
)


@dataclass(frozen=True, kw_only=True)
class Hop:
    """Where a redirect leads, or why it leads nowhere."""

    url: str = ""
    problem: str = ""


def url_problem(url: str) -> str | None:
    """Why `url` cannot be asked for, or None. Refuses spellings that two parsers read as two hosts."""
    if len(url) > _MAX_LENGTH:
        return f"the address is longer than {_MAX_LENGTH} characters"
    if not url.isprintable() or " " in url or "\\" in url:
        return "the address holds a space, a backslash or a control character"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text may quote a part of a password
        return "the host or the port of the address cannot be read"
    if parts.scheme not in DEFAULT_PORTS:
        return f"the address begins with {parts.scheme or 'no scheme'!r}; only http:// and https:// are fetched"
    if not parts.hostname or parts.netloc.count("@") > 1 or port == 0:
        return "the address names no host"
    return None


def shown(url: str) -> str:
    """The address as logs and people may see it: without user, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable address"
    host = parts.netloc.rpartition("@")[2]
    path = parts.path.partition(";")[0] if _names_secret(parts.path) else parts.path
    return urlunsplit((parts.scheme, host, path[:200], "…" if parts.query else "", ""))


def without_secrets(url: str) -> str:
    """The address without user and password, and without a query that looks like a key: it can still be opened."""
    try:
        parts = urlsplit(url)
        query = "" if _names_secret(parts.query) else parts.query
        path = parts.path.partition(";")[0] if _names_secret(parts.path) else parts.path
    except ValueError:
        return "an unreadable address"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, ""))


def known_as(url: str) -> str:
    """The address as the database may hold it: as it is, or without its secrets and with a mark instead.

    By the mark an edited password is noticed. It has 16 bits, so that nobody finds a password by trying.
    """
    if not holds_secret(url):
        return url
    return f"{without_secrets(url)}#{blake2b(url.encode(), digest_size=2).hexdigest()}"


def next_hop(url: str, location: str | None) -> Hop:
    """The address that a redirect from `url` leads to.

    User and password travel on only to the same origin or to its https twin, and are never taken from the
    redirect: a publisher has no business giving us credentials for somebody else.
    """
    if not location or not location.strip():
        return Hop(problem="the redirect names no address")
    if "\\" in location:
        return Hop(problem="the redirect leads to an address with a backslash")
    try:
        joined = urlsplit(urljoin(url, _escaped(location.strip())))
        old = urlsplit(url)
        host = joined.netloc.rpartition("@")[2]
        credentials = old.netloc.rpartition("@")[0] if _same_origin_or_twin(old, joined) else ""
    except ValueError:
        return Hop(problem="the redirect leads to an address that cannot be read")
    netloc = f"{credentials}@{host}" if credentials else host
    target = urlunsplit((joined.scheme, netloc, joined.path or "/", joined.query, ""))
    problem = url_problem(target)
    return Hop(problem=f"the redirect leads nowhere: {problem}") if problem else Hop(url=target)


def is_one_site(url: str, other: str) -> bool:
    """True where both lie on one host, with or without `www.`, at one port (https of http's is no other one)."""
    try:
        (host, port), (its_host, its_port) = (
            ((parts.hostname or "").removeprefix("www."), None if parts.port in DEFAULT_PORTS.values() else parts.port)
            for parts in (urlsplit(url), urlsplit(other))
        )
    except ValueError:
        return False
    return bool(host) and (host, port) == (its_host, its_port)


def is_https_upgrade(url: str, target: str) -> bool:
    """True where `target` is `url` over https and nothing else."""
    try:
        old, new = urlsplit(url), urlsplit(target)
        return (
            (old.scheme, new.scheme) == ("http", "https")
            and _same_origin_or_twin(old, new)
            and (old.path or "/", old.query) == (new.path or "/", new.query)
        )
    except ValueError:
        return False


def leaves_tls(url: str, target: str) -> bool:
    """True where a redirect leads from https to http: what is read there, anybody on the way may have written."""
    return url.startswith("https:") and target.startswith("http:")


def holds_secret(url: str) -> bool:
    """True where an address carries a password or a query that looks like a key: it is not to be stored."""
    parts = urlsplit(url)
    return "@" in parts.netloc or any(map(_names_secret, (parts.query, parts.path, parts.fragment)))


def _names_secret(part: str) -> bool:
    """True where a part of an address has a parameter that is called like a key, however its name is written."""
    return "=" in part and bool(_SECRET.search(unquote(part)))


def _escaped(location: str) -> str:
    """Raw UTF-8 and spaces in a Location, which browsers forgive, as percent codes."""
    with_bytes = location.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in with_bytes)


def _same_origin_or_twin(old: SplitResult, new: SplitResult) -> bool:
    here, there = ((it.scheme, it.hostname, it.port or DEFAULT_PORTS.get(it.scheme)) for it in (old, new))
    return here == there or (here, there) == (("http", old.hostname, 80), ("https", old.hostname, 443))
