"""The public site among a million practitioners, under load from a second process.

    python -m tests.bench.bench_site [PRACTITIONERS] [DATABASE_URL] [FOLDER]

For each kind of page: answers a second and the slowest of a hundred, by the production server with one worker, and by a bare
Flask view under the same server that runs the same SQL (tests.bench.bare); then both as ratios. FOLDER keeps the data, so that
a second run need not make it again.
"""

import json
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection

from publicity.app import PARTS
from registry import migrations
from registry.kernel.access import Actor
from registry.kernel.host import Host, build_app
from registry.kernel.settings import Settings
from registry.roster.search import _Place
from tests.bench import bench_search

PER_FIRM = 20
"""Of the names that bench_search writes, the first of so many is a firm; the others practise there."""
PAGE = 20
SAMPLE = 100
SECONDS = 6.0
CONNECTIONS = 8
THREADS = 4


class Figure(NamedTuple):
    """Of one kind of page: answers a second, the slowest of a hundred in milliseconds, bytes of an answer on the line."""

    rate: float
    p99: float
    weight: int


def fill(host: Host, practitioners: int) -> None:
    """A register of so many people at firms of nineteen, in bulk: none of the histories that enrolment keeps."""
    with host.work.write(Actor.command("bench")) as session:
        bench_search.fill(session, practitioners * PER_FIRM // (PER_FIRM - 1))
        for statement in (
            f"UPDATE reg_licences SET organisation_id = practitioner_id - ((practitioner_id - 1) % {PER_FIRM})",
            (
                "INSERT INTO reg_engagements (id, licence_id, practitioner_id, organisation_id, since)"
                " SELECT id, id, practitioner_id, organisation_id, granted_on FROM reg_licences"
            ),
            (
                "INSERT INTO reg_licence_states (id, licence_id, state, since)"
                " SELECT id, id, state, state_since FROM reg_licences"
            ),
            (
                "INSERT INTO reg_organisation_states (id, organisation_id, state, since)"
                " SELECT id, id, state, state_since FROM reg_organisations"
            ),
        ):
            session.execute(text(statement))
        session.act("bench", "site")
    with host.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))


def paths(engine: Engine, practitioners: int) -> dict[str, list[str]]:
    """What is asked for, by kind of page; people and words by chance, the same every time."""
    chance = Random("site")
    with engine.connect() as connection:
        last = connection.scalar(text("SELECT max(id) FROM reg_practitioners")) or 1
        ids = {chance.randrange(1, last) for _ in range(SAMPLE * 2)}
        people = connection.execute(
            text(f"SELECT public_id, name FROM reg_practitioners WHERE id IN ({','.join(map(str, ids))})")
        ).all()[:SAMPLE]
    names = [row.name[:2] for row in people]
    syllables = ("zhang", "liu", "wangm", "chens", "zhs", "mlls", "lihu", "zhaoy")
    # Names of firms stand between those of people.
    behind = min(9_999 * PAGE, practitioners * 9 // 10) * PER_FIRM // (PER_FIRM - 1)
    return {
        "person page": [f"/practitioners/{row.public_id}" for row in people],
        "person JSON": [f"/practitioners/{row.public_id}.json" for row in people],
        "two characters": [f"/search?q={_quoted(name)}" for name in names],
        "pinyin": [f"/search?q={word}" for word in syllables],
        "suggestions": [f"/search/suggest.json?q={_quoted(name)}" for name in names],
        "list page 1": ["/search?kind=lawyer"],
        "list page 10,000": [f"/search?kind=lawyer&after={_Place(1, behind)}"],
    }


def _quoted(word: str) -> str:
    return quote(word)


def asked_by(home: Path, url: str, pages: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, Any]]]:
    """What each page asks the database, in the words of the driver."""
    app = build_app(_settings(home, url), PARTS)
    found: dict[str, list[tuple[str, Any]]] = {}
    asked: list[tuple[str, Any]] = []

    def heard(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    engine = app.extensions["legalcredit"].engine
    client = app.test_client()
    for path in (path for listed in pages.values() for path in listed):
        # The first answer reads what is kept for all later ones.
        client.get(path)
        asked.clear()
        event.listen(engine, "before_cursor_execute", heard)
        assert client.get(path).status_code == 200, path
        event.remove(engine, "before_cursor_execute", heard)
        found[path] = list(asked)
    engine.dispose()
    return found


def _settings(home: Path, url: str) -> Settings:
    return Settings.load(_environment(home, url))


def _environment(home: Path, url: str) -> dict[str, str]:
    return {"LEGALCREDIT_HOME": str(home), "DATABASE_URL": url, "LEGALCREDIT_LOG_LEVEL": "ERROR"}


@contextmanager
def _serving(command: Sequence[str], environment: Mapping[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        command, env={**os.environ, **environment, "PORT": str(port)}, stdout=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _loaded(port: int, listed: Sequence[str]) -> Figure:
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(SECONDS), str(CONNECTIONS)]
    told = json.loads(
        subprocess.run(command, input="\n".join(listed), capture_output=True, text=True, check=True).stdout
    )
    return Figure(told["answers"] / told["seconds"], told["p99"], told["bytes"])


def run(url: str, practitioners: int, home: Path) -> Iterator[tuple[str, Figure, Figure, int]]:
    """(kind of page, ours, bare, statements of a page) for each kind."""
    host = Host(_settings(home, url), PARTS)
    migrations.upgrade(host.engine)
    with host.engine.connect() as connection:
        empty = connection.scalar(text("SELECT count(*) FROM reg_names")) == 0
    if empty:
        fill(host, practitioners)
    pages = paths(host.engine, practitioners)
    host.engine.dispose()
    asked = asked_by(home, url, pages)
    statements = home / "statements.pickle"
    statements.write_bytes(pickle.dumps(asked))
    folder = Path(sys.executable).parent
    environment = {**_environment(home, url), "BARE_STATEMENTS": str(statements)}
    ours = [str(folder / "legalcredit"), "serve", "--workers", "1", "--threads", str(THREADS)]
    bare = [
        str(folder / "granian"), "--interface", "wsgi", "--factory", "--no-ws", "--log-level", "error",
        "--blocking-threads", str(THREADS), "--port",
    ]  # fmt: skip
    port = _free_port()
    with _serving(ours, environment, port):
        found = {kind: _loaded(port, listed) for kind, listed in pages.items()}
    port = _free_port()
    with _serving([*bare, str(port), "tests.bench.bare:create_app"], environment, port):
        for kind, listed in pages.items():
            yield kind, found[kind], _loaded(port, listed), len(asked[listed[0]])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def told(figures: Iterable[tuple[str, Figure, Figure, int]]) -> Iterator[str]:
    for kind, ours, bare, statements in figures:
        yield (
            f"{kind:18} {ours.rate:7.1f}/s  p99 {ours.p99:7.1f} ms  {ours.weight:6,} bytes  {statements:2} statements   "
            f"bare {bare.rate:7.1f}/s  p99 {bare.p99:7.1f} ms   rate × {ours.rate / bare.rate:.2f}  "
            f"p99 × {ours.p99 / bare.p99:.2f}"
        )


@pytest.mark.bench
def test_pages_of_a_large_register_keep_up_with_their_sql(tmp_path: Path) -> None:
    for line in told(run(f"sqlite:///{tmp_path}/site.db", 50_000, tmp_path)):
        print(line)


if __name__ == "__main__":
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(sys.argv[3] if len(sys.argv) > 3 else temporary)
        address = (sys.argv[2] if len(sys.argv) > 2 else "") or f"sqlite:///{place}/site-{people}.db"
        for line in told(run(address, people, place)):
            print(line, flush=True)
