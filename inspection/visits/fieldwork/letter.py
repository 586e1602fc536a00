"""What the code on a letter tells whoever scans it: that the letter is genuine, who comes, when and for what. Nothing else:
the subject stands on the paper, and whoever found the paper learns nothing that is not on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from inspection.ceremony.tables import DrawRow, SelectionRow, SubstitutionRow
from inspection.plan.tables import TaskRow
from inspection.visits import replace
from inspection.visits.fieldwork import find, presence
from inspection.visits.tables import RECORDABLE, VisitRow
from registry.kernel.access import Actor
from registry.kernel.faults import FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession

_UNKNOWN = "没有这份检查通知书，请向司法局核实来人的身份"


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
    may_object: bool
    """Whether the subject may still ask for another inspector: until something was recorded."""


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
        raise NotFound(_UNKNOWN)
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
        may_object=standing == "open" and row.state == "assigned",
    )


def holder() -> Actor:
    """Whoever holds a letter, as an actor: the paper entitles them to object to who comes (行政处罚法第四十三条)."""
    return Actor("anonymous", "letter", "检查通知书持有人", frozenset({replace.ASK, "visit.ask_for_subject"}))


def object_to(
    session: WorkSession, actor: Actor, *, token: str, certificate: str, name: str, reason: str
) -> SubstitutionRow:
    """Asks for another inspector in the subject's name; somebody of the office decides.

    Raises NotFound for a code that is none of ours, Invalid naming each field, Conflict as replace.ask does.
    """
    visit = presence.visit_of(session.keys, token)
    if visit is None:
        raise NotFound(_UNKNOWN)
    faults = []
    if not name.strip() or len(name) > 64:
        faults.append(FieldFault("name", "required", "请填写提出人的姓名和职务"))
    if not reason.strip() or len(reason) > 500:
        faults.append(FieldFault("reason", "required", "请写明理由，不超过 500 字"))
    seats = replace.seats(session, visit)
    if not certificate or certificate not in seats:
        faults.append(FieldFault("certificate", "unknown", "请选择申请回避的检查人员"))
    if faults:
        raise Invalid("回避申请填写有误", faults)
    return replace.ask(
        session,
        actor,
        visit=visit,
        seat=seats.index(certificate),
        ground="objected_to",
        reason=f"检查对象凭通知书提出（{name.strip()}）：{reason.strip()}",
    )
