"""What every handler is given: database, configuration in force, settings, clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property

from monitor.config.settings import Settings
from monitor.configuration import Configuration
from monitor.model.clock import Clock
from monitor.store.store import Store, Transaction
from monitor.web.gate import Gate


@dataclass(frozen=True, kw_only=True)
class Site:
    """The board's surroundings; the same in the daemon and in `basewatch serve`."""

    #: its own, not the daemon's: pages never wait for the daemon's transactions
    store: Store
    #: answers what is in force now
    configuration: Callable[[], Configuration]
    settings: Settings
    clock: Clock
    #: of every address: empty, or `/board` behind a proxy that serves it there
    base: str = ""

    @cached_property
    def gate(self) -> Gate:
        """Who may come in; one for the life of the board."""
        return Gate(self.settings, now=self.clock())

    def read(self) -> AbstractContextManager[Transaction]:
        """A read-only transaction."""
        return self.store.read()

    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that may write, for what a person does."""
        return self.store.transaction()
