"""A platform that follows the feed with the sync client: what the tests of it begin with."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from publicity.sync.copy import RECORDS, Copy
from publicity.sync.follow import Client, Round
from publicity.sync.transport import Server
from registry.kernel.host import Host
from registry.ledger import book
from registry.ledger.book import Entry
from tests.publicity import office

TODAY = date(2026, 11, 20)
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def rows(kept: Engine) -> dict[str, Any]:
    with kept.connect() as connection:
        return {row.record: row for row in connection.execute(select(RECORDS))}


def fill(host: Host, count: int) -> None:
    with host.work.write(office.OFFICE) as session:
        session.act("test.fill", "test")
        made = [
            Entry("publish", session.new_id(), 1, {"kind": "permit", "n": n, "marks": []})
            for n in range(count)
        ]
        book.append(session, "public", made)


def synchronise(address: str, token: str, copy: Copy, *, today: date = TODAY, **options: Any) -> Round:
    server = Server(address, token, attempts=2, timeout=5, pause=lambda _seconds: None)
    return Client(server, copy, **options).round(today=today, receipts=True, compare=True)
