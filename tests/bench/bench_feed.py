"""What a page of the feed costs by cursor age, what polling costs, and the fold, at 100,000 entries."""

import time
from collections.abc import Callable

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from registry.accounts import clients
from registry.kernel.access import Actor
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.book import Entry

ENTRIES = 100_000
OFFICE = Actor.command("bench")


@pytest.fixture
def reader(work: Work) -> dict[str, str]:
    """A full log, and the headers of a client that may read it."""
    with work.write(OFFICE) as session:
        columns = {"XK_WSH": "示司许决字〔2026〕第1号", "XK_NR": "准予设立" * 8}
        body: dict[str, object] = {"kind": "permit", "columns": columns, "marks": [], "until": None}
        restricted = {"columns": {"XK_XDR_ZJHM": "310000198403121368"}}
        session.act("bench.fill", "bench")
        book.append(
            session,
            "public",
            [Entry("publish", session.new_id(), 1, {**body, "n": n}, restricted) for n in range(ENTRIES)],
        )
        _, token = clients.add_client(session, OFFICE, name="bench", scopes=["feed:read", "feed:restricted"])
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.bench
def test_pages_polling_and_the_fold(client: FlaskClient, engine: Engine, reader: dict[str, str]) -> None:
    def get(path: str, **headers: str) -> None:
        assert client.get(path, headers={**reader, **headers}).status_code in (200, 304)

    young = _seconds(lambda: get(f"/feed/v1/entries?start={ENTRIES - 1000}&limit=1000"), 5)
    old = _seconds(lambda: get("/feed/v1/entries?start=0&limit=1000"), 5)
    bare = _seconds(lambda: _bare_page(engine), 5)
    tag = client.get(f"/feed/v1/entries?start={ENTRIES}", headers=reader).headers["ETag"]
    poll = _seconds(lambda: get(f"/feed/v1/entries?start={ENTRIES}", **{"If-None-Match": tag}), 50)
    fold = _seconds(lambda: get("/feed/v1/digests"), 1)
    print(
        f"\n{engine.dialect.name}: a page of 1,000 entries {young * 1000:.0f} ms at the head, {old * 1000:.0f} ms at the start "
        f"(bare cursor and orjson {bare * 1000:.0f} ms), a poll with nothing new {poll * 1000:.1f} ms, "
        f"digests of {ENTRIES:,} records {fold:.2f} s"
    )
    assert old < young * 2, "a page costs the same however old the cursor is"


def _bare_page(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT e.position, e.leaf, b.salt, b.body FROM reg_ledger_entries e JOIN reg_ledger_bodies b"
                " ON b.book = e.book AND b.position = e.position WHERE e.book = 'public' AND e.position < 1000"
            )
        ).all()
    orjson.dumps(
        [[row[0], bytes(row[1]).hex(), bytes(row[2]).hex(), orjson.Fragment(bytes(row[3]))] for row in rows]
    )


def _seconds(run: Callable[[], None], times: int) -> float:
    run()
    started = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - started) / times
