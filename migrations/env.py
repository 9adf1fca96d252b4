"""Runs the migrations on the connection that `monitor.store.upgrade` opened (and holds the lock of)."""

from __future__ import annotations

from alembic import context

from monitor.store.tables import metadata

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=metadata,
    version_table=attributes["version_table"],
    # SQLite changes a table by copying it
    render_as_batch=True,
    compare_type=True,
    # one transaction for all: an upgrade that is killed leaves the database as it was, on SQLite too
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
