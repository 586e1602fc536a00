"""Reads of the plan for pages: matters, tasks, inspectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inspection.plan.exclusions import Scope
from inspection.plan.tables import InspectorRow, MatterRow, TaskRow
from registry.accounts.tables import StaffRow
from registry.kernel.faults import NotFound
from registry.roster.kinds import district_name, titles


@dataclass(frozen=True)
class MatterPage:
    """抽查事项 in the columns of the published list: one version. `valid_until` is the first day after it."""

    public_id: str
    code: str
    name: str
    content: str
    object_kind: str
    object_title: str
    category: str
    method: str
    basis: str
    basis_version: str
    rate: str
    frequency: str
    complete_by: str
    repeat_months: int | None
    valid_from: date
    valid_until: date | None
    change_reason: str | None
    ended_reason: str | None
    log_index: int | None


@dataclass(frozen=True)
class TaskPage:
    public_id: str
    code: str
    title: str
    matter: str
    matter_name: str
    """All of `matters`, in words."""
    matters: Sequence[MatterPage]
    scope: str | None
    """A directed task (定向) in words, None for 不定向."""
    object_title: str
    strata: Sequence[dict[str, object]]
    reserve: int
    team: dict[str, object]
    yearly_cap: int | None
    deadline: date


def matters(
    session: Session, *, on: date, limit: int | None = None, after: str | None = None
) -> tuple[list[MatterPage], str | None]:
    """The list in force on the day `on`, by code, from the code `after` on, and the cursor of the next page."""
    query = (
        select(MatterRow)
        .where(MatterRow.valid_from <= on, or_(MatterRow.valid_until.is_(None), MatterRow.valid_until > on))
        .order_by(MatterRow.code)
        .limit(None if limit is None else limit + 1)
    )
    rows = session.scalars(query if after is None else query.where(MatterRow.code > after)).all()
    page = rows[:limit]
    return [matter_page(row) for row in page], page[-1].code if len(rows) > len(page) else None


def tasks(session: Session, *, limit: int, before: int | None = None) -> tuple[list[TaskPage], int | None]:
    """Tasks, the newest first, and the cursor of the next page."""
    query = _tasks().order_by(TaskRow.id.desc()).limit(limit + 1)
    rows = session.scalars(query if before is None else query.where(TaskRow.id < before)).all()
    return [_task(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def task(session: Session, public_id: str) -> TaskPage:
    """One task. Raises NotFound."""
    row = session.scalar(_tasks().where(TaskRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这项抽查任务")
    return _task(row)


def certificate_of(session: Session, staff: str) -> str | None:
    """The enforcement certificate of the inspector whose account (public id) this is."""
    return session.scalar(
        select(InspectorRow.certificate)
        .join(StaffRow, StaffRow.id == InspectorRow.staff_id)
        .where(StaffRow.public_id == staff)
    )


def _tasks() -> Select[TaskRow]:
    return select(TaskRow).options(joinedload(TaskRow.matter), selectinload(TaskRow.matters))


def matter_page(row: MatterRow) -> MatterPage:
    """One version as pages show it."""
    return MatterPage(
        row.public_id,
        row.code,
        row.name,
        row.content,
        row.object_kind,
        titles()[row.object_kind],
        row.category,
        row.method,
        row.basis,
        row.basis_version,
        row.rate,
        row.frequency,
        row.complete_by,
        row.repeat_months,
        row.valid_from,
        row.valid_until,
        row.change_reason,
        row.ended_reason,
        row.log_index,
    )


def in_words(scope: Scope) -> str | None:
    """Districts and strata of a directed task; None for one about everybody."""
    words = [district_name(code) for code in scope.districts] + [f"{name} 层" for name in scope.strata]
    return "、".join(words) or None


def _task(row: TaskRow) -> TaskPage:
    return TaskPage(
        row.public_id,
        row.code,
        row.title,
        row.matter.public_id,
        "、".join(matter.name for matter in row.matters),
        [matter_page(matter) for matter in row.matters],
        in_words(Scope.read(row.scope)),
        titles()[row.matter.object_kind],
        row.strata,
        row.reserve,
        row.team,
        row.yearly_cap,
        row.deadline,
    )
