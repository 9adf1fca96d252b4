"""The database is gone or full: since when, and when the operator must hear of it.

While it lasts nothing can be put into the outbox, so this one notice is sent without it, and again each hour.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.notices import database_back_notice, database_lost_notice
from monitor.app import App
from monitor.delivery import Deliverer
from monitor.errors import StoreError
from monitor.model.daemon import DatabaseLoss
from monitor.store.ids import new_id

log = logging.getLogger(__name__)

#: a restart of PostgreSQL, or another process that writes for long, is no news
PATIENCE = timedelta(seconds=15)
#: it lasts: said again after so long
AGAIN = timedelta(hours=1)
#: no channel took the notice: tried again after so long
UNDELIVERED = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Loss(DatabaseLoss):
    """The loss as the daemon lives through it."""

    #: what failed last time it was tried: names of jobs, `polls`
    failing: frozenset[str]
    #: when the operator is to be told next
    tell_at: datetime
    told: bool = False


def lost(before: Loss | None, what: str, why: str, *, now: datetime) -> Loss:
    """The loss after `what` (a job, or `polls`) met the database's trouble `why`."""
    if before is None:
        return Loss(since=now, why=why, failing=frozenset({what}), tell_at=now + PATIENCE)
    return replace(before, why=why, failing=before.failing | {what})


def kept(before: Loss | None, what: str) -> Loss | None:
    """The loss after `what` succeeded; None once nothing fails any more."""
    if before is None or before.failing <= {what}:
        return None
    return replace(before, failing=before.failing - {what})


def told(before: Loss, *, delivered: bool, now: datetime) -> Loss:
    """The loss after an attempt to tell the operator."""
    return replace(before, tell_at=now + (AGAIN if delivered else UNDELIVERED), told=before.told or delivered)


class DatabaseWatch:
    """Whether the database takes what a running daemon has to keep; says once that it does not, once that it does."""

    def __init__(self, app: App) -> None:
        self._app = app
        #: while the database cannot be used
        self._loss: Loss | None = None
        #: what `health` can read of it
        self._noted: DatabaseLoss | None = None

    def lost(self, what: str, why: str) -> None:
        """The database did not take what a job, or a poll, had to keep."""
        if self._loss is None:
            log.error("the database is gone, jobs wait for it job=%s why=%r", what, why)
        self._loss = lost(self._loss, what, why, now=self._app.clock())

    async def kept(self, what: str, deliverer: Deliverer) -> None:
        """A job or a poll succeeded; the loss ends when nothing fails any more."""
        loss = self._loss
        self._loss = kept(loss, what)
        if loss is None or self._loss is not None:
            return
        log.warning("the database is back")
        now = self._app.clock()
        if loss.told:
            notice = database_back_notice(loss.since, zone=self._app.configuration.zone, alert_id=new_id(now), now=now)
            await deliverer.send_past_outbox(notice, self._app.configuration.channels)

    async def tell(self, deliverer: Deliverer) -> None:
        """Tells the operator past the outbox, and leaves a note for `health` where the database still takes one."""
        loss, now = self._loss, self._app.clock()
        if loss is not None and now >= loss.tell_at:
            zone = self._app.configuration.zone
            notice = database_lost_notice(loss.since, loss.why, zone=zone, alert_id=new_id(now), now=now)
            delivered = await deliverer.send_past_outbox(notice, self._app.configuration.channels)
            if self._loss is not None:
                self._loss = told(self._loss, delivered=delivered, now=now)
        note = DatabaseLoss(since=loss.since, why=loss.why) if loss else None
        if note != self._noted:
            with suppress(StoreError):
                await self._app.thread.run(lambda tx: tx.note_daemon(loss=note))
                self._noted = note
