"""The demo's publishers: feed documents with dates that are always fresh, and the server on loopback that gives them.

Each file in `feeds/` is one feed as a publisher would serve it. What stands between `<!-- second poll -->` and
`<!-- /second poll -->` appears only from the second poll on. `{-16m}` stands for a time that long before now, in the
format of the document (RFC 822 in RSS, RFC 3339 in Atom). All of it is invented.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

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


class DemoServer(ThreadingHTTPServer):
    """On a free port of 127.0.0.1."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        #: bodies by path; replace it and the publishers have "written" something new
        self.documents: dict[str, bytes] = {}


@contextmanager
def serving() -> Iterator[DemoServer]:
    """A running server, in a thread that ends with the block."""
    with DemoServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-feeds")
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers GET with the document of that path."""

    server: DemoServer
    protocol_version = "HTTP/1.1"
    #: seconds after which an idle connection is closed, so that the server can end
    timeout = 5

    def do_GET(self) -> None:
        body = self.server.documents.get(self.path, b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silent: the demo tells what happens itself."""
