"""One linear history of the whole schema. The tables are handed in; nothing here imports the packages that own them."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, func, select, text

# Any number of our own; PostgreSQL only compares it.
_UPGRADE = 7205759403792


def upgrade(engine: Engine) -> None:
    """Brings the schema to the newest revision, in one transaction; safe to repeat, and for two processes at once.

    Raises BrokenReference, and changes nothing, if a row would be left that names another which is not there.
    """
    with engine.execution_options(unit="schema").begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two would both find the old revision and create the same tables. SQLite's write lock is held already.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE)))
        command.upgrade(_config(connection), "head")
        if connection.dialect.name == "sqlite":
            # Foreign keys were not watched meanwhile.
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise BrokenReference(f"{broken[0]} -> {broken[2]}")


class BrokenReference(Exception):
    """Rows of one table name rows of another that are not there, as `table -> table`."""


def draft(engine: Engine, metadata: MetaData, message: str) -> None:
    """Writes a new revision from the difference between `metadata` and the schema of `engine`."""
    with engine.connect() as connection:
        config = _config(connection)
        config.attributes["metadata"] = metadata
        command.revision(config, message, autogenerate=True)


def revision(connection: Connection) -> str | None:
    """The revision that the schema is at, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def pending(connection: Connection) -> bool:
    """True while the schema is not at the newest revision."""
    return revision(connection) != newest()


@cache
def newest() -> str | None:
    """The revision that this program was built for."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
