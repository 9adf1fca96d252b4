"""What the reports of an incident say, in a few of their own sentences, each with whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.ledger import View
from monitor.model.names import Names


@dataclass(frozen=True, kw_only=True)
class Brief:
    """Sentences, each with the ids of the reports that say it, and where sources disagree."""

    sentences: tuple[tuple[str, tuple[str, ...]], ...] = ()
    disagreements: tuple[str, ...] = ()


def brief(view: View, *, sentences: int = 3, names: Names) -> Brief:
    """At most so many sentences out of the reports: nothing in them is made up."""
    raise NotImplementedError
