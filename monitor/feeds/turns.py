"""Turns at something scarce, taken by rank: who matters more goes first, and the least never take all of it."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count


class Turns:
    """A semaphore whose waiters have a rank: 0 goes first, within a rank first come, first served.

    Of the lowest rank (`last`) at most `most_last` have a turn at once. Its methods belong to one event loop.
    """

    def __init__(self, places: int, *, last: int, most_last: int = 1) -> None:
        self._free = places
        self._last, self._last_free = last, most_last
        self._order = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    async def acquire(self, rank: int) -> None:
        """Waits for a turn."""
        if not self._waiting and self._may(rank):
            self._take(rank)
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._order), future))
        self._wake()
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # it was given a turn in the moment in which it was given up
                self.release(rank)
            raise

    def release(self, rank: int, *, kept: bool = False) -> None:
        """Gives a turn back; `kept`: there is one turn less from now on."""
        if rank >= self._last:
            self._last_free += 1
        self._free += not kept
        self._wake()

    def add(self) -> None:
        """One more turn."""
        self._free += 1
        self._wake()

    def _may(self, rank: int) -> bool:
        return self._free > 0 and (rank < self._last or self._last_free > 0)

    def _take(self, rank: int) -> None:
        self._free -= 1
        if rank >= self._last:
            self._last_free -= 1

    def _wake(self) -> None:
        while self._waiting:
            rank, _, future = self._waiting[0]
            if future.done():  # given up while it waited
                heapq.heappop(self._waiting)
                continue
            if not self._may(rank):  # nobody behind it may either: they are of its rank, or of a lower one
                return
            heapq.heappop(self._waiting)
            self._take(rank)
            future.set_result(None)
