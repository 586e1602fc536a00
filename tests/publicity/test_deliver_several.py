"""Several processes deliver at once, fall asleep, die, and their clocks jump: everything is told once all the same."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from publicity.feed import deliver, queue
from publicity.feed.channel_tables import ChannelRow
from publicity.feed.states import Outcome
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.platform import Platform
from tests.publicity.telling import channel, correct, deliver_all, publish_one, states

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


class TestSeveralProcesses:
    def test_two_that_deliver_at_once_tell_everything_once(
        self, host: Host, work: Work, platform: Platform
    ) -> None:
        channel(work, platform)
        with work.write(office.OFFICE) as session:
            notices = [telling.published(session, number) for number in range(120)]
        failures: list[Exception] = []

        def run() -> None:
            try:
                deliver.run(host.work_with(host.clock, bytes))
            except Exception as failure:  # noqa: BLE001 — told to the test, which fails
                failures.append(failure)

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert sorted(platform.rows) == sorted(notices)
        assert set(platform.keys.values()) == {1}

    def test_a_process_that_slept_through_its_lease_settles_nothing(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        channel(work, platform)
        notice = publish_one(work)
        with work.write(office.OFFICE) as session:
            row = session.scalars(select(ChannelRow)).one()
            queue.enqueue(session, row)
            [asleep] = queue.claim(session, row, limit=5)
            session.act("test.claim", "test")
        assert deliver_all(work) == {}, "it is held"
        clock.advance(HOUR)
        with work.write(office.OFFICE) as session:
            row = session.scalars(select(ChannelRow)).one()
            [awake] = queue.claim(session, row, limit=5)
            assert queue.settle(session, row, [(asleep, Outcome("refused"))]) == {}
            assert queue.settle(session, row, [(awake, Outcome("accepted"))]) == {"accepted": 1}
            assert queue.settle(session, row, [(asleep, Outcome("refused"))]) == {}
        assert states(work, notice) == ["accepted"]

    @one_database
    def test_what_a_killed_process_had_sent_is_looked_up_and_not_sent_again(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        channel(work, platform)
        notice = publish_one(work)
        with work.write(office.OFFICE) as session:
            row = session.scalars(select(ChannelRow)).one()
            queue.enqueue(session, row)
            [held] = queue.claim(session, row, limit=5)
            deliver.opened(session, row).send([held.item], now=session.now)
            session.act("test.claim", "test")
        clock.advance(HOUR)
        assert deliver_all(work) == {"accepted": 1}
        assert (states(work, notice), len(platform.received)) == (["accepted"], 1)

    @one_database
    @pytest.mark.parametrize("jump", [timedelta(minutes=-1), timedelta(days=-1), timedelta(days=-400)])
    def test_a_clock_that_is_put_back_keeps_nothing_back(
        self, work: Work, clock: SetClock, platform: Platform, jump: timedelta
    ) -> None:
        """What waits or is held until a moment that the wrong clock named goes when that is further off than we ever wait."""
        channel(work, platform)
        notice, held = publish_one(work, 1), publish_one(work, 2)
        platform.will("later", "later")
        deliver_all(work)
        clock.advance(timedelta(minutes=1))
        with work.write(office.OFFICE) as session:
            row = session.scalars(select(ChannelRow)).one()
            [asleep, _] = queue.claim(session, row, limit=5)
            session.act("test.claim", "test")
        clock.advance(jump)
        correct(work, notice)
        for _ in range(3):
            deliver_all(work)
            clock.advance(timedelta(minutes=6))
        assert platform.versions() == {notice: 2, held: 1}
        with work.write(office.OFFICE) as session:
            row = session.scalars(select(ChannelRow)).one()
            assert queue.settle(session, row, [(asleep, Outcome("refused"))]) == {}

    @one_database
    def test_a_clock_that_jumps_ahead_loses_and_repeats_nothing(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        """Every lease runs out at once while its holder goes on: another takes over, with the same keys."""
        channel(work, platform)
        notices = [publish_one(work, number) for number in range(3)]
        with work.write(office.OFFICE) as session:
            row = session.scalars(select(ChannelRow)).one()
            queue.enqueue(session, row)
            held = queue.claim(session, row, limit=5)
            line = deliver.opened(session, row)
            session.act("test.claim", "test")
        clock.advance(timedelta(days=30))
        assert deliver_all(work) == {"accepted": 3}
        late = line.send([claimed.item for claimed in held], now=clock.now())
        with work.write(office.OFFICE) as session:
            row = session.scalars(select(ChannelRow)).one()
            assert queue.settle(session, row, zip(held, late, strict=True)) == {}
        assert platform.versions() == dict.fromkeys(notices, 1)
        assert set(platform.applied.values()) == {1}
