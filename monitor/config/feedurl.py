"""The address of a feed: what it may look like, and when two addresses mean the same feed."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_LONGEST = 2000
_FEED_SCHEME = re.compile(r"feed:(//)?(?=https?://)?", re.IGNORECASE)
#: `example.org/rss`, with or without a path or port
_BARE = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?$")
_LOG_IN = re.compile(r"//[^/?#]*@")
DEFAULT_PORTS = {"http": 80, "https": 443}


def check_feed_url(url: str) -> str:
    """`url` itself; raises `ValueError("what is wrong; what to write")` where it cannot be polled."""
    if not url:
        raise ValueError("the address is empty; write: url: https://…")
    if len(url) > _LONGEST:
        raise ValueError(f"the address has {len(url):,} characters; the limit is {_LONGEST:,}")
    parts = _split(url)
    if _LOG_IN.search(url):
        raise ValueError(
            "the address holds a user name or password, which would be seen in logs and lists; "
            "take it out: feeds behind a log-in are not polled"
        )
    if re.search(r"[\s\x00-\x1f\x7f\\]", url):
        raise ValueError("a space, line break or backslash stands in the address; write a space as %20")
    _check_scheme(url, parts)
    if not parts.hostname:
        raise ValueError("the address names no host; write: url: https://host/path")
    return url


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("the address cannot be read; check the host and the port after it") from None
    if port == 0:
        raise ValueError("port 0 cannot be polled; take :0 out")
    return parts


def _check_scheme(url: str, parts: SplitResult) -> None:
    if parts.scheme in DEFAULT_PORTS:
        if not url[len(parts.scheme) :].startswith("://"):
            raise ValueError(f"two slashes are missing after {parts.scheme}:; write: url: {parts.scheme}://…")
        return
    if url.casefold().startswith("feed:"):
        rest = _FEED_SCHEME.sub("", url, count=1)
        rest = rest if rest.startswith("http") else f"https://{rest}"
        raise ValueError(f"feed: only says that a program should open it; write: url: {rest}")
    if _BARE.match(url):
        raise ValueError(f"https:// is missing; write: url: https://{url}")
    if url.startswith("//"):
        raise ValueError(f"https: is missing; write: url: https:{url}")
    if parts.scheme and "://" in url:
        raise ValueError(f"only http and https are polled, not {parts.scheme}; write: url: https://…")
    raise ValueError("this is no address; write: url: https://host/path")


def same_feed(url: str) -> str:
    """A key that is equal for two spellings of one feed's address; empty where `url` is none."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    own_port = "" if port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{own_port}{parts.path.rstrip('/')}{query}"
