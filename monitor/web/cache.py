"""Pages made for one visitor and handed to the next ones who ask the same: many screens cost one rendering.

What the page may depend on is what its key holds: `common` takes all else out of the request before the handler sees
it. A token against forged forms is a mark in what is kept; each visitor's own stands in its place once it is sent.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field, replace

from monitor.web.answers import Answer
from monitor.web.asking import Ask

#: seconds for which an answer is handed on; only while its readers would be told of a change
LONGEST = 2.0
MOST_ANSWERS, MOST_BYTES = 64, 8 * 1024 * 1024


@dataclass(frozen=True)
class _Kept:
    answer: Answer
    #: when its rendering began
    at: float


@dataclass
class Cache:
    """The answers of one board; used in its event loop alone."""

    clock: Callable[[], float] = time.monotonic
    #: never leaves the process: nobody can write it into a text
    mark: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _kept: dict[Hashable, _Kept] = field(default_factory=dict)
    _making: dict[Hashable, asyncio.Task[Answer]] = field(default_factory=dict)
    _round: int = 0

    def common(self, ask: Ask) -> Ask:
        """The request without what is one visitor's own, save name and rights, which the key holds."""
        visitor = replace(ask.visitor, csrf=self.mark)
        return replace(ask, headers={}, client=None, session="", token="", asked="/", visitor=visitor)

    async def answer(self, ask: Ask, stamp: str, make: Callable[[Ask], Awaitable[Answer]]) -> Answer:
        """The answer for this visitor: one that is kept, one that is being made for somebody else, or a new one.

        `stamp`: the state of the board; empty where it is not known now: then nothing is kept for later.
        """
        shared = self.common(ask)
        key = _key(shared, stamp)
        kept = self._kept.get(key)
        if kept is not None and 0 <= self.clock() - kept.at <= LONGEST:
            return self._own(kept.answer, ask)
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._make(key, shared, make, keep=bool(stamp)))
        # whoever goes away leaves it to those who wait
        found = await asyncio.shield(making)
        return self._own(found, ask) if _plain(found) else await make(ask)

    def drop(self) -> None:
        """Forgets everything, also what is being made: somebody may have changed something."""
        self._round += 1
        self._kept.clear()
        self._making.clear()

    async def _make(
        self, key: Hashable, shared: Ask, make: Callable[[Ask], Awaitable[Answer]], *, keep: bool
    ) -> Answer:
        begun, before = self.clock(), self._round
        try:
            answer = await make(shared)
        finally:
            if self._making.get(key) is asyncio.current_task():
                del self._making[key]
        if keep and before == self._round and _plain(answer):
            self._keep(key, _Kept(answer, begun))
        return answer

    def _keep(self, key: Hashable, new: _Kept) -> None:
        self._kept.pop(key, None)
        now = self.clock()
        for one in [one for one, kept in self._kept.items() if now - kept.at > LONGEST]:
            del self._kept[one]
        size = sum(len(kept.answer.body) for kept in self._kept.values()) + len(new.answer.body)
        while self._kept and (size > MOST_BYTES or len(self._kept) >= MOST_ANSWERS):
            oldest = next(iter(self._kept))
            size -= len(self._kept.pop(oldest).answer.body)
        if size <= MOST_BYTES:
            self._kept[key] = new

    def _own(self, answer: Answer, ask: Ask) -> Answer:
        return replace(answer, body=answer.body.replace(self.mark.encode(), ask.visitor.csrf.encode()))


def _key(shared: Ask, stamp: str) -> Hashable:
    query = tuple((name, tuple(values)) for name, values in shared.query.items())
    return shared.method, shared.path, query, shared.zone, shared.visitor, shared.address, shared.https, stamp


def _plain(answer: Answer) -> bool:
    """Whether it can be given to several: a whole page, and nothing that is set for one browser."""
    own = any(name.lower() == "set-cookie" for name in answer.headers)
    return answer.status == 200 and answer.pieces is None and not answer.live and not answer.etag and not own
