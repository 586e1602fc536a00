"""A program in front of the interfaces: it has a token and sends JSON."""

import uuid
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts import clients
from registry.kernel.access import Actor
from registry.kernel.work import Work

COMMAND = Actor.command("tests")
EVERY_SCOPE = ("registry:read", "registry:personal", "registry:write")


class Program:
    """`get` and `post` answer as the service does; a POST has a fresh Idempotency-Key unless it is given one."""

    def __init__(self, client: FlaskClient, work: Work, *scopes: str) -> None:
        with work.write(COMMAND) as session:
            record, self.token = clients.add_client(
                session, session.actor, name=session.new_id(), scopes=scopes or EVERY_SCOPE
            )
        self.id = record.public_id
        self.client = client

    def get(self, path: str, *, headers: dict[str, str] | None = None, **query: object) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.client.get(f"/api/v1{path}", headers=sent, query_string=query or None)

    def post(
        self, path: str, body: object, *, key: str | None = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or str(uuid.uuid4()),
            **(headers or {}),
        }
        return self.client.post(f"/api/v1{path}", headers=sent, json=body)

    def found(self, path: str, **query: Any) -> Any:
        """The JSON of an answer that must be 200."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def walked(self, path: str, **query: Any) -> Iterator[list[Any]]:
        """The pages of a list, to its end."""
        after: dict[str, str] = {}
        while True:
            page = self.found(path, **query, **after)
            yield page["items"]
            if page["next"] is None:
                return
            after = {"after": page["next"]}
