"""Edited files while the daemon runs: taken over as a whole, or the last good ones stay in force and it is said why."""

from __future__ import annotations

import asyncio
import logging

from monitor.app import App
from monitor.configuration import Snapshot, gone_since, load_configuration, snapshot_of
from monitor.daemon.edits import Standing, edit_notice
from monitor.errors import ConfigError
from monitor.model.daemon import DaemonState, EditsTold
from monitor.store.store import Transaction

log = logging.getLogger(__name__)

#: seconds after which files that were refused are read again although nobody edited them (a secret may stand elsewhere)
REFUSED_AGAIN = 30
#: seconds for which edited files must rest before they are read
SETTLED = 1.5


class EditedFiles:
    """The feeds, rules and channels files of a running daemon, and what the operator knows of their mistakes."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._standing = Standing()
        self._told = EditsTold()
        #: files that were not taken over, and when they are read again by the loop's clock
        self._refused: tuple[Snapshot, float] = (frozenset(), 0)
        #: an edit, and when it was first seen so
        self._edited: tuple[Snapshot, float] = (frozenset(), 0)

    async def begin(self, before: DaemonState) -> None:
        """What is in force at the start has no mistake; what the operator was told of earlier ones is remembered."""
        self._told = before.edits_told
        await self._stand(self._in_force())

    async def look(self) -> None:
        """Takes over edited files, and tells the operator what is worth telling of them."""
        await self._take_edits()
        now = self._app.clock()
        told, notice = edit_notice(self._told, self._standing, now=now)
        if told == self._told:
            return

        def keep(tx: Transaction) -> None:
            tx.note_daemon(edits_told=told)
            if notice is not None:
                self._app.queue_notice(tx, notice.reason, notice.title, notice.body)

        await self._app.thread.run(keep)
        self._told = told

    async def _take_edits(self) -> None:
        """Takes over edited files; a bad edit leaves the last good files in force.

        An edit is taken when nothing has changed for `SETTLED` seconds: half of a rule that is being written can be a
        rule of its own, one without its `never`.
        """
        found = snapshot_of(self._app.settings)
        moment = asyncio.get_running_loop().time()
        refused, again = self._refused
        if found == self._app.configuration.snapshot:
            await self._stand(self._in_force())  # a bad edit may be taken back
        elif self._edited[0] != found:
            self._edited = (found, moment)
        elif moment - self._edited[1] >= SETTLED and (found != refused or moment >= again):
            self._refused = (found, moment + REFUSED_AGAIN)
            try:
                configuration = await asyncio.to_thread(load_configuration, self._app.settings)
            except ConfigError as error:
                gone = gone_since(self._app.configuration.snapshot, found, error.problems)
                await self._stand(Standing(problems="\n".join(map(str, [*gone, *error.problems]))))
                return
            if not found == configuration.snapshot == snapshot_of(self._app.settings):
                return  # somebody wrote while it was read: the next look waits for that edit to rest
            await self._app.take_over(configuration)
            log.info(
                "edited files are in force feeds=%d rules=%d", len(configuration.feeds), len(configuration.rules.rules)
            )
            await self._stand(self._in_force())

    def _in_force(self) -> Standing:
        return Standing(warnings="\n".join(map(str, self._app.configuration.warnings)))

    async def _stand(self, standing: Standing) -> None:
        """How the files stand now: kept for `health`, and each change is in the log."""
        before = self._standing
        if standing == before:
            return
        parts = {"config_problem": standing.problems, "config_warning": standing.warnings}
        await self._app.thread.run(lambda tx: tx.note_daemon(**parts))
        self._standing = standing
        if standing.problems:
            log.error("an edit is not taken over; the last good files stay in force\n%s", standing.problems)
        elif before.problems:
            log.info("what was wrong in the edited files is mended")
        if standing.warnings and standing.warnings != before.warnings:
            log.warning("the files are in force, and not all of them are as somebody may think\n%s", standing.warnings)
