"""SIGKILL of the platform at any of its steps, again and again: when it stays up it shows what is public, and nothing else."""

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from publicity.feed import configure
from publicity.feed.configure import Wanted
from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.platform import SECRET
from tests.publicity.telling import correct, deliver_all, withdraw

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextmanager
def _platform(port: int, store: Path, step: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.publicity.mortal_platform", str(port), str(store), str(step)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def _killed(work: Work, clock: SetClock, store: Path, kills: int) -> None:
    lot = Random(kills)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = {"url": f"http://127.0.0.1:{port}/", "timeout": "20"}
    wanted = Wanted(name="平台", kind="json", settings=settings, secret=SECRET, kinds=("penalty",))
    with work.write(office.OFFICE) as session:
        row = configure.add(session, office.OFFICE, wanted=wanted)
        configure.resume(session, office.OFFICE, channel=row.public_id)
    live: list[str] = []
    number = killed = 0
    while killed < kills:
        with _platform(port, store, lot.randint(1, 9)) as process:
            for _ in range(lot.randint(1, 3)):
                number += 1
                live.append(telling.publish_one(work, number))
            if lot.random() < 0.4:
                correct(work, lot.choice(live), f"第{number}次")
            if lot.random() < 0.4:
                withdraw(work, live.pop(lot.randrange(len(live))))
            deliver_all(work)
            process.kill()
            assert process.stdout is not None
            killed += process.stdout.read() == "killed\n"
        clock.advance(timedelta(minutes=lot.choice([1, 5, 90])))
    with _platform(port, store, 0):
        for _ in range(4):
            clock.advance(timedelta(hours=3))
            deliver_all(work)
    rows = telling.rows(work)
    assert {row.state for row in rows} <= {"accepted", "superseded"}
    latest = {row.record: row.version for row in rows}
    shown = sqlite3.connect(store)
    assert dict(shown.execute("SELECT record, version FROM shown")) == {one: latest[one] for one in live}
    shown.close()


def test_killed_twenty_times_it_shows_what_is_public(work: Work, clock: SetClock, tmp_path: Path) -> None:
    _killed(work, clock, tmp_path / "platform.db", kills=20)


@pytest.mark.slow
def test_killed_two_hundred_times_it_shows_what_is_public(
    work: Work, clock: SetClock, tmp_path: Path
) -> None:
    _killed(work, clock, tmp_path / "platform.db", kills=200)
