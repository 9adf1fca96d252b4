"""The store: one object per database, one `Transaction` per change that must be whole.

    with store.transaction() as tx:
        tx.add_items(…)
        tx.add_alert(…)

Everything between is committed together or not at all. Answers are values of the model, never rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from monitor.store.attention import AttentionPart
from monitor.store.engine import FilePresence, begin, label_of, open_engine
from monitor.store.feeds import FeedPart
from monitor.store.figures import FigurePart
from monitor.store.fingerprints import FingerprintPart
from monitor.store.housekeeping import HousekeepingPart
from monitor.store.ids import new_id
from monitor.store.incidents import IncidentPart
from monitor.store.items import ItemPart
from monitor.store.ledger import LedgerPart
from monitor.store.listing import ListingPart
from monitor.store.live import LivePart
from monitor.store.lock import MakeSure, only_daemon
from monitor.store.nowboard import NowPart
from monitor.store.outbox import OutboxPart
from monitor.store.paging import PagingPart
from monitor.store.people import PeoplePart
from monitor.store.signs import SignsPart


class Transaction(
    FeedPart,
    FigurePart,
    FingerprintPart,
    ItemPart,
    IncidentPart,
    LedgerPart,
    ListingPart,
    LivePart,
    OutboxPart,
    SignsPart,
    NowPart,
    PagingPart,
    AttentionPart,
    PeoplePart,
    HousekeepingPart,
):
    """Every question to the database and every change of it, noun by noun in the modules beside this one."""

    new_id = staticmethod(new_id)


class Store:
    """A database, SQLite or PostgreSQL; its schema is `upgrade`'s business. Safe to use from several threads."""

    def __init__(self, url: str, *, reading_seconds: float | None = None) -> None:
        """`url` is `sqlite:///file` or `postgresql://…`; `StoreError` says what is wrong with any other.

        `reading_seconds`: what one question of a `read` may take of a PostgreSQL server, where others wait behind it.
        """
        self._engine = open_engine(url, reading_seconds=reading_seconds)
        self._presence = FilePresence(self._engine)
        #: the address for people, without password
        self.label = label_of(self._engine)

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[Transaction]:
        """A transaction that may write: committed at the end, rolled back on an exception or where `keep` is false."""
        self._presence.make_sure()
        with begin(self._engine, keep=keep) as connection:
            yield Transaction(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that sees one state of the database and refuses to write; it never waits for a writer."""
        self._presence.make_sure()
        with begin(self._engine, read_only=True) as connection:
            yield Transaction(connection)

    def only_daemon(self) -> AbstractContextManager[MakeSure]:
        """Holds the place of the one daemon on this database, and gives what makes sure of it from time to time."""
        return only_daemon(self._engine)

    def close(self) -> None:
        """Gives the connections back; the store is not used after that."""
        self._engine.dispose()
