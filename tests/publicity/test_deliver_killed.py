"""SIGKILL at any step of the delivering process, while the platform misbehaves: nothing is lost, nothing applied twice."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.platform import Platform
from tests.publicity.telling import channel, correct, withdraw

_MOODS = ["", "", "", "later", "drop", "fault", "lost", "stumble"]


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


class Sender:
    """Processes that deliver and die."""

    def __init__(self, environment: dict[str, str], clock: SetClock) -> None:
        self._clock = clock
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.publicity.mortal_sender"],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, step: int) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{step} {self._clock.now().isoformat()}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _killed(work: Work, clock: SetClock, platform: Platform, environment: dict[str, str], kills: int) -> None:
    lot = Random(kills)
    channel(work, platform)
    live: list[str] = []
    outcomes = Counter[str]()
    with Sender(environment, clock) as sender:
        while outcomes["killed"] < kills:
            with work.write(office.OFFICE) as session:
                live += [telling.published(session, len(live) * 100 + n) for n in range(lot.randint(1, 3))]
            if lot.random() < 0.4:
                correct(work, lot.choice(live), f"第{outcomes.total()}次")
            if lot.random() < 0.4:
                withdraw(work, live.pop(lot.randrange(len(live))))
            platform.moods[:] = lot.choices(_MOODS, k=3)
            outcomes[sender.run(lot.randint(1, 70))] += 1
            clock.advance(timedelta(minutes=lot.choice([0, 1, 6, 90])))
        platform.moods.clear()
        for _ in range(5):
            clock.advance(timedelta(hours=3))
            assert sender.run(0) == "done"
    assert set(outcomes) <= {"killed", "done"}
    rows = telling.rows(work)
    assert {row.state for row in rows} <= {"accepted", "superseded"}
    latest = {row.record: row.version for row in rows}
    assert platform.versions() == {notice: latest[notice] for notice in live}
    assert set(platform.applied.values()) <= {1}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_twenty_times_the_platform_has_everything_once(
    work: Work, clock: SetClock, platform: Platform, environment: dict[str, str]
) -> None:
    _killed(work, clock, platform, environment, kills=20)


@pytest.mark.slow
def test_killed_two_hundred_times_the_platform_has_everything_once(
    work: Work, clock: SetClock, platform: Platform, environment: dict[str, str]
) -> None:
    _killed(work, clock, platform, environment, kills=200)
