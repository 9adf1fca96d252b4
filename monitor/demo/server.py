"""A web server on loopback that serves the demo's feeds; the demo needs no network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


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
