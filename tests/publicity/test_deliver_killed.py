"""SIGKILL at any step of the delivering process, while the platform misbehaves: nothing is lost, nothing applied twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from random import Random

import pytest

from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.mortal import Mortal
from tests.publicity.platform import Platform
from tests.publicity.telling import channel, correct, withdraw

_MOODS = ["", "", "", "later", "drop", "fault", "lost", "stumble"]


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


def _killed(
    work: Work,
    clock: SetClock,
    platform: Platform,
    environment: dict[str, str],
    kills: int,
    *,
    senders: int = 1,
) -> None:
    """`senders` processes at a time deliver and die, while the clock jumps on and back."""
    lot = Random(kills)
    channel(work, platform)
    live: list[str] = []
    outcomes = Counter[str]()
    with ExitStack() as stack:
        mortals = [stack.enter_context(Mortal("deliver", environment=environment)) for _ in range(senders)]
        while outcomes["killed"] < kills:
            with work.write(office.OFFICE) as session:
                live += [telling.published(session, len(live) * 100 + n) for n in range(lot.randint(1, 3))]
            if lot.random() < 0.4:
                correct(work, lot.choice(live), f"第{outcomes.total()}次")
            if lot.random() < 0.4:
                withdraw(work, live.pop(lot.randrange(len(live))))
            platform.moods[:] = lot.choices(_MOODS, k=3)
            for mortal in mortals:
                mortal.begin(lot.randint(1, 70), clock.now())
            outcomes.update([mortal.end() for mortal in mortals])
            clock.advance(timedelta(minutes=lot.choice([0, 1, 6, 90, 60 * 24 * 7, -1, -60 * 30])))
        platform.moods.clear()
        for _ in range(5):
            clock.advance(timedelta(hours=3))
            assert mortals[0].run(0, clock.now()) == "done"
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


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_that_die_beside_each_other_tell_everything_once(
    work: Work, clock: SetClock, platform: Platform, environment: dict[str, str]
) -> None:
    _killed(work, clock, platform, environment, kills=20, senders=2)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_that_die_two_hundred_times_tell_everything_once(
    work: Work, clock: SetClock, platform: Platform, environment: dict[str, str]
) -> None:
    _killed(work, clock, platform, environment, kills=200, senders=2)


@pytest.mark.slow
def test_killed_two_hundred_times_the_platform_has_everything_once(
    work: Work, clock: SetClock, platform: Platform, environment: dict[str, str]
) -> None:
    _killed(work, clock, platform, environment, kills=200)
