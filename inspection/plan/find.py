"""Reads of the plan for pages: matters, tasks, inspectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inspection.plan.tables import InspectorRow, MatterRow, TaskRow
from registry.kernel.faults import NotFound
from registry.roster.kinds import ORGANISATION_KINDS


@dataclass(frozen=True)
class MatterPage:
    """抽查事项 in the columns of the published list."""

    public_id: str
    code: str
    name: str
    content: str
    object_title: str
    category: str
    method: str
    basis: str
    rate: str
    frequency: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class TaskPage:
    public_id: str
    code: str
    title: str
    matter: str
    matter_name: str
    object_title: str
    strata: Sequence[dict[str, object]]
    reserve: int
    team: dict[str, object]
    yearly_cap: int | None
    deadline: date


@dataclass(frozen=True)
class InspectorLine:
    """`name` is for staff; the public sees the certificate alone."""

    public_id: str
    certificate: str
    name: str
    unit: str
    kinds: Sequence[str]
    lead: bool
    valid_until: date
    expired: bool


def matters(session: Session, *, on: date) -> list[MatterPage]:
    """The list in force on the day `on`, by code."""
    rows = session.scalars(
        select(MatterRow)
        .where(MatterRow.valid_from <= on, or_(MatterRow.valid_until.is_(None), MatterRow.valid_until > on))
        .order_by(MatterRow.code)
    )
    return [_matter(row) for row in rows]


def tasks(session: Session) -> list[TaskPage]:
    """All tasks, the newest first."""
    return [_task(row) for row in session.scalars(select(TaskRow).order_by(TaskRow.id.desc()))]


def task(session: Session, public_id: str) -> TaskPage:
    """One task. Raises NotFound."""
    row = session.scalar(select(TaskRow).where(TaskRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这项抽查任务")
    return _task(row)


def inspectors(session: Session, *, on: date) -> list[InspectorLine]:
    """The directory, by certificate."""
    rows = session.scalars(
        select(InspectorRow).where(InspectorRow.ended_on.is_(None)).order_by(InspectorRow.certificate)
    )
    return [
        InspectorLine(
            row.public_id,
            row.certificate,
            row.name,
            row.unit,
            [ORGANISATION_KINDS[kind].title for kind in row.kinds],
            row.lead,
            row.valid_until,
            row.valid_until < on,
        )
        for row in rows
    ]


def _matter(row: MatterRow) -> MatterPage:
    return MatterPage(
        row.public_id,
        row.code,
        row.name,
        row.content,
        ORGANISATION_KINDS[row.object_kind].title,
        row.category,
        row.method,
        row.basis,
        row.rate,
        row.frequency,
        row.valid_from,
        row.valid_until,
    )


def _task(row: TaskRow) -> TaskPage:
    return TaskPage(
        row.public_id,
        row.code,
        row.title,
        row.matter.public_id,
        row.matter.name,
        ORGANISATION_KINDS[row.matter.object_kind].title,
        row.strata,
        row.reserve,
        row.team,
        row.yearly_cap,
        row.deadline,
    )
