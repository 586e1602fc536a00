"""A conversation with a platform's database: one serializable transaction on a line of its own, cut when it takes too long.

Any database that SQLAlchemy knows will do, once its driver is installed beside the service; only PostgreSQL's and SQLite's
come along. SQL Server, which most platforms run: `pip install pymssql`, address `mssql+pymssql://user:word@host/name`.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from publicity.feed.channels.cut import cut_after


@contextmanager
def conversation(url: URL, *, timeout: float) -> Iterator[Connection]:
    """Commits on leaving. Serializable, so that two that write the same row at once leave one. Raises DBAPIError."""
    engine = create_engine(
        url,
        # The platform is asked seldom, and a line that broke must not linger.
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="SERIALIZABLE",
        connect_args=_patience(url.get_backend_name(), timeout),
    )
    with engine.connect() as connection, _cut(connection, timeout), connection.begin():
        yield connection


def check_address(text: str) -> str | None:
    """None for an address whose driver is installed."""
    try:
        make_url(text).get_dialect().import_dbapi()
    except ArgumentError:
        return "应为数据库地址，如 postgresql+psycopg://user:word@host/name"
    except ImportError:
        return "本机没有这种数据库的驱动程序；SQL Server 可安装 pymssql，地址以 mssql+pymssql:// 开头"
    return None


def _patience(backend: str, timeout: float) -> dict[str, Any]:
    """How long a driver waits, as each of them calls it."""
    seconds = max(1, round(timeout))
    return {
        "postgresql": {"connect_timeout": seconds},
        "mssql": {"timeout": seconds},
        "sqlite": {"timeout": seconds},
    }.get(backend, {})


@contextmanager
def _cut(connection: Connection, timeout: float) -> Iterator[None]:
    """Ends a conversation that takes too long where the driver itself would wait for ever."""
    if connection.dialect.driver != "psycopg":
        yield
        return
    driver: Any = connection.connection.driver_connection
    with socket.socket(fileno=os.dup(driver.fileno())) as line, cut_after(timeout, line):
        yield
