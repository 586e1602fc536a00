"""How far a plan has come: planned draws, draws done, visits done. A sealed draw counts once it is opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.annual import find as plans
from inspection.plan.annual.find import EntryPage
from inspection.plan.tables import TaskRow
from inspection.visits.tables import VisitRow


@dataclass(frozen=True)
class Progress:
    """Of one entry of a plan: draws planned, tasks opened (public id, title), those drawn, and visits done of all."""

    code: str
    title: str
    planned: int
    tasks: Sequence[tuple[str, str]]
    drawn: int
    done: int
    closed: int
    visits: int

    @property
    def opened(self) -> int:
        return len(self.tasks)


def of_plan(session: Session, number: str, entries: Sequence[EntryPage]) -> list[Progress]:
    """Of each entry of the plan `number`, in order. A task is drawn once its draw is, and done once every visit of it is
    closed or replaced."""
    tasks = plans.tasks(session, number)
    wanted = [public_id for lines in tasks.values() for public_id, _ in lines]
    visits = _visits(session, wanted)
    return [_progress(entry, tasks.get(entry.code, ()), visits) for entry in entries]


def _progress(
    entry: EntryPage, tasks: Sequence[tuple[str, str]], visits: dict[str, tuple[int, int]]
) -> Progress:
    drawn = [visits[public_id] for public_id, _ in tasks if public_id in visits]
    return Progress(
        entry.code,
        entry.title,
        entry.times,
        tasks,
        len(drawn),
        sum(closed == all_ for closed, all_ in drawn),
        sum(closed for closed, _ in drawn),
        sum(all_ for _, all_ in drawn),
    )


def _visits(session: Session, tasks: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Of each task (public id) that was drawn: visits closed, and all that were not replaced."""
    query = (
        select(
            TaskRow.public_id,
            func.count().filter(VisitRow.state == "closed").label("closed"),
            func.count().filter(VisitRow.state != "replaced").label("all"),
        )
        .join(DrawRow, DrawRow.task_id == TaskRow.id)
        .join(SelectionRow, SelectionRow.draw_id == DrawRow.id)
        .join(VisitRow, VisitRow.selection_id == SelectionRow.id)
        .where(TaskRow.public_id.in_(tasks), DrawRow.state == "drawn")
        .group_by(TaskRow.public_id)
    )
    return {row.public_id: (row.closed, row.all) for row in session.execute(query)}
