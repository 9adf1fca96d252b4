"""when a feed is asked again and why, what reading it costs, and why entries of a poll did not become news"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: spelled out, not imported: a migration keeps the meaning it had when it was written
WORDS = ("rhythm", "pace", "layout")
COUNTS = ("too_old", "flood", "backfill", "told_from_crowd", "over_cap")


def upgrade() -> None:
    for name in WORDS:
        op.add_column("feeds", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("feeds", sa.Column("wakes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("feeds", sa.Column("made_anew_every", sa.Integer(), nullable=True))
    op.add_column("feeds", sa.Column("cost_ms", sa.Integer(), nullable=False, server_default="0"))
    for name in COUNTS:
        op.add_column("polls", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for name in reversed(COUNTS):
        op.drop_column("polls", name)
    for name in ("cost_ms", "made_anew_every", "wakes_at", *reversed(WORDS)):
        op.drop_column("feeds", name)
