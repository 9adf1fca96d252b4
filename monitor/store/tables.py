"""The tables, in the words of the trade. The schema itself is made by `migrations/` and by nothing else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import JSON, Date, ForeignKey, Index, MetaData, String, Table, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from monitor.model.alert import AlertKind, DecisionReason
from monitor.model.delivery import DeliveryState
from monitor.model.document import DateMark
from monitor.model.feedback import Opinion
from monitor.model.item import Novelty, NoveltyReason
from monitor.model.place import Place
from monitor.model.report import Act, Classification, Level
from monitor.store.columns import BigKey, Frozen, PlainText, UtcDateTime, Word

Words = Frozen(tuple[str, ...])
Id = String(13)


class Row(DeclarativeBase):
    """Base of all tables; constraints have names, so that SQLite's can be changed by a migration too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


metadata = Row.metadata


def table_of(row: type[Row]) -> Table:
    """The table behind a row class, for statements about whole rows of it."""
    return cast(Table, row.__table__)


def _partial(column: str, *, where: str) -> Index:
    """An index of the few rows that are ever looked for by this column."""
    return Index(None, column, sqlite_where=text(where), postgresql_where=text(where))


class FeedRow(Row):
    """A feed of feeds.yaml with its state between polls. It stays when it leaves the file: items belong to it."""

    __tablename__ = "feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(PlainText, unique=True)
    url: Mapped[str] = mapped_column(PlainText)
    publisher: Mapped[str] = mapped_column(PlainText)
    language: Mapped[str | None] = mapped_column(PlainText)
    #: stands in the feeds file now
    configured: Mapped[bool]
    #: for people who look into the database: how long this feed has been asked
    first_configured_at: Mapped[datetime] = mapped_column(UtcDateTime)
    baseline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_poll_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    etag: Mapped[str | None] = mapped_column(PlainText)
    last_modified: Mapped[str | None] = mapped_column(PlainText)
    body_hash: Mapped[str | None] = mapped_column(PlainText)
    failures: Mapped[int]
    last_poll_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_result: Mapped[str] = mapped_column(PlainText)
    last_detail: Mapped[str] = mapped_column(PlainText)
    redirect_url: Mapped[str | None] = mapped_column(PlainText)
    redirect_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blind_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    newest_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    crowd: Mapped[int] = mapped_column(server_default="0")
    undated_crowd: Mapped[int] = mapped_column(server_default="0")
    flood_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unchanged: Mapped[int] = mapped_column(server_default="0")
    mistrusted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    news_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    longest_wait: Mapped[int | None]
    silent_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "configured", "next_poll_at"),)


class PollRow(Row):
    """What a poll came to; the last few of each feed."""

    __tablename__ = "polls"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    result: Mapped[str] = mapped_column(PlainText)
    detail: Mapped[str] = mapped_column(PlainText)
    ms: Mapped[int]
    entries: Mapped[int]
    new: Mapped[int]
    updated: Mapped[int]
    copies: Mapped[int]
    old: Mapped[int]
    dropped: Mapped[int]

    __table_args__ = (Index(None, "feed_id", "id"),)


class ItemRow(Row):
    """An article as one feed gave it, with what was decided about it. SEEN ones have no row."""

    __tablename__ = "items"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id"))
    guid: Mapped[str] = mapped_column(PlainText)
    url: Mapped[str] = mapped_column(PlainText)
    canonical_url: Mapped[str] = mapped_column(PlainText)
    title: Mapped[str] = mapped_column(PlainText)
    summary: Mapped[str] = mapped_column(PlainText)
    body: Mapped[str] = mapped_column(PlainText)
    publisher: Mapped[str] = mapped_column(PlainText)
    language: Mapped[str | None] = mapped_column(PlainText)
    published: Mapped[datetime | None] = mapped_column(UtcDateTime)
    date_mark: Mapped[DateMark] = mapped_column(Word(DateMark))
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    novelty: Mapped[Novelty] = mapped_column(Word(Novelty))
    novelty_reason: Mapped[NoveltyReason] = mapped_column(Word(NoveltyReason))
    # deferred: items of one poll may name each other in any order
    copy_of: Mapped[str | None] = mapped_column(
        Id, ForeignKey("items.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED")
    )
    act: Mapped[Act | None] = mapped_column(Word(Act))
    rule: Mapped[str | None] = mapped_column(PlainText)
    level: Mapped[Level | None] = mapped_column(Word(Level))
    #: the whole classification; act, rule and level stand beside it to be counted
    classification: Mapped[Classification | None] = mapped_column(Frozen(Classification))
    tell: Mapped[bool | None]
    decision: Mapped[DecisionReason | None] = mapped_column(Word(DecisionReason))
    decision_detail: Mapped[str] = mapped_column(PlainText)
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incidents.id", deferrable=True, initially="DEFERRED"))

    __table_args__ = (
        Index(None, "feed_id", "first_seen"),
        Index(None, "first_seen"),
        _partial("incident_id", where="incident_id IS NOT NULL"),
        _partial("copy_of", where="copy_of IS NOT NULL"),
    )


class FingerprintRow(Row):
    """One identity key. It outlives its item as a tombstone, so that an article that comes back is not news again."""

    __tablename__ = "fingerprints"

    key: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id"))
    # deferred: keys may be remembered before the item is added
    item_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("items.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED")
    )
    text_hash: Mapped[int] = mapped_column(BigKey)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    #: a day only: an entry that stays in its document costs one write a day, not one a poll
    last_seen: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        _partial("item_id", where="item_id IS NOT NULL"),
        _partial("last_seen", where="item_id IS NULL"),
    )


class IncidentRow(Row):
    """One attack on one place (a salvo: on several) in one local-date window."""

    __tablename__ = "incidents"

    id: Mapped[str] = mapped_column(PlainText, primary_key=True)
    place_id: Mapped[str] = mapped_column(PlainText)
    place_name: Mapped[str] = mapped_column(PlainText)
    country: Mapped[str] = mapped_column(PlainText)
    more_places: Mapped[tuple[Place, ...]] = mapped_column(Frozen(tuple[Place, ...]), server_default="[]")
    date: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]
    act: Mapped[Act] = mapped_column(Word(Act))
    level: Mapped[Level] = mapped_column(Word(Level))
    told: Mapped[bool]
    told_to: Mapped[tuple[str, ...]] = mapped_column(Words, server_default="[]")
    weapons: Mapped[tuple[str, ...]] = mapped_column(Words)
    claimed_by: Mapped[tuple[str, ...]] = mapped_column(Words)
    attributed_to: Mapped[tuple[str, ...]] = mapped_column(Words, server_default="[]")
    named: Mapped[tuple[str, ...]] = mapped_column(Words, server_default="[]")
    killed: Mapped[int | None]
    wounded: Mapped[int | None]
    first_title: Mapped[str] = mapped_column(PlainText)

    __table_args__ = (Index(None, "date"), Index(None, "opened_at"))


class AlertRow(Row):
    """A message about one version of one incident, or a notice to the operator."""

    __tablename__ = "alerts"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[AlertKind] = mapped_column(Word(AlertKind))
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incidents.id", deferrable=True, initially="DEFERRED"))
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(PlainText)
    level: Mapped[Level] = mapped_column(Word(Level))
    rule: Mapped[str | None] = mapped_column(PlainText)
    channels: Mapped[tuple[str, ...]] = mapped_column(Words)
    title: Mapped[str] = mapped_column(PlainText)
    body: Mapped[str] = mapped_column(PlainText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("incident_id", "version"), Index(None, "created_at"))


class DeliveryRow(Row):
    """One alert to one address: the outbox."""

    __tablename__ = "deliveries"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"))
    address: Mapped[str] = mapped_column(PlainText)
    channel: Mapped[str] = mapped_column(PlainText)
    label: Mapped[str] = mapped_column(PlainText)
    state: Mapped[DeliveryState] = mapped_column(Word(DeliveryState))
    attempts: Mapped[int]
    maybe_sent: Mapped[int]
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(PlainText)
    #: when the last attempt began
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when it was sent or given up: evidence for people, nothing here asks for it
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("alert_id", "address"), Index(None, "state", "next_try_at"))


class FeedbackRow(Row):
    """What a person says of what was done with an item, beside a copy of the item: it outlives pruning."""

    __tablename__ = "feedback"

    #: of the item; no foreign key, the item may be gone
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(PlainText)
    summary: Mapped[str] = mapped_column(PlainText)
    body: Mapped[str] = mapped_column(PlainText)
    url: Mapped[str] = mapped_column(PlainText)
    feed: Mapped[str] = mapped_column(PlainText)
    publisher: Mapped[str] = mapped_column(PlainText)
    language: Mapped[str | None] = mapped_column(PlainText)
    published: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    opinion: Mapped[Opinion] = mapped_column(Word(Opinion))
    note: Mapped[str] = mapped_column(PlainText)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told: Mapped[bool]
    decision: Mapped[DecisionReason | None] = mapped_column(Word(DecisionReason))
    alerted: Mapped[bool]
    act: Mapped[Act] = mapped_column(Word(Act))
    rule: Mapped[str | None] = mapped_column(PlainText)
    level: Mapped[Level | None] = mapped_column(Word(Level))


class DaemonStateRow(Row):
    """What the daemon leaves for `health` and for its next start: heartbeat, outlook, configuration problem."""

    __tablename__ = "daemon_state"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
