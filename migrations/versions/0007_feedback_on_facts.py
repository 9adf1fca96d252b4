"""feedback says what was missed or false, and which facts were read wrongly"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column("corrections", sa.JSON(), nullable=False, server_default="[]"))
    # `wrong` was about what people got: somebody was told who should not have been, or the other way round
    op.execute("UPDATE feedback SET opinion = 'false' WHERE opinion = 'wrong' AND told AND alerted")
    op.execute("UPDATE feedback SET opinion = 'missed' WHERE opinion = 'wrong'")


def downgrade() -> None:
    # what is about facts alone would ask the rules for the opposite of what they did
    op.execute("DELETE FROM feedback WHERE opinion = 'wrong'")
    op.execute("UPDATE feedback SET opinion = 'wrong' WHERE opinion IN ('missed', 'false')")
    op.drop_column("feedback", "corrections")
