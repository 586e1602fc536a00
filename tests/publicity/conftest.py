"""Clients of the feed."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from registry.accounts import clients
from registry.kernel.host import Host
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
