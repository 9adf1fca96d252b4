"""polls, addresses and connectivity are called so, as everywhere else"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename("fetch_events", "polls", "target", "address")
    op.execute("UPDATE daemon_state SET key = 'connectivity' WHERE key = 'outlook'")


def downgrade() -> None:
    op.execute("UPDATE daemon_state SET key = 'outlook' WHERE key = 'connectivity'")
    _rename("polls", "fetch_events", "address", "target")


def _rename(table: str, to: str, column: str, into: str) -> None:
    op.drop_index(f"ix_{table}_feed_id_id", table)
    op.rename_table(table, to)
    op.create_index(f"ix_{to}_feed_id_id", to, ["feed_id", "id"])
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_constraint(f"uq_deliveries_alert_id_{column}", type_="unique")
        deliveries.alter_column(column, new_column_name=into)
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.create_unique_constraint(f"uq_deliveries_alert_id_{into}", ["alert_id", into])
