"""Items, alerts and deliveries page by page, and what became of them in numbers: what screens and programs list.

A page begins behind a mark, the last row of the page before, so that rows that come meanwhile move nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select

from monitor.model.alert import Alert, AlertKind, DecisionReason
from monitor.model.delivery import Delivery, DeliveryState
from monitor.model.item import Novelty, StoredItem
from monitor.model.report import Act
from monitor.store.columns import names_of, value_of
from monitor.store.items import items_asked, stored_of
from monitor.store.part import TransactionPart, chunks
from monitor.store.tables import AlertRow, DeliveryRow, FeedRow, ItemRow, table_of

_ITEMS, _ALERTS, _DELIVERIES = table_of(ItemRow), table_of(AlertRow), table_of(DeliveryRow)
#: an index holds these alone; it is used where the statement says the same
_NOT_NEW: ColumnElement[bool] = literal_column("items.novelty <> 'NEW'")
_OWN = tuple(name for name in names_of(Delivery, "alert"))


@dataclass(frozen=True)
class Behind:
    """Where a page ended: the moment and the id of its last row."""

    at: datetime
    id: str


@dataclass(frozen=True, kw_only=True)
class ItemFilter:
    """Which items are asked for; what is empty or None asks nothing."""

    feed: str = ""
    act: Act | None = None
    novelty: Novelty | None = None
    decision: DecisionReason | None = None
    #: the rule that it is filed under
    rule: str = ""
    incident: str = ""
    #: first seen since then
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AlertFilter:
    """Which alerts are asked for; what is empty or None asks nothing."""

    #: a tag that it goes to
    channel: str = ""
    #: of one delivery at least
    state: DeliveryState | None = None
    incident: str = ""
    kind: AlertKind | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryFilter:
    """Which deliveries are asked for; what is empty or None asks nothing."""

    channel: str = ""
    #: `Address.key`
    address: str = ""
    state: DeliveryState | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A delivery with the times of its attempts."""

    delivery: Delivery
    tried_at: datetime | None = None
    #: when it was sent or given up
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """An address with what became of the messages to it."""

    address: str
    channel: str
    label: str
    #: since a moment that was asked for
    sent: int = 0
    gave_up: int = 0
    #: at all times
    gave_up_ever: int = 0
    #: now
    waiting: int = 0
    oldest_due: datetime | None = None
    last_ok: datetime | None = None
    last_failure: datetime | None = None
    last_error: str = ""


class PagingPart(TransactionPart):
    """Questions about many rows, of which a page is answered."""

    # -------------------------------------------------------------------------- items

    def items_page(self, wanted: ItemFilter, *, after: Behind | None = None, limit: int) -> list[StoredItem]:
        """At most `limit` items behind the mark, the newest first; none of a feed that is not known."""
        asked = items_asked().where(*self._of_items(wanted))
        page = _newest_first(asked, _ITEMS.c.first_seen, _ITEMS.c.id, after).limit(limit)
        return [stored_of(row) for row in self._connection.execute(page)]

    def count_wanted_items(self, wanted: ItemFilter, *, most: int) -> int:
        """How many items there are, counted no further than to `most`."""
        some = select(_ITEMS.c.id).where(*self._of_items(wanted)).limit(most).subquery()
        return self._connection.scalar(select(func.count()).select_from(some)) or 0

    def _of_items(self, wanted: ItemFilter) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if wanted.feed:
            number = self._connection.scalar(select(FeedRow.id).where(FeedRow.name == wanted.feed))
            found.append(_ITEMS.c.feed_id == (-1 if number is None else number))
        if wanted.act is not None:
            found.append(_ITEMS.c.act == wanted.act)
        if wanted.novelty is not None:
            found.append(_ITEMS.c.novelty == wanted.novelty)
            found += [] if wanted.novelty is Novelty.NEW else [_NOT_NEW]
        if wanted.decision is not None:
            found.append(_ITEMS.c.decision == wanted.decision)
        if wanted.rule:
            found.append(_ITEMS.c.rule == wanted.rule)
        if wanted.incident:
            found.append(_ITEMS.c.incident_id == wanted.incident)
        if wanted.since is not None:
            found.append(_ITEMS.c.first_seen >= wanted.since)
        return found

    def counts_by_rule(self, since: datetime) -> dict[str, int]:
        """How many items first seen since then are filed under each rule."""
        filed = _ITEMS.c.rule.is_not(None), _ITEMS.c.first_seen >= since
        rows = self._connection.execute(select(_ITEMS.c.rule, func.count()).where(*filed).group_by(_ITEMS.c.rule))
        return {row[0]: row[1] for row in rows}

    def untold_of_rules(self, rules: Collection[str], since: datetime, *, limit: int) -> list[StoredItem]:
        """The newest items since then that one of these rules took and of which nobody was told."""
        found = []
        for some in chunks(sorted(rules)):
            those = _ITEMS.c.rule.in_(some), _ITEMS.c.first_seen >= since, _ITEMS.c.tell.is_(False)
            asked = _newest_first(items_asked().where(*those), _ITEMS.c.first_seen, _ITEMS.c.id, None)
            found += [stored_of(row) for row in self._connection.execute(asked.limit(limit))]
        return found

    # ------------------------------------------------------------------------- alerts

    def alerts_page(
        self, wanted: AlertFilter, *, after: Behind | None = None, limit: int
    ) -> list[tuple[Alert, tuple[Delivery, ...]]]:
        """At most `limit` alerts behind the mark, the newest first, each with its deliveries."""
        asked = select(_ALERTS).where(*_of_alerts(wanted))
        page = _newest_first(asked, _ALERTS.c.created_at, _ALERTS.c.id, after).limit(limit)
        alerts = {row["id"]: Alert(**row) for row in self._connection.execute(page).mappings()}
        deliveries: dict[str, list[Delivery]] = defaultdict(list)
        for some in chunks(alerts):
            own = select(_DELIVERIES).where(_DELIVERIES.c.alert_id.in_(some)).order_by(_DELIVERIES.c.id)
            for row in self._connection.execute(own).mappings():
                alert = alerts[row["alert_id"]]
                deliveries[alert.id].append(Delivery(alert=alert, **{name: row[name] for name in _OWN}))
        return [(alert, tuple(deliveries[id])) for id, alert in alerts.items()]

    # --------------------------------------------------------------------- deliveries

    def deliveries_page(self, wanted: DeliveryFilter, *, before: str = "", limit: int) -> list[Attempt]:
        """At most `limit` deliveries with a smaller id than `before`, the last queued first."""
        times = _DELIVERIES.c.tried_at, _DELIVERIES.c.ended_at
        own = (_DELIVERIES.c[name].label(f"own_{name}") for name in _OWN)
        asked = select(_ALERTS, *own, *times).join(_ALERTS, _ALERTS.c.id == _DELIVERIES.c.alert_id)
        for column, value in (
            (_DELIVERIES.c.channel, wanted.channel),
            (_DELIVERIES.c.address, wanted.address),
            (_DELIVERIES.c.state, wanted.state),
        ):
            asked = asked.where(column == value) if value else asked
        asked = asked.where(_DELIVERIES.c.id < before) if before else asked
        rows = self._connection.execute(asked.order_by(_DELIVERIES.c.id.desc()).limit(limit)).mappings()
        return [
            Attempt(
                delivery=Delivery(alert=value_of(Alert, row), **{name: row[f"own_{name}"] for name in _OWN}),
                tried_at=row["tried_at"], ended_at=row["ended_at"],
            )
            for row in rows
        ]  # fmt: skip

    def lines(self, since: datetime) -> list[Line]:
        """Every address that was ever written to; `sent` and `gave_up` count since then."""
        known = self._connection.scalars(select(_DELIVERIES.c.address).distinct()).all()
        return [self._line(address, since) for address in sorted(known)]

    def _line(self, address: str, since: datetime) -> Line:
        own = _DELIVERIES.c.address == address
        last = select(_DELIVERIES.c.channel, _DELIVERIES.c.label).where(own).order_by(_DELIVERIES.c.id.desc())
        channel, label = self._connection.execute(last.limit(1)).one()
        waits = own, _DELIVERIES.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING))
        waiting, oldest = self._connection.execute(
            select(func.count(), func.min(_DELIVERIES.c.next_try_at)).where(*waits)
        ).one()
        failed, error = self._last_failure(own)
        return Line(
            address=address, channel=channel, label=label, waiting=waiting, oldest_due=oldest,
            sent=self._ended(own, DeliveryState.SENT, since), gave_up=self._ended(own, DeliveryState.GAVE_UP, since),
            gave_up_ever=self._ended(own, DeliveryState.GAVE_UP, None),
            last_ok=self._connection.scalar(
                select(func.max(_DELIVERIES.c.ended_at)).where(own, _DELIVERIES.c.state == DeliveryState.SENT)
            ),
            last_failure=failed, last_error=error,
        )  # fmt: skip

    def _ended(self, own: ColumnElement[bool], state: DeliveryState, since: datetime | None) -> int:
        ended = [own, _DELIVERIES.c.state == state]
        ended += [_DELIVERIES.c.ended_at >= since] if since is not None else []
        return self._connection.scalar(select(func.count()).where(*ended)) or 0

    def _last_failure(self, own: ColumnElement[bool]) -> tuple[datetime | None, str]:
        """When an attempt failed last, of those whose message did not arrive after all, and how."""
        columns = _DELIVERIES.c.last_error, _DELIVERIES.c.ended_at, _DELIVERIES.c.tried_at
        gave_up = select(*columns).where(own, _DELIVERIES.c.state == DeliveryState.GAVE_UP)
        waits = select(*columns).where(
            own, _DELIVERIES.c.state == DeliveryState.PENDING, _DELIVERIES.c.last_error != ""
        )
        latest: tuple[datetime | None, str] = (None, "")
        for asked in (gave_up.order_by(_DELIVERIES.c.ended_at.desc()), waits.order_by(_DELIVERIES.c.tried_at.desc())):
            row = self._connection.execute(asked.limit(1)).first()
            at = (row.ended_at or row.tried_at) if row is not None else None
            if row is not None and at is not None and (latest[0] is None or at > latest[0]):
                latest = at, row.last_error
        return latest


def _newest_first(
    asked: Select[Any], at: ColumnElement[datetime], id: ColumnElement[str], after: Behind | None
) -> Select[Any]:
    """The rows behind the mark; the first half of the condition is the one that an index answers."""
    if after is not None:
        asked = asked.where(at <= after.at, or_(at < after.at, id < after.id))
    return asked.order_by(at.desc(), id.desc())


def _of_alerts(wanted: AlertFilter) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(_ALERTS.c.kind == wanted.kind)
    if wanted.incident:
        found.append(_ALERTS.c.incident_id == wanted.incident)
    if wanted.since is not None:
        found.append(_ALERTS.c.created_at >= wanted.since)
    if wanted.channel or wanted.state is not None:
        own = [_DELIVERIES.c.alert_id == _ALERTS.c.id]
        own += [_DELIVERIES.c.channel == wanted.channel] if wanted.channel else []
        own += [_DELIVERIES.c.state == wanted.state] if wanted.state is not None else []
        found.append(select(_DELIVERIES.c.id).where(and_(*own)).exists())
    return found
