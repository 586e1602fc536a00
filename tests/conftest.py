"""The ground that every test stands on. What a test asks for by name:

- `database_url`   a database of its own with the whole schema, on SQLite and on PostgreSQL: the test runs twice. For one kind:
                   `@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`; `bare_database_url` has no schema.
- `clock`          stands at 10:00 on Friday 20 November 2026 in Shanghai until the test moves it.
- `settings`, `home`   the installation around `database_url`; its keys and files live in `home`.
- `host`, `work`   that installation with the parts of all three packages, and its units of work: every write closes with
                   its audit entry, as in service.
- `app`, `client`  the Flask application and its test client, on the same database, keys and clock.
- `sign_in`        people of the office: `clerk = sign_in("clerk")` adds somebody with these roles and signs them in to `app`;
                   then `clerk.get(path)`, `clerk.post(path, field=…)`, `clerk.actor` (see tests/people.py).
- `live_server`    the same application on a real socket; gives its address.
- `page`           a tab of the system's Chromium in Chinese, office time (pytest-playwright); fails the test on script
                   errors and breaches of the content security policy. `screenshot(page, NAME)` writes
                   build/screenshots/NAME.png.
- `legalcredit`    the command line in processes of its own, on the same installation and the real clock:
                   `legalcredit("ledger", "verify")` gives the completed process, `legalcredit.start(…)` a running one that
                   ends with the test, `legalcredit.serve()` the address of a production server that answers.

Sockets are closed except loopback and unix; a warning is an error. Tests marked `slow` run by `make slow`, those marked
`bench` by `make bench`.
"""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import ConsoleMessage, Page
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from werkzeug.serving import make_server

from publicity.app import PARTS
from registry import migrations
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host, build_app
from registry.kernel.settings import Settings
from registry.kernel.store import make_engine
from registry.kernel.work import Work
from tests.commands import Commands
from tests.people import Person, hire
from tests.services import chromium, postgresql

ROOT = Path(__file__).parents[1]
SCREENSHOTS = ROOT / "build" / "screenshots"

# The same examples for everyone where a run decides; new ones on every other run.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("explore", deadline=None, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "explore")

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server for this session, started when the first test wants it."""
    with postgresql.cluster() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> str:
    """The name of a database with the whole schema, of which each test gets a clone."""
    _on_server(postgresql_url, "CREATE DATABASE {} TEMPLATE template0", "migrated")
    _migrate(_database(postgresql_url, "migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the whole schema, of which each test gets a copy."""
    path = tmp_path_factory.mktemp("migrated") / "legalcredit.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = home / "legalcredit.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("postgresql_template")
        with _clone(request.getfixturevalue("postgresql_url"), template) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    """An empty database, for the tests of the migrations themselves."""
    if request.param == "sqlite":
        yield f"sqlite:///{home}/bare.db"
    else:
        with _clone(request.getfixturevalue("postgresql_url"), "template0") as url:
            yield url


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI))


@pytest.fixture
def environment(home: Path, database_url: str) -> dict[str, str]:
    """The variables of the installation under test, as a process of it gets them."""
    return {
        "LEGALCREDIT_HOME": str(home),
        "DATABASE_URL": database_url,
        "PORT": str(_free_port()),
        "LEGALCREDIT_LOG_LEVEL": "WARNING",
        "LEGALCREDIT_API_RATE": "1000000",
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return Settings.load(environment)


@pytest.fixture
def host(settings: Settings, clock: SetClock) -> Iterator[Host]:
    host = Host(settings, PARTS, clock=clock)
    yield host
    host.engine.dispose()


@pytest.fixture
def work(host: Host) -> Work:
    return host.work


@pytest.fixture
def engine(host: Host) -> Engine:
    return host.engine


@pytest.fixture
def app(settings: Settings, clock: SetClock) -> Iterator[Flask]:
    app = build_app(settings, PARTS, clock=clock)
    yield app
    app.extensions["legalcredit"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(host: Host, app: Flask) -> Callable[..., Person]:
    def hired(*roles: str, username: str | None = None, section: str = "律师工作处") -> Person:
        return hire(host, app.test_client(), username=username or roles[0], roles=roles, section=section)

    return hired


@pytest.fixture
def live_server(app: Flask, settings: Settings) -> Iterator[str]:
    server = make_server("127.0.0.1", settings.port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="live-server")
    thread.start()
    yield f"http://127.0.0.1:{settings.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def legalcredit(environment: dict[str, str]) -> Iterator[Commands]:
    commands = Commands(environment)
    yield commands
    commands.end()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = chromium.find()
    if found is None:
        raise RuntimeError("Chromium is not installed: run `python -m tests.services`")
    # Names outside this machine do not resolve, so that a page cannot lean on them.
    closed = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    return {"executable_path": str(found), "args": [*chromium.ARGUMENTS, closed]}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # Chromium also reports the status of a page that the test asked for on purpose, such as a 404.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def screenshot() -> Callable[[Page, str], Path]:
    def take(page: Page, name: str) -> Path:
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrations.upgrade(engine)
    engine.dispose()


@contextmanager
def _clone(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    _on_server(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
    yield _database(server, name)
    _on_server(server, "DROP DATABASE {} WITH (FORCE)", name)


def _on_server(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
