"""What stayed quiet, and nearly was told: for the board "now"."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model.item import StoredItem
from monitor.model.report import Act
from monitor.store.paging import ItemFilter
from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet

#: so far back close calls are looked for
CLOSE_CALLS_FOR = timedelta(hours=24)
#: rows that are shown
MOST_CLOSE_CALLS = 20
#: acts of which somebody may want to know although no rule tells them
_NEAR = (Act.CLAIM, Act.THREAT, Act.RETALIATION)


def close_calls(
    tx: Transaction, rules: RuleSet, *, now: datetime, limit: int = MOST_CLOSE_CALLS
) -> tuple[StoredItem, ...]:
    """The newest items of the last day that a rule took and nobody was told of, or that claim, threaten or answer.

    Repeats of what was told are left out; why each of them stayed quiet is its decision's `detail`, or its reason.
    """
    since = now - CLOSE_CALLS_FOR
    taken = tx.untold_of_rules([rule.id for rule in rules.rules], since, limit=limit)
    near = [one for act in _NEAR for one in tx.items_page(ItemFilter(act=act, since=since), limit=limit)]
    quiet = {one.item.id: one for one in (*taken, *near) if one.decision is not None and not one.decision.tell}
    newest = sorted(quiet.values(), key=lambda one: (one.item.first_seen, one.item.id), reverse=True)
    return tuple(newest[:limit])
