"""The incidents of a day or a week, with pictures: what a digest tells."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from monitor.alerts.digest import in_period
from monitor.model.alert import Attachment
from monitor.model.ledger import View
from monitor.queries.formats import as_objects
from monitor.queries.ledger import LedgerEntry, entries_of
from monitor.queries.stats import spots, totals, weeks_of
from monitor.store.store import Transaction

Period = Literal["day", "week"]
LENGTH = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
#: weeks before it that the plot shows, so that a number can be judged
_BEFORE = timedelta(weeks=12)


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A period of the ledger: what happened in it, and what changed of older incidents."""

    period: Period
    since: datetime
    until: datetime
    rows: tuple[LedgerEntry, ...] = ()
    #: local dates of the incidents of the weeks before and of the period, for the plot
    days: tuple[date, ...] = ()

    @property
    def views(self) -> tuple[View, ...]:
        """Each incident once."""
        return tuple({row.incident.id: row.view for row in self.rows}.values())


def digest_of(
    tx: Transaction,
    period: Period,
    *,
    until: datetime,
    since: datetime | None = None,
    wanted: Callable[[View], bool] | None = None,
) -> Digest:
    """The incidents that happened or changed in the day or week that ends then, the latest first; `wanted`: only these.

    `since` where it begins earlier.

    Reports are read of these alone, so that it takes no longer in a ledger of many years.
    """
    since = since or until - LENGTH[period]
    # a local day can begin before that of UTC, and end after it
    known = tx.incidents((since - _BEFORE).date())
    ids = in_period(tx.changes_since(since), known, since=since, until=until)
    stored = {one.id: one for one in known if one.id in ids}
    older = [found for id in ids if id not in stored and (found := tx.incident(id)) is not None]
    rows = entries_of(tx, [*stored.values(), *(one for one in older if not one.merged_into)])
    days = [one.date for one in known if one.opened_at <= until and (wanted is None or wanted(_bare(one)))]
    return Digest(
        period=period,
        since=since,
        until=until,
        rows=tuple(row for row in rows if wanted is None or wanted(row.view)),
        days=tuple(days),
    )


def _bare(incident: Any) -> View:
    """An incident without its reports, for who asks for its places alone."""
    return View(incident=incident, reports=())


def pictures_of(digest: Digest) -> tuple[Attachment, ...]:
    """The plot of the last weeks and the map of the period, as PNG; none where nothing happened."""
    if not digest.rows:
        return ()
    from monitor.pictures.map import map_of
    from monitor.pictures.plot import plot

    title = f"Incidents by week, to {digest.until:%d %b %Y}"
    pictures = {"plot.png": plot(weeks_of(digest.days), title=title)}
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


def channels_of(asked: Sequence[str], with_digest: Sequence[str]) -> tuple[str, ...]:
    """The channels that a digest goes to: those that are asked for, else those whose policy has a digest, else the one
    of the shipped rules."""
    return tuple(asked) or tuple(with_digest) or ("alerts",)
