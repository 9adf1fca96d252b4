"""What did not become news in some polls, by cause: every count of a poll that is no news is one, so that a cause that
`Poll` learns to tell appears here by itself, under its own name until it gets words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

from monitor.model.feed import Poll

#: the counts of a poll: its fields that are whole numbers, without the time that it took
COUNTS = tuple(one.name for one in fields(Poll) if one.type in (int, "int") and one.name != "ms")
#: counts of what is no drop: entries in all, and what was stored as news
_NEWS = frozenset({"entries", "new", "updated", "told_from_crowd"})
#: counts that are a part of another one
_PART_OF = {"too_old": "old", "flood": "old", "backfill": "old", "over_cap": "dropped"}
_WORDS = {
    "copies": "copy", "old": "held", "dropped": "not taken", "too_old": "too old", "backfill": "back-fill",
    "over_cap": "over the cap",
}  # fmt: skip


def counts_of(polls: Iterable[Poll]) -> dict[str, int]:
    """The counts of polls, added up."""
    polls = tuple(polls)
    return {name: sum(getattr(poll, name) for poll in polls) for name in COUNTS}


def drops_in_words(counts: Mapping[str, int]) -> dict[str, int]:
    """The drops among added counts, by cause; causes without any are left out.

    `known` already, a `copy` of another feed's article, `held` with a first poll, a flood or an archive, `not taken`
    (nothing to read, or beyond what one document may hold). Where a part of one of them has a count of its own, it
    stands by itself, and the rest under the other's name.
    """
    stored = sum(counts.get(name, 0) for name in ("new", "updated", "copies", "old"))
    found = {"known": counts.get("entries", 0) - stored}
    for name, count in counts.items():
        if name not in _NEWS:
            parts = sum(counts.get(part, 0) for part, whole in _PART_OF.items() if whole == name)
            found[_WORDS.get(name, name.replace("_", " "))] = count - parts
    return {cause: count for cause, count in found.items() if count > 0}
