"""How often one host, and one publisher, is asked: a few requests at once, then one after another with a gap.

A list of feeds often has dozens of one publisher, on one host or on several. Each wait is worked out from one number a
key (the generic cell rate algorithm of ATM networks): the moment at which its requests would be over if they kept the
gap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

#: requests that may come together, and the seconds between those behind them
BURST, GAP = 8, 0.25
#: keys that are remembered before those whose time is over are dropped
_MANY = 4096


def waits(over: float, now: float, *, burst: int, gap: float) -> tuple[float, float]:
    """How long the next request waits, and when its key's requests are over then; times in seconds of one clock."""
    over = max(over, now) + gap
    return max(over - burst * gap - now, 0.0), over


class Courtesy:
    """Remembers whom we have asked of late. Its methods belong to one event loop."""

    def __init__(
        self, *, burst: int = BURST, gap: float = GAP, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._burst, self._gap = burst, gap
        self._sleep = sleep
        self._over: dict[str, float] = {}

    async def wait(self, keys: Iterable[str]) -> None:
        """Waits until all of these may be asked once more."""
        now = asyncio.get_running_loop().time()
        if len(self._over) > _MANY:
            self._over = {key: over for key, over in self._over.items() if over > now}
        longest = 0.0
        for key in filter(None, keys):
            wait, self._over[key] = waits(self._over.get(key, now), now, burst=self._burst, gap=self._gap)
            longest = max(longest, wait)
        if longest:
            await self._sleep(longest)
