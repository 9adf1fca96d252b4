"""acknowledgements, silences with matchers in place of mutes, what they held back, and the log of what people did"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "acks",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("broken_at", MOMENT, nullable=True),
        sa.Column("broken_by", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_acks_incident_id_incidents", initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("incident_id", name="pk_acks"),
    )  # fmt: skip
    op.create_table(
        "silences",
        sa.Column("id", KEY, nullable=False),
        sa.Column("matchers", JSON, nullable=False),
        sa.Column("starts", MOMENT, nullable=False),
        sa.Column("ends", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("warned_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        # the log of deeds names silences by number: one that is gone leaves its number to no other
        sqlite_autoincrement=True,
    )
    op.create_index("ix_silences_ends", "silences", ["ends"])
    op.create_table(
        "held_back",
        sa.Column("silence", KEY, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.ForeignKeyConstraint(["silence"], ["silences.id"], name="fk_held_back_silence_silences", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("silence", "channel", "incident_id", "version", "item_id", name="pk_held_back"),
    )
    op.create_index("ix_held_back_incident_id", "held_back", ["incident_id"])
    op.create_table(
        "deeds",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deeds"),
    )
    _from_mutes()
    op.drop_index("ix_mutes_until", "mutes")
    op.drop_table("mutes")


def _from_mutes() -> None:
    """Each mute is a silence of its incident or rule; who made it was not written down."""
    metadata, connection = sa.MetaData(), op.get_bind()
    mutes, silences = (sa.Table(name, metadata, autoload_with=connection) for name in ("mutes", "silences"))
    for row in connection.execute(sa.select(mutes).order_by(mutes.c.at, mutes.c.target)).mappings().all():
        kept = {"at": row["at"], "starts": row["at"], "ends": row["until"], "note": row["note"]}
        matchers = {row["kind"]: row["target"]}
        connection.execute(sa.insert(silences).values(**kept, matchers=matchers, by="", ended_by=""))


def downgrade() -> None:
    op.create_table(
        "mutes",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "target", name="pk_mutes"),
    )
    op.create_index("ix_mutes_until", "mutes", ["until"])
    _to_mutes()
    for table in ("deeds", "held_back", "silences", "acks"):
        op.drop_table(table)


def _to_mutes() -> None:
    """Of the silences those that a mute can say: of one incident or one rule alone, the latest end of each."""
    metadata, connection = sa.MetaData(), op.get_bind()
    mutes, silences = (sa.Table(name, metadata, autoload_with=connection) for name in ("mutes", "silences"))
    kept: dict[tuple[str, str], dict[str, object]] = {}
    wanted = sa.select(silences).where(silences.c.ended_at.is_(None)).order_by(silences.c.ends)
    for row in connection.execute(wanted).mappings():
        matchers = {name: value for name, value in row["matchers"].items() if value}
        if len(matchers) == 1 and (kind := next(iter(matchers))) in ("incident", "rule"):
            values = {"until": row["ends"], "at": row["at"], "note": row["note"]}
            kept[kind, matchers[kind]] = {"kind": kind, "target": matchers[kind], **values}
    if kept:
        connection.execute(sa.insert(mutes), list(kept.values()))
