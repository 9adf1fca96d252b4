"""The tables, in the words of the trade. The schema itself is made by `migrations/` and by nothing else."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, ClassVar, cast, get_type_hints

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Table, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from monitor.model.alert import Alert, AlertKind, Attachment, DecisionReason
from monitor.model.attention import Ack, Deed, HeldBack, Matchers, Silence
from monitor.model.delivery import Delivery, DeliveryState
from monitor.model.feed import FeedState, Poll
from monitor.model.feedback import Correction, Feedback
from monitor.model.incident import Incident
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem
from monitor.model.ledger import (
    Change,
    ChangeReason,
    ChannelState,
    Detail,
    Held,
    ItemVersion,
    Notification,
    Report,
    Ruling,
    Told,
)
from monitor.model.place import Place
from monitor.model.report import Act, Classification, Facts, Level, RuleTaken
from monitor.store.columns import BigKey, Frozen, PlainText, UtcDateTime, Word

Id = Annotated[str, mapped_column(String(13))]
FeedId = Annotated[int, mapped_column(ForeignKey("feeds.id"))]
#: deferred: what is written together may name each other in any order
IncidentId = Annotated[str, mapped_column(ForeignKey("incidents.id", deferrable=True, initially="DEFERRED"))]
ItemId = Annotated[
    str, mapped_column(String(13), ForeignKey("items.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED"))
]


#: of an item, or `import:…`; no foreign key: a report outlives its item
ReportId = Annotated[str, mapped_column(String(26))]


class TableRow(DeclarativeBase):
    """Base of all tables; constraints have names, so that SQLite's can be changed by a migration too.

    A row class has a column for each field of the model's values that it is `of`. It spells out those that are more
    than their value (keys, references) or that statements name.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: PlainText,
        datetime: UtcDateTime,
        Enum: Word,
        **{
            shape: Frozen(shape)
            for shape in (
                tuple[str, ...],
                tuple[datetime, ...],
                tuple[Place, ...],
                tuple[Correction, ...],
                tuple[Attachment, ...],
                tuple[RuleTaken, ...],
                tuple[ChangeReason, ...],
                tuple[Detail, ...],
                Classification,
                Facts,
                Told,
                Matchers,
            )
        },
    }

    def __init_subclass__(cls, *, of: tuple[type, ...] = (), without: tuple[str, ...] = (), **others: Any) -> None:
        for shape in of:
            for name, hint in get_type_hints(shape).items():
                if name not in without:
                    cls.__annotations__.setdefault(name, cast(Any, Mapped)[hint])
        super().__init_subclass__(**others)


metadata = TableRow.metadata


def table_of(row: type[TableRow]) -> Table:
    """The table behind a row class, for statements about whole rows of it."""
    return cast(Table, row.__table__)


def _partial(*columns: str, where: str) -> Index:
    """An index of the few rows that are ever looked for by these columns."""
    return Index(None, *columns, sqlite_where=text(where), postgresql_where=text(where))


class FeedRow(TableRow, of=(FeedState,), without=("feed_id",)):
    """A feed of feeds.yaml with its state between polls. It stays when it leaves the file: items belong to it."""

    __tablename__ = "feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    publisher: Mapped[str]
    language: Mapped[str | None]
    #: stands in the feeds file now
    configured: Mapped[bool]
    #: for people who look into the database: how long this feed has been asked
    first_configured_at: Mapped[datetime]
    next_poll_at: Mapped[datetime | None]
    last_poll_at: Mapped[datetime | None]
    last_result: Mapped[str]
    layout: Mapped[str]
    rhythm: Mapped[str]

    __table_args__ = (Index(None, "configured", "next_poll_at"),)


class PollRow(TableRow, of=(Poll,)):
    """What a poll came to; the last few of each feed."""

    __tablename__ = "polls"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    feed_id: Mapped[FeedId]

    # the polls that did not go well are few, and are looked for among all
    __table_args__ = (
        Index(None, "feed_id", "id"),
        _partial("feed_id", where="result NOT IN ('fetched', 'not modified', 'same body')"),
    )


class ItemRow(TableRow, of=(Item, StoredItem), without=("feed", "item")):
    """An article as one feed gave it, with what was decided about it. SEEN ones have no row."""

    __tablename__ = "items"

    id: Mapped[Id] = mapped_column(primary_key=True)
    feed_id: Mapped[FeedId]
    url: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    language: Mapped[str | None]
    published: Mapped[datetime | None]
    first_seen: Mapped[datetime]
    novelty: Mapped[Novelty]
    novelty_reason: Mapped[NoveltyReason]
    copy_of: Mapped[ItemId | None]
    # of the classification, which is kept whole as well: to be counted
    act: Mapped[Act | None]
    rule: Mapped[str | None]
    level: Mapped[Level | None]
    tell: Mapped[bool | None]
    decision: Mapped[DecisionReason | None]
    decision_detail: Mapped[str]
    incident_id: Mapped[IncidentId | None]

    __table_args__ = (
        Index(None, "feed_id", "first_seen"),
        Index(None, "first_seen"),
        _partial("incident_id", where="incident_id IS NOT NULL"),
        _partial("copy_of", where="copy_of IS NOT NULL"),
        # pages of them, the newest first
        _partial("rule", "first_seen", where="rule IS NOT NULL"),
        _partial("act", "first_seen", where="act IS NOT NULL"),
        _partial("decision", "first_seen", where="decision IS NOT NULL"),
        _partial("novelty", "first_seen", where="novelty <> 'NEW'"),
    )


class FingerprintRow(TableRow):
    """One identity key. It outlives its item as a tombstone, so that an article that comes back is not news again."""

    __tablename__ = "fingerprints"

    key: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    feed_id: Mapped[FeedId]
    item_id: Mapped[ItemId | None]
    text_hash: Mapped[int] = mapped_column(BigKey)
    first_seen: Mapped[datetime]
    #: a day only: an entry that stays in its document costs one write a day, not one a poll
    last_seen: Mapped[date]

    __table_args__ = (
        _partial("item_id", where="item_id IS NOT NULL"),
        _partial("last_seen", where="item_id IS NULL"),
    )


class IncidentRow(TableRow, of=(Incident,)):
    """One attack on one place (a salvo: on several) in one local-date window."""

    __tablename__ = "incidents"

    id: Mapped[str] = mapped_column(primary_key=True)
    date: Mapped[date]
    opened_at: Mapped[datetime]
    last_report_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "date"),
        Index(None, "opened_at"),
        Index(None, "last_report_at"),
        _partial("merged_into", where="merged_into <> ''"),
    )


class ReportRow(TableRow, of=(Report,)):
    """What one item says of one incident. It holds all that it needs, for it outlives the item."""

    __tablename__ = "reports"

    id: Mapped[ReportId] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]

    __table_args__ = (Index(None, "incident_id", "seen_at"),)


class IncidentPlaceRow(TableRow):
    """One place of an incident, to find incidents by."""

    __tablename__ = "incident_places"

    incident_id: Mapped[IncidentId] = mapped_column(primary_key=True)
    place_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    country: Mapped[str]

    __table_args__ = (Index(None, "place_id"), Index(None, "country"))


class IncidentVersionRow(TableRow, of=(Change,)):
    """One version of an incident: the revision log."""

    __tablename__ = "incident_versions"

    incident_id: Mapped[IncidentId] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    report: Mapped[ReportId]

    __table_args__ = (Index(None, "at"),)


class NotificationRow(TableRow, of=(Notification,)):
    """What a channel was told last of an incident."""

    __tablename__ = "notifications"

    incident_id: Mapped[IncidentId] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    #: no foreign key: an alert that was addressed to nobody is forgotten
    alert_id: Mapped[Id]
    taken_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    acked_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "alert_id"), _partial("channel", where="acked_at IS NULL"))


class HeldRow(TableRow, of=(Held,)):
    """An incident of which a channel is told later."""

    __tablename__ = "held"

    incident_id: Mapped[IncidentId] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    why: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime]
    due_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "due_at"),)


class AckRow(TableRow, of=(Ack,)):
    """Who took notice of an incident, and whether a later change broke that."""

    __tablename__ = "acks"

    incident_id: Mapped[IncidentId] = mapped_column(primary_key=True)


class SilenceRow(TableRow, of=(Silence,), without=("held_back",)):
    """What channels are not told of for a while."""

    __tablename__ = "silences"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    ends: Mapped[datetime]

    #: the log of deeds names silences by number: one that is gone leaves its number to no other
    __table_args__ = (Index(None, "ends"), {"sqlite_autoincrement": True})


class HeldBackRow(TableRow, of=(HeldBack,)):
    """A message that a silence kept from a channel; it goes with the silence."""

    __tablename__ = "held_back"

    silence: Mapped[int] = mapped_column(BigKey, ForeignKey("silences.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (Index(None, "incident_id"),)


class DeedRow(TableRow, of=(Deed,), without=("what",)):
    """What a person did; kept for good."""

    __tablename__ = "deeds"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    what: Mapped[str] = mapped_column(String(40))
    before: Mapped[Any] = mapped_column(JSON(none_as_null=True))


class ItemVersionRow(TableRow, of=(ItemVersion,)):
    """The text of an item as it was before an edit; it goes with the item."""

    __tablename__ = "item_versions"

    item_id: Mapped[Id] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)


class RulingRow(TableRow, of=(Ruling,)):
    """What a person put right: two incidents that are one, or that never meet."""

    __tablename__ = "identity_rulings"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    one: Mapped[str]
    other: Mapped[str]
    item_id: Mapped[ReportId | None]

    __table_args__ = (Index(None, "one"), Index(None, "other"))


class ChannelStateRow(TableRow, of=(ChannelState,)):
    """What is remembered of a channel beside its incidents."""

    __tablename__ = "channel_state"

    channel: Mapped[str] = mapped_column(primary_key=True)


class AlertRow(TableRow, of=(Alert,)):
    """A message about one version of one incident, or a notice to the operator."""

    __tablename__ = "alerts"

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[AlertKind]
    incident_id: Mapped[IncidentId | None]
    audience: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("incident_id", "version", "audience"), Index(None, "created_at"))


class DeliveryRow(TableRow, of=(Delivery,), without=("alert",)):
    """One alert to one address: the outbox."""

    __tablename__ = "deliveries"

    id: Mapped[Id] = mapped_column(primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"))
    state: Mapped[DeliveryState]
    #: when the last attempt began
    tried_at: Mapped[datetime | None]
    #: when it was sent or given up: evidence for people, nothing here asks for it
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("alert_id", "address"),
        Index(None, "state", "next_try_at"),
        Index(None, "state", "id"),
        Index(None, "address", "state", "ended_at"),
    )


class FeedbackRow(TableRow, of=(Item, Feedback), without=("item",)):
    """What a person says of what was done with an item, beside a copy of the item: it outlives pruning."""

    __tablename__ = "feedback"

    #: of the item; no foreign key, the item may be gone
    id: Mapped[Id] = mapped_column(primary_key=True)


class DaemonStateRow(TableRow):
    """What the daemon leaves for `health` and for its next start: heartbeat, connectivity, edited files."""

    __tablename__ = "daemon_state"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
