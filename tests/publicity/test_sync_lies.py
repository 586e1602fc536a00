"""A server that lies to the sync client: nothing of a lie is kept."""

import base64
import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.serving import make_server

from publicity.app import PARTS
from publicity.sync.copy import Copy
from publicity.sync.reading import Untrue
from publicity.sync.transport import Garbled, Unreachable
from registry.kernel.clock import SetClock
from registry.kernel.host import Host, build_app
from registry.kernel.settings import Settings
from registry.ledger import book
from registry.ledger.note import Verifier
from tests.publicity.crooked import Crooked, Passing, only
from tests.publicity.syncing import fill, one_database, synchronise


def _stream(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Passing], Passing]:
    """Lies in the lines of the stream alone."""

    def changed(passing: Passing) -> Passing:
        if "/entries.ndjson" not in passing.path or passing.status != 200:
            return passing
        return passing._replace(body=b"".join(change(passing.body.splitlines(keepends=True))))

    return changed


def _edit(number: int, edit: Callable[[dict[str, Any]], object]) -> Callable[[Passing], Passing]:
    def edited(lines: list[bytes]) -> list[bytes]:
        line = json.loads(lines[number])
        edit(line)
        return [*lines[:number], json.dumps(line).encode() + b"\n", *lines[number + 1 :]]

    return _stream(edited)


def _leaf(entry: dict[str, Any]) -> None:
    leaf = base64.b64decode(entry["leaf"]).replace(b"2026-11-20", b"2026-11-19")
    entry["leaf"] = base64.b64encode(leaf).decode()


LIES: Mapping[str, Callable[[Passing], Passing]] = {
    "a body of another number": _edit(3, lambda entry: entry["body"].update(n=99)),
    "a leaf of another day": _edit(3, _leaf),
    "a salt without its body": _edit(3, lambda entry: entry.update(body=None)),
    "another record than the leaf's": _edit(3, lambda entry: entry.update(record="a" * 16)),
    "another action than the leaf's": _edit(3, lambda entry: entry.update(action="withdraw")),
    "a version that is text": _edit(3, lambda entry: entry.update(version="1")),
    "an entry that is none": _edit(3, lambda entry: entry.clear()),
    "a line left out": _stream(lambda lines: [*lines[:3], *lines[4:]]),
    "a line twice": _stream(lambda lines: [*lines[:3], lines[2], *lines[3:]]),
    "two lines swapped": _stream(lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]]),
    "more lines than the checkpoint covers": _stream(lambda lines: [*lines, lines[-1]]),
    "no JSON": _stream(lambda lines: [*lines[:3], b"<html>\n", *lines[3:]]),
    "a list": _stream(lambda lines: [*lines[:3], b"[1]\n", *lines[3:]]),
    "nesting without end": _stream(lambda lines: [*lines[:3], b"[" * 100_000 + b"\n"]),
    "another format": _edit(0, lambda head: head.update(format="legal-credit-feed/2")),
    "a size that nobody signed": _edit(0, lambda head: head.update(size=4)),
    "another start": _edit(0, lambda head: head.update(start=1)),
    "a checkpoint that is none": _edit(0, lambda head: head.update(checkpoint="x")),
    "a checkpoint with another root": _edit(
        0, lambda head: head.update(checkpoint=head["checkpoint"].replace("\n6\n", "\n7\n"))
    ),
    "a page for people": only("/entries", body=b"<html>maintenance</html>\n", headers={}),
    "gzip that is none": only("/entries", headers={"Content-Encoding": "gzip"}),
    "digests of another log": only("/digests", body=b'{"size": 6, "buckets": []}'),
    "a key that is none": only("/log/vkey", body=b"\xff\xfe"),
    "a key of somebody else": only(
        "/log/vkey", body=b"legalcredit.example/public+5c9d1f6b+" + b"Aa" * 22 + b"\n"
    ),
}


@one_database
class TestTheServerLies:
    @pytest.fixture
    def six(self, host: Host) -> None:
        fill(host, 6)

    @pytest.mark.parametrize("lie", LIES)
    def test_nothing_of_a_lie_is_kept_and_the_truth_is_taken_afterwards(
        self, live_server: str, token: str, copy: Copy, six: None, lie: str
    ) -> None:
        lied = pytest.raises((Untrue, Garbled, Unreachable))
        with Crooked(live_server, LIES[lie]) as crooked, lied:
            synchronise(crooked.address, token, copy)
        place = copy.place()
        assert place is None or place.frontier.size in (0, 6)
        assert lie.startswith("digests") or copy.fold().live == 0
        assert synchronise(live_server, token, copy).live == 6

    def test_a_tile_that_lies_proves_nothing(
        self, host: Host, live_server: str, token: str, copy: Copy, six: None
    ) -> None:
        synchronise(live_server, token, copy)
        fill(host, 5)
        tiles = only("/tile/", body=bytes(11 * 32))
        with Crooked(live_server, tiles) as crooked, pytest.raises(Untrue, match="does not begin with"):
            synchronise(crooked.address, token, copy)
        assert synchronise(live_server, token, copy).read == 5

    def test_the_first_key_is_the_key(self, live_server: str, token: str, copy: Copy, six: None) -> None:
        synchronise(live_server, token, copy)
        place = copy.place()
        assert place is not None
        assert synchronise(live_server, token, copy, vkey=place.vkey).agrees
        other = only("/log/vkey", body=b"whatever it says now")
        with Crooked(live_server, other) as crooked:
            assert synchronise(crooked.address, token, copy).agrees, "the pinned key is not asked for again"
        stranger = Verifier("legalcredit.example/public", Ed25519PrivateKey.generate().public_key())
        with pytest.raises(Untrue, match="another verifier key"):
            synchronise(live_server, token, copy, vkey=stranger.vkey)

    def test_a_log_with_another_past_is_found_out(
        self, host: Host, home: Path, live_server: str, token: str, copy: Copy, six: None, clock: SetClock
    ) -> None:
        """Somebody restores a backup and goes on: same keys, same length, other leaves. And a shorter one, too."""
        with (
            sqlite3.connect(home / "legalcredit.db") as now,
            sqlite3.connect(home / "backup.db") as backed_up,
        ):
            now.backup(backed_up)
        now.close()
        backed_up.close()
        fill(host, 2)
        assert synchronise(live_server, token, copy).size == 8
        environment = {
            "LEGALCREDIT_HOME": str(home),
            "DATABASE_URL": f"sqlite:///{home}/backup.db",
            "PORT": "1",
            "LEGALCREDIT_LOG_LEVEL": "WARNING",
        }
        app = build_app(Settings.load(environment), PARTS, clock=clock)
        backup: Host = app.extensions["legalcredit"]
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            for size in (6, 8, 9):
                with backup.work.read() as session:
                    missing = size - book.head(session, "public").size
                fill(backup, missing)
                with pytest.raises(Untrue, match=r"shorter|does not begin with"):
                    synchronise(f"http://127.0.0.1:{server.server_port}", token, copy)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            backup.engine.dispose()
        assert synchronise(live_server, token, copy).size == 8
