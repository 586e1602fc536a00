"""The database: declarative base, column types, engines. SQLite and PostgreSQL behave the same above this module."""

import json
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    create_engine,
    event,
)
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

from registry.kernel.canon import canonical

# Large enough for a ledger on PostgreSQL; SQLite only auto-increments a column declared INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")

_SWITCH = 30.0  # seconds


class Base(DeclarativeBase):
    """All tables of the service. Names are fixed, so that migrations can drop what they did not create."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes, stored in UTC. A naive one is refused: it would shift by eight hours between two hosts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """A JSON value kept as its canonical text, equal byte for byte on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return Text()


Bytes = LargeBinary


def make_engine(url: str) -> Engine:
    """An engine for `url`. On SQLite: WAL, foreign keys, a busy timeout, and transactions begun by us.

    The driver's own transactions begin late and lose updates without an error, so its isolation level is switched
    off. The execution option `unit` says how to begin: `write` takes the write lock at once, `read` refuses to write,
    `schema` writes without foreign keys: a table is changed by making it anew, and dropping the old one would empty it.
    """
    if make_url(url).get_backend_name() == "postgresql":
        return _postgresql(url)
    engine = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)
        # What is purged at the end of its term must not lie on in free pages of the file.
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        unit = connection.get_execution_options().get("unit")
        # The pool hands the same connection to readers and writers, so it is said every time.
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if unit == 'read' else 'OFF'}")
        connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if unit == 'schema' else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if unit in ("write", "schema") else "BEGIN")

    return engine


def _write_ahead(connection: Any) -> None:
    """Switches a new file to WAL, which stays with the file. The switch does not wait for another process that makes it
    at the same moment, whatever the busy timeout, so it is asked for again."""
    deadline = time.monotonic() + _SWITCH
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _postgresql(url: str) -> Engine:
    # Parameters are hidden because an exception's text ends in logs and they are people's names and numbers.
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=16,
        hide_parameters=True,
        connect_args={"connect_timeout": 10},
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # As long as SQLite's busy timeout: a visitor waits half a minute at most, and hears of it then.
        connection.execute("SET lock_timeout = '30s'")
        connection.commit()

    return engine
