"""Those who run the service see whether it lives, whether it is ready, and what it does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from registry import migrations
from registry.kernel.host import Host, build_app
from registry.kernel.secrets import Keyring
from registry.kernel.settings import Settings
from registry.part import PART as REGISTRY

OUTAGES = [
    pytest.param("sqlite:////no-such-folder/legalcredit.db", id="sqlite"),
    pytest.param("postgresql+psycopg://nobody@127.0.0.1:1/nothing", id="postgresql"),
]


def _app(home: Path, url: str) -> Flask:
    return build_app(Settings(home=home, database_url=url), (REGISTRY,))


@pytest.fixture
def bare(home: Path, bare_database_url: str) -> Iterator[Flask]:
    """The service on a database that nobody has migrated yet."""
    app = _app(home, bare_database_url)
    yield app
    app.extensions["legalcredit"].engine.dispose()


def test_the_service_is_ready_once_its_schema_is_there(bare: Flask) -> None:
    client = bare.test_client()
    assert client.get("/healthz").text == "ok\n"
    waiting = client.get("/readyz")
    assert waiting.status_code == 503
    assert "legalcredit db upgrade" in waiting.text
    host: Host = bare.extensions["legalcredit"]
    migrations.upgrade(host.engine)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready\n")


@pytest.mark.parametrize("url", OUTAGES)
def test_a_database_that_is_away_makes_it_unready_and_not_dead(home: Path, url: str) -> None:
    Keyring.open(home / "keys", origin="example.org")
    client = _app(home, url).test_client()
    client.set_cookie("legalcredit", "of-somebody-who-was-signed-in")
    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 200
    unready = client.get("/readyz")
    assert (unready.status_code, unready.text) == (503, "database: OperationalError\n")
    page = client.get("/staff/login", headers={"Authorization": "Bearer lc_unknown"})
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "数据库暂时不可用" in page.text


@pytest.mark.parametrize("bare_database_url", ["sqlite"], indirect=True)
def test_metrics_count_requests_by_route_and_status(bare: Flask) -> None:
    client = bare.test_client()
    line = 'legalcredit_requests_total{method="GET",route="/readyz",status="503"} '

    def counted() -> float:
        told = client.get("/metrics").text.splitlines()
        return next((float(each.removeprefix(line)) for each in told if each.startswith(line)), 0)

    before = counted()
    client.get("/readyz")
    client.get("/readyz?q=1")
    assert counted() == before + 2
    assert "legalcredit_request_seconds_bucket" in client.get("/metrics").text
