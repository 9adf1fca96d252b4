"""A web server on loopback that serves the demo's feeds; the demo needs no network."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class DemoServer:
    """`documents` maps a path to a body; replace it and the publishers have "written" something new."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.documents: Mapping[str, bytes] = {}


@contextmanager
def serving() -> Iterator[DemoServer]:
    """A running server on a free port of 127.0.0.1, in a thread that ends with the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    demo = DemoServer(f"http://127.0.0.1:{server.server_address[1]}")
    server.demo = demo  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-feeds")
    thread.start()
    try:
        yield demo
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers GET with the document of that path."""

    protocol_version = "HTTP/1.1"
    #: seconds after which an idle connection is closed, so that the server can end
    timeout = 5

    def do_GET(self) -> None:
        demo: DemoServer = self.server.demo  # type: ignore[attr-defined]
        body = demo.documents.get(self.path, b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the demo tells what happens itself."""
