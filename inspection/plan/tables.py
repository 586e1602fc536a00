"""Matters, tasks and the directory of inspectors."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.kernel.store import Base, BigId, JsonText, UtcDateTime


class MatterRow(Base):
    """抽查事项: one version of an entry of the public list of what may be inspected at random.

    A changed matter is a new row; the old one ends, because a draw stands on the text of its day. `valid_until` is the
    first day after; `ended_reason` stands where nothing followed it. `log_index` is its entry in the public log.
    """

    __tablename__ = "insp_matters"
    __table_args__ = (UniqueConstraint("code", "valid_from"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    object_kind: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(64))
    basis: Mapped[str] = mapped_column(Text)
    rate: Mapped[str] = mapped_column(String(200))
    frequency: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    basis_version: Mapped[str] = mapped_column(Text, server_default="")
    complete_by: Mapped[str] = mapped_column(String(64), server_default="")
    repeat_months: Mapped[int | None]
    change_reason: Mapped[str | None] = mapped_column(Text)
    ended_reason: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    log_index: Mapped[int | None]

    def in_force(self, on: date) -> bool:
        """Whether this version stands on the published list of the day `on`."""
        return self.valid_from <= on and (self.valid_until is None or self.valid_until > on)


class TaskRow(Base):
    """抽查任务: one population, one draw at a time, one visit to each of the drawn for all its matters (综合查一次).

    `matter` is the first of `matters`, all of one object kind, in the versions of the day the task was opened. `scope`
    limits a directed task (定向) as plan.exclusions.Scope has it; without one it is about everybody of the kind.
    """

    __tablename__ = "insp_tasks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    matter_id: Mapped[int] = mapped_column(ForeignKey("insp_matters.id"), index=True)
    strata: Mapped[list[dict[str, object]]] = mapped_column(JsonText)
    reserve: Mapped[int]
    team: Mapped[dict[str, object]] = mapped_column(JsonText)
    yearly_cap: Mapped[int | None]
    deadline: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    scope: Mapped[dict[str, list[str]] | None] = mapped_column(JsonText)

    matter: Mapped[MatterRow] = relationship()
    matters: Mapped[list[MatterRow]] = relationship(
        secondary="insp_task_matters", order_by="TaskMatterRow.position", viewonly=True
    )


class TaskMatterRow(Base):
    """What is inspected at the visits of a task, in the order of its papers."""

    __tablename__ = "insp_task_matters"

    task_id: Mapped[int] = mapped_column(ForeignKey("insp_tasks.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    matter_id: Mapped[int] = mapped_column(ForeignKey("insp_matters.id"), index=True)


class InspectorRow(Base):
    """检查人员: one holder of an enforcement certificate, shown in public by its number alone."""

    __tablename__ = "insp_inspectors"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    certificate: Mapped[str] = mapped_column(String(64), unique=True)
    valid_until: Mapped[date]
    name: Mapped[str] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(200))
    district: Mapped[str | None] = mapped_column(String(6))
    lead: Mapped[bool]
    kinds: Mapped[list[str]] = mapped_column(JsonText)
    on_leave_until: Mapped[date | None]
    ended_on: Mapped[date | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("reg_staff.id"), unique=True)


class RecusalRow(Base):
    """回避: an inspector who may not inspect one organisation and whoever practises there, or one person. The reason stays
    inside; the frame shows the pair. It stands until it is lifted (`ended_at`); older rows do not say who declared it."""

    __tablename__ = "insp_recusals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    inspector_id: Mapped[int] = mapped_column(ForeignKey("insp_inspectors.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("reg_organisations.id"), index=True)
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("reg_practitioners.id"), index=True)
    reason: Mapped[bytes]
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    declared_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
