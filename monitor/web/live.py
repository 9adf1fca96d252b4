"""The live stream (server-sent events): one look at the database a second for all who listen, none where nobody does.

event: changed   something changed: {"stamp", "incidents", "level", "kinds"}; the page fetches itself again
event: state     each 15 s: {"as_of", "heartbeat", "ok", "problems"}; also the sign that the line is alive
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from monitor.errors import StoreError
from monitor.queries.live import Standing, change, newest_of, standing
from monitor.queries.strip import strip
from monitor.web.asking import Ask, Refusal
from monitor.web.lanes import Lane
from monitor.web.site import Site

log = logging.getLogger(__name__)

#: seconds between two looks, between two words about the state, and after which a browser comes back
LOOK, STATE, RETRY = 1.0, 15.0, 3
#: streams in all, and of one address: an office behind one address has many screens
MOST_STREAMS, MOST_OF_ONE = 100, 80


class Live:
    """Everything that follows along, in the event loop of the board."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._thread = Lane("live", 1)
        self._listeners: dict[asyncio.Event, str] = {}
        self._watch: asyncio.Task[None] | None = None
        self._closed = False
        self._now: Standing | None = None
        self._last_change: dict[str, Any] = {}

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def stamp(self) -> str:
        """The state of the board, at most a look old; empty while nobody listens and it is not known."""
        return self._now.stamp if self._now is not None and self._listeners else ""

    def close(self) -> None:
        """Ends every stream; called in the event loop."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        for woken in self._listeners:
            woken.set()
        self._thread.close()

    def admit(self, ask: Ask) -> asyncio.Event:
        """A place for one more; refused where there is none. `stream` gives it back."""
        address = str(ask.client)
        if len(self._listeners) >= MOST_STREAMS or Counter(self._listeners.values())[address] >= MOST_OF_ONE:
            raise Refusal(503, "too many pages follow along already", "this page is still right when it is loaded",
                          headers={"Retry-After": "60"}, kind="busy")  # fmt: skip
        woken = asyncio.Event()
        self._listeners[woken] = address
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._follow())
        return woken

    def leave(self, woken: asyncio.Event) -> None:
        """Gives the place back."""
        self._listeners.pop(woken, None)

    async def stream(self, ask: Ask, woken: asyncio.Event) -> AsyncIterator[bytes]:
        """What one listener is sent, until it goes or the board ends."""
        try:
            yield f"retry: {RETRY * 1000}\n\n".encode()
            known = await self._begun(ask.headers.get("last-event-id", "")[:100])
            yield await self._state(ask)
            while not self._closed and self._may_follow(ask):
                if self._now is not None and self._now.stamp != known:
                    known = self._now.stamp
                    told = self._last_change if self._last_change.get("stamp") == known else {"stamp": known}
                    yield event("changed", {"incidents": 0, "level": "digest", "kinds": [], **told}, number=known)
                try:
                    async with asyncio.timeout(STATE):
                        await woken.wait()
                    woken.clear()
                except TimeoutError:
                    if self._may_follow(ask):
                        yield await self._state(ask)
        finally:
            self.leave(woken)

    def _may_follow(self, ask: Ask) -> bool:
        """Whoever has logged out, or whose session has run out, is told no more."""
        return self._site.gate.still_in(ask.visitor, ask.session, now=self._site.clock())

    async def _begun(self, last: str) -> str:
        """The stamp that a listener knows: that of now, or the one that it brings back from an earlier stream."""
        if self._now is None:
            try:
                self._now = await self._read(lambda tx: standing(tx))
            except StoreError:
                return last
        return last if newest_of(last) or last.startswith("none~") else self._now.stamp

    async def _follow(self) -> None:
        """Looks once a second as long as somebody listens; a database that is gone is looked for again."""
        while self._listeners and not self._closed:
            before = self._now
            try:
                after = await self._read(lambda tx: standing(tx))
                if before is not None and before.stamp != after.stamp:
                    was = before
                    self._last_change = await self._read(lambda tx: change(tx, was, after))  # noqa: B023
                self._now = after
            except StoreError as error:
                log.debug("the live stream cannot look why=%r", str(error))
            except Exception:
                log.exception("a bug in the live stream; it looks again")
            if before is None or self._now is None or before.stamp != self._now.stamp:
                for woken in self._listeners:
                    woken.set()
            await asyncio.sleep(LOOK)
        self._now = None

    async def _state(self, ask: Ask) -> bytes:
        now = self._site.clock()
        try:
            found = await self._read(lambda tx: strip(tx, zone=ask.zone, now=now))
        except StoreError as error:
            told = {"as_of": now.isoformat(), "heartbeat": None, "ok": False, "problems": [str(error)]}
        else:
            heartbeat = found.heartbeat.isoformat() if found.heartbeat else None
            told = {"as_of": now.isoformat(), "heartbeat": heartbeat, "ok": found.ok, "problems": [*found.problems]}
        return event("state", told)

    async def _read(self, question: Any) -> Any:
        def read() -> Any:
            with self._site.read() as tx:
                return question(tx)

        return await asyncio.wrap_future(self._thread.submit(read))


def event(name: str, data: dict[str, Any], *, number: str = "") -> bytes:
    """One event as it is sent."""
    head = f"id: {number}\n" if number else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n".encode()
