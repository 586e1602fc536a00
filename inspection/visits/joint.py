"""综合查一次: visits to one subject from several draws that are carried out together, and count once.

优化营商环境条例 art 54: several matters on one subject are merged into one inspection. Every draw keeps its own visit, with
its own team, findings and record; what makes them one is `SelectionRow.joined_to_id`. A subject that is drawn while an
earlier visit to it is still to be made is joined to that one. Whatever in the end took place on another day was a visit of
its own, and counts as one. Sealed draws join nothing: it would tell who was drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import contains_eager

from inspection.ceremony.sealed import is_closed, is_open
from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.tables import TaskRow
from inspection.visits.tables import VisitRow
from registry.kernel.work import WorkSession

_DRAW = contains_eager(VisitRow.selection).contains_eager(SelectionRow.draw)


@dataclass(frozen=True)
class Together:
    """Another visit of the same occasion. `certificates` are its own team."""

    public_id: str
    task_title: str
    matter: str
    certificates: Sequence[str]
    state: str
    visited_on: date | None


def join(session: WorkSession, selections: Sequence[SelectionRow]) -> None:
    """Links fresh selections of one draw to the subjects' earlier visits that are still to be made, where there are any."""
    if not selections or selections[0].draw.state != "drawn":
        return
    if is_closed(session, selections[0].draw.public_id):
        return
    still_open = session.scalars(
        _standing()
        .where(VisitRow.state == "assigned", DrawRow.task_id != selections[0].draw.task_id)
        .order_by(SelectionRow.id.desc())
    ).unique()
    earliest = {_subject(row.selection): row.selection for row in still_open}
    for selection in selections:
        if (earlier := earliest.get(_subject(selection))) is not None:
            selection.joined_to_id = _root(earlier)


def settle(session: WorkSession, visit: VisitRow) -> None:
    """After the day of a visit was recorded: it belongs together with those of the same day, and with those of its
    occasion that are still to be made, and with no others."""
    mine = visit.selection
    if is_closed(session, mine.draw.public_id):
        return
    locked = select(SelectionRow.id).where(_of_subject(mine)).order_by(SelectionRow.id)
    session.execute(locked.with_for_update())
    others = _others(session, mine)
    group = [row for row in others if _root(row.selection) == _root(mine)]
    apart = [row for row in group if row.visited_on not in (None, visit.visited_on)]
    if apart:
        _leave(mine, [row.selection for row in group])
        group = []
    if not group:
        same_day = next((row for row in others if row.visited_on == visit.visited_on), None)
        if same_day is not None and _root(same_day.selection) != mine.id:
            mine.joined_to_id = _root(same_day.selection)


def of(session: WorkSession, visit: str) -> list[Together]:
    """The other visits that are made together with the one of this public id, the earliest draw first."""
    row = session.scalar(select(VisitRow).where(VisitRow.public_id == visit))
    if row is None:
        return []
    return [
        Together(
            other.public_id,
            other.selection.draw.task.title,
            "、".join(matter.name for matter in other.selection.draw.task.matters),
            other.selection.inspectors,
            other.state,
            other.visited_on,
        )
        for other in _others(session, row.selection)
        if _root(other.selection) == _root(row.selection)
    ]


def _others(session: WorkSession, selection: SelectionRow) -> Sequence[VisitRow]:
    """The subject's visits from other tasks with their matters, the earliest draw first."""
    query = (
        _standing()
        .options(_DRAW.joinedload(DrawRow.task).joinedload(TaskRow.matters))
        .where(_of_subject(selection), DrawRow.task_id != selection.draw.task_id)
        .order_by(SelectionRow.id)
    )
    return session.scalars(query).unique().all()


def _standing() -> Select[VisitRow]:
    """Visits of draws that stand and are open to the public, without those that were replaced."""
    return (
        select(VisitRow)
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .options(_DRAW)
        .where(DrawRow.state == "drawn", VisitRow.state != "replaced", is_open())
    )


def _of_subject(selection: SelectionRow) -> ColumnElement[bool]:
    if selection.practitioner_id is not None:
        return SelectionRow.practitioner_id == selection.practitioner_id
    return and_(
        SelectionRow.practitioner_id.is_(None), SelectionRow.organisation_id == selection.organisation_id
    )


def _subject(selection: SelectionRow) -> tuple[int | None, int | None]:
    """Who is inspected; the place of a visit to a person does not matter."""
    person = selection.practitioner_id
    return person, selection.organisation_id if person is None else None


def _root(selection: SelectionRow) -> int:
    return selection.joined_to_id or selection.id


def _leave(mine: SelectionRow, rest: Sequence[SelectionRow]) -> None:
    """Takes `mine` out of its group; where it was the first, the next one leads what remains."""
    if mine.joined_to_id is None:
        first, *others = sorted(rest, key=lambda one: one.id)
        first.joined_to_id = None
        for other in others:
            other.joined_to_id = first.id
    mine.joined_to_id = None
