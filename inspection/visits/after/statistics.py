"""The facts behind the statistics of a year: visits of open draws, what they found, and what followed.

Whoever reads for the public gets findings that are public alone, and of hand-overs those that have ended; a sealed draw
is in neither before it is opened.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.annual import find as plans
from inspection.plan.tables import MatterRow, TaskMatterRow, TaskRow
from inspection.visits.after import figures, handover
from inspection.visits.after.clock import publish_by
from inspection.visits.after.figures import Fact, Figures, Rectified
from inspection.visits.after.publication import is_public
from inspection.visits.after.tables import HandoverRow, PublicationRow, RectificationRow
from inspection.visits.codes import table
from inspection.visits.tables import VisitRow
from registry.accounts.tables import StaffRow
from registry.kernel.clock import SHANGHAI, local_day
from registry.kernel.work import WorkSession
from registry.roster.kinds import district_name
from registry.roster.tables import OrganisationRow


@dataclass(frozen=True)
class Planned:
    """An entry of an annual plan, and how many of its draws were carried out."""

    number: str
    code: str
    title: str
    times: int
    carried_out: int


@dataclass(frozen=True)
class Statistics:
    """A year as it stands on the day it was asked for. `codes` are the titles of the finding codes that occur."""

    year: int
    total: Figures
    matters: Sequence[Figures]
    districts: Sequence[Figures]
    codes: Mapping[str, str]
    planned: Sequence[Planned]
    draws: int
    voided: int

    def lines(self) -> list[list[str | int]]:
        """The table of figures.HEADINGS, the whole first."""
        return [
            figures.cells("合计", self.total),
            *(figures.cells("事项", one) for one in self.matters),
            *(figures.cells("地区", one) for one in self.districts),
        ]


def years(session: WorkSession) -> list[int]:
    """The years with draws whose record is open, the latest first; at least the present one."""
    first, last = session.execute(
        select(func.min(DrawRow.drawn_at), func.max(DrawRow.drawn_at)).where(DrawRow.record.is_not(None))
    ).one()
    least = local_day(first).year if first else session.today.year
    most = max(session.today.year, local_day(last).year if last else 0)
    return list(range(most, least - 1, -1))


def of_year(session: WorkSession, year: int, *, public: bool) -> Statistics:
    """The statistics of the draws of `year`; `public` leaves out what the public may not know."""
    known = facts(session, year, public=public)
    today = session.today
    names = {fact.district: district_name(fact.district) for fact in known}
    total = figures.count(known, title="合计", today=today)
    drawn, voided = _draws(session, year)
    return Statistics(
        year=year,
        total=total,
        matters=figures.by_matter(known, today=today),
        districts=figures.by_district(known, names, today=today),
        codes={code: one.title for code, one in table().findings.items() if code in total.by_code},
        planned=_planned(session, year),
        draws=drawn,
        voided=voided,
    )


def awaited(session: WorkSession) -> list[tuple[date, str | None]]:
    """Of each visit of an open draw whose finding nobody has closed: the last day for its publication, and the section of
    whoever recorded it."""
    rows = session.execute(
        select(VisitRow.visited_on, StaffRow.section)
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .outerjoin(StaffRow, StaffRow.public_id == VisitRow.recorded_by)
        .where(
            DrawRow.record.is_not(None),
            DrawRow.state != "voided",
            VisitRow.state.not_in(("replaced", "closed")),
            VisitRow.visited_on.is_not(None),
        )
    ).all()
    dues = publish_by(session, {row.visited_on for row in rows})
    return [(dues[row.visited_on].day, row.section) for row in rows]


def _subject(selection: SelectionRow) -> str:
    """One for each subject, also for a person who was drawn under several pseudonyms."""
    return selection.unit if selection.practitioner_id is None else f"person {selection.practitioner_id}"


def facts(session: WorkSession, year: int, *, public: bool) -> list[Fact]:
    """One fact for each visit of a draw of `year` whose record is open and stands; replaced subjects are left out."""
    rows = session.execute(
        select(
            VisitRow, SelectionRow, DrawRow.public_id.label("draw"), DrawRow.task_id, OrganisationRow.district
        )
        .add_columns(PublicationRow)
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == SelectionRow.organisation_id)
        .outerjoin(PublicationRow, PublicationRow.event_id == VisitRow.event_id)
        .where(*_within(year), DrawRow.state != "voided", VisitRow.state != "replaced")
        .order_by(VisitRow.id)
    ).all()
    matters = _matters(session, {row.task_id for row in rows})
    orders, leads = _orders(session, year), _leads(session, year, public=public)
    dues = publish_by(session, [row.VisitRow.visited_on for row in rows if row.VisitRow.visited_on])
    found = []
    for row in rows:
        visit, publication = row.VisitRow, row.PublicationRow
        shown = publication is not None and is_public(publication, session.today)
        told = shown or not public
        found.append(
            Fact(
                draw=row.draw,
                subject=_subject(row.SelectionRow),
                district=row.district or "",
                matters=matters[row.task_id],
                visited_on=visit.visited_on,
                closed=visit.state == "closed" and told,
                codes=visit.codes or () if told else (),
                due=dues[visit.visited_on].day if visit.visited_on else None,
                published_on=publication.published_on if publication is not None else None,
                rectified=orders.get(visit.id, "none") if told else "none",
                outcomes=leads[visit.id] if told else (),
            )
        )
    return found


def _within(year: int) -> tuple[ColumnElement[bool], ...]:
    """A draw without a record has not happened, or is sealed still."""
    first = datetime(year, 1, 1, tzinfo=SHANGHAI)
    return (
        DrawRow.record.is_not(None),
        DrawRow.drawn_at >= first,
        DrawRow.drawn_at < datetime(year + 1, 1, 1, tzinfo=SHANGHAI),
    )


def _matters(session: WorkSession, tasks: set[int]) -> Mapping[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = session.execute(
        select(TaskMatterRow.task_id, MatterRow.code, MatterRow.name)
        .join(MatterRow, MatterRow.id == TaskMatterRow.matter_id)
        .where(TaskMatterRow.task_id.in_(tasks))
        .order_by(TaskMatterRow.task_id, TaskMatterRow.position)
    )
    for row in rows:
        found[row.task_id].append((row.code, row.name))
    return found


def _orders(session: WorkSession, year: int) -> Mapping[int, Rectified]:
    """How the last order after each visit stands."""
    ended: Mapping[str, Rectified] = {"done": "done", "undone": "undone"}
    rows = session.scalars(
        _of_year(
            select(RectificationRow).join(VisitRow, VisitRow.id == RectificationRow.visit_id), year
        ).order_by(RectificationRow.id)
    )
    return {
        row.visit_id: ended.get(
            row.state, "overdue" if row.state == "open" and row.due_on < session.today else "waiting"
        )
        for row in rows
    }


def _leads(session: WorkSession, year: int, *, public: bool) -> Mapping[int, list[str]]:
    """How the hand-overs of each visit ended, `sent` for those under way."""
    states = ("closed",) if public else (*handover.WAITING[1:], "closed")
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.scalars(
        _of_year(select(HandoverRow).join(VisitRow, VisitRow.id == HandoverRow.visit_id), year).where(
            HandoverRow.state.in_(states)
        )
    )
    for row in rows:
        found[row.visit_id].append(row.outcome or "sent")
    return found


def _of_year(found: Select[*tuple[Any, ...]], year: int) -> Select[*tuple[Any, ...]]:
    return (
        found.join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .where(*_within(year))
    )


def _draws(session: WorkSession, year: int) -> tuple[int, int]:
    """Draws that stand, and those that were voided in the year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    drawn = session.scalar(select(func.count(DrawRow.id)).where(*_within(year), DrawRow.state != "voided"))
    voided = session.scalars(
        select(DrawRow.voided_at).where(
            DrawRow.state == "voided",
            DrawRow.voided_at >= datetime(year, 1, 1, tzinfo=SHANGHAI) - timedelta(days=1),
        )
    )
    return drawn or 0, sum(at is not None and first <= local_day(at) <= last for at in voided)


def _planned(session: WorkSession, year: int) -> list[Planned]:
    drawn = set(
        session.scalars(
            select(TaskRow.public_id)
            .join(DrawRow, DrawRow.task_id == TaskRow.id)
            .where(DrawRow.record.is_not(None), DrawRow.state != "voided")
        )
    )
    found = []
    for plan in plans.plans(session):
        if plan.year != year:
            continue
        opened = plans.tasks(session, plan.number)
        found += [
            Planned(
                plan.number,
                entry.code,
                entry.title,
                entry.times,
                sum(task in drawn for task, _ in opened.get(entry.code, ())),
            )
            for entry in plan.entries
        ]
    return found
