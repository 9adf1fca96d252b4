"""Who is polled first, and how many at once: good feeds first, and slow ones in a lane of their own.

**Order.** Feeds that answered well last time go first, then those that nobody knows yet, then suspects: what failed
last time, or whose document costs a second to read. Of each kind the longest overdue first.

**Lanes.** A poll begins in the fast lane. One whose server has not answered within the patience, or whose document
costs too much, moves to the slow lane, and its place is another feed's at once; so a hundred servers that never answer
hold up nobody. A large document waits in the slow lane until it may be read: a few of them at a time, or a hundred
would fill the memory. Who waits for our own workers or database keeps its place: others could not go on either, and
would only fill the memory with their documents. Both lanes have an end: while the slow one is full, who is slow keeps
its place. Suspects never take more than a share of the fast lane.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from monitor.feeds.turns import Turns
from monitor.model.feed import FeedState

#: ranks of feeds: it answered well last time, nobody knows it yet, it failed last time
GOOD, UNKNOWN, SUSPECT = range(3)
#: a poll that takes longer is slow; it loses nothing by that, and its place is another feed's
PATIENCE = 0.25
#: slow polls at once, for each place of the fast lane
SLOW_PLACES = 8
#: the share of the fast lane that suspects may take, and the least
_SUSPECTS = 0.25
#: of so many polls that begin one is of a feed that is not known as good, however many good ones wait: a daemon that is
#: asked for more than it can do would never ask the others again
_OTHERS_EACH = 8
#: large documents that are in memory at once, on the way to a worker
LARGE_AT_ONCE = 3
#: processor time of a document from which its feed is a suspect, in milliseconds
_EXPENSIVE = 1000


def most_at_once(places: int) -> int:
    """Polls that can be under way together, slow ones included."""
    return places * (1 + SLOW_PLACES)


def in_order(due: Iterable[FeedState]) -> list[FeedState]:
    """Those that are due, in the order in which they are polled."""
    return sorted(due, key=lambda state: (rank_of(state), _since(state), state.feed_id))


def is_suspect(state: FeedState) -> bool:
    """It failed last time, or its document costs too much; one that nobody knows is none."""
    return state.failures > 0 or state.cost_ms >= _EXPENSIVE


def rank_of(state: FeedState) -> int:
    """Who goes first: `GOOD`, `UNKNOWN` or `SUSPECT`."""
    if is_suspect(state):
        return SUSPECT
    return GOOD if state.last_success_at is not None else UNKNOWN


def _since(state: FeedState) -> float:
    moment: datetime | None = state.next_poll_at
    return moment.timestamp() if moment is not None else 0.0


class Lanes:
    """Places for polls. Its methods belong to one event loop."""

    def __init__(
        self,
        places: int,
        *,
        patience: float = PATIENCE,
        slow: int | None = None,
        on_room: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_room` is called when a place of the fast lane becomes free."""
        self._places = places
        self._on_room = on_room
        self._patience = patience
        self._fast = asyncio.Semaphore(places)
        self._suspect_places = max(1, round(places * _SUSPECTS))
        self._suspects = asyncio.Semaphore(self._suspect_places)
        #: one of them is always for the good ones: servers whose bodies drip hold theirs until the time limit
        self._large = Turns(LARGE_AT_ONCE, last=UNKNOWN, most_last=LARGE_AT_ONCE - 1)
        self._slow_left = places * SLOW_PLACES if slow is None else slow
        self._waiting_slow: list[Place] = []
        #: places of the fast lane that are held or promised
        self._taken = self._suspects_taken = 0

    def promise(self, *, suspect: bool) -> bool:
        """Keeps a place for a poll that begins in a moment, with `place(promised=True)`; False where there is none."""
        if self.free <= 0 or (suspect and self._suspects_taken >= self._suspect_places):
            return False
        self._taken += 1
        self._suspects_taken += suspect
        return True

    @property
    def free(self) -> int:
        """Places of the fast lane that nobody has, or was promised."""
        return self._places - self._taken

    @asynccontextmanager
    async def place(self, *, suspect: bool = False, good: bool = False, promised: bool = False) -> AsyncIterator[Place]:
        """A place for one poll, for as long as it takes; at once where it was promised. `good`: by its rank."""
        gates = [self._suspects, self._fast] if suspect else [self._fast]
        for number, gate in enumerate(gates):
            try:
                await gate.acquire()
            except BaseException:
                for taken in gates[:number]:
                    taken.release()
                raise
        if not promised:
            self._taken += 1
            self._suspects_taken += suspect
        place = Place(gates, suspect=suspect, good=good, large=self._large, move=self._move, end=self._end)
        place.wait(self._patience)
        try:
            yield place
        finally:
            place.leave()

    def _move(self, place: Place) -> None:
        """Off the fast lane, as soon as the slow one has room."""
        if self._slow_left:
            self._slow_left -= 1
            place.slow = True
            self._give_back(place)
        else:
            self._waiting_slow.append(place)

    def _end(self, place: Place) -> None:
        if place in self._waiting_slow:
            self._waiting_slow.remove(place)
        if not place.slow:
            self._give_back(place)
            return
        self._slow_left += 1
        if self._waiting_slow:
            self._move(self._waiting_slow.pop(0))

    def _give_back(self, place: Place) -> None:
        self._taken -= 1
        self._suspects_taken -= place.suspect
        for gate in place.gates:
            gate.release()
        self._on_room()


class Queue:
    """Feeds that wait for a place, in the order in which they are polled; nobody waits for ever."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._good: deque[FeedState] = deque()
        self._others: deque[FeedState] = deque()
        self._begun = 0

    def fill(self, due: Iterable[FeedState]) -> None:
        """These are due now; whoever waited is among them, or is due no more."""
        ordered = in_order(due)
        self._good = deque(state for state in ordered if rank_of(state) == GOOD)
        self._others = deque(state for state in ordered if rank_of(state) != GOOD)

    def take(self) -> FeedState | None:
        """The next one, which is promised a place; None where nobody waits or nobody may."""
        rows = [self._good, self._others]
        if self._begun % _OTHERS_EACH == _OTHERS_EACH - 1:
            rows.reverse()
        for row in rows:
            if row and self._lanes.promise(suspect=is_suspect(row[0])):
                self._begun += 1
                return row.popleft()
        return None


class Place:
    """What one poll holds, and what it tells of itself."""

    def __init__(
        self,
        gates: list[asyncio.Semaphore],
        *,
        suspect: bool,
        good: bool,
        large: Turns,
        move: Callable[[Place], None],
        end: Callable[[Place], None],
    ) -> None:
        self.gates = gates
        self.suspect = suspect
        self._rank = GOOD if good else UNKNOWN
        self.slow = False
        self._large = large
        self._is_large = False
        self._move = move
        self._end = end
        self._has_left = self._is_known_as_slow = False
        self._timer: asyncio.TimerHandle | None = None

    def wait(self, patience: float) -> None:
        """Its server is asked; without an answer it is slow."""
        self._timer = asyncio.get_running_loop().call_later(patience, self.is_slow)

    def answered(self) -> None:
        """From now on it waits for us."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def is_slow(self) -> None:
        """It moves to the slow lane, or waits for it; said again, or after the end, it changes nothing."""
        self.answered()
        if not (self._is_known_as_slow or self._has_left):
            self._is_known_as_slow = True
            self._move(self)

    async def is_large(self) -> None:
        """Its document is large: waits in the slow lane until it may be had; a good feed's first."""
        self.is_slow()
        if not self._is_large:
            await self._large.acquire(self._rank)
            self._is_large = True

    def follows(self) -> None:
        """Its document was read and leads to others, which are fetched now.

        Its turn among the large ones ends: whoever waits for one may hold the places at the very server that is asked.
        """
        self.is_slow()
        self._read()

    def _read(self) -> None:
        if self._is_large:
            self._is_large = False
            self._large.release(self._rank)

    def leave(self) -> None:
        """It needs its place no more."""
        self.answered()
        self._read()
        if not self._has_left:
            self._has_left = True
            self._end(self)
