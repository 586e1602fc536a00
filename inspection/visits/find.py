"""Reads of visits for work lists and pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, Text, cast, func, select, tuple_
from sqlalchemy.orm import Session

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.tables import MatterRow, TaskRow
from inspection.visits.codes import table
from inspection.visits.tables import VisitRow
from registry.credit.tables import EventRow
from registry.kernel.faults import NotFound
from registry.roster.tables import OrganisationRow

STATES = {"assigned": "待检查", "recorded": "待复核", "closed": "已办结", "replaced": "已更换"}


@dataclass(frozen=True)
class VisitPage:
    public_id: str
    state: str
    state_title: str
    organisation: str
    organisation_name: str
    district: str
    draw: str
    draw_voided: bool
    drawn_at: datetime | None
    event: str | None
    """The credit event (public id) that the closed visit became."""
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
    """The account (public id) of whoever recorded the finding; somebody else closes it."""
    recorded_at: datetime | None
    closed_at: datetime | None


def worklist(
    session: Session,
    *,
    states: Sequence[str] = tuple(STATES),
    certificate: str | None = None,
    limit: int,
    after: str | None = None,
) -> tuple[list[VisitPage], str | None]:
    """Visits of valid draws in these states, soonest deadline first, and the cursor of the next page.

    With `certificate` those alone on whose team its holder is. `after` is the cursor of the page before; NotFound if
    it names no visit.
    """
    query = (
        _query()
        .where(VisitRow.state.in_(states), DrawRow.state != "voided")
        .order_by(TaskRow.deadline, VisitRow.id)
    )
    if certificate is not None:
        # The team is kept as canonical JSON, and certificates hold no character that JSON would escape.
        team = cast(SelectionRow.inspectors, Text)
        query = query.where(team.contains(f'"{certificate}"', autoescape=True))
    if after is not None:
        last = session.execute(_query().where(VisitRow.public_id == after)).one_or_none()
        if last is None:
            raise NotFound("没有这一页")
        query = query.where(
            tuple_(TaskRow.deadline, VisitRow.id) > tuple_(last.TaskRow.deadline, last.VisitRow.id)
        )
    rows = session.execute(query.limit(limit + 1)).all()
    page = [_page(row) for row in rows[:limit]]
    return page, page[-1].public_id if len(rows) > limit else None


def progress(session: Session, draws: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How many visits of each draw (public ids) are closed, out of how many; draws without visits are left out."""
    rows = session.execute(
        select(
            DrawRow.public_id,
            func.count().filter(VisitRow.state == "closed").label("closed"),
            func.count().label("all"),
        )
        .join(SelectionRow, SelectionRow.draw_id == DrawRow.id)
        .join(VisitRow, VisitRow.selection_id == SelectionRow.id)
        .where(DrawRow.public_id.in_(draws))
        .group_by(DrawRow.public_id)
    )
    return {row.public_id: (row.closed, row.all) for row in rows}


def visit(session: Session, public_id: str) -> VisitPage:
    """One visit. Raises NotFound."""
    row = session.execute(_query().where(VisitRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这次检查")
    return _page(row)


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            VisitRow,
            SelectionRow,
            DrawRow.public_id.label("draw"),
            DrawRow.state.label("draw_state"),
            DrawRow.drawn_at,
            EventRow.public_id.label("event"),
            TaskRow,
            MatterRow,
            OrganisationRow,
        )
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .join(MatterRow, MatterRow.id == TaskRow.matter_id)
        .join(OrganisationRow, OrganisationRow.id == SelectionRow.organisation_id)
        .outerjoin(EventRow, EventRow.id == VisitRow.event_id)
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
        draw_voided=row.draw_state == "voided",
        drawn_at=row.drawn_at,
        event=row.event,
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
