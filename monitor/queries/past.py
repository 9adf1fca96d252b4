"""The items of the past that `rules replay` and `rules diff` run: stored ones, or those of a file in the form of
`classify`. One after another, so that a long past takes little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO

from monitor.evaluation import INCIDENT_HORIZON, earliest_day
from monitor.incidents.past import incident_before
from monitor.model.clock import Clock
from monitor.model.incident import Incident
from monitor.model.item import BELIEVABLE, StoredItem
from monitor.queries.contract import LineError, read_lines
from monitor.store.store import Transaction
from monitor.topics.attacks.topic import RuleSet
from monitor.workbench.backtest import PastAlerts, PastItem, Reports


@dataclass(kw_only=True)
class PastItems:
    """Items in the order in which they came, and what was known before the first of them."""

    items: Iterator[PastItem]
    #: how many there are; 0 where that is not known
    total: int = 0
    #: the moment from which on they are asked about; None: all of them
    since: datetime | None = None
    #: None where they are of a file; False: there is no database yet
    stored: bool | None = None
    known: list[Incident] = field(default_factory=list)
    #: what had been reported of one of these
    reports: Reports = lambda _: ()
    #: lines of the file that could not be read; grows while it is read
    unread: int = 0


def stored_items(
    tx: Transaction | None, since: datetime, *, memory_days: int, lead_in: timedelta = timedelta()
) -> PastItems:
    """The stored items since then and `lead_in` before it; None: there is no database yet.

    `memory_days` says how far back some rule asks what happened.
    """
    if tx is None:
        return PastItems(items=iter(()), since=since, stored=False)
    begin = since - lead_in
    book = PastAlerts(alert for alert, _ in tx.alerts(begin))
    return PastItems(
        items=map(book.past_of, tx.items_in_order(begin)), total=tx.count_items(begin), since=since, stored=True,
        known=_known_before(tx, begin, memory_days),
        reports=lambda id: [one for one in tx.reports_of([id]).get(id, []) if one.seen_at < begin],
    )  # fmt: skip


def _known_before(tx: Transaction, begin: datetime, memory_days: int) -> list[Incident]:
    """The incidents of the time before the items.

    An incident opens at the date of its first report. That can lie before the moment at which we first saw it, so of
    the younger ones the first report is asked when it came.
    """
    first_day = (begin - BELIEVABLE - INCIDENT_HORIZON - timedelta(days=memory_days)).date()
    earlier = [incident for incident in tx.incidents(first_day) if incident.opened_at < begin]
    young = [incident.id for incident in earlier if incident.opened_at >= begin - BELIEVABLE]
    reports = tx.items_of_incidents(young)
    came_later = {id for id, items in reports.items() if items[0].item.first_seen >= begin}
    return [incident for incident in earlier if incident.id not in came_later]


def incidents_before(
    tx: Transaction, stored: StoredItem, rules: RuleSet
) -> tuple[list[Incident], dict[str, list[StoredItem]]]:
    """The incidents that matter to a stored item as they were before it came, and the reports of each."""
    own = stored.incident_id
    known = tx.incidents(earliest_day(stored.item, rules), also=[own] if own else ())
    reports = tx.items_of_incidents(incident.id for incident in known)
    before = [
        incident_before(one, reports.get(one.id, []), stored, zone_of=rules.zone_of, near=rules.gazetteer.is_town_near)
        for one in known
    ]
    return [incident for incident in before if incident is not None], reports


def items_of_file(
    source: BinaryIO, *, clock: Clock, on_unread: Callable[[int, str], None], total: int = 0
) -> PastItems:
    """The items of a file; `on_unread` is told the number of each line that holds none, and why."""
    past = PastItems(items=iter(()), total=total)

    def items() -> Iterator[PastItem]:
        for number, asked in read_lines(source, clock=clock):
            if isinstance(asked, LineError):
                past.unread += 1
                on_unread(number, str(asked))
            else:
                yield PastItem(item=asked.item)

    past.items = items()
    return past
