"""Reads of visits for work lists and pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.tables import InspectorRow, MatterRow, TaskRow
from inspection.visits.codes import table
from inspection.visits.tables import VisitRow
from registry.accounts.tables import StaffRow
from registry.kernel.faults import NotFound
from registry.roster.tables import OrganisationRow

STATES = {"assigned": "待检查", "recorded": "待复核", "closed": "已办结"}


@dataclass(frozen=True)
class VisitPage:
    public_id: str
    state: str
    state_title: str
    organisation: str
    organisation_name: str
    district: str
    draw: str
    task_title: str
    matter: str
    content: str
    deadline: date
    inspectors: Sequence[str]
    visited_on: date | None
    codes: Sequence[str]
    results: Sequence[str]
    measure: str | None
    measure_title: str | None
    note: str | None
    recorded_by: str | None
    recorded_at: datetime | None
    closed_at: datetime | None


def visits(
    session: Session, *, staff: str | None = None, state: str | None = None, limit: int = 200
) -> list[VisitPage]:
    """Visits of open draws, soonest deadline first; with `staff` (an account's public id) its inspector's alone."""
    query = _query().order_by(VisitRow.state, TaskRow.deadline, VisitRow.id)
    if state is not None:
        query = query.where(VisitRow.state == state)
    rows = session.execute(query).all()
    if staff is not None:
        own = session.scalar(
            select(InspectorRow.certificate)
            .join(StaffRow, StaffRow.id == InspectorRow.staff_id)
            .where(StaffRow.public_id == staff)
        )
        rows = [row for row in rows if own in row.SelectionRow.inspectors]
    return [_page(row) for row in rows[:limit]]


def visit(session: Session, public_id: str) -> VisitPage:
    """One visit. Raises NotFound."""
    row = session.execute(_query().where(VisitRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这次检查")
    return _page(row)


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(VisitRow, SelectionRow, DrawRow.public_id.label("draw"), TaskRow, MatterRow, OrganisationRow)
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .join(MatterRow, MatterRow.id == TaskRow.matter_id)
        .join(OrganisationRow, OrganisationRow.id == SelectionRow.organisation_id)
    )


def _page(row: Row[*tuple[Any, ...]]) -> VisitPage:
    visit, known = row.VisitRow, table()
    return VisitPage(
        public_id=visit.public_id,
        state=visit.state,
        state_title=STATES[visit.state],
        organisation=row.OrganisationRow.public_id,
        organisation_name=row.OrganisationRow.name,
        district=row.OrganisationRow.district,
        draw=row.draw,
        task_title=row.TaskRow.title,
        matter=row.MatterRow.name,
        content=row.MatterRow.content,
        deadline=row.TaskRow.deadline,
        inspectors=row.SelectionRow.inspectors,
        visited_on=visit.visited_on,
        codes=visit.codes or (),
        results=known.titles(visit.codes or ()),
        measure=visit.measure,
        measure_title=known.measures.get(visit.measure or ""),
        note=visit.note,
        recorded_by=visit.recorded_by,
        recorded_at=visit.recorded_at,
        closed_at=visit.closed_at,
    )
