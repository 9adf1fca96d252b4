"""What programs that watch ask (`/health`, `/metrics`), with a limit of time whatever the database does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, finalize

from monitor.queries.status import FeedDetails, feed_details
from monitor.store.store import Store
from monitor.web.lanes import Lane
from monitor.web.site import Site

T = TypeVar("T")

#: who asks waits no longer for what may never come
SECONDS = 0.8
#: a look at each of ten thousand feeds takes half a second: it is taken again after so long, and what was seen is told
#: while that is done, up to the longest
DETAILS_FOR, DETAILS_LONGEST = timedelta(seconds=10), timedelta(minutes=2)
#: only of so many feeds it is kept
_MANY = 500


class Questions:
    """Asks one database on threads of their own: what hangs there hangs nobody else."""

    def __init__(self) -> None:
        self._threads = Lane("watch", 3)
        finalize(self, self._threads.close)
        self._lock = Lock()
        #: by name, and when it was asked
        self._asked: dict[str, tuple[Future[Any], float]] = {}
        self._details: tuple[datetime, FeedDetails] | None = None

    def answer(self, name: str, question: Callable[[], T], *, seconds: float = SECONDS) -> T:
        """The answer; TimeoutError where there is none within so long of the question. Who asks meanwhile waits for the
        same one, no longer than that: however many ask of a database that hangs, each later one is told at once."""
        pending, asked_at = self._begin(name, question)
        return pending.result(max(asked_at + seconds - monotonic(), 0))

    def details(self, site: Site, now: datetime, *, seconds: float = SECONDS) -> FeedDetails:
        """What takes a look at every feed; of many feeds as it was a while ago."""

        def look() -> FeedDetails:
            with site.read() as tx:
                found = feed_details(tx, now=now)
            self._details = (now, found) if sum(found.doing.values()) > _MANY else None
            return found

        kept = self._details
        if kept is None or abs(now - kept[0]) > DETAILS_LONGEST:
            return self.answer("feeds", look, seconds=seconds)
        if abs(now - kept[0]) > DETAILS_FOR:
            self._begin("feeds", look)
        return kept[1]

    def _begin(self, name: str, question: Callable[[], T]) -> tuple[Future[T], float]:
        with self._lock:
            found = self._asked.get(name)
            if found is None or found[0].done():
                found = self._asked[name] = self._threads.submit(question), monotonic()
            return found


_QUESTIONS: WeakKeyDictionary[Store, Questions] = WeakKeyDictionary()


def questions_of(site: Site) -> Questions:
    """Those of the board's database."""
    return _QUESTIONS.setdefault(site.store, Questions())
