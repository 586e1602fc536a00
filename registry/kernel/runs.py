"""The history of job runs, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from registry.kernel.jobs import LEASE
from registry.kernel.tables import JobLease, JobRun
from registry.kernel.work import WorkSession

OUTCOMES = {"running": "执行中", "done": "完成", "failed": "失败", "lost": "中断", "skipped": "跳过"}
CAUSES = {"schedule": "按时", "recovery": "补做", "hand": "手工"}
READ = "jobs.read"


@dataclass(frozen=True)
class Run:
    """One run. `counts` is what the job said it did; `error` the type of the exception that ended it."""

    id: int
    job: str
    slot: datetime
    cause: str
    outcome: str
    started: datetime
    ended: datetime | None
    counts: Mapping[str, int]
    error: str | None


@dataclass(frozen=True)
class Leader:
    """The process that runs jobs now, as host:pid:chance, until when unless it renews, and how often that changed."""

    holder: str
    until: datetime
    token: int


def history(
    session: WorkSession, *, job: str | None = None, before: int | None = None, limit: int = 50
) -> list[Run]:
    """Runs, the newest first; `before` is the id of the last one shown."""
    found = select(JobRun).order_by(JobRun.id.desc()).limit(limit)
    if job is not None:
        found = found.where(JobRun.job == job)
    if before is not None:
        found = found.where(JobRun.id < before)
    return [_run(row) for row in session.scalars(found)]


def latest(session: WorkSession) -> dict[str, Run]:
    """The newest run of every job that ever ran."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.job)
    return {row.job: _run(row) for row in session.scalars(select(JobRun).where(JobRun.id.in_(newest)))}


def leader(session: WorkSession) -> Leader | None:
    """Who runs jobs; None while nobody does."""
    row = session.get(JobLease, LEASE)
    return Leader(row.holder, row.until, row.token) if row and row.until > session.now else None


def when(cron: str) -> str:
    """The five fields in the office's words where they are of a common form, else as they are."""
    minute, hour, *days = cron.split()
    if days == ["*", "*", "*"]:
        if (minute, hour) == ("*", "*"):
            return "每分钟"
        if hour == "*" and minute.startswith("*/"):
            return f"每 {minute.removeprefix('*/')} 分钟"
        if hour == "*" and minute.isdigit():
            return f"每小时第 {int(minute)} 分"
        if hour.isdigit() and minute.isdigit():
            return f"每天 {int(hour):02}:{int(minute):02}"
    return cron


def _run(row: JobRun) -> Run:
    return Run(
        row.id,
        row.job,
        row.slot,
        row.cause,
        row.outcome,
        row.started,
        row.ended,
        row.counts or {},
        row.error,
    )
