"""A sign of life to a dead-man's switch elsewhere (healthchecks.io and the like): when the machine dies, it alarms.

Sent only while the database takes what comes in. A ping that fails is said once, and once when it is heard again; it
disturbs nothing else.
"""

from __future__ import annotations

import asyncio
import logging

from monitor import __version__
from monitor.app import App
from monitor.feeds.fetch.ping import ping

log = logging.getLogger(__name__)

#: seconds for one ping, all in all
PATIENCE = 10.0


class DeadMansSwitch:
    """The job of a running daemon, once a minute; does nothing where no address is set."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._failing = False

    async def ping(self) -> None:
        """One ping, after the database has taken a small note."""
        url = self._app.settings.ping_url
        if not url:
            return
        now = self._app.clock()
        await self._app.thread.run(lambda tx: tx.state_set("ping", {"at": now.isoformat()}))
        try:
            async with asyncio.timeout(PATIENCE):
                why = await ping(url, agent=f"basewatch/{__version__}", seconds=PATIENCE)
        except TimeoutError:
            why = "it does not answer"
        if why and not self._failing:
            log.warning("the dead-man's switch does not hear the ping; it is tried each minute why=%r", why)
        elif self._failing and not why:
            log.info("the dead-man's switch hears the ping again")
        self._failing = bool(why)
