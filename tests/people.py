"""People of the office in front of the Flask application, as the `sign_in` fixture of tests/conftest.py makes them."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts import staff
from registry.kernel.access import Actor
from registry.kernel.host import Host

PASSWORD = "a long word for tests 2026"


class Person:
    """A member of staff at a browser of their own, signed in.

    `get` and `post` answer as the service does; `post` carries the token of a page, as a browser's form would.
    `actor` is the same person for calling a use case directly.
    """

    def __init__(self, client: FlaskClient, record: staff.Staff, actor: Actor) -> None:
        self.client = client
        self.id = record.public_id
        self.username = record.username
        self.actor = actor
        self.sign_in()

    def sign_in(self) -> None:
        """Also again, after a session has ended."""
        self._token = _token(self.client.get("/staff/login").text)
        entered = self.post("/staff/login", username=self.username, password=PASSWORD)
        assert entered.status_code == 303, entered.text
        self._token = _token(self.client.get("/staff/password").text)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Sends a form; a file is a field `(stream, file name)`."""
        return self.client.post(path, data={"csrf_token": self._token, **fields})


def hire(host: Host, client: FlaskClient, *, username: str, roles: tuple[str, ...], section: str) -> Person:
    """Adds a member of staff with `roles` and signs them in."""
    with host.work.write(Actor.command("tests")) as session:
        record = staff.add_staff(
            session,
            session.actor,
            username=username,
            name=f"测试{username}",
            section=section,
            roles=roles,
            password=PASSWORD,
        )
    return Person(client, record, record.actor(host.permissions))


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]
