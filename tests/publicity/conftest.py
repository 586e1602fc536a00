"""Clients of the feed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from publicity.sync.copy import Copy
from registry.accounts import clients
from registry.kernel.host import Host
from registry.kernel.store import make_engine
from tests.publicity import office
from tests.publicity.office import OFFICE

Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def bearer(host: Host) -> Bearer:
    """The headers of a new API client with these scopes."""

    def issued(*scopes: str) -> dict[str, str]:
        with host.work.write(OFFICE) as session:
            _, token = clients.add_client(session, OFFICE, name=" ".join(scopes), scopes=scopes)
        return {"Authorization": f"Bearer {token}"}

    return issued


@pytest.fixture
def fetch(client: FlaskClient, bearer: Bearer) -> Callable[[str], bytes]:
    """`get(path)` of a platform's sync job that may read everything."""
    headers = bearer("feed:read", "feed:restricted")

    def get(path: str) -> bytes:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.data

    return get


@pytest.fixture
def token(host: Host) -> str:
    with host.work.write(office.OFFICE) as session:
        return clients.add_client(
            session, office.OFFICE, name="市信用平台", scopes=("feed:read", "feed:restricted", "feed:receipt")
        )[1]


@pytest.fixture
def into(tmp_path: Path) -> str:
    return str(tmp_path / "platform")


@pytest.fixture
def copy(into: str) -> Iterator[Copy]:
    copy = Copy(into)
    yield copy
    copy.close()


@pytest.fixture
def kept(into: str) -> Iterator[Engine]:
    """The copy as the platform's own programs see it."""
    Copy(into).close()
    engine = make_engine(f"sqlite:///{into}/copy.db")
    yield engine
    engine.dispose()
