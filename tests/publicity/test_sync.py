"""The platform's end of the feed: a process of its own that proves what it reads, and a copy that always agrees."""

import base64
import gzip
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, delete, select, update
from werkzeug.serving import make_server

from publicity.app import PARTS
from publicity.commands.sync import sync
from publicity.feed.tables import Receipt
from publicity.notices import end, publish
from publicity.sync.copy import RECORDS, Copy, Moved
from publicity.sync.follow import Client, Round
from publicity.sync.reading import Untrue
from publicity.sync.transport import Garbled, Refused, Server, Unreachable
from registry.accounts import clients
from registry.kernel.clock import SetClock
from registry.kernel.host import Host, build_app
from registry.kernel.settings import Settings
from registry.kernel.shell import Failed
from registry.kernel.store import make_engine
from registry.ledger import book
from registry.ledger.book import Entry
from registry.ledger.note import Verifier
from tests.commands import Commands
from tests.publicity import office
from tests.publicity.crooked import Crooked, Passing

TODAY = date(2026, 11, 20)
SCOPES = ("feed:read", "feed:restricted", "feed:receipt")
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def token(host: Host) -> str:
    with host.work.write(office.OFFICE) as session:
        return clients.add_client(session, office.OFFICE, name="市信用平台", scopes=SCOPES)[1]


@pytest.fixture
def into(tmp_path: Path) -> str:
    return str(tmp_path / "platform")


@pytest.fixture
def copy(into: str) -> Iterator[Copy]:
    copy = Copy(into)
    yield copy
    copy.close()


@pytest.fixture
def kept(into: str) -> Iterator[Engine]:
    """The copy as the platform's own programs see it."""
    Copy(into).close()
    engine = make_engine(f"sqlite:///{into}/copy.db")
    yield engine
    engine.dispose()


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


class TestAsAProcess:
    @one_database
    def test_the_platform_keeps_an_equal_copy_through_every_action(
        self, host: Host, live_server: str, token: str, into: str, kept: Engine, legalcredit: Commands
    ) -> None:
        """Published, corrected, marked, withdrawn: after every run the copy is what the public may see, and no more."""
        subjects = office.enrol(host.work)
        head, leader = (office.person(host.permissions, name) for name in ("head", "leader"))
        permit = office.publicise(host, office.permit(host.work, subjects))
        penalty = office.publicise(host, office.penalty(host.work, subjects))
        legalcredit.environment["LEGALCREDIT_FEED_TOKEN"] = token
        first = self._run(legalcredit, live_server, into)
        assert (first["read"], first["size"], first["live"], first["agrees"]) == (2, 2, 2, True)
        assert office.LAWYER_ID in rows(kept)[permit].restricted
        with host.work.write(head) as session:
            publish.mark(session, head, notice=permit, marks=["objection"])
            publish.correct(session, head, notice=permit, columns={"XK_NR": "准予律师执业（专职）"})
        with host.work.write(leader) as session:
            end.withdraw(session, leader, notice=penalty, ground="quashed")
        second = self._run(legalcredit, live_server, into)
        assert (second["read"], second["size"], second["live"], second["receipts"]) == (3, 5, 1, 3)
        corrected = json.loads(rows(kept)[permit].body)
        assert (corrected["columns"]["XK_NR"], corrected["marks"]) == ("准予律师执业（专职）", ["objection"])
        tombstone = rows(kept)[penalty]
        assert (tombstone.action, tombstone.ended, tombstone.restricted) == ("withdraw", True, None)
        assert set(json.loads(tombstone.body)) == {"ground", "date", "document_number"}
        assert office.HEAD_ID not in str(rows(kept))
        with host.work.read() as session:
            assert sorted(session.scalars(select(Receipt.position))) == [0, 1, 2, 3, 4]

    @one_database
    def test_the_copy_may_be_a_database(
        self,
        host: Host,
        live_server: str,
        token: str,
        postgresql_url: str,
        tmp_path: Path,
        legalcredit: Commands,
    ) -> None:
        fill(host, 50)
        (tmp_path / "token").write_text(token + "\n")
        done = legalcredit(
            "sync", "--from", live_server, "--into", postgresql_url.replace("+psycopg", ""),
            "--token-file", tmp_path / "token",
        )  # fmt: skip
        assert json.loads(done.stdout)["agrees"], done.stderr
        copied = Copy(postgresql_url)
        place = copied.place()
        assert place is not None
        assert (place.frontier.size, copied.fold().live) == (50, 50)
        copied.close()

    @one_database
    def test_what_stops_it_is_one_line_for_a_program(
        self, host: Host, live_server: str, into: str, legalcredit: Commands
    ) -> None:
        fill(host, 1)
        refused = legalcredit("sync", "--from", live_server, "--token", "lc_unknown", "--into", into)
        assert refused.returncode == 1
        assert json.loads(refused.stderr) == {"error": "refused", "status": 401, "rule": "token"}
        nobody = self._at_once("--from", "http://127.0.0.1:9", "--token", "x", "--attempts", "1", into=into)
        assert isinstance(nobody.exception, Failed)
        assert nobody.exception.line["error"] == "unreachable"
        for wrong in (["--from", "ftp://127.0.0.1", "--token", "x"], ["--from", live_server]):
            assert self._at_once(*wrong, into=into).exit_code == 2, "usage"

    @one_database
    def test_it_follows_the_log_until_it_is_told_to_stop(
        self, host: Host, live_server: str, token: str, into: str, legalcredit: Commands
    ) -> None:
        fill(host, 3)
        legalcredit.environment["LEGALCREDIT_FEED_TOKEN"] = token
        process = legalcredit.start("sync", "--from", live_server, "--into", into, "--every", "1")
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["size"] == 3
        fill(host, 2)
        assert json.loads(process.stdout.readline()) | {"read": 2, "size": 5, "agrees": None}
        process.terminate()

    def _run(self, legalcredit: Commands, address: str, into: str) -> dict[str, Any]:
        done = legalcredit("sync", "--from", address, "--into", into)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def _at_once(self, *options: str, into: str) -> Result:
        return CliRunner().invoke(sync, [*options, "--into", into])


def _killed_and_whole(host: Host, address: str, token: str, into: str, kills: int) -> None:
    """Kills the client at steps drawn by lot while the log grows, and lets the last one finish."""
    lot = Random(kills)
    command = [sys.executable, "-m", "tests.publicity.mortal", address, token, into]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        outcomes = Counter[str]()
        while outcomes["killed"] < kills:
            fill(host, 30)
            process.stdin.write(f"{lot.randint(1, 45)}\n")
            process.stdin.flush()
            outcomes[process.stdout.readline().strip()] += 1
        process.stdin.write("0\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"
    assert set(outcomes) <= {"killed", "done"}
    copy = Copy(into)
    done = synchronise(address, token, copy)
    size = 2500 + 30 * outcomes.total()
    assert (done.size, done.live, done.read, done.receipts, done.healed) == (size, size, 0, 0, 0)
    copy.close()
    with host.work.read() as session:
        answered = sorted(session.scalars(select(Receipt.position)))
    assert answered == list(range(size)), "every entry was answered, none twice"


@one_database
def test_killed_twenty_times_it_goes_on_where_it_was(
    host: Host, live_server: str, token: str, into: str
) -> None:
    fill(host, 2500)
    _killed_and_whole(host, live_server, token, into, kills=20)


@pytest.mark.slow
@one_database
def test_killed_two_hundred_times_it_goes_on_where_it_was(
    host: Host, live_server: str, token: str, into: str
) -> None:
    fill(host, 2500)
    _killed_and_whole(host, live_server, token, into, kills=200)


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


def _only(part: str, **told: Any) -> Callable[[Passing], Passing]:
    return lambda passing: passing._replace(**told) if part in passing.path else passing


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
    "a page for people": _only("/entries", body=b"<html>maintenance</html>\n", headers={}),
    "gzip that is none": _only("/entries", headers={"Content-Encoding": "gzip"}),
    "digests of another log": _only("/digests", body=b'{"size": 6, "buckets": []}'),
    "a key that is none": _only("/log/vkey", body=b"\xff\xfe"),
    "a key of somebody else": _only(
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
        tiles = _only("/tile/", body=bytes(11 * 32))
        with Crooked(live_server, tiles) as crooked, pytest.raises(Untrue, match="does not begin with"):
            synchronise(crooked.address, token, copy)
        assert synchronise(live_server, token, copy).read == 5

    def test_the_first_key_is_the_key(self, live_server: str, token: str, copy: Copy, six: None) -> None:
        synchronise(live_server, token, copy)
        place = copy.place()
        assert place is not None
        assert synchronise(live_server, token, copy, vkey=place.vkey).agrees
        other = _only("/log/vkey", body=b"whatever it says now")
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


@one_database
class TestTheLineIsBad:
    def test_a_stream_that_breaks_off_costs_no_line_twice(
        self, host: Host, live_server: str, token: str, copy: Copy
    ) -> None:
        fill(host, 300)

        def cut(passing: Passing) -> Passing:
            return passing._replace(cut=60_000) if "/entries" in passing.path else passing

        with Crooked(live_server, cut) as crooked:
            done = synchronise(crooked.address, token, copy)
        starts = [int(path.partition("start=")[2]) for path in crooked.asked if "/entries" in path]
        assert (done.read, done.agrees) == (300, True)
        assert len(starts) > 2
        assert starts == sorted(set(starts)), "each time from where the last one broke off"

    def test_a_server_that_cannot_now_is_asked_again_after_its_own_pause(
        self, host: Host, live_server: str, token: str, copy: Copy
    ) -> None:
        fill(host, 3)
        answers = iter([503, 429, 500, 429, 200])
        pauses: list[float] = []

        def busy(passing: Passing) -> Passing:
            status = next(answers, 200)
            later = {"Retry-After": "7"} if status == 429 else {}
            return passing if status == 200 else passing._replace(status=status, headers=later)

        with Crooked(live_server, busy) as crooked:
            server = Server(crooked.address, token, pause=pauses.append)
            assert Client(server, copy).round(today=TODAY, receipts=True, compare=True).size == 3
        assert [pause for pause in pauses if pause == 7] == [7, 7]
        assert len(pauses) == 4

    def test_after_the_last_attempt_it_says_so(
        self, host: Host, live_server: str, token: str, copy: Copy
    ) -> None:
        broken = Crooked(live_server, lambda passing: passing._replace(status=500))
        with broken as crooked, pytest.raises(Unreachable, match="500"):
            synchronise(crooked.address, token, copy)
        assert len(crooked.asked) == 2

    def test_a_token_is_not_carried_to_where_a_redirection_points(
        self, live_server: str, token: str, copy: Copy
    ) -> None:
        seen: list[str] = []

        def elsewhere(passing: Passing) -> Passing:
            seen.append(passing.path)
            return passing._replace(status=302, headers={"Location": f"{live_server}/log/vkey"})

        with Crooked(live_server, elsewhere) as crooked, pytest.raises(Refused):
            synchronise(crooked.address, token, copy)
        assert seen == ["/log/vkey"]

    def test_a_bomb_is_put_down_before_it_goes_off(self, live_server: str, token: str, copy: Copy) -> None:
        """A thousand to one: 80 MB of zeros in 80 kB, in one answer and in one line."""
        bomb = gzip.compress(bytes(80_000_000), 9)
        for part in ("/log/checkpoint", "/entries"):
            with Crooked(
                live_server, _only(part, body=bomb, headers={"Content-Encoding": "gzip"})
            ) as crooked:
                tracemalloc.start()
                with pytest.raises(Garbled, match="without end"):
                    synchronise(crooked.address, token, copy)
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
            assert peak < 150_000_000

    def test_without_the_scope_for_receipts_it_reads_all_the_same(
        self, host: Host, live_server: str, copy: Copy
    ) -> None:
        fill(host, 3)
        with host.work.write(office.OFFICE) as session:
            _, token = clients.add_client(session, office.OFFICE, name="只读", scopes=["feed:read"])
        done = synchronise(live_server, token, copy)
        assert (done.size, done.receipts, done.agrees) == (3, None, True)


@one_database
class TestTheCopyIsDamaged:
    @pytest.mark.parametrize(
        "damage",
        [
            delete(RECORDS).where(RECORDS.c.position == 4),
            update(RECORDS).where(RECORDS.c.position == 4).values(digest="0" * 64),
            update(RECORDS).where(RECORDS.c.position == 4).values(version=7),
            update(RECORDS).where(RECORDS.c.position == 4).values(ended=True),
            update(RECORDS).where(RECORDS.c.position == 4).values(body='{"kind":"permit"}'),
            update(RECORDS).where(RECORDS.c.position == 4).values(body=None, salt=None),
            update(RECORDS).values(record="x" * 16).where(RECORDS.c.position == 4),
        ],
        ids=["lost", "digest", "version", "ended", "content", "emptied", "renamed"],
    )
    def test_what_somebody_broke_in_the_copy_is_found_and_mended(
        self, host: Host, live_server: str, token: str, copy: Copy, kept: Engine, damage: Any
    ) -> None:
        fill(host, 40)
        synchronise(live_server, token, copy)
        before = rows(kept)
        with kept.begin() as connection:
            assert connection.execute(damage).rowcount == 1
        done = synchronise(live_server, token, copy)
        assert done.agrees
        assert done.healed >= 1
        assert rows(kept) == before
        assert synchronise(live_server, token, copy).healed == 0

    def test_an_old_backup_of_the_copy_catches_up(
        self, host: Host, live_server: str, token: str, into: str, tmp_path: Path
    ) -> None:
        for name in ("first", "second"):
            fill(host, 10)
            copy = Copy(into)
            synchronise(live_server, token, copy)
            copy.close()
            if name == "first":
                shutil.copytree(into, tmp_path / "backup")
        older = Copy(str(tmp_path / "backup"))
        done = synchronise(live_server, token, older)
        assert (done.read, done.receipts, done.healed, done.agrees) == (10, 10, 0, True)
        older.close()

    def test_two_at_one_copy_do_not_overwrite_each_other(
        self, host: Host, live_server: str, token: str, copy: Copy
    ) -> None:
        fill(host, 4)
        server = Server(live_server, token)
        slow, quick = Client(server, copy), Client(server, copy)
        quick.round(today=TODAY, receipts=False, compare=False)
        with pytest.raises(Moved):
            slow.round(today=TODAY, receipts=False, compare=False)
        assert synchronise(live_server, token, copy).agrees


@one_database
def test_content_leaves_the_copy_after_its_last_day_without_the_office(
    host: Host, live_server: str, token: str, copy: Copy, kept: Engine
) -> None:
    subjects = office.enrol(host.work)
    penalty = office.publicise(host, office.penalty(host.work, subjects))
    synchronise(live_server, token, copy)
    last = rows(kept)[penalty].until
    synchronise(live_server, token, copy, today=last)
    assert office.HEAD_ID in rows(kept)[penalty].restricted
    done = synchronise(live_server, token, copy, today=last + timedelta(days=1))
    row = rows(kept)[penalty]
    assert (row.body, row.salt, row.restricted, row.restricted_salt) == (None,) * 4
    assert (done.live, done.agrees, done.healed) == (1, True, 0), (
        "the record lives until its end is in the log"
    )
    copy.close()
    kept.dispose()
    [left] = Path(kept.url.database or "").parent.iterdir()
    assert office.FIRM_CODE.encode() not in left.read_bytes(), "not even in free pages of the file"


@one_database
def test_polling_with_nothing_new_asks_for_the_stream_alone(
    host: Host, live_server: str, token: str, copy: Copy
) -> None:
    fill(host, 3)
    with Crooked(live_server, lambda passing: passing) as crooked:
        client = Client(Server(crooked.address, token), copy)
        client.round(today=TODAY, receipts=True, compare=True)
        client.round(today=TODAY, receipts=True, compare=False)
        crooked.asked.clear()
        client.round(today=TODAY, receipts=True, compare=False)
        assert crooked.asked == ["/feed/v1/entries.ndjson?start=3"]
