"""the first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: spelled out, not imported: a migration keeps the meaning it had when it was written
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)
ID = sa.String(13)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def only_where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "daemon_state",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_daemon_state"),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("configured", sa.Boolean(), nullable=False),
        sa.Column("first_configured_at", MOMENT, nullable=False),
        sa.Column("baseline_at", MOMENT, nullable=True),
        sa.Column("next_poll_at", MOMENT, nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_poll_at", MOMENT, nullable=True),
        sa.Column("last_success_at", MOMENT, nullable=True),
        sa.Column("last_result", sa.Text(), nullable=False),
        sa.Column("last_detail", sa.Text(), nullable=False),
        sa.Column("redirect_url", sa.Text(), nullable=True),
        sa.Column("redirect_since", MOMENT, nullable=True),
        sa.Column("blind_told_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("name", name="uq_feeds_name"),
    )
    op.create_index("ix_feeds_configured_next_poll_at", "feeds", ["configured", "next_poll_at"])

    op.create_table(
        "incidents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Text(), nullable=False),
        sa.Column("place_name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", WORD, nullable=False),
        sa.Column("level", WORD, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("weapons", sa.JSON(), nullable=False),
        sa.Column("claimed_by", sa.JSON(), nullable=False),
        sa.Column("killed", sa.Integer(), nullable=True),
        sa.Column("wounded", sa.Integer(), nullable=True),
        sa.Column("first_title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_date", "incidents", ["date"])
    op.create_index("ix_incidents_opened_at", "incidents", ["opened_at"])

    op.create_table(
        "alerts",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("level", WORD, nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name="fk_alerts_incident_id_incidents",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("incident_id", "version", name="uq_alerts_incident_id_version"),
    )
    op.create_index("ix_alerts_created_at", "alerts", ["created_at"])

    op.create_table(
        "fetch_events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("old", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_fetch_events_feed_id_feeds"),
        sa.PrimaryKeyConstraint("id", name="pk_fetch_events"),
    )
    op.create_index("ix_fetch_events_feed_id_id", "fetch_events", ["feed_id", "id"])

    op.create_table(
        "items",
        sa.Column("id", ID, nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published", MOMENT, nullable=True),
        sa.Column("date_mark", WORD, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=True),
        sa.Column("novelty", WORD, nullable=False),
        sa.Column("novelty_reason", WORD, nullable=False),
        sa.Column("copy_of", ID, nullable=True),
        sa.Column("act", WORD, nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("level", WORD, nullable=True),
        sa.Column("classification", sa.JSON(), nullable=True),
        sa.Column("tell", sa.Boolean(), nullable=True),
        sa.Column("decision", WORD, nullable=True),
        sa.Column("decision_detail", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["copy_of"],
            ["items.id"],
            name="fk_items_copy_of_items",
            ondelete="SET NULL",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_items_feed_id_feeds"),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name="fk_items_incident_id_incidents",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
    )
    op.create_index("ix_items_copy_of", "items", ["copy_of"], **only_where("copy_of IS NOT NULL"))
    op.create_index("ix_items_feed_id_first_seen", "items", ["feed_id", "first_seen"])
    op.create_index("ix_items_first_seen", "items", ["first_seen"])
    op.create_index("ix_items_incident_id", "items", ["incident_id"], **only_where("incident_id IS NOT NULL"))

    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("maybe_sent", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_deliveries_alert_id_alerts"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("alert_id", "target", name="uq_deliveries_alert_id_target"),
    )
    op.create_index("ix_deliveries_state_next_try_at", "deliveries", ["state", "next_try_at"])

    op.create_table(
        "fingerprints",
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("item_id", ID, nullable=True),
        sa.Column("text_hash", KEY, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("last_seen", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_fingerprints_feed_id_feeds"),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["items.id"],
            name="fk_fingerprints_item_id_items",
            ondelete="SET NULL",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("key", name="pk_fingerprints"),
    )
    op.create_index("ix_fingerprints_item_id", "fingerprints", ["item_id"], **only_where("item_id IS NOT NULL"))
    op.create_index("ix_fingerprints_last_seen", "fingerprints", ["last_seen"], **only_where("item_id IS NULL"))


def downgrade() -> None:
    for table in (
        "fingerprints",
        "deliveries",
        "items",
        "fetch_events",
        "alerts",
        "incidents",
        "feeds",
        "daemon_state",
    ):
        op.drop_table(table)
