"""`basewatch db`."""

from __future__ import annotations

from monitor.cli.begin import settings
from monitor.cli.render import out


def about() -> None:
    """The database: bring it up to this version.

    BASEWATCH_DATABASE_URL says which one: SQLite or PostgreSQL.

    Example:
      basewatch db upgrade
    """


def upgrade() -> None:
    """Bring the database to the form that this version needs; back it up first.

    A database that is up to date stays as it is; one that a newer version made is refused.

    Example:
      basewatch db upgrade
    """
    from monitor.config.database import without_secrets
    from monitor.store.upgrade import schema_state
    from monitor.store.upgrade import upgrade as bring_up

    found = settings()
    before = schema_state(found.database_url)
    bring_up(found.database_url)
    out(f"{without_secrets(found.database_url)}: was {before}, is {schema_state(found.database_url)}")
