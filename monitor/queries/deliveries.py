"""The outbox: how each address is doing, and the deliveries page by page. Nothing of it holds a secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.delivery import Address
from monitor.queries.paging import LIMIT, Page, cursor_of, keys_of, page_of
from monitor.store.paging import Attempt, DeliveryFilter, Line
from monitor.store.store import Transaction

EVERY_DELIVERY = DeliveryFilter()
#: what is counted of an address
LATELY = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class ChannelLine:
    """An address of a channel, and what became of the messages to it in the last seven days."""

    line: Line
    #: it stands in the channels file now
    configured: bool

    @property
    def ok(self) -> bool:
        """The last that is known of it is no failure."""
        line = self.line
        return line.last_failure is None or (line.last_ok is not None and line.last_ok >= line.last_failure)


def channel_lines(tx: Transaction, configured: Iterable[Address], *, now: datetime) -> tuple[ChannelLine, ...]:
    """Every address of the channels file, and those that were written to before they left it, by channel and label.

    `configured` is `channels.addresses(channels.names())`.
    """
    known = {line.address: line for line in tx.lines(now - LATELY)}
    there = {one.key: one for one in configured}
    for key, one in there.items():
        known.setdefault(key, Line(address=key, channel=one.channel, label=one.label))
    lines = [ChannelLine(line=line, configured=key in there) for key, line in known.items()]
    return tuple(sorted(lines, key=lambda one: (not one.configured, one.line.channel, one.line.label)))


def deliveries(
    tx: Transaction, wanted: DeliveryFilter = EVERY_DELIVERY, *, cursor: str = "", limit: int = LIMIT
) -> Page[Attempt]:
    """A page of at most `limit` deliveries, the last queued first. `UsageError` where the cursor is none."""
    before = keys_of(cursor, str)[0] if cursor else ""
    found = tx.deliveries_page(wanted, before=before, limit=limit + 1)
    return page_of(found, limit, lambda row: cursor_of(row.delivery.id))
