"""Draws as lists show them, and what of a draw's state anybody may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from inspection.ceremony import sealed
from inspection.ceremony.rows import STATES, overdue
from inspection.ceremony.tables import DrawRow
from inspection.plan.tables import TaskRow


@dataclass(frozen=True)
class Listed:
    """One line of a list; `overdue`: it counts as voided though nobody has voided it."""

    public_id: str
    task: str
    title: str
    state: str
    state_title: str
    overdue: bool
    as_of: date
    drawn_at: datetime | None
    seal: sealed.Seal | None = None
    lacks_inspectors: bool = False
    """Whether the next draw of the task assigns inspectors to its units; not for the public while it is closed."""


def draws(
    session: Session, *, on: date, limit: int, before: int | None = None
) -> tuple[list[Listed], int | None]:
    """Draws, newest first, as they stand on the day `on`, and the cursor of the next page."""
    query = _listing().order_by(DrawRow.id.desc()).limit(limit + 1)
    rows = session.execute(query if before is None else query.where(DrawRow.id < before)).all()
    known = _seals(session, rows, on)
    page = [_listed(row, on, known) for row in rows[:limit]]
    return page, rows[limit - 1].id if len(rows) > limit else None


def of_task(session: Session, task: str, *, on: date) -> list[Listed]:
    """The draws of the task with public id `task`, newest first; voided ones stay and show."""
    rows = session.execute(_listing().where(TaskRow.public_id == task).order_by(DrawRow.id.desc())).all()
    known = _seals(session, rows, on)
    return [_listed(row, on, known) for row in rows]


def latest(session: Session, tasks: Sequence[str], *, on: date) -> dict[str, Listed]:
    """The last draw of each of the tasks (public ids); those without any are left out."""
    last = select(func.max(DrawRow.id)).group_by(DrawRow.task_id)
    rows = session.execute(_listing().where(TaskRow.public_id.in_(tasks), DrawRow.id.in_(last))).all()
    known = _seals(session, rows, on)
    return {row.task: _listed(row, on, known) for row in rows}


def _listing() -> Select[*tuple[Any, ...]]:
    return select(
        DrawRow.id,
        DrawRow.public_id,
        TaskRow.public_id.label("task"),
        TaskRow.title,
        DrawRow.state,
        DrawRow.as_of,
        DrawRow.deadline,
        DrawRow.drawn_at,
    ).join(TaskRow, TaskRow.id == DrawRow.task_id)


def _listed(row: Row[*tuple[Any, ...]], on: date, known: Mapping[str, sealed.Seal]) -> Listed:
    seal = known.get(row.public_id)
    state = shown_state(row.state, is_closed=seal is not None and seal.closed)
    return Listed(
        row.public_id,
        row.task,
        row.title,
        state,
        STATES[state],
        overdue(row.state, row.deadline, on=on),
        row.as_of,
        row.drawn_at,
        seal,
        row.state == "unassignable",
    )


def _seals(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], on: date) -> dict[str, sealed.Seal]:
    return sealed.seals(session, [row.public_id for row in rows], on=on)


def shown_state(state: str, *, is_closed: bool) -> str:
    """That the inspectors did not suffice would tell how many units were drawn."""
    return "sealed" if is_closed and state in ("drawn", "unassignable") else state
