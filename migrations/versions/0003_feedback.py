"""what people say of what was done with an item"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: spelled out, not imported: a migration keeps the meaning it had when it was written
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)


def upgrade() -> None:
    # a copy of the item and no key to it: feedback stays when the item is pruned
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(13), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published", MOMENT, nullable=True),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("opinion", WORD, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("decision", WORD, nullable=True),
        sa.Column("alerted", sa.Boolean(), nullable=False),
        sa.Column("act", WORD, nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("level", WORD, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )


def downgrade() -> None:
    op.drop_table("feedback")
