"""Any order of events: notices come, change and end, processes deliver, die and wake again, clocks jump, the platform forgets and
refuses. What it shows is always a version that was public, never one after its end; and in the end it is what is public."""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from publicity.app import PARTS
from publicity.feed import deliver, queue, reconcile
from publicity.feed.channel_tables import ChannelRow
from publicity.feed.queue import Claimed
from publicity.feed.states import Outcome
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from tests.publicity import office, telling
from tests.publicity.platform import Platform
from tests.publicity.telling import channel, correct, withdraw
from tests.publicity.test_deliver import resend_questioned

MOODS = ("", "later", "busy", "stumble", "lost", "drop", "fault", "closed", "refuse", "nonsense")


class Delivery(RuleBasedStateMachine):
    """One office, one channel, one platform that can be asked; a process that fell asleep holds `asleep`."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "legalcredit.db")
        environment = {
            "LEGALCREDIT_HOME": str(self.folder), "DATABASE_URL": f"sqlite:///{self.folder}/legalcredit.db",
            "PORT": "1", "LEGALCREDIT_LOG_LEVEL": "ERROR",
        }  # fmt: skip
        self.clock = SetClock(datetime(2026, 11, 20, 10, tzinfo=SHANGHAI))
        self.host = Host(Settings.load(environment), PARTS, clock=self.clock)
        self.work = self.host.work
        self.platform = Platform().__enter__()
        self.live: list[str] = []
        self.published: list[str] = []
        self.asleep: list[tuple[Claimed, Outcome]] = []
        self.number = 0

    @initialize()
    def opened(self) -> None:
        self.public_id = channel(self.work, self.platform)

    @rule()
    def publish(self) -> None:
        self.number += 1
        self.published.append(telling.publish_one(self.work, self.number))
        self.live.append(self.published[-1])

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def correct(self, data: Any) -> None:
        self.number += 1
        correct(self.work, data.draw(st.sampled_from(self.live)), f"第{self.number}次")

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def withdraw(self, data: Any) -> None:
        notice = data.draw(st.sampled_from(self.live))
        withdraw(self.work, notice)
        self.live.remove(notice)

    @rule(moods=st.lists(st.sampled_from(MOODS), max_size=4))
    def deliver(self, moods: list[str]) -> None:
        self.platform.moods[:] = moods
        deliver.run(self.work)
        self.platform.moods.clear()

    @rule(minutes=st.sampled_from([1, 3, 10, 90, 60 * 24 * 2, -1, -90, -60 * 24 * 3]))
    def clock_jumps(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @rule(sends=st.booleans())
    def a_process_falls_asleep(self, sends: bool) -> None:
        """It claimed, and perhaps sent, and will tell what came of it much later, or never."""
        with self.work.write(office.OFFICE) as session:
            row = session.get_one(ChannelRow, 1)
            queue.enqueue(session, row)
            held = queue.claim(session, row, limit=3)
            line = deliver.opened(session, row)
            now = session.now
            session.act("test.claim", "test")
        if sends and held:
            self.asleep += zip(held, line.send([claimed.item for claimed in held], now=now), strict=True)

    @precondition(lambda self: self.asleep)
    @rule()
    def it_wakes(self) -> None:
        with self.work.write(office.OFFICE) as session:
            queue.settle(session, session.get_one(ChannelRow, 1), self.asleep)
            session.act("test.settle", "test")
        self.asleep.clear()

    @rule()
    def reconcile(self) -> None:
        reconcile.reconcile(self.work, self.public_id)

    @rule(data=st.data())
    def the_platform_forgets(self, data: Any) -> None:
        # In the order of publication: ids are random, and the same choices have to make the same history again.
        shown = [notice for notice in self.published if notice in self.platform.rows]
        if shown:
            self.platform.forget([data.draw(st.sampled_from(shown))])

    @rule()
    def somebody_resends(self) -> None:
        resend_questioned(self.work)

    @invariant()
    def it_takes_nothing_twice(self) -> None:
        assert set(self.platform.applied.values()) <= {1}

    @invariant()
    def what_it_was_told_has_ended_does_not_come_back(self) -> None:
        """An end that was accepted was the last word that was sent of its record; repeated rounds of it aside."""
        seen: dict[str, bool] = {}
        for message in self.platform.received:
            entry = message["data"]
            ends = entry["action"] in ("withdraw", "expire")
            assert ends or not seen.get(entry["record"], False)
            seen[entry["record"]] = ends or seen.get(entry["record"], False)

    def teardown(self) -> None:
        try:
            self.clock.advance(timedelta(days=5))
            for _ in range(4):
                resend_questioned(self.work)
                deliver.run(self.work)
                self.clock.advance(timedelta(days=2))
                reconcile.reconcile(self.work, self.public_id)
            resend_questioned(self.work)
            deliver.run(self.work)
            rows = telling.rows(self.work)
            latest = {row.record: row.version for row in rows}
            assert {row.state for row in rows} <= {"accepted", "superseded"}
            assert self.platform.versions() == {notice: latest[notice] for notice in self.live}
        finally:
            self.platform.__exit__()
            self.host.engine.dispose()
            shutil.rmtree(self.folder)


def _run(sqlite_template: Path, examples: int, steps: int, *, derandomize: bool) -> None:
    machine = type("Machine", (Delivery,), {"template": sqlite_template})
    shaped = hypothesis_settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=derandomize,
        deadline=None,
        database=None,
    )
    run_state_machine_as_test(machine, settings=shaped)


def test_a_few_histories(sqlite_template: Path) -> None:
    _run(sqlite_template, 6, 12, derandomize=True)


@pytest.mark.slow
def test_many_histories(sqlite_template: Path) -> None:
    _run(sqlite_template, 200, 40, derandomize=False)
