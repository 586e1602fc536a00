"""Several processes on one ledger, and processes that die in the middle: real ones, on both databases."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.verify import verify

# Ready and go are said over the pipes: the processes meet without any waiting for time to pass.
PRELUDE = """
import json, os, sys
from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from registry.ledger import book
from registry.ledger.book import Entry

work = Host(Settings.load(os.environ), []).work

def entry(name, number):
    return Entry("publish", f"{name}-{number}", 1, {"number": number}, {"number": number})

def meet(word):
    print(word, flush=True)
    sys.stdin.readline()
"""

RACER = (
    PRELUDE
    + """
name, positions = sys.argv[1], []
meet("ready")
for number in range(0, 60, 5):
    with work.write(Actor.command(name)) as session:
        session.act("ledger.test", name)
        positions += book.append(session, "public", [entry(name, number + more) for more in range(1 + number % 5)])
print(json.dumps(positions), flush=True)
"""
)

DYING = (
    PRELUDE
    + """
class Halting(list):
    '''Entries that stop in the middle, when the first half has been written and not committed.'''
    def __iter__(self):
        for number, item in enumerate(list.__iter__(self)):
            if number == len(self) // 2:
                meet("half")
            yield item

with work.write(Actor.command("dying")) as session:
    session.act("ledger.test", "dying")
    book.append(session, "public", Halting(entry("dying", number) for number in range(6_000)))
"""
)

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def run(program: str, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def hears(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def test_processes_that_append_at_once_leave_no_gap_and_lose_nothing(work: Work, start: Start) -> None:
    """The book is still empty, so the first appends race for the head row as well."""
    racers = [start(RACER, name) for name in ("one", "two", "three")]
    assert [hears(racer) for racer in racers] == ["ready"] * 3
    for racer in racers:
        go(racer)
    told = [json.loads(hears(racer)) for racer in racers]
    assert [racer.wait(timeout=60) for racer in racers] == [0, 0, 0]
    total = sum(len(positions) for positions in told)
    assert sorted(position for positions in told for position in positions) == list(range(total))
    with work.read() as session:
        assert verify(session, "public") == []
        assert book.head(session, "public").size == total
        stored = book.read(session, "public", start=0, limit=total + 1, on=date(2026, 11, 20))
    for name, positions in zip(("one", "two", "three"), told, strict=True):
        assert [s.index for s in stored if s.record.startswith(f"{name}-")] == positions


def test_a_process_killed_in_the_middle_of_a_batch_leaves_nothing_of_it(work: Work, start: Start) -> None:
    survivor = start(RACER, "before")
    hears(survivor)
    go(survivor)
    before = len(json.loads(hears(survivor)))
    survivor.wait(timeout=60)

    dying = start(DYING)
    assert hears(dying) == "half"
    dying.send_signal(signal.SIGKILL)
    assert dying.wait(timeout=60) == -signal.SIGKILL

    with work.read() as session:
        assert book.head(session, "public").size == before
        assert verify(session, "public") == []
    after = start(RACER, "after")
    hears(after)
    go(after)
    assert json.loads(hears(after)) == list(range(before, 2 * before))
    with work.read() as session:
        assert verify(session, "public") == []
