"""Jobs run in one process at a time; when it dies another takes over, and no slot runs twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from registry import migrations
from registry.kernel import runs
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock, SystemClock
from registry.kernel.faults import Conflict
from registry.kernel.jobs import LENGTH, Runner, office_time, prune, run_by_hand
from registry.kernel.lease import Lease, Overtaken
from registry.kernel.part import Job
from registry.kernel.secrets import Keyring
from registry.kernel.store import make_engine
from registry.kernel.tables import JobRun, Workday
from registry.kernel.work import Work
from tests.commands import Commands
from tests.people import Person
from tests.registry.processes import add_day

ROOT = Path(__file__).parents[2]


def _lease(work: Work, holder: str, name: str = "jobs") -> Lease:
    return Lease(work, name, length=timedelta(seconds=30), holder=holder)


def _days(work: Work) -> int:
    with work.read() as session:
        return session.scalar(select(func.count()).select_from(Workday)) or 0


def _write_a_day(work: Work) -> None:
    with work.write(Actor.job("test")) as session:
        add_day(session)
        session.act("test", "x")


def test_one_holds_the_lease_and_the_other_waits_until_it_runs_out(work: Work, clock: SetClock) -> None:
    first, second = _lease(work, "first"), _lease(work, "second")
    assert first.acquire()
    assert not second.acquire()
    clock.advance(timedelta(seconds=29))
    first.renew()
    clock.advance(timedelta(seconds=29))
    assert not second.acquire()
    clock.advance(timedelta(seconds=2))
    assert second.acquire()
    assert second.token == first.token + 1
    with pytest.raises(Overtaken):
        first.renew()
    first.release()
    assert not _lease(work, "third").acquire()
    second.release()
    assert _lease(work, "third").acquire()


def test_who_was_overtaken_commits_nothing(work: Work, clock: SetClock) -> None:
    """It slept in the middle of its work, and does not know."""
    first, second = _lease(work, "first"), _lease(work, "second")
    assert first.acquire()
    clock.advance(timedelta(seconds=31))
    assert second.acquire()
    for unit in (work.fenced_by(first.fence), work.fenced_by(second.fence).fenced_by(first.fence)):
        with pytest.raises(Overtaken):
            _write_a_day(unit)
        with pytest.raises(Overtaken), unit.housekeeping() as session:
            add_day(session)
    assert _days(work) == 0
    _write_a_day(work.fenced_by(second.fence))
    assert _days(work) == 1


def test_a_lease_that_ran_out_unseen_is_still_ours(work: Work, clock: SetClock) -> None:
    lease = _lease(work, "first")
    assert lease.acquire()
    clock.advance(timedelta(minutes=5))
    _write_a_day(work.fenced_by(lease.fence))
    assert _days(work) == 1
    assert not _lease(work, "second").acquire()


def test_a_run_by_hand_is_kept_with_its_counts(work: Work) -> None:
    def run(work: Work) -> Mapping[str, int]:
        _write_a_day(work)
        return {"days": 1}

    assert run_by_hand(work, Job("expire", "到期下线", run, "5 0 * * *")) == {"days": 1}
    with work.read() as session:
        (kept,) = runs.history(session)
    assert (kept.job, kept.cause, kept.outcome, kept.counts) == ("expire", "hand", "done", {"days": 1})
    assert REGISTRY.get_sample_value("legalcredit_job_runs_total", {"job": "expire", "outcome": "done"})


def test_a_failing_run_keeps_the_kind_of_fault_and_not_its_text(
    work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(work: Work) -> Mapping[str, int]:
        with work.write(Actor.job("broken")) as session:
            add_day(session)
            session.act("test", "x")
            raise LookupError("张三 11010519491231002X")

    with pytest.raises(LookupError):
        run_by_hand(work, Job("broken", "出错", run, "5 0 * * *"))
    with work.read() as session:
        (kept,) = runs.history(session)
        text = session.execute(select(JobRun.__table__)).all()
    assert (kept.outcome, kept.error, kept.counts) == ("failed", "LookupError", {})
    assert "11010519491231002X" not in str(text) + "".join(capsys.readouterr())
    assert _days(work) == 0


def test_a_job_that_is_running_is_not_started_by_hand(work: Work) -> None:
    def again(_work: Work) -> Mapping[str, int]:
        run_by_hand(work, job)
        return {}

    job = Job("once", "一次", again, "5 0 * * *")
    with pytest.raises(Conflict):
        run_by_hand(work, job)
    with work.read() as session:
        assert [run.outcome for run in runs.history(session)] == ["failed"]


def test_a_run_by_hand_whose_process_died_does_not_block_the_job(work: Work, clock: SetClock) -> None:
    with work.housekeeping() as session:
        session.add(
            JobRun(
                job="expire",
                slot=session.now,
                cause="hand",
                lease="jobs:expire",
                token=7,
                started=session.now,
                outcome="running",
            )
        )
    clock.advance(timedelta(minutes=1))
    run_by_hand(work, Job("expire", "到期下线", lambda _: {}, "5 0 * * *"))
    with work.read() as session:
        assert [run.outcome for run in runs.history(session)] == ["done", "lost"]


def test_old_runs_are_pruned(work: Work, clock: SetClock) -> None:
    def fail(_work: Work) -> Mapping[str, int]:
        raise LookupError

    run_by_hand(work, Job("expire", "到期下线", lambda _: {}, "5 0 * * *"))
    clock.advance(timedelta(minutes=1))
    with pytest.raises(LookupError):
        run_by_hand(work, Job("expire", "到期下线", fail, "5 0 * * *"))
    for days, deleted in ((29, 0), (2, 1), (368, 0), (2, 1)):
        clock.advance(timedelta(days=days))
        assert prune(work) == {"deleted": deleted}


class Patience(threading.Event):
    """A runner's `stop` that does `then` in the third pause of its wait, and breaks it off in the sixth."""

    def __init__(self, then: Callable[[], object]) -> None:
        super().__init__()
        self._pauses, self._then = 0, then

    def wait(self, timeout: float | None = None) -> bool:
        self._pauses += 1
        if self._pauses == 3:
            self._then()
        if self._pauses == 6:
            self.set()
        return super().wait(0)


def _told(url: str, keys: Path, then: Callable[[], object]) -> list[str]:
    """What a process without jobs says from its start until it leads, or has waited for six pauses."""
    engine, told, stop = make_engine(url), list[str](), Patience(then)

    def say(line: str) -> None:
        told.append(line)
        if "开始执行" in line:
            stop.set()

    work = Work(engine, clock=SystemClock(), keys=Keyring.open(keys, origin="example.org"))
    Runner(work, [], say=say).run(stop)
    engine.dispose()
    return told


def test_an_installation_without_schema_is_told_once_and_begins_when_it_has_one(
    bare_database_url: str, home: Path
) -> None:
    engine = make_engine(bare_database_url)
    told = _told(bare_database_url, home / "keys", lambda: migrations.upgrade(engine))
    engine.dispose()
    assert told == [
        "数据库尚未建立或需要升级，本进程等待；请执行 legalcredit db upgrade。",
        "本进程开始执行定时任务（0 项）。",
    ]


def test_a_database_that_does_not_answer_is_told_once(home: Path) -> None:
    told = _told(f"sqlite:///{home}/nowhere/bare.db", home / "keys", lambda: None)
    assert told == ["数据库暂时连接不上（OperationalError），本进程等待。"]


def test_jobs_are_due_in_office_time() -> None:
    trigger = office_time(Job("expire", "到期下线", lambda _: {}, "5 0 * * mon-fri"))
    friday = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
    due = trigger.get_next_fire_time(None, friday)
    assert due == datetime(2026, 11, 23, 0, 5, tzinfo=SHANGHAI)
    with pytest.raises(ValueError, match="mon … sun"):
        office_time(Job("expire", "到期下线", lambda _: {}, "5 0 * * 1"))


def test_times_are_told_in_the_offices_words() -> None:
    told = {
        "* * * * *": "每分钟",
        "*/5 * * * *": "每 5 分钟",
        "7 * * * *": "每小时第 7 分",
        "5 0 * * *": "每天 00:05",
    }
    assert {cron: runs.when(cron) for cron in told} == told
    assert runs.when("5 0 * * mon") == "5 0 * * mon"


class Office:
    """Processes that run one job every second on one database, until the test ends them."""

    def __init__(self, work: Work, url: str, keys: Path, folder: Path) -> None:
        self.work = work
        self.folder = folder
        self._command = [
            sys.executable,
            "-m",
            "tests.registry.processes",
            "jobs",
            url,
            str(keys),
            str(folder),
        ]
        self._started: list[subprocess.Popen[str]] = []

    def start(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._started.append(process)
        return process

    def open_gate(self) -> None:
        (self.folder / "gate").touch()

    def at_gate(self, process: "subprocess.Popen[str]") -> bool:
        return (self.folder / f"at-gate-{process.pid}").exists()

    def runs(self) -> list[JobRun]:
        """The oldest first."""
        with self.work.read() as session:
            return list(session.scalars(select(JobRun).order_by(JobRun.id)))

    def done(self, token: int) -> int:
        return sum(run.outcome == "done" and run.token == token for run in self.runs())

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._started:
            process.communicate(timeout=30)


@pytest.fixture
def office(work: Work, database_url: str, home: Path, tmp_path: Path) -> Iterator[Office]:
    assert work.keys
    folder = tmp_path / "signs"
    folder.mkdir()
    office = Office(work, database_url, home / "keys", folder)
    yield office
    office.end()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come to this within a minute"
        time.sleep(0.05)


def test_two_processes_started_together_run_every_slot_once(office: Office) -> None:
    office.open_gate()
    office.start(), office.start()
    _until(lambda: office.done(1) >= 4)
    office.end()
    kept = office.runs()
    first = kept[0].slot
    assert [run.slot for run in kept] == [first + timedelta(seconds=number) for number in range(len(kept))]
    assert {(run.token, run.outcome, run.cause) for run in kept} == {(1, "done", "schedule")}
    assert _days(office.work) == len(kept)


def test_the_second_takes_over_when_the_first_is_killed(office: Office) -> None:
    """kill -9 in the middle of a run: it is marked lost, its job runs again at once, and no slot runs twice."""
    first = office.start()
    _until(lambda: office.at_gate(first))
    second = office.start()
    os.kill(first.pid, signal.SIGKILL)
    _until(lambda: office.at_gate(second))
    assert _days(office.work) == 0
    office.open_gate()
    _until(lambda: office.done(2) >= 3)
    office.end()
    kept = office.runs()
    assert [(run.token, run.cause, run.outcome) for run in kept[:2]] == [
        (1, "schedule", "lost"),
        (2, "recovery", "done"),
    ]
    assert {(run.token, run.cause, run.outcome) for run in kept[2:]} == {(2, "schedule", "done")}
    assert len({run.slot for run in kept}) == len(kept)
    assert _days(office.work) == len(kept) - 1


def test_a_process_that_slept_through_its_lease_commits_nothing(office: Office) -> None:
    """SIGSTOP in the middle of a run, as a paused machine; awake again it finds itself overtaken, and waits."""
    first = office.start()
    _until(lambda: office.at_gate(first))
    os.kill(first.pid, signal.SIGSTOP)
    second = office.start()
    _until(lambda: office.at_gate(second))
    office.open_gate()
    _until(lambda: office.done(2) >= 1)
    os.kill(first.pid, signal.SIGCONT)
    assert first.stdout
    told = [first.stdout.readline() for _ in range(3)]
    assert told[1] == "本进程已失去执行权，重新等待。\n"
    assert told[2] == "另一进程正在执行定时任务，本进程等待接替。\n"
    office.end()
    kept = office.runs()
    assert [run.outcome for run in kept if run.token == 1] == ["lost"]
    assert _days(office.work) == sum(run.outcome == "done" for run in kept)


def test_a_slot_missed_while_nobody_ran_is_made_up_once(office: Office, work: Work, clock: SetClock) -> None:
    """The machine was off overnight; coming up it runs the last slot it missed, not each of them."""
    with work.housekeeping() as session:
        missed = datetime.now(SHANGHAI).replace(microsecond=0) - timedelta(minutes=10)
        session.add(
            JobRun(
                job="tick",
                slot=missed,
                cause="schedule",
                lease="jobs",
                token=0,
                started=missed,
                ended=missed,
                outcome="done",
            )
        )
    office.open_gate()
    office.start()
    _until(lambda: office.done(1) >= 2)
    office.end()
    made_up = office.runs()[1]
    assert made_up.slot - missed > timedelta(minutes=9)
    assert made_up.started - made_up.slot < timedelta(seconds=30)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_job_that_never_ends_properly_is_not_recovered_for_ever(work: Work, clock: SetClock) -> None:
    """A job that kills its process would otherwise kill every successor."""
    with work.housekeeping() as session:
        for job, cause in (("a", "schedule"), ("b", "recovery")):
            session.add(
                JobRun(
                    job=job,
                    slot=session.now,
                    cause=cause,
                    lease="jobs",
                    token=0,
                    started=session.now,
                    outcome="running",
                )
            )
    lease = Lease(work, "jobs", length=LENGTH, holder="next")
    assert lease.acquire()
    assert Runner(work, [])._mark_lost(lease) == {"a"}
    with work.read() as session:
        assert {run.outcome for run in runs.history(session)} == {"lost"}


def test_the_page_shows_who_runs_what_and_what_became_of_it(
    sign_in: Callable[..., Person], work: Work, clock: SetClock
) -> None:
    auditor = sign_in("auditor")
    assert "现在没有进程执行定时任务" in auditor.get("/staff/jobs").text
    _lease(work, "host:17:ab").acquire()
    run_by_hand(work, Job("jobs.prune", "清理任务运行记录", prune, "40 3 * * *"))
    page = auditor.get("/staff/jobs").text
    assert "host:17:ab" in page
    assert "deleted" in page
    assert "还没有执行记录" in auditor.get("/staff/jobs?job=other").text
    assert auditor.get("/staff/jobs?before=x").status_code == 422
    assert sign_in("clerk").get("/staff/jobs").status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_jobs_on_the_command_line(legalcredit: Commands) -> None:
    once = legalcredit("jobs", "once", "jobs.prune")
    assert (once.returncode, once.stdout) == (0, '{"deleted": 0}\n')
    listed = legalcredit("jobs", "list")
    assert listed.returncode == 0
    assert "清理任务运行记录" in listed.stdout
    assert "完成" in listed.stdout
