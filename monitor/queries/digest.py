"""The incidents of a day or a week, with pictures: what a digest tells."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from monitor.model.alert import Attachment
from monitor.model.ledger import View
from monitor.queries.formats import as_objects
from monitor.queries.ledger import LedgerEntry, Wanted, ledger
from monitor.queries.stats import counts, spots, totals
from monitor.store.store import Transaction

Period = Literal["day", "week"]
_LENGTH = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
#: weeks before it that the plot shows, so that a number can be judged
_BEFORE = timedelta(weeks=12)


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A period of the ledger: what happened in it, and what changed of older incidents."""

    period: Period
    since: datetime
    until: datetime
    rows: tuple[LedgerEntry, ...] = ()
    #: rows of the weeks before, for the plot
    before: tuple[LedgerEntry, ...] = ()

    @property
    def views(self) -> tuple[View, ...]:
        """Each incident once."""
        return tuple({row.incident.id: row.view for row in self.rows}.values())


def digest_of(tx: Transaction, period: Period, *, until: datetime) -> Digest:
    """The incidents that happened or changed in the day or week that ends then, the latest first."""
    since = until - _LENGTH[period]
    changed = {change.incident_id for change in tx.changes_since(since) if change.at <= until and not change.quiet}
    rows = ledger(tx, Wanted(since=(since - _BEFORE).date(), until=until.date()))
    # a local day can have begun the day before
    told = [row for row in rows if row.incident.id in changed or row.incident.date >= since.date()]
    return Digest(period=period, since=since, until=until, rows=tuple(told), before=rows)


def pictures_of(digest: Digest) -> tuple[Attachment, ...]:
    """The plot of the last weeks and the map of the period, as PNG; none where nothing happened."""
    if not digest.rows:
        return ()
    from monitor.pictures.map import map_of
    from monitor.pictures.plot import plot

    title = f"Incidents by week, to {digest.until:%d %b %Y}"
    pictures = {"incidents-by-week.png": plot(counts(digest.before, "week"), title=title)}
    if found := spots(digest.rows):
        pictures["map.png"] = map_of(found, title=f"Incidents, {digest.since:%d %b} to {digest.until:%d %b %Y}")
    return tuple(
        Attachment(name=name, mimetype="image/png", base64=base64.b64encode(data).decode())
        for name, data in pictures.items()
    )


def as_object(digest: Digest, alert: Any) -> dict[str, Any]:
    """For programs: the period, its totals, its rows, and the message."""
    return {
        "period": digest.period,
        "since": digest.since.isoformat().replace("+00:00", "Z"),
        "until": digest.until.isoformat().replace("+00:00", "Z"),
        **totals(digest.rows),
        "rows": as_objects(digest.rows),
        "title": alert.title,
        "body": alert.body,
    }


def channels_of(alert_channels: Sequence[str]) -> tuple[str, ...]:
    """The channels that a digest goes to; the one of the shipped rules where no policy names any."""
    return tuple(alert_channels) or ("alerts",)
