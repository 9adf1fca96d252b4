"""What a screen that follows along is told: that something changed, what of, and how urgent it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitor.model.report import Level
from monitor.store.store import Transaction

#: further changed incidents are not counted
MOST_COUNTED = 100


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand; compared with the one before."""

    newest: datetime | None = None
    #: kind → a text that changes with it
    signs: Mapping[str, str] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        """A name of this state: `2026-11-21T08:14:00+00:00~3f9a0c1d`."""
        signs = hashlib.sha256(repr(sorted(self.signs.items())).encode()).hexdigest()[:8]
        return f"{self.newest.isoformat() if self.newest else 'none'}~{signs}"


def standing(tx: Transaction) -> Standing:
    """How things stand now."""
    return Standing(newest=tx.newest_version_at(), signs=tx.signs_of_change())


def newest_of(stamp: str) -> datetime | None:
    """The moment in a stamp that somebody brings back; None where it holds none."""
    try:
        found = datetime.fromisoformat(stamp.partition("~")[0])
    except ValueError:
        return None
    return found if found.tzinfo else None


def change(tx: Transaction, before: Standing, after: Standing) -> dict[str, Any]:
    """What is told of a change, in the types of JSON."""
    levels = tx.levels_changed_since(before.newest, most=MOST_COUNTED) if after.newest != before.newest else {}
    kinds = [kind for kind, sign in after.signs.items() if before.signs.get(kind) != sign]
    highest = max(levels.values(), key=lambda level: level.rank, default=Level.DIGEST)
    return {
        "stamp": after.stamp, "incidents": len(levels), "level": str(highest),
        "kinds": [*dict.fromkeys([*(["incidents"] if levels else []), *kinds])],
    }  # fmt: skip
