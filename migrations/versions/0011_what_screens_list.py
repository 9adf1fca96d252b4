"""indexes for what screens list page by page: items by rule, act, decision and novelty, deliveries, failed polls"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

#: spelled out, not imported: a migration keeps the meaning it had when it was written
INDEXES = (
    ("ix_items_rule_first_seen", "items", ("rule", "first_seen"), "rule IS NOT NULL"),
    ("ix_items_act_first_seen", "items", ("act", "first_seen"), "act IS NOT NULL"),
    ("ix_items_decision_first_seen", "items", ("decision", "first_seen"), "decision IS NOT NULL"),
    ("ix_items_novelty_first_seen", "items", ("novelty", "first_seen"), "novelty <> 'NEW'"),
    ("ix_polls_feed_id", "polls", ("feed_id",), "result NOT IN ('fetched', 'not modified', 'same body')"),
    ("ix_incidents_last_report_at", "incidents", ("last_report_at",), ""),
    ("ix_deliveries_state_id", "deliveries", ("state", "id"), ""),
    ("ix_deliveries_address_state_ended_at", "deliveries", ("address", "state", "ended_at"), ""),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
        op.create_index(name, table, list(columns), **only)


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
