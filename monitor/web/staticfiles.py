"""Style sheet, script and signs of the board: each under an address that holds a hash of it, so that it may be kept for
ever by a browser and changes at once when it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: what is served; anything else in the folder is a mistake
TYPES = {
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml; charset=utf-8",
    "png": "image/png", "ico": "image/x-icon", "woff2": "font/woff2", "webmanifest": "application/manifest+json",
}  # fmt: skip


@dataclass(frozen=True)
class StaticFile:
    """One file as it is served."""

    #: `board.3f9a0c1d.css`
    served_as: str
    content_type: str
    body: bytes


@cache
def by_name() -> Mapping[str, StaticFile]:
    """Name in the folder → file; read once."""
    found: dict[str, StaticFile] = {}
    folder = files("monitor.web") / "static"
    for entry in sorted(folder.iterdir(), key=lambda one: one.name) if folder.is_dir() else ():
        stem, _, extension = entry.name.rpartition(".")
        if extension in TYPES:
            body = entry.read_bytes()
            served_as = f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}.{extension}"
            found[entry.name] = StaticFile(served_as, TYPES[extension], body)
    return found


@cache
def by_address() -> Mapping[str, StaticFile]:
    """`NAME.HASH.ext` → file."""
    return {one.served_as: one for one in by_name().values()}


def address_of(name: str) -> str:
    """The path of a file behind the base path; a name that is not there is a mistake in a template."""
    return f"/static/{by_name()[name].served_as}"
