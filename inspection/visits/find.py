"""Reads of visits for work lists and pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, Text, cast, func, select, tuple_
from sqlalchemy.orm import Session

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.tables import MatterRow, TaskMatterRow, TaskRow
from inspection.visits.after.clock import Timing, publish_by, timing
from inspection.visits.after.publication import is_public
from inspection.visits.after.tables import PublicationRow
from inspection.visits.codes import table
from inspection.visits.tables import NOTE_CONTEXT, VisitRow
from registry.credit.tables import EventRow
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.kernel.workdays import Deadline
from registry.roster.tables import OrganisationRow, PractitionerRow

subject_name = func.coalesce(PractitionerRow.name, OrganisationRow.name)
"""The name of whom a visit is about, where both tables are joined."""
STATES = {
    "assigned": "待检查",
    "returned": "退回补正",
    "recorded": "待复核",
    "closed": "已办结",
    "replaced": "已更换",
}


@dataclass(frozen=True)
class VisitPage:
    public_id: str
    state: str
    state_title: str
    subject_kind: str
    """"organisation" or "practitioner"; `subject_id` and `subject_name` are whom the visit is about."""
    subject_id: str
    subject_name: str
    unit: str
    """The subject's id in the frame of the draw; a pseudonym where a person is the subject."""
    organisation: str
    """Where the visit takes place (public id): the subject itself, or the person's firm, empty for who has none."""
    organisation_name: str
    district: str | None
    draw: str
    draw_voided: bool
    drawn_at: datetime | None
    event: str | None
    """The credit event (public id) that the closed visit became."""
    task_title: str
    matter: str
    """All matters of the task by name, as `content` and `basis` are of all of them."""
    content: str
    basis: str
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
    publish_by: Deadline | None
    """The last day for the publication of what was found; None before the visit."""
    published_on: date | None
    notice: str | None
    """The public notice (public id) while it is public."""

    def timing(self, today: date) -> Timing | None:
        """Where the finding stands with its clock on that day; None where nothing was found yet, or nothing will be public."""
        if self.publish_by is None or self.state == "replaced" or self.draw_voided:
            return None
        return timing(self.publish_by.day, published_on=self.published_on, today=today)


def worklist(
    session: WorkSession,
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
    page = _pages(session, rows[:limit])
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


def visit(session: WorkSession, public_id: str) -> VisitPage:
    """One visit. Raises NotFound."""
    row = session.execute(_query().where(VisitRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这次检查")
    return _pages(session, [row])[0]


def some(session: WorkSession, public_ids: Collection[str]) -> list[VisitPage]:
    """These visits, in the order in which they were opened."""
    rows = session.execute(_query().where(VisitRow.public_id.in_(public_ids)).order_by(VisitRow.id)).all()
    return _pages(session, rows)


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            VisitRow,
            SelectionRow,
            DrawRow.public_id.label("draw"),
            DrawRow.state.label("draw_state"),
            DrawRow.drawn_at,
            EventRow.public_id.label("event"),
            PublicationRow,
            TaskRow,
            OrganisationRow,
            PractitionerRow.public_id.label("practitioner"),
            subject_name.label("subject_name"),
        )
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == SelectionRow.organisation_id)
        .outerjoin(PractitionerRow, PractitionerRow.id == SelectionRow.practitioner_id)
        .outerjoin(EventRow, EventRow.id == VisitRow.event_id)
        .outerjoin(PublicationRow, PublicationRow.event_id == VisitRow.event_id)
    )


def _pages(session: WorkSession, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[VisitPage]:
    visited = [row.VisitRow.visited_on for row in rows if row.VisitRow.visited_on is not None]
    dues = publish_by(session, visited)
    matters = _matters(session, {row.TaskRow.id for row in rows})
    return [_page(session, row, dues, matters[row.TaskRow.id]) for row in rows]


def _matters(session: WorkSession, tasks: Collection[int]) -> Mapping[int, Sequence[MatterRow]]:
    found: dict[int, list[MatterRow]] = {task: [] for task in tasks}
    rows = session.execute(
        select(TaskMatterRow.task_id, MatterRow)
        .join(MatterRow, MatterRow.id == TaskMatterRow.matter_id)
        .where(TaskMatterRow.task_id.in_(tasks))
        .order_by(TaskMatterRow.task_id, TaskMatterRow.position)
    )
    for row in rows:
        found[row.task_id].append(row.MatterRow)
    return found


def _note(session: WorkSession, visit: VisitRow) -> str | None:
    """What the team wrote; older rows hold it in clear."""
    if visit.sealed_note is None:
        return visit.note
    return session.keys.decrypt(visit.sealed_note, NOTE_CONTEXT)


def _page(
    session: WorkSession,
    row: Row[*tuple[Any, ...]],
    dues: Mapping[date, Deadline],
    matters: Sequence[MatterRow],
) -> VisitPage:
    visit, place = row.VisitRow, row.OrganisationRow
    known, publication = table(), row.PublicationRow
    return VisitPage(
        public_id=visit.public_id,
        state=visit.state,
        state_title=STATES[visit.state],
        subject_kind="practitioner" if row.practitioner else "organisation",
        subject_id=row.practitioner or place.public_id,
        subject_name=row.subject_name,
        unit=row.SelectionRow.unit,
        organisation=place.public_id if place else "",
        organisation_name=place.name if place else "",
        district=place.district if place else None,
        draw=row.draw,
        draw_voided=row.draw_state == "voided",
        drawn_at=row.drawn_at,
        event=row.event,
        task_title=row.TaskRow.title,
        matter="、".join(matter.name for matter in matters),
        content="；".join(dict.fromkeys(matter.content for matter in matters)),
        basis="；".join(dict.fromkeys(matter.basis for matter in matters)),
        deadline=row.TaskRow.deadline,
        inspectors=row.SelectionRow.inspectors,
        visited_on=visit.visited_on,
        codes=visit.codes or (),
        results=known.titles(visit.codes or ()),
        measure=visit.measure,
        measure_title=known.measures.get(visit.measure or ""),
        note=_note(session, visit),
        recorded_by=visit.recorded_by,
        recorded_at=visit.recorded_at,
        closed_at=visit.closed_at,
        publish_by=dues.get(visit.visited_on),
        published_on=publication.published_on if publication else None,
        notice=publication.notice if publication and is_public(publication, session.today) else None,
    )
