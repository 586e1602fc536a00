"""What a batch of 100,000 entries costs, beside what it cannot do without: hashing the bytes and inserting the rows."""

import time
from hashlib import sha256

import pytest
from sqlalchemy import Engine

from registry.kernel.access import Actor
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.book import Entry
from registry.ledger.verify import verify

ENTRIES = 100_000


def body(number: int) -> dict[str, object]:
    columns = {
        "XK_XDR_MC": f"示范律师事务所{number}",
        "XK_WSH": f"示司许决字〔2026〕第{number}号",
        "XK_NR": "准予设立" * 8,
    }
    return {
        "kind": "permit",
        "subject": {"id": f"subject{number}"},
        "columns": columns,
        "marks": [],
        "until": None,
    }


def floor(engine: Engine, leaves: list[bytes], bodies: list[bytes]) -> float:
    """Seconds for the same bytes hashed once (leaf, body, one tree node each) and sent by the bare driver."""
    started = time.perf_counter()
    for leaf, content in zip(leaves, bodies, strict=True):
        sha256(b"\x00" + leaf).digest()
        sha256(bytes(32) + content).hexdigest()
        sha256(bytes(65)).digest()
    mark, binary = ("?", "BLOB") if engine.dialect.name == "sqlite" else ("%s", "BYTEA")
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        for table, rows in (("bare_entries", leaves), ("bare_bodies", bodies)):
            columns = (
                f"book TEXT, position BIGINT, salt {binary}, content {binary}, PRIMARY KEY (book, position)"
            )
            cursor.execute(f"CREATE TABLE {table} ({columns})")
            values = [("public", position, bytes(32), content) for position, content in enumerate(rows)]
            cursor.executemany(f"INSERT INTO {table} VALUES ({mark}, {mark}, {mark}, {mark})", values)
    return time.perf_counter() - started


@pytest.fixture
def entries() -> list[Entry]:
    return [Entry("publish", f"record{number}", 1, body(number)) for number in range(ENTRIES)]


@pytest.mark.bench
def test_a_batch_of_100_000(work: Work, engine: Engine, entries: list[Entry]) -> None:
    started = time.perf_counter()
    with work.write(Actor.command("bench")) as session:
        session.act("ledger.bench", "bench")
        book.append(session, "public", entries)
    appended = time.perf_counter() - started

    with work.read() as session:
        stored = book.read(session, "public", start=0, limit=ENTRIES, on=session.today)
        started = time.perf_counter()
        assert verify(session, "public") == []
        verified = time.perf_counter() - started
        started = time.perf_counter()
        for index in range(0, ENTRIES, 1000):
            book.inclusion(session, "public", index, ENTRIES)
        proved = (time.perf_counter() - started) / (ENTRIES / 1000)
    bare = floor(engine, [item.leaf for item in stored], [item.body or b"" for item in stored])

    started = time.perf_counter()
    for number in range(100):
        with work.write(Actor.command("bench")) as session:
            session.act("ledger.bench", "bench")
            book.append(session, "public", [Entry("publish", f"single{number}", 1, body(number))])
    single = (time.perf_counter() - started) / 100
    print(
        f"\n{engine.dialect.name}: append {ENTRIES:,} in {appended:.1f} s = {appended / bare:.1f} × bare hashing and inserting"
        f" ({bare:.1f} s); verify {verified:.1f} s; a proof {proved * 1000:.1f} ms; a write of one entry {single * 1000:.1f} ms"
    )
