"""The kernel's own tables: the office's calendar, who runs which job, and what was done under which idempotency key."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class Workday(Base):
    """One calendar day. `official`: the State Council's notice for its year is known; `edited`: a person set it."""

    __tablename__ = "reg_workdays"

    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    note: Mapped[str] = mapped_column(String(100), default="")
    official: Mapped[bool]
    edited: Mapped[bool] = mapped_column(default=False)


class JobLease(Base):
    """Who may run jobs until when. `token` grows by one with every new holder and is never given twice."""

    __tablename__ = "reg_job_leases"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(200))
    token: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class JobRun(Base):
    """One run of one job for one slot, under the lease and token that allowed it.

    `cause`: schedule, recovery (of a lost run) or hand. `outcome`: running, done, failed (rolled back from where it
    failed), lost (its process died or was overtaken), skipped (the job was running already). `error`: the exception's
    type, never its text, which may quote a row.
    """

    __tablename__ = "reg_job_runs"
    __table_args__ = (
        # The claim: whoever inserts the slot runs it, and nobody inserts it twice.
        Index("uq_reg_job_runs_job_slot", "job", "slot", unique=True),
        # One run of a job at a time, over all processes.
        Index(
            "uq_reg_job_runs_running",
            "job",
            unique=True,
            sqlite_where=text("outcome = 'running'"),
            postgresql_where=text("outcome = 'running'"),
        ),
        CheckConstraint("cause IN ('schedule', 'recovery', 'hand')", name="cause"),
        CheckConstraint("outcome IN ('running', 'done', 'failed', 'lost', 'skipped')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job: Mapped[str] = mapped_column(String(60))
    slot: Mapped[datetime] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(String(10))
    lease: Mapped[str] = mapped_column(String(80))
    token: Mapped[int] = mapped_column(BigInteger)
    started: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(10))
    counts: Mapped[Any | None] = mapped_column(JsonText)
    error: Mapped[str | None] = mapped_column(String(100))


class IdempotencyKeyRow(Base):
    """The answer to a request that was carried out under a key of its caller's choosing (see registry.kernel.idempotency).

    `key` and `request` are blind, `answer` is sealed: whoever calls may have put a name or a number into any of them.
    """

    __tablename__ = "reg_idempotency_keys"

    caller: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    answer: Mapped[bytes] = mapped_column(Bytes)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
