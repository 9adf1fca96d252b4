"""What is kept in memory for a while, because it costs more to make than a page may take: pictures, and the overview of
the feeds. Pictures go with the first change, and nothing is older than a minute."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from monitor.queries.feedsboard import FeedsOverview, overview
from monitor.store.store import Store, Transaction
from monitor.web.asking import Ask
from monitor.web.site import Site

T = TypeVar("T")

#: pictures of one database; of ten years they take half a megabyte
MOST_PICTURES = 16
#: what is put right without a trace in the versions is drawn after so long
PICTURES_FOR = timedelta(minutes=1)
#: of ten thousand feeds it takes a tenth of a second to say how each is doing: that is kept for so long
FEEDS_FOR = timedelta(seconds=10)
#: only of so many feeds it is worth to be kept
_MANY = 500


class Drawn:
    """The pictures that were asked for last."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, tuple[datetime, Any]] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, make: Callable[[], T], *, now: datetime) -> T:
        """What is kept under the key, or what `make` answers, which is kept. Two may make the same at once."""
        with self._lock:
            kept = self._made.get(key)
            if kept is not None and abs(now - kept[0]) < PICTURES_FOR:
                self._made.move_to_end(key)
                return cast(T, kept[1])
        found = make()
        with self._lock:
            self._made[key] = now, found
            self._made.move_to_end(key)
            while len(self._made) > MOST_PICTURES:
                self._made.popitem(last=False)
        return found


_DRAWN: WeakKeyDictionary[Store, Drawn] = WeakKeyDictionary()
_FEEDS: WeakKeyDictionary[Store, FeedsOverview] = WeakKeyDictionary()


def drawn(site: Site, ask: Ask, tx: Transaction, asked: Hashable, make: Callable[[], T]) -> T:
    """The pictures of what is asked for; drawn anew once an incident, what came in or the rules changed."""
    state = tx.newest_version(), tx.newest_news(), site.configuration().rules.hash
    return _DRAWN.setdefault(site.store, Drawn()).of((site.base, asked, state), make, now=ask.now)


def feeds_overview(site: Site, ask: Ask, tx: Transaction) -> FeedsOverview:
    """How all feeds are doing; of many, as it was some seconds ago."""
    configured = site.configuration().feeds
    kept = _FEEDS.get(site.store)
    if kept is not None and len(kept.feeds) == len(configured) and abs(ask.now - kept.as_of) < FEEDS_FOR:
        return kept
    found = overview(tx, configured, now=ask.now)
    if len(configured) > _MANY:
        _FEEDS[site.store] = found
    return found
