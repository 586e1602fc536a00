"""Annual plans in their versions, and where tasks come from."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inspection.plan.tables import MatterRow
from registry.kernel.store import Base, BigId, Bytes, JsonText, UtcDateTime


class PlanRow(Base):
    """年度抽查计划: one version of the plan `number`. `state`: draft → published or discarded.

    The published version with the highest number holds; `reason` says why it follows another. `log_index` is its entry in
    the public log.
    """

    __tablename__ = "insp_plans"
    __table_args__ = (
        UniqueConstraint("number", "version"),
        Index(
            "uq_insp_plans_draft_number",
            "number",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    number: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    section: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), index=True)
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drafted_by: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(String(64))
    log_index: Mapped[int | None]

    entries: Mapped[list["PlanEntryRow"]] = relationship(
        order_by="PlanEntryRow.code", back_populates="plan", cascade="all, delete-orphan"
    )


class PlanEntryRow(Base):
    """A planned inspection: matters of one object kind that are looked into together, `times` draws between two days.

    `code` (序号) stays the same through the versions of a plan. `scope` as of a task: None is 不定向.
    """

    __tablename__ = "insp_plan_entries"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("insp_plans.id"))
    code: Mapped[str] = mapped_column(String(4))
    title: Mapped[str] = mapped_column(String(200))
    rate: Mapped[str] = mapped_column(String(200))
    times: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    section: Mapped[str] = mapped_column(String(200))
    scope: Mapped[dict[str, list[str]] | None] = mapped_column(JsonText)

    plan: Mapped[PlanRow] = relationship(back_populates="entries")
    lines: Mapped[list["PlanEntryMatterRow"]] = relationship(
        order_by="PlanEntryMatterRow.position", cascade="all, delete-orphan"
    )

    @property
    def matters(self) -> list[MatterRow]:
        return [line.matter for line in self.lines]


class PlanEntryMatterRow(Base):
    """A matter of a planned inspection, in the version that the plan was made with."""

    __tablename__ = "insp_plan_entry_matters"

    entry_id: Mapped[int] = mapped_column(ForeignKey("insp_plan_entries.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    matter_id: Mapped[int] = mapped_column(ForeignKey("insp_matters.id"), index=True)

    matter: Mapped[MatterRow] = relationship()


class TaskOriginRow(Base):
    """任务来源: the planned inspection that a task carries out, or (临时) the coded ground outside the plan; the office's
    reason for that is sealed."""

    __tablename__ = "insp_task_origins"

    task_id: Mapped[int] = mapped_column(ForeignKey("insp_tasks.id"), primary_key=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("insp_plan_entries.id"), index=True)
    ground: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[bytes | None] = mapped_column(Bytes)

    entry: Mapped[PlanEntryRow | None] = relationship()
