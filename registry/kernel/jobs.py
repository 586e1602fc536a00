"""Jobs: work that runs by itself, in a process of its own.

One process holds the lease and runs the jobs; any number of others wait, and the first to notice takes over when it
dies or its lease runs out. A slot (the moment at which a job is due) is claimed by inserting its row before the job
runs, so that no slot runs twice, whatever happens to the processes; and the lease's token fences every transaction of
the job, so that a process that was overtaken commits nothing.

A process that takes over looks into the history. Jobs that were due while nobody ran them start at once, for the last
slot they missed. A run whose process died is marked lost and its job runs again, under a slot of its own: jobs
therefore do what is due, however long since, and never count on having run. It does so once, so that a job that kills
its process cannot kill every successor.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.job import Job as Scheduled
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from registry.kernel import logs
from registry.kernel.clock import SHANGHAI
from registry.kernel.faults import Conflict
from registry.kernel.lease import Lease, Overtaken, holder_name, live
from registry.kernel.metrics import JOB_RUNS
from registry.kernel.part import Job
from registry.kernel.tables import JobRun
from registry.kernel.work import Work
from registry.migrations import pending

LEASE = "jobs"
LENGTH = timedelta(seconds=30)
# A slot missed for longer is left to the next one: nobody wants last week's reminders on Monday.
GRACE = timedelta(days=1)
# One slow job must not hold up the others; more would only queue for the database.
THREADS = 4


def office_time(job: Job) -> BaseTrigger:
    """The trigger for `job.cron`, in office time. Raises ValueError if it is not five fields with weekdays as names."""
    if re.search(r"\d", job.cron.split()[-1]):
        # APScheduler counts 0 as Monday, every cron as Sunday: a number would be read wrongly by one of two readers.
        raise ValueError(f"{job.name}: weekdays are named mon … sun")
    return CronTrigger.from_crontab(job.cron, timezone=SHANGHAI)


def run_by_hand(work: Work, job: Job) -> Mapping[str, int]:
    """Runs `job` now and returns its counts. Raises Conflict if it is running, and whatever the job raises."""
    lease = Lease(work, f"{LEASE}:{job.name}", length=LENGTH, holder=holder_name())
    if not lease.acquire():
        raise Conflict(f"任务“{job.title}”正在运行", rule="job_running")
    with lease.kept():
        run = _claim(work, job, slot=work.clock.now(), cause="hand", lease=lease)
        if run is None:
            raise Conflict(f"任务“{job.title}”正在运行", rule="job_running")
        return _perform(work, job, run, lease)


class Runner:
    """One process that runs `jobs`, or waits until it may.

    `length` is that of the lease, `trigger` says when a job is due; both are arguments for the tests' sake.
    """

    def __init__(
        self,
        work: Work,
        jobs: Sequence[Job],
        *,
        length: timedelta = LENGTH,
        trigger: Callable[[Job], BaseTrigger] = office_time,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._work = work
        self._jobs = {job: trigger(job) for job in jobs}
        self._length = length
        self._say = say

    def run(self, stop: Event) -> None:
        """Leads whenever the lease is free, until `stop` is set; jobs that run then are awaited."""
        lease = Lease(self._work, LEASE, length=self._length, holder=holder_name())
        said = None
        while not stop.is_set():
            hindrance = self._hindrance(lease)
            if hindrance is None:
                self._lead(lease, stop)
            else:
                # Once for each reason: the wait may be long, and nobody reads a line that comes every few seconds.
                if hindrance != said:
                    self._say(hindrance)
                stop.wait(self._length.total_seconds() / 10)
            said = hindrance

    def _hindrance(self, lease: Lease) -> str | None:
        """Why this process cannot lead yet, in the office's words; None once it holds the lease."""
        try:
            with self._work.read() as session:
                if pending(session.connection()):
                    return "数据库尚未建立或需要升级，本进程等待；请执行 legalcredit db upgrade。"
            return None if lease.acquire() else "另一进程正在执行定时任务，本进程等待接替。"
        except SQLAlchemyError as error:
            return f"数据库暂时连接不上（{type(error).__name__}），本进程等待。"

    def _lead(self, lease: Lease, stop: Event) -> None:
        scheduler = BackgroundScheduler(timezone=SHANGHAI, executors={"default": _Slots(THREADS)})
        with lease.kept() as lost:
            now = self._work.clock.now()
            interrupted = self._mark_lost(lease)
            for job, trigger in self._jobs.items():
                scheduler.add_job(
                    self._run,
                    trigger,
                    args=(job, lease, interrupted),
                    kwargs={"slot": None},
                    id=job.name,
                    next_run_time=now if job.name in interrupted else self._first_slot(job, trigger, now),
                    misfire_grace_time=int(GRACE.total_seconds()),
                    coalesce=True,
                    max_instances=1,
                )
            scheduler.start()
            self._say(f"本进程开始执行定时任务（{len(self._jobs)} 项）。")
            while not stop.is_set() and not lost.wait(0.2):
                pass
            scheduler.shutdown(wait=True)
        if lost.is_set():
            self._say("本进程已失去执行权，重新等待。")

    def _mark_lost(self, lease: Lease) -> set[str]:
        """Ends the runs of earlier holders; names the jobs whose scheduled run was cut off."""
        with self._work.housekeeping() as session:
            rows = session.scalars(
                select(JobRun).where(
                    JobRun.outcome == "running", JobRun.lease == LEASE, JobRun.token < lease.token
                )
            ).all()
            for row in rows:
                row.outcome, row.ended = "lost", session.now
                JOB_RUNS.labels(row.job, "lost").inc()
            lease.fence(session)
            return {row.job for row in rows if row.cause == "schedule"}

    def _first_slot(self, job: Job, trigger: BaseTrigger, now: datetime) -> datetime | None:
        """The first slot after the last one claimed, which may be past; of a job that never ran, the next one."""
        with self._work.read() as session:
            last = session.scalar(
                select(func.max(JobRun.slot)).where(JobRun.job == job.name, JobRun.cause != "hand")
            )
        since = max(last, now - GRACE) if last else now
        return trigger.get_next_fire_time(since.astimezone(SHANGHAI), since.astimezone(SHANGHAI))  # type: ignore[no-any-return]

    def _run(self, job: Job, lease: Lease, interrupted: set[str], *, slot: datetime) -> None:
        cause = "recovery" if job.name in interrupted else "schedule"
        interrupted.discard(job.name)
        try:
            run = _claim(self._work, job, slot=slot, cause=cause, lease=lease)
            if run is not None:
                _perform(self._work, job, run, lease)
        except Exception as error:  # noqa: BLE001 — logged by type here, or APScheduler would log it with its text
            logs.crash("job", error, job=job.name)


class _Slots(ThreadPoolExecutor):  # type: ignore[misc]
    """Hands each run the slot it is for, which APScheduler computes and keeps to itself.

    The job in the memory store is changed in place; with max_instances=1 and coalesce no other run reads it.
    """

    def _do_submit_job(self, job: Scheduled, run_times: list[datetime]) -> None:
        job.kwargs = {"slot": run_times[-1]}
        super()._do_submit_job(job, run_times)


def _claim(work: Work, job: Job, *, slot: datetime, cause: str, lease: Lease) -> int | None:
    """The id of a new run of `job` for `slot`; None if the slot has a run, or the job is running and the slot is skipped."""
    try:
        with work.housekeeping() as session:
            running = session.scalar(
                select(JobRun).where(JobRun.job == job.name, JobRun.outcome == "running")
            )
            # Our own lease has one run of a job at a time, so an open row of it is one that could not be closed.
            ours = running is not None and (running.lease, running.token) == (lease.name, lease.token)
            busy = running is not None and not ours and live(session, running.lease, running.token)
            if running is not None and not busy:
                running.outcome, running.ended = "lost", session.now
                session.flush()
            row = JobRun(
                job=job.name,
                slot=slot,
                cause=cause,
                lease=lease.name,
                token=lease.token,
                started=session.now,
                ended=session.now if busy else None,
                outcome="skipped" if busy else "running",
            )
            session.add(row)
            session.flush()
            lease.fence(session)
            return None if busy else row.id
    except IntegrityError:
        return None


def _perform(work: Work, job: Job, run: int, lease: Lease) -> Mapping[str, int]:
    """Runs `job` on fenced units of work and closes its row with the outcome."""
    with structlog.contextvars.bound_contextvars(job=job.name, run=run):
        try:
            counts = dict(job.run(work.fenced_by(lease.fence)))
        except Overtaken as error:
            _close(work, job, run, outcome="lost", error=type(error).__name__)
            raise
        except Exception as error:
            _close(work, job, run, outcome="failed", error=type(error).__name__)
            raise
        _close(work, job, run, outcome="done", counts=counts)
        return counts


def _close(work: Work, job: Job, run: int, *, outcome: str, **values: Any) -> None:
    with work.housekeeping() as session:
        # A successor may have closed it as lost.
        session.execute(
            update(JobRun)
            .where(JobRun.id == run, JobRun.outcome == "running")
            .values(outcome=outcome, ended=session.now, **values)
        )
    JOB_RUNS.labels(job.name, outcome).inc()


def prune(work: Work) -> Mapping[str, int]:
    """The job that forgets runs: those that went well after 30 days, the others after 400, a year and its audit."""
    with work.housekeeping() as session:
        uneventful = JobRun.outcome.in_(("done", "skipped")) & (
            JobRun.started < session.now - timedelta(days=30)
        )
        old = delete(JobRun).where(uneventful | (JobRun.started < session.now - timedelta(days=400)))
        return {"deleted": len(session.scalars(old.returning(JobRun.id)).all())}


PRUNE = Job("jobs.prune", "清理任务运行记录", prune, "40 3 * * *")
