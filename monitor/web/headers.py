"""The headers that stand on every answer of the board, whatever it says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

#: nothing from anywhere else, nothing inside the page that runs, nobody who frames it
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
#: the referrer stays inside: without it browsers send no Origin with our own forms, which is asked for on plain http
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = {"Strict-Transport-Security": "max-age=31536000"}


def headers_for(own: Mapping[str, str], *, https: bool, logged_in: bool) -> dict[str, str]:
    """Those of an answer; its own win over them. What is shown to somebody who has logged in is kept nowhere, whatever
    the answer says: only what anybody may have (`public`) is."""
    caching = own.get("Cache-Control", "no-cache")
    if logged_in and not caching.startswith("public"):
        caching = "no-store"
    return {**ALWAYS, **own, "Cache-Control": caching, **(_HSTS if https else {})}


def etag_of(body: bytes, more: str = "") -> str:
    """The name of this state of an answer, as the header writes it."""
    return f'"{hashlib.blake2b(body, digest_size=12, key=more.encode()[:64]).hexdigest()}"'


def named(state: str) -> str:
    """The name that an answer gives its state, as the header writes it; a weak one (`W/"…"`) stays so."""
    return state if state.startswith('W/"') else f'"{state}"'


def has_already(if_none_match: str, etag: str) -> bool:
    """Whether a visitor says to have this state."""
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return etag in known or "*" in known
