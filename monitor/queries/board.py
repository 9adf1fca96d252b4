"""The board "now": open incidents, the newest change first, what channels were told of them, and what stayed quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.item import StoredItem
from monitor.model.ledger import Change, Held, Notification
from monitor.model.report import Act
from monitor.queries.ledger import LedgerEntry, entries_of
from monitor.store.paging import ItemFilter
from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet

#: an incident of which nothing was reported for so long is on the board no more
OPEN_FOR = timedelta(hours=72)
#: so far back close calls are looked for
CLOSE_CALLS_FOR = timedelta(hours=24)
#: rows of the board, and of the close calls
MOST, MOST_CLOSE_CALLS = 50, 20
#: acts of which somebody may want to know although no rule tells them
_NEAR = (Act.CLAIM, Act.THREAT, Act.RETALIATION)


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """An open incident."""

    #: one for each of its bases
    entries: tuple[LedgerEntry, ...]
    #: its last version; None where none was written down
    change: Change | None = None
    #: of the last version; of the last report, where no version was written down
    changed_at: datetime
    #: what each channel was told last, by channel
    told: tuple[Notification, ...] = ()
    #: what waits for a channel
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Board:
    """What goes on."""

    rows: tuple[BoardRow, ...]
    #: open incidents in all
    open: int
    #: items of which nobody was told, and nearly somebody was; the newest first
    close_calls: tuple[StoredItem, ...]


def board(tx: Transaction, rules: RuleSet, *, now: datetime, limit: int = MOST) -> Board:
    """The open incidents, at most `limit`, and the close calls of the last day."""
    since = now - OPEN_FOR
    found = tx.open_incidents(since, limit=limit)
    ids = [incident.id for incident in found]
    entries: dict[str, list[LedgerEntry]] = {}
    for entry in entries_of(tx, found):
        entries.setdefault(entry.incident.id, []).append(entry)
    told: dict[str, list[Notification]] = {}
    for one in tx.notifications(ids).values():
        told.setdefault(one.incident_id, []).append(one)
    held: dict[str, list[Held]] = {}
    for waiting in tx.held():
        held.setdefault(waiting.incident_id, []).append(waiting)
    rows = []
    for incident in found:
        own = entries[incident.id]
        change = own[0].revisions[-1] if own[0].revisions else None
        at = change.at if change else incident.last_report_at or incident.opened_at
        rows.append(
            BoardRow(
                entries=tuple(own), change=change, changed_at=at, held=tuple(held.get(incident.id, ())),
                told=tuple(sorted(told.get(incident.id, ()), key=lambda one: one.channel)),
            )
        )  # fmt: skip
    return Board(rows=tuple(rows), open=tx.count_open_incidents(since), close_calls=close_calls(tx, rules, now=now))


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
