"""Feeds that change from poll to poll, recognised against a real store, told as stories in YAML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.dedupe.canonical import canonical_url
from monitor.dedupe.novelty import document_keys, recognise
from monitor.model.document import Entry
from monitor.model.feed import Feed, Poll
from monitor.model.item import Item, Novelty, Recognised, StoredItem
from monitor.store.store import Store

START = datetime(2026, 3, 1, 6, tzinfo=UTC)


class Reader:
    """Does with documents what the pipeline does, as far as recognising goes."""

    def __init__(self, store: Store, feeds: Sequence[str]) -> None:
        self._store = store
        self.feeds = {name: Feed(name=name, url=f"https://{name}.example/feed") for name in feeds}
        with store.transaction() as tx:
            tx.sync_feeds(list(self.feeds.values()), now=START)

    def poll(
        self, feed: str, entries: Sequence[Entry], *, hour: float, alert_backlog: bool = False
    ) -> tuple[Recognised, ...]:
        """One poll `hour` hours after the start: recognised, stored, remembered."""
        now, source = START + timedelta(hours=hour), self.feeds[feed]
        with self._store.transaction() as tx:
            state = tx.feed_state(feed)
            keys = document_keys(entries, feed=source, now=now)
            known = tx.known({key for one in keys for key in one})
            found = recognise(entries, keys, known, feed=source, state=state, now=now, alert_backlog=alert_backlog)
            tx.touch(known, now=now)
            added, rows = [], []
            for one in found:
                if one.novelty is Novelty.SEEN:
                    continue
                edits = one.item_id is not None and one.novelty is not Novelty.COPY
                item_id = one.item_id if edits and one.item_id else tx.new_id(now)
                stored = _stored(one, item_id, feed, now)
                if edits:
                    tx.update_items([stored])
                else:
                    added.append(stored)
                rows += [(key, item_id, one.text_hash) for key in one.keys]
            tx.add_items(added)
            tx.remember([(feed, *row, now) for row in rows])
            after = replace(state, baseline_at=state.baseline_at or now, last_success_at=now)
            tx.save_polls([(after, Poll(at=now, result="fetched"))])
        return found

    def prune(self, *, hour: float) -> dict[str, int]:
        """Throws every item away that is older than a day."""
        now = START + timedelta(hours=hour)
        with self._store.transaction() as tx:
            return tx.prune(before=now - timedelta(days=1), now=now)


def _stored(one: Recognised, item_id: str, feed: str, now: datetime) -> StoredItem:
    entry = one.entry
    item = Item(
        id=item_id, title=entry.title, summary=entry.summary, url=entry.url, feed=feed, publisher=entry.publisher,
        published=entry.published, first_seen=now,
    )  # fmt: skip
    return StoredItem(
        item=item, canonical_url=canonical_url(entry.url), guid=entry.guid, novelty=one.novelty,
        novelty_reason=one.reason, copy_of=one.item_id if one.novelty is Novelty.COPY else None,
    )  # fmt: skip
