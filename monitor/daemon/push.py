"""Subscriptions at hubs while the daemon runs: a feed of which a hub says that it has news is polled at once.

Everything is in memory: after a start the documents name their hubs again, and these are asked again under new paths.
Polls go on at their usual waits, subscribed or not: a hub that falls silent costs nothing but the gain in time.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.app import App
from monitor.daemon.callback import CallbackServer
from monitor.feeds.fetch.fetcher import Fetcher
from monitor.feeds.hubs import (
    Signature,
    Subscription,
    after_confirmation,
    after_refusal,
    challenge_of,
    due_of,
    is_denied,
    while_asked,
    wish,
)
from monitor.feeds.locations import shown
from monitor.model.feed import Feed, FeedState

log = logging.getLogger(__name__)

#: hubs that are asked at the same time
_AT_ONCE = 10
#: a feed is polled no more often than this however often its hub calls
GAP = timedelta(seconds=10)
#: when a feed is polled once more whose hub has called, and whose document had nothing new yet
AGAIN = timedelta(seconds=30)


class Push:
    """The subscriptions of one daemon; `url` is the public address under which hubs reach it."""

    def __init__(self, app: App, fetcher: Fetcher, url: str) -> None:
        self._app = app
        self._fetcher = fetcher
        self._url = url.rstrip("/")
        self._by_feed: dict[str, Subscription] = {}
        self._by_token: dict[str, str] = {}
        self._asking: set[asyncio.Task[None]] = set()
        #: feeds of which a hub has called, and when each may be polled
        self._called: dict[str, datetime] = {}
        self._last: dict[str, datetime] = {}
        #: being polled because of a call; to be polled once more because the poll after a call brought nothing
        self._by_call: set[str] = set()
        self._again: set[str] = set()
        self.server = CallbackServer(confirm=self._confirm, expected=self._expected, delivered=self._delivered)

    async def start(self, host: str, port: int) -> bool:
        """Listens for the hubs; False where the port cannot be had, which is said once: then feeds are only polled."""
        try:
            await self.server.start(host, port)
        except OSError as error:
            log.error("hubs cannot call, feeds are only polled: no listening on %s:%d: %s", host, port, error.strerror)
            return False
        self._fetcher.learn_hubs()
        log.info("hubs call at %s listening=%s:%d", shown(self._url), host, self.server.port)
        return True

    async def aclose(self) -> None:
        """Stops listening and asking."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self.server.aclose()

    # ------------------------------------------------------------------------------------- the daemon's side

    def polled(self, feed: Feed, state: FeedState, *, brought: bool) -> None:
        """A feed was polled: its document may name a hub, another one than before, or none any more.

        A poll after a call that brought nothing is made once more: hubs are quicker than publishers' caches.
        """
        if feed.name in self._by_call:
            self._by_call.discard(feed.name)
            if not brought:
                self._called.setdefault(feed.name, self._app.clock() + AGAIN)
                self._again.add(feed.name)
        offer = self._fetcher.offers.get(feed.url) or self._fetcher.offers.get(state.redirect_url or "")
        known = self._by_feed.get(feed.name)
        if offer == (known.offer if known else None):
            return
        self._forget(feed.name)
        if offer is not None:
            token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
            self._by_feed[feed.name] = Subscription(
                feed=feed.name, offer=offer, token=token, secret=secret, due=self._app.clock()
            )
            self._by_token[token] = feed.name

    def called(self) -> list[str]:
        """Feeds that are to be polled now because their hub has called."""
        now = self._app.clock()
        return [name for name, at in self._called.items() if at <= now]

    def taken(self, name: str) -> None:
        """A poll of the feed begins."""
        if self._called.pop(name, None) is None:
            return
        self._last[name] = self._app.clock()
        if name in self._again:
            self._again.discard(name)
        else:
            self._by_call.add(name)

    async def work(self) -> None:
        """Asks hubs for what is due: new subscriptions, those that were not confirmed, leases that end."""
        known = {feed.name for feed in self._app.configuration.feeds}
        for name in [name for name in self._by_feed if name not in known]:
            self._forget(name)
        now = self._app.clock()
        for one in due_of(self._by_feed.values(), now=now, most=_AT_ONCE - len(self._asking)):
            self._by_feed[one.feed] = while_asked(one, now=now)
            task = asyncio.create_task(self._ask(self._by_feed[one.feed]))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask(self, asked: Subscription) -> None:
        named_by = next((feed.url for feed in self._app.configuration.feeds if feed.name == asked.feed), "")
        form = wish(asked, f"{self._url}/{asked.token}")
        problem = await self._fetcher.post_form(asked.offer.hub, form, named_by=named_by)
        # a hub may confirm before it answers, and the feed may have gone meanwhile
        if problem and self._by_feed.get(asked.feed) == asked:
            log.warning(
                "a hub takes no subscription feed=%s hub=%s why=%r", asked.feed, shown(asked.offer.hub), problem
            )
            self._by_feed[asked.feed] = after_refusal(asked, now=self._app.clock())

    def _forget(self, name: str) -> None:
        gone = self._by_feed.pop(name, None)
        if gone is not None:
            self._by_token.pop(gone.token, None)
        self._called.pop(name, None)
        self._last.pop(name, None)
        self._by_call.discard(name)
        self._again.discard(name)

    # ------------------------------------------------------------------------------------------ the hub's side

    def _of_token(self, token: str) -> Subscription | None:
        name = self._by_token.get(token)
        return self._by_feed.get(name) if name is not None else None

    def _confirm(self, token: str, query: Mapping[str, str]) -> str | None:
        mine = self._of_token(token)
        if mine is None:
            return None
        now = self._app.clock()
        if is_denied(mine, query):
            log.warning("a hub denies the subscription feed=%s hub=%s", mine.feed, shown(mine.offer.hub))
            self._by_feed[mine.feed] = after_refusal(mine, now=now)
            return ""
        answer = challenge_of(mine, query)
        if answer is not None:
            confirmed = after_confirmation(mine, query.get("hub.lease_seconds", ""), now=now)
            self._by_feed[mine.feed] = confirmed
            level = logging.DEBUG if mine.active else logging.INFO
            log.log(level, "a hub will call feed=%s hub=%s until=%s", mine.feed, shown(mine.offer.hub), confirmed.due)
        return answer

    def _expected(self, token: str, header: str) -> Signature | None:
        mine = self._of_token(token)
        return Signature(mine.secret, header) if mine is not None else None

    def _delivered(self, token: str) -> None:
        mine = self._of_token(token)
        if mine is not None and (mine.feed not in self._called or mine.feed in self._again):
            now = self._app.clock()
            self._called[mine.feed] = max(now, self._last.get(mine.feed, now - GAP) + GAP)
            self._again.discard(mine.feed)
            log.debug("a hub has called feed=%s", mine.feed)
