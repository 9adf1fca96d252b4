"""The board beside the daemon, inside it or as a process of its own on the same database.

Imported only where a board is wanted: with it come Starlette, uvicorn and Jinja2.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

from monitor.app import utc_now
from monitor.config.settings import Settings
from monitor.config.values import spoken_listen
from monitor.configuration import Configuration, Snapshot, load_configuration, snapshot_of
from monitor.errors import BasewatchError, ConfigError, StoreError
from monitor.health import HEARTBEAT_LIMIT
from monitor.model.clock import Clock
from monitor.store.store import Store
from monitor.store.upgrade import REFUSALS, SchemaState, schema_state
from monitor.web.server import WebServer
from monitor.web.site import Site

log = logging.getLogger(__name__)

#: seconds between two looks at the edited files, and for which an edit must rest
LOOK, SETTLED = 2.0, 1.5
#: that a question of a page may take of PostgreSQL
READING = 20.0


def site_of(store: Store, settings: Settings, configuration: Callable[[], Configuration], clock: Clock) -> Site:
    """The board's surroundings; its base path is that of the public address."""
    base = urlsplit(settings.web_url or "").path
    return Site(store=store, configuration=configuration, settings=settings, clock=clock, base=base)


def store_of(settings: Settings) -> Store:
    """The board's own store: a page takes no connection of the daemon's, and no question of it lasts for ever."""
    return Store(settings.database_url, reading_seconds=READING)


def begin(site: Site) -> WebServer:
    """Serves the board where the settings say; raises OSError where that place cannot be had."""
    assert site.settings.web is not None
    server = WebServer(site)
    server.start(*site.settings.web)
    return server


def where_of(settings: Settings) -> str:
    """The address for people."""
    assert settings.web is not None
    spoken = spoken_listen(settings.web)
    return settings.web_url or (spoken if spoken.startswith("unix:") else f"http://{spoken}/")


class InForce:
    """The files that people edit, for a process that only shows them: an edit is taken once it has no mistake."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.configuration = load_configuration(settings)
        self._edited: tuple[Snapshot, float] = (frozenset(), 0)
        self._refused: Snapshot = frozenset()

    def look(self) -> None:
        """Takes over edited files that have come to rest; where they hold a mistake the last good ones are shown."""
        found, moment = snapshot_of(self._settings), time.monotonic()
        if found in (self.configuration.snapshot, self._refused):
            return
        if found != self._edited[0]:
            self._edited = (found, moment)
        elif moment - self._edited[1] >= SETTLED:
            try:
                configuration = load_configuration(self._settings)
            except ConfigError as error:
                self._refused = found
                log.error("an edit is not taken over; the board shows the last good files\n%s", error)
            else:
                if configuration.snapshot == found:
                    self.configuration, self._refused = configuration, frozenset()
                    log.info("the board shows the edited files feeds=%d", len(configuration.feeds))


def serve(settings: Settings) -> int:
    """The board as a process of its own, until SIGTERM or SIGINT; the answer is the exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    state = schema_state(settings.database_url)
    if state is SchemaState.EMPTY:
        raise StoreError("there is no database yet to show; start basewatch first with: basewatch run")
    if state in REFUSALS:
        raise StoreError(REFUSALS[state])
    files = InForce(settings)
    with closing(store_of(settings)) as store:
        site = site_of(store, settings, lambda: files.configuration, utc_now)
        try:
            server = begin(site)
        except OSError as error:
            why = error.strerror or str(error)
            raise BasewatchError(f"the board cannot be served at {where_of(settings)}: {why}") from None
        log.info("board %s", where_of(settings))
        _say_whether_it_runs(store)
        while server.alive and not stop.wait(LOOK):
            try:
                files.look()
            except Exception:
                log.exception("a bug while the files were looked at; they are looked at again")
        ended = stop.is_set()
        server.close()
    if not ended:
        log.error("the board has ended by itself")
    return 0 if ended else 1


def _say_whether_it_runs(store: Store) -> None:
    with store.read() as tx:
        beat = tx.daemon_state().heartbeat
    if beat is None or utc_now() - beat.at > HEARTBEAT_LIMIT:
        log.warning("no daemon is at work on this database, so nothing new comes; start it with: basewatch run")
