"""A unit of work is whole or nothing: rows, acts and audit entry commit together, and no update is lost."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, StatementError

from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.tables import JobLease, Workday
from registry.kernel.work import UnrecordedWrite, Work, WorkSession
from registry.ledger import book
from tests.registry.processes import ACTOR, DAY, add_day, count_up

ROOT = Path(__file__).parents[2]


def _notes(work: Work) -> list[str]:
    with work.read() as session:
        return list(session.scalars(select(Workday.note).order_by(Workday.day)))


def _audited(work: Work) -> int:
    with work.read() as session:
        return book.head(session, "audit").size


def test_leaving_commits_rows_and_audit_entry(work: Work) -> None:
    with work.write(ACTOR) as session:
        add_day(session)
        session.act("calendar.edit", "one")
        session.act("calendar.edit", "two")
    assert _notes(work) == ["0"]
    assert _audited(work) == 2


class Power(Exception):
    """It goes off in the middle."""


def _cut(unit: AbstractContextManager[WorkSession]) -> None:
    with unit as session:
        add_day(session)
        session.act("calendar.edit", "x")
        session.flush()
        raise Power


def test_an_exception_leaves_nothing(work: Work) -> None:
    with pytest.raises(Power):
        _cut(work.write(ACTOR))
    assert (_notes(work), _audited(work)) == ([], 0)


WRITES: list[Callable[[WorkSession], object]] = [
    add_day,
    lambda session: session.execute(
        insert(Workday).values(day=DAY, works=True, note="0", official=True, edited=False)
    ),
    lambda session: session.execute(update(Workday).where(Workday.note == "kept").values(note="changed")),
]


@pytest.mark.parametrize("write", WRITES, ids=["object", "insert", "update"])
def test_a_write_that_names_no_act_is_refused(work: Work, write: Callable[[WorkSession], object]) -> None:
    with work.write(ACTOR) as session:
        add_day(session, DAY + timedelta(days=1), "kept")
        session.act("calendar.edit", "x")
    with pytest.raises(UnrecordedWrite), work.write(ACTOR) as session:
        write(session)
    assert _notes(work) == ["kept"]


def test_an_act_without_rows_is_kept(work: Work) -> None:
    """Some acts leave nothing but their trace, such as a refused sign-in."""
    with work.write(ACTOR) as session:
        session.act("staff.sign_in_failed", "x")
    assert _audited(work) == 1


def test_a_use_case_cannot_commit(work: Work) -> None:
    def overreach(session: WorkSession) -> None:
        add_day(session)
        session.commit()

    with pytest.raises(TypeError, match="only a unit of work commits"), work.write(ACTOR) as session:
        overreach(session)
    assert _notes(work) == []


def test_a_read_cannot_write(work: Work) -> None:
    with pytest.raises(DBAPIError), work.read() as session:
        session.execute(update(Workday).values(note="changed"))
    with work.write(ACTOR) as session:
        add_day(session)
        session.act("calendar.edit", "x")
    assert _notes(work) == ["0"]


def test_a_read_sees_one_moment(work: Work) -> None:
    """A page of the feed and the checkpoint below it must not come from two different ledgers."""
    with work.read() as reader:
        assert reader.scalars(select(Workday.note)).all() == []
        with work.write(ACTOR) as session:
            add_day(session)
            session.act("calendar.edit", "x")
        assert reader.scalars(select(Workday.note)).all() == []
    assert _notes(work) == ["0"]


def test_a_failing_closing_step_takes_everything_back(host: Host, clock: SetClock) -> None:
    def close(session: WorkSession) -> None:
        session.add(Workday(day=date(2026, 1, 1), works=True, note="closing", official=True))
        session.flush()
        raise Power

    work = Work(host.engine, clock=clock, keys=host.keys, closing=[close])
    with pytest.raises(Power), work.write(ACTOR) as session:
        session.act("calendar.edit", "x")
    assert _notes(work) == []


def test_closing_steps_run_in_order_and_in_the_transaction(host: Host, clock: SetClock) -> None:
    seen: list[object] = []

    def close(session: WorkSession) -> None:
        seen.append((session.scalars(select(Workday.note)).all(), [act.verb for act in session.acts]))

    def fence(_session: WorkSession) -> None:
        seen.append("fence")

    work = Work(host.engine, clock=clock, keys=host.keys, closing=[close]).fenced_by(fence)
    with work.write(ACTOR) as session:
        add_day(session)
        session.act("calendar.edit", "x")
    with work.housekeeping() as session:
        add_day(session, DAY + timedelta(days=1))
    assert seen == [(["0"], ["calendar.edit"]), "fence", "fence"]


def test_housekeeping_leaves_no_audit_entry_and_rolls_back_too(work: Work) -> None:
    with work.housekeeping() as session:
        add_day(session, DAY - timedelta(days=1))
    assert (_notes(work), _audited(work)) == (["0"], 0)
    with pytest.raises(Power):
        _cut(work.housekeeping())
    assert _notes(work) == ["0"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_unit_has_one_moment_and_the_offices_day(work: Work, clock: SetClock) -> None:
    clock.set(datetime(2026, 11, 20, 16, 30, tzinfo=UTC))
    with work.write(ACTOR) as session:
        clock.advance(timedelta(hours=1))
        assert session.now == datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
        assert session.today == date(2026, 11, 21)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_public_ids_are_sixteen_letters_of_chance(work: Work) -> None:
    with work.write(ACTOR) as session:
        ids = {session.new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[a-z2-7]{16}", each) for each in ids)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_naive_moment_is_refused(work: Work) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 — that is the fault
    with pytest.raises(StatementError, match="naive datetime"), work.read() as session:
        session.scalars(select(JobLease).where(JobLease.until > naive))


def test_a_row_that_is_locked_is_read_anew(work: Work) -> None:
    with work.housekeeping() as session:
        add_day(session)
    with work.housekeeping() as session:
        held = session.scalars(select(Workday)).one()
        # As another's unit of work would, between the reading and the lock.
        session.connection().execute(update(Workday.__table__).values(note="theirs"))  # type: ignore[arg-type]
        assert held.note == "0"
        locked = session.scalars(select(Workday).with_for_update()).one()
        assert (locked is held, held.note) == (True, "theirs")


def test_threads_lose_no_update(work: Work) -> None:
    with work.housekeeping() as session:
        add_day(session)
    threads = [threading.Thread(target=count_up, args=(work, 15)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (_notes(work), _audited(work)) == (["60"], 60)


def _process(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.registry.processes", *arguments], cwd=ROOT)


def test_processes_lose_no_update(work: Work, database_url: str, home: Path) -> None:
    with work.housekeeping() as session:
        add_day(session)
    processes = [_process("count", database_url, str(home / "keys"), "40") for _ in range(2)]
    assert [process.wait(90) for process in processes] == [0, 0]
    assert _notes(work) == ["80"]


def test_a_killed_process_leaves_nothing(work: Work, database_url: str, home: Path) -> None:
    """kill -9 after the rows were sent and before the commit."""
    assert _process("die", database_url, str(home / "keys")).wait(90) == -9
    assert (_notes(work), _audited(work)) == ([], 0)
    with work.write(ACTOR) as session:
        add_day(session)
        session.act("calendar.edit", "x")
    assert _notes(work) == ["0"]
