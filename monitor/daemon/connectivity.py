"""Is it one feed, or is it us? Judged from the last result of each feed, and told to the operator when it changes."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta

from monitor.app import App
from monitor.model.alert import OperatorReason
from monitor.model.daemon import Connectivity, ConnectivitySince, DaemonState
from monitor.model.document import NETWORK_PROBLEMS, Reach
from monitor.store.store import Transaction

log = logging.getLogger(__name__)

#: without a network the feeds are asked again after this long, whatever their interval
OFFLINE_PROBE = timedelta(minutes=1)
#: what is said, once, when the connectivity changes to this
WORDS = {
    Connectivity.ONLINE: "feeds answer again",
    Connectivity.NO_NETWORK: "no feed can be reached: this machine seems to have no network; basewatch keeps trying",
    Connectivity.ALL_FAILING: "every feed fails; basewatch keeps trying; see: basewatch feeds",
}


def connectivity(feeds: Collection[str], last: Mapping[str, Reach], before: Connectivity) -> Connectivity:
    """The connectivity over all configured `feeds` from the last reach of each.

    One answer is enough to be online; while none has come, feeds not polled yet (after a start) leave it as it was.
    """
    reaches = {last[name] for name in feeds if name in last}
    if not feeds or Reach.ANSWERED in reaches:
        return Connectivity.ONLINE
    if any(name not in last for name in feeds):
        return before
    return Connectivity.NO_NETWORK if reaches == {Reach.UNREACHABLE} else Connectivity.ALL_FAILING


class ConnectivityWatch:
    """The connectivity of a running daemon; kept in the database for `health` and for the next start."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._last: dict[str, Reach] = {}
        self._seen = Connectivity.ONLINE

    @property
    def offline(self) -> bool:
        """Whether nothing can be seen, so that a failing feed is not the feed's fault."""
        return self._seen is not Connectivity.ONLINE

    def note(self, feed: str, reach: Reach) -> None:
        """Takes in how the last poll of a feed went."""
        self._last[feed] = reach

    def begin(self, before: DaemonState) -> None:
        """Takes up what the last run knew."""
        self._seen = before.connectivity.state if before.connectivity else Connectivity.ONLINE

    async def look(self) -> None:
        """Says once, when it changes, that nothing can be seen or that it can be seen again."""
        before = self._seen
        seen = connectivity({feed.name for feed in self._app.configuration.feeds}, self._last, before)
        if seen is before:
            return
        now = self._app.clock()
        reason = OperatorReason.BACK_ONLINE if seen is Connectivity.ONLINE else OperatorReason.OFFLINE
        # back-off was meant for publishers; when it was our own network, they are asked again soon
        soon = now if seen is Connectivity.ONLINE else now + OFFLINE_PROBE

        def change(tx: Transaction) -> None:
            self._app.queue_notice(tx, reason, WORDS[seen].capitalize(), f"Before: {before}. Now: {seen}.")
            tx.note_daemon(connectivity=ConnectivitySince(state=seen, since=now))
            tx.hasten(NETWORK_PROBLEMS, at=soon)

        await self._app.thread.run(change)
        self._seen = seen
        log.warning("%s (before: %s)", WORDS[seen], before)
