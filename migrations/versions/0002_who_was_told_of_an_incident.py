"""who was told of an incident"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # empty for incidents that were told before this was noted: they are not told again
    op.add_column("incidents", sa.Column("told_to", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("incidents", "told_to")
