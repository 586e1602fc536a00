"""Use cases of leave and recusal, by the inspector or by the office. Reasons are sealed; days and pairs are public."""

from datetime import date, timedelta

from sqlalchemy import select

from inspection.plan.directory.change import locked, require_hand
from inspection.plan.directory.tables import LeaveRow
from inspection.plan.tables import InspectorRow, RecusalRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession

SEALED = "insp_leaves.reason"
LONGEST = timedelta(days=366)


def take_leave(
    session: WorkSession, actor: Actor, *, inspector: str, starts_on: date, ends_on: date, reason: str
) -> LeaveRow:
    """An inspector will be away from one day to another, both included.

    Raises Invalid naming each field, Conflict where it overlaps with a leave that stands, Refused for somebody else's.
    """
    row = locked(session, inspector)
    require_hand(session, actor, row)
    faults = []
    if ends_on < session.today:
        faults.append(FieldFault("ends_on", "past", "截止日期不得早于今天"))
    if not starts_on <= ends_on <= starts_on + LONGEST:
        faults.append(FieldFault("ends_on", "order", "截止日期应在起始日期之后，一次不超过一年"))
    if not reason.strip():
        faults.append(FieldFault("reason", "missing", "请写明事由，只供内部查看"))
    if faults:
        raise Invalid("请假填写有误", faults)
    standing = select(LeaveRow.id).where(
        LeaveRow.inspector_id == row.id,
        LeaveRow.ended_at.is_(None),
        LeaveRow.starts_on <= ends_on,
        LeaveRow.ends_on >= starts_on,
    )
    if session.scalar(standing.limit(1)):
        raise Conflict("与已登记的请假重叠", rule="overlap")
    leave = LeaveRow(
        public_id=session.new_id(),
        inspector_id=row.id,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=session.keys.encrypt(reason.strip(), SEALED),
        declared_at=session.now,
        declared_by=actor.id,
    )
    session.add(leave)
    session.act(
        "inspector.leave", row.public_id, starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat()
    )
    return leave


def take_back_leave(session: WorkSession, actor: Actor, *, leave: str) -> LeaveRow:
    """A leave that is not taken, or ends early: from now on it does not count. Raises Conflict once it is over."""
    found = session.scalar(select(LeaveRow).where(LeaveRow.public_id == leave).with_for_update())
    if found is None:
        raise NotFound("没有这次请假")
    row = session.get_one(InspectorRow, found.inspector_id)
    require_hand(session, actor, row)
    if found.ended_at is not None or found.ends_on < session.today:
        raise Conflict("这次请假已结束或已销假", rule="ended")
    found.ended_at, found.ended_by = session.now, actor.id
    session.act("inspector.leave_ended", row.public_id, starts_on=found.starts_on.isoformat())
    return found


def lift_recusal(session: WorkSession, actor: Actor, *, recusal: int) -> RecusalRow:
    """The office lifts a recusal (row id) whose reason is gone; whoever declared it does not lift it.

    Raises Refused for that person, Conflict once it was lifted.
    """
    actor.require("inspection.plan")
    found = session.scalar(select(RecusalRow).where(RecusalRow.id == recusal).with_for_update())
    if found is None:
        raise NotFound("没有这项回避")
    if found.ended_at is not None:
        raise Conflict("这项回避已解除", rule="ended")
    row = session.get_one(InspectorRow, found.inspector_id)
    if actor.kind == "staff" and actor.id == found.declared_by:
        raise Refused("回避须由登记人以外的人解除", rule="four_eyes")
    found.ended_at, found.ended_by = session.now, actor.id
    session.act("inspector.recusal_lifted", row.public_id)
    return found
