"""The daemon's job that keeps what the waits of all feeds go by, and asks feeds sooner when an incident opens.

A poll that brought a report of an incident is heard of at once, so within seconds the feeds of that region and of that
publisher are to be asked soon; once a minute it looks by itself, for incidents that close or that a `poll` of another
process brought, and for feeds that were being read when one opened. Shares are worked out each hour, away from the
event loop.
"""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import replace

from monitor.app import App
from monitor.model.rhythm import EACH_FOR_ITSELF, Pacing
from monitor.pacing import fair_of, hasten_concerned, stirs_of
from monitor.polls import PollReport
from monitor.store.store import Transaction

log = logging.getLogger(__name__)

#: seconds between two looks, where nothing was heard and where something was
LOOK, LOOK_AGAIN = 60, 3
#: seconds for which shares hold, and after which they are worked out again where no feed had a rhythm yet
SHARES_HOLD, SHARES_AGAIN = 3600, 300


class PaceKeeper:
    """Holds the `Pacing` of this process; `now` is what the next poll goes by."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._heard = False
        self._looked_at = -float(LOOK)
        self._shares_at = 0.0
        self.now: Pacing = EACH_FOR_ITSELF

    def hear(self, report: PollReport) -> None:
        """A poll was kept; where it told of an incident, the next second looks what that changes."""
        self._heard = self._heard or report.reports > 0

    async def look(self) -> None:
        """To be called each second."""
        moment = asyncio.get_running_loop().time()
        if moment - self._looked_at >= (LOOK_AGAIN if self._heard else LOOK):
            self._heard, self._looked_at = False, moment
            await self._stir()
        if moment >= self._shares_at:
            self._shares_at = moment + SHARES_AGAIN
            await self._share()
            if self.now.fair is not None:
                self._shares_at = moment + SHARES_HOLD

    async def _stir(self) -> None:
        app, now = self._app, self._app.clock()
        gazetteer, feeds = app.configuration.rules.gazetteer, app.configuration.feeds
        stirs = await app.thread.read(lambda tx: stirs_of(tx, gazetteer, now=now))
        self.now = replace(self.now, stirs=stirs)
        if not stirs:
            return

        def hasten(tx: Transaction) -> list[str]:
            return hasten_concerned(tx, feeds, stirs, now=now, spread=random.random)

        if moved := await app.thread.run(hasten):
            log.info("an incident is open, so feeds are asked sooner feeds=%d first=%s", len(moved), moved[0])

    async def _share(self) -> None:
        rhythms = await self._app.thread.read(lambda tx: tx.rhythms())
        fair = await asyncio.to_thread(fair_of, self._app.configuration.feeds, rhythms, now=self._app.clock())
        self.now = replace(self.now, fair=fair)
