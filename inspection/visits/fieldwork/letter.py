"""What the code on a letter tells whoever scans it: that the letter is genuine, who comes, when and for what. Nothing else:
the subject stands on the paper, and whoever found the paper learns nothing that is not on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.tables import TaskRow
from inspection.visits.fieldwork import find, presence
from inspection.visits.tables import RECORDABLE, VisitRow
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession


@dataclass(frozen=True)
class Letter:
    """`standing`: open, done, or cancelled. `certificates` are those of the present team; `live` the six digits of the
    moment while the visit is open, valid until `live_until`."""

    visit: str
    standing: str
    certificates: Sequence[str]
    planned_on: date | None
    deadline: date
    matters: Sequence[tuple[str, str]]
    """Name and legal basis."""
    live: str | None
    live_until: datetime | None


def letter(session: WorkSession, token: str) -> Letter:
    """Raises NotFound for a code that is none of ours."""
    visit = presence.visit_of(session.keys, token)
    row = session.execute(
        select(VisitRow.id, VisitRow.state, SelectionRow.inspectors, DrawRow.state.label("draw"), TaskRow)
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .where(VisitRow.public_id == visit)
    ).one_or_none()
    if visit is None or row is None:
        raise NotFound("没有这份检查通知书，请向司法局核实来人的身份")
    standing = "open" if row.state in RECORDABLE else "done"
    if row.state == "replaced" or row.draw == "voided":
        standing = "cancelled"
    live, until = presence.live(session.keys, visit, at=session.now)
    return Letter(
        visit=visit,
        standing=standing,
        certificates=row.inspectors,
        planned_on=find.planned(session, [row.id]).get(row.id),
        deadline=row.TaskRow.deadline,
        matters=[(matter.name, matter.basis) for matter in row.TaskRow.matters],
        live=live if standing == "open" else None,
        live_until=until if standing == "open" else None,
    )
