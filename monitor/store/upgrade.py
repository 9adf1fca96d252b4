"""The door to Alembic: makes the schema, and says whether a database has it.

`migrations/` is the only source of the schema. Its folder is found from the package, never from the working folder.
Alembic itself is loaded only where a schema is made: every start asks for the state, and 200 ms and 9 MB are much
for that.
"""

from __future__ import annotations

import io
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table

from monitor.errors import StoreError
from monitor.resources import packaged_or_beside
from monitor.store.engine import begin, open_engine, sqlite_file

if TYPE_CHECKING:
    from alembic.config import Config

#: not Alembic's usual name, which another program in the same database may use
VERSION_TABLE = "basewatch_schema"


class SchemaState(StrEnum):
    """How a database relates to this program."""

    EMPTY = "empty"
    CURRENT = "current"
    #: `basewatch db upgrade` brings it up
    OLD = "old"
    #: made by a newer program
    NEWER = "newer"
    NOT_OURS = "not ours"


def schema_state(address: str) -> SchemaState:
    """What the database at `address` holds; a file that does not exist is EMPTY and is not made."""
    engine = open_engine(address)
    file = sqlite_file(engine)
    if file is not None and (not file.exists() or file.stat().st_size == 0):
        return SchemaState.EMPTY
    try:
        with begin(engine, read_only=True) as connection:
            return _state(connection)
    finally:
        engine.dispose()


def upgrade(address: str) -> None:
    """Brings an empty or old database to the schema of this program, all or nothing; a current one stays as it is.

    Two processes may try at once: the second waits and finds the work done. Refuses a database of something else
    and one that a newer basewatch made.
    """
    engine = open_engine(address)
    try:
        with begin(engine) as connection:
            state = _state(connection)
            if state in (SchemaState.NEWER, SchemaState.NOT_OURS):
                raise StoreError(REFUSALS[state])
            if state is not SchemaState.CURRENT:
                from alembic.command import upgrade as run_upgrade

                run_upgrade(alembic_config(connection), "head")
    finally:
        engine.dispose()


REFUSALS = {
    SchemaState.OLD: "the database was made by an older basewatch; back it up, then type: basewatch db upgrade",
    SchemaState.NEWER: "the database was made by a newer basewatch; install that one, or name another database",
    SchemaState.NOT_OURS: "the database holds tables of something else; give basewatch an empty database of its own",
}


def check_schema(address: str) -> None:
    """Sets up an empty database; refuses one that does not fit this program, with the command to type."""
    state = schema_state(address)
    if state is SchemaState.EMPTY:
        upgrade(address)
    elif state is not SchemaState.CURRENT:
        raise StoreError(REFUSALS[state])


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings, made here so that no file holds a path; `connection` is what env.py works on."""
    from alembic.config import Config

    config = Config(stdout=io.StringIO())  # its default is the stream that stood there when Alembic was loaded
    config.set_main_option("script_location", str(packaged_or_beside("migrations")).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    return config


def _state(connection: Connection) -> SchemaState:
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return SchemaState.EMPTY
    if VERSION_TABLE not in tables:
        return SchemaState.NOT_OURS
    revision = connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))
    ours = revisions()
    if revision == ours[-1]:
        return SchemaState.CURRENT
    return SchemaState.OLD if revision is None or revision in ours else SchemaState.NEWER


def revisions() -> list[str]:
    """The revisions of this program, oldest first: each file in `migrations/versions` begins with its number."""
    files = (packaged_or_beside("migrations") / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)
