"""The door to uvicorn: the board on a thread and an event loop of its own, so that a page never holds up a poll."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn

from monitor.web.application import Application
from monitor.web.site import Site


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Listens from `start` to `close`."""

    def __init__(self, site: Site) -> None:
        config = uvicorn.Config(
            Application(site), ws="none", lifespan="off", log_config=None, log_level="error", access_log=False,
            server_header=False, proxy_headers=False, timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._server = _Server(config)
        self._thread: threading.Thread | None = None
        #: the port that it listens on, once it does
        self.port = 0

    def start(self, host: str, port: int) -> None:
        """Raises OSError where the port cannot be had."""
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = listening.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name="web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends it; requests in hand get two seconds."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
