"""The demo's feed documents, with dates that are always fresh.

Each file in `feeds/` is one feed as a publisher would serve it. What stands between `<!-- second poll -->` and
`<!-- /second poll -->` appears only from the second poll on. `{-16m}` stands for a time that long before now, in the
format of the document (RFC 822 in RSS, RFC 3339 in Atom). All of it is invented.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "feeds"
_LATER = re.compile(r"[ \t]*<!-- second poll -->.*?<!-- /second poll -->\n?", re.DOTALL)
_AGO = re.compile(r"\{-(\d+)([mh])\}")


@dataclass(frozen=True, kw_only=True)
class DemoFeed:
    """One invented feed; `slug` names its file and its path on the demo's server."""

    slug: str
    name: str
    language: str
    kind: str


FEEDS = (
    DemoFeed(slug="harbour-wire", name="Harbour Wire", language="en", kind="wire"),
    DemoFeed(slug="levant-daily", name="Levant Daily", language="en", kind="regional"),
    DemoFeed(slug="sada-alnahrain", name="صدى النهرين", language="ar", kind="regional"),
)


def document(feed: DemoFeed, *, now: datetime, grown: bool) -> bytes:
    """The document as it stands at `now`: before (`grown=False`) or after its publisher added the new items."""
    text = (_FOLDER / f"{feed.slug}.xml").read_text(encoding="utf-8")
    if not grown:
        text = _LATER.sub("", text)
    atom = "<feed " in text

    def moment(match: re.Match[str]) -> str:
        ago = timedelta(hours=int(match[1])) if match[2] == "h" else timedelta(minutes=int(match[1]))
        at = (now - ago).replace(microsecond=0)
        return at.isoformat() if atom else format_datetime(at)

    return _AGO.sub(moment, text).encode()


def feeds_file(server: str) -> str:
    """The feeds.yaml of the demo, for a server at `server` (`http://127.0.0.1:40123`); JSON is YAML too."""
    feeds = [
        {"name": feed.name, "url": f"{server}/{feed.slug}.xml", "language": feed.language, "kind": feed.kind}
        for feed in FEEDS
    ]
    return json.dumps({"feeds": feeds})
