"""A sealed draw opens by itself: when its last visit was made, or when its last day is over (specification section 9.5)."""

from collections.abc import Mapping

from sqlalchemy import Select, exists, select

from inspection.ceremony import sealed
from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict
from registry.kernel.secrets import KeyMissing
from registry.kernel.work import Work, WorkSession

_ACTOR = Actor.job("draws")


def due(session: WorkSession) -> list[str]:
    """Closed draws (public ids) that nothing keeps closed any more: no visit is still to be made, or the day is over.

    A draw whose inspectors could not be assigned has no visits; it waits for the one that visits its units.
    """
    waiting = (
        exists()
        .where(
            SelectionRow.draw_id == DrawRow.id,
            VisitRow.selection_id == SelectionRow.id,
            VisitRow.state == "assigned",
        )
        .correlate(DrawRow)
    )
    made = exists().where(SelectionRow.draw_id == DrawRow.id).correlate(DrawRow)
    visited = select(DrawRow.public_id).where(DrawRow.state == "drawn", made, ~waiting)
    over = sealed.due_at_latest(session, on=session.today)
    closed = sealed.still_closed(session)
    done = set(session.scalars(visited.where(DrawRow.public_id.in_(closed)))) if closed else set()
    followed = set(session.scalars(_followed(done))) if done else set()
    return [draw for draw in closed if draw in done or draw in followed or draw in over]


def open_due(work: Work) -> int:
    """Opens what is due, each draw for itself; gives how many. One that cannot be opened stays closed, and shows."""
    with work.read(_ACTOR) as session:
        waiting = due(session)
    return sum(_opened(work, draw) for draw in waiting)


def settle(work: Work) -> Mapping[str, int]:
    """The job of `open_due`."""
    return {"opened": open_due(work)}


def _followed(done: set[str]) -> Select[str]:
    """Earlier draws of the same tasks."""
    task = select(DrawRow.task_id).where(DrawRow.public_id.in_(done))
    return select(DrawRow.public_id).where(DrawRow.task_id.in_(task), DrawRow.state == "unassignable")


def _opened(work: Work, draw: str) -> bool:
    try:
        with work.write(_ACTOR) as session:
            sealed.open_now(session, session.actor, draw_id=draw)
    except (
        Conflict,
        KeyMissing,
    ):  # somebody was faster, or the keys are gone: then the list says that it is overdue
        return False
    return True
