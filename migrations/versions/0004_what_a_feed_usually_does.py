"""what a feed usually does, and when it was doubted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENTS = ("newest_at", "flood_told_at", "mistrusted_at", "news_at", "silent_told_at")
COUNTS = ("crowd", "undated_crowd", "unchanged")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("feeds", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in COUNTS:
        op.add_column("feeds", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("feeds", sa.Column("longest_wait", sa.Integer(), nullable=True))
    # what the stored items show of the feeds that are read already
    op.execute(
        "UPDATE feeds SET"
        " newest_at = (SELECT max(published) FROM items WHERE items.feed_id = feeds.id AND items.date_mark = 'good'),"
        " news_at = (SELECT max(first_seen) FROM items WHERE items.feed_id = feeds.id)"
    )


def downgrade() -> None:
    for name in ("longest_wait", *COUNTS, *MOMENTS):
        op.drop_column("feeds", name)
