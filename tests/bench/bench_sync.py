"""A first load through the stream and the sync client: time and memory, against a raw cursor and orjson over the same rows."""

import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, text

from publicity.sync.copy import Copy
from publicity.sync.follow import Client
from publicity.sync.transport import Server
from registry.accounts import clients
from registry.kernel.access import Actor
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.book import Entry
from tests.commands import Commands

OFFICE = Actor.command("bench")
COLUMNS = {"XK_WSH": "示司许决字〔2026〕第1号", "XK_NR": "准予设立" * 8}


def _fill(work: Work, count: int) -> None:
    body: dict[str, object] = {"kind": "permit", "columns": COLUMNS, "marks": [], "until": None}
    for start in range(0, count, 50_000):
        with work.write(OFFICE) as session:
            session.act("bench.fill", "bench")
            stop = min(start + 50_000, count)
            book.append(
                session,
                "public",
                [Entry("publish", session.new_id(), 1, {**body, "n": n}) for n in range(start, stop)],
            )


@pytest.mark.bench
@pytest.mark.parametrize("entries", [20_000, 1_000_000])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_first_load(
    work: Work, engine: Engine, legalcredit: Commands, tmp_path: Path, entries: int
) -> None:
    _fill(work, entries)
    with work.write(OFFICE) as session:
        _, token = clients.add_client(session, OFFICE, name="bench", scopes=["feed:read"])
    server = Server(legalcredit.serve(), token)
    bare = _seconds(lambda: _bare(engine))
    streamed = _seconds(lambda: _streamed(server))
    copy = Copy(str(tmp_path / "copy"))
    client = Client(server, copy)
    tracemalloc.start()
    traced = _seconds(lambda: client.round(today=date(2026, 11, 20), receipts=False, compare=False))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    other = Copy(str(tmp_path / "other"))
    loaded = _seconds(
        lambda: Client(server, other).round(today=date(2026, 11, 20), receipts=False, compare=False)
    )
    compared = _seconds(lambda: client.round(today=date(2026, 11, 20), receipts=False, compare=True))
    polled = _seconds(lambda: client.round(today=date(2026, 11, 20), receipts=False, compare=False))
    copy.close()
    other.close()
    print(
        f"\n{entries:,} entries: raw cursor and orjson {bare:.1f} s; the stream alone {streamed:.1f} s "
        f"({streamed / bare:.1f} x); proved and stored {loaded:.1f} s ({loaded / bare:.1f} x), {traced:.1f} s traced, "
        f"peak {peak / 1e6:.0f} MB; digests compared {compared:.1f} s; a poll with nothing new {polled * 1000:.0f} ms"
    )
    assert peak < 60_000_000


def _bare(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execution_options(yield_per=5000).execute(
            text(
                "SELECT e.position, e.leaf, b.salt, b.body FROM reg_ledger_entries e JOIN reg_ledger_bodies b"
                " ON b.book = e.book AND b.position = e.position WHERE e.book = 'public' ORDER BY e.position"
            )
        )
        for row in rows:
            orjson.dumps([row[0], bytes(row[1]).hex(), bytes(row[2]).hex(), orjson.Fragment(bytes(row[3]))])


def _streamed(server: Server) -> None:
    with server.stream("/feed/v1/entries.ndjson?start=0") as stream:
        for _ in stream.lines():
            pass


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
