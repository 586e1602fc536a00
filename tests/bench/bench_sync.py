"""A first load through the stream and the sync client: time and memory, against a raw cursor and orjson over the same rows, and
against the script that a platform would write instead: a loop over the pages that stores what it reads and proves nothing.

The log is made once and kept in build/bench; the memory is that of `legalcredit sync` as a process.
"""

import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, text

from publicity.app import PARTS
from publicity.sync.copy import Copy
from publicity.sync.follow import Client
from publicity.sync.transport import Server
from registry import migrations
from registry.accounts import clients
from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from registry.kernel.store import make_engine
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.book import Entry
from tests.commands import Commands

OFFICE = Actor.command("bench")
COLUMNS = {"XK_WSH": "示司许决字〔2026〕第1号", "XK_NR": "准予设立" * 8}
TODAY = date(2026, 11, 20)
KEPT = Path(__file__).parents[2] / "build" / "bench"


def _fill(work: Work, count: int) -> None:
    body: dict[str, object] = {"kind": "permit", "columns": COLUMNS, "marks": [], "until": None}
    for start in range(0, count, 50_000):
        with work.write(OFFICE) as session:
            session.act("bench.fill", "bench")
            stop = min(start + 50_000, count)
            made = [Entry("publish", session.new_id(), 1, {**body, "n": n}) for n in range(start, stop)]
            book.append(session, "public", made)


def _environment(entries: int) -> dict[str, str]:
    home = KEPT / f"feed-{entries}"
    return {
        "LEGALCREDIT_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home}/legalcredit.db",
        "PORT": str(20_000 + entries % 9973),
        "LEGALCREDIT_LOG_LEVEL": "WARNING",
        "LEGALCREDIT_API_RATE": "1000000",
    }


def _log(entries: int) -> Host:
    """The installation with a log of that length, made at the first time."""
    environment = _environment(entries)
    home = Path(environment["LEGALCREDIT_HOME"])
    if not (home / "filled").exists():
        home.mkdir(parents=True, exist_ok=True)
        engine = make_engine(environment["DATABASE_URL"])
        migrations.upgrade(engine)
        engine.dispose()
    host = Host(Settings.load(environment), PARTS)
    if not (home / "filled").exists():
        _fill(host.work, entries)
        (home / "filled").touch()
    return host


@pytest.fixture
def commands(entries: int) -> Iterator[Commands]:
    commands = Commands(_environment(entries))
    yield commands
    commands.end()


@pytest.mark.bench
@pytest.mark.parametrize("entries", [20_000, 1_000_000])
def test_a_first_load(commands: Commands, tmp_path: Path, entries: int) -> None:
    host = _log(entries)
    with host.work.write(OFFICE) as session:
        _, token = clients.add_client(session, OFFICE, name=f"bench {time.time()}", scopes=["feed:read"])
    address = commands.serve()
    server = Server(address, token)
    bare = _seconds(lambda: _bare(host.engine))
    streamed = _seconds(lambda: _streamed(server))
    paged = _seconds(lambda: _paged(address, token, tmp_path / "paged.db"))
    peak, process = _as_a_process(commands, address, token, tmp_path / "process")
    copy = Copy(str(tmp_path / "copy"))
    client = Client(server, copy)
    loaded = _seconds(lambda: client.round(today=TODAY, receipts=False, compare=False))
    compared = _seconds(lambda: client.round(today=TODAY, receipts=False, compare=True))
    polled = _seconds(lambda: client.round(today=TODAY, receipts=False, compare=False))
    copy.close()
    host.engine.dispose()
    print(
        f"\n{entries:,} entries: raw cursor and orjson {bare:.1f} s; the stream alone {streamed:.1f} s "
        f"({streamed / bare:.1f} x); a loop over pages that proves nothing {paged:.1f} s ({paged / bare:.1f} x); proved and "
        f"stored {loaded:.1f} s ({loaded / bare:.1f} x, {loaded / paged:.2f} x the loop); digests compared {compared:.1f} s; a "
        f"poll with nothing new {polled * 1000:.0f} ms; legalcredit sync with comparison {process:.1f} s, at most {peak:.0f} MB"
    )
    assert peak < 400, "flat, however long the log is"


def _as_a_process(commands: Commands, address: str, token: str, into: Path) -> tuple[float, float]:
    """The largest resident memory in MB of a whole first load and comparison, and its seconds."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "publicity", "sync", "--from", address, "--into", str(into), "--no-receipts"],
        env={**commands.environment, "LEGALCREDIT_FEED_TOKEN": token},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / 1024, time.perf_counter() - started


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


def _paged(address: str, token: str, into: Path) -> None:
    store = sqlite3.connect(into)
    store.execute("CREATE TABLE records (record TEXT PRIMARY KEY, version INTEGER, body TEXT)")
    start, size = 0, 1
    while start < size:
        asked = urllib.request.Request(
            f"{address}/feed/v1/entries?start={start}&limit=1000",
            headers={"Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(asked) as answer:
            page = orjson.loads(answer.read())
        rows = [(entry["record"], entry["version"], orjson.dumps(entry["body"])) for entry in page["entries"]]
        with store:
            store.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", rows)
        start, size = page["next"], page["size"]
    store.close()


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
