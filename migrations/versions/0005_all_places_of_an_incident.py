"""all places of an incident, who is blamed for it, and what its reports say of where it was"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = ("more_places", "attributed_to", "named")


def upgrade() -> None:
    # empty for incidents from before: what their reports said beyond the first place was not kept
    for name in _COLUMNS:
        op.add_column("incidents", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("incidents", name)
