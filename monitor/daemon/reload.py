"""Edited files while the daemon runs: taken over as a whole, or the last good ones stay in force and it is said why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from monitor.app import App
from monitor.configuration import Snapshot, gone_since, load_configuration, snapshot_of
from monitor.daemon.edits import Standing, Told, edit_notice
from monitor.daemon.operator import queue_notice
from monitor.errors import ConfigError, Problem
from monitor.store.store import Transaction

log = logging.getLogger(__name__)

#: seconds after which files that were refused are read again although nobody edited them (a secret may stand elsewhere)
REFUSED_AGAIN = 30
#: seconds for which edited files must rest before they are read
SETTLED = 1.5
#: what `health` reads of a bad edit, and of files that are not what somebody thinks
CONFIG_PROBLEM, CONFIG_WARNING = "config_problem", "config_warning"
#: what the operator was told of edited files
EDITS_TOLD = "edits_told"


class EditedFiles:
    """The feeds, rules and channels files of a running daemon, and what the operator knows of their mistakes."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._standing = Standing()
        self._told = Told()
        #: files that were not taken over, and when they are read again by the loop's clock
        self._refused: tuple[Snapshot, float] = (frozenset(), 0)
        #: an edit, and when it was first seen so
        self._edited: tuple[Snapshot, float] = (frozenset(), 0)

    async def begin(self) -> None:
        """What is in force at the start has no mistake; what the operator was told of earlier ones is remembered."""

        def clean(tx: Transaction) -> Told:
            tx.state_set(CONFIG_PROBLEM, "")
            tx.state_set(CONFIG_WARNING, "")
            return Told.read(tx.state_get(EDITS_TOLD))

        self._told = await self._app.thread.run(clean)
        await self._stand(Standing(warnings=_in_lines(self._app.configuration.warnings)))

    async def look(self) -> None:
        """Takes over edited files, and tells the operator what is worth telling of them."""
        await self._take_edits()
        now = self._app.clock()
        told, notice = edit_notice(self._told, self._standing, now=now)
        if told == self._told:
            return

        def keep(tx: Transaction) -> None:
            tx.state_set(EDITS_TOLD, told.stored())
            if notice is not None:
                queue_notice(self._app, tx, notice.reason, notice.title, notice.body)

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
            # a bad edit may be taken back
            await self._stand(Standing(warnings=_in_lines(self._app.configuration.warnings)))
        elif self._edited[0] != found:
            self._edited = (found, moment)
        elif moment - self._edited[1] >= SETTLED and (found != refused or moment >= again):
            self._refused = (found, moment + REFUSED_AGAIN)
            try:
                configuration = await asyncio.to_thread(load_configuration, self._app.settings)
            except ConfigError as error:
                gone = gone_since(self._app.configuration.snapshot, found, error.problems)
                await self._stand(Standing(problems=_in_lines([*gone, *error.problems])))
                return
            if not found == configuration.snapshot == snapshot_of(self._app.settings):
                return  # somebody wrote while it was read: the next look waits for that edit to rest
            await self._app.take_over(configuration)
            log.info(
                "edited files are in force feeds=%d rules=%d", len(configuration.feeds), len(configuration.rules.rules)
            )
            await self._stand(Standing(warnings=_in_lines(configuration.warnings)))

    async def _stand(self, standing: Standing) -> None:
        """How the files stand now: kept for `health`, and each change is in the log."""
        before = self._standing
        if standing == before:
            return

        def keep(tx: Transaction) -> None:
            tx.state_set(CONFIG_PROBLEM, standing.problems)
            tx.state_set(CONFIG_WARNING, standing.warnings)

        await self._app.thread.run(keep)
        self._standing = standing
        if standing.problems:
            log.error("an edit is not taken over; the last good files stay in force\n%s", standing.problems)
        elif before.problems:
            log.info("what was wrong in the edited files is mended")
        if standing.warnings and standing.warnings != before.warnings:
            log.warning("the files are in force, and not all of them are as somebody may think\n%s", standing.warnings)


def _in_lines(problems: Iterable[Problem]) -> str:
    return "\n".join(map(str, problems))
