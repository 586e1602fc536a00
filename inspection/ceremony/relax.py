"""Inspectors could not be assigned because each may visit too few: the task is given a larger load, never a smaller one."""

from sqlalchemy import select

from inspection.ceremony.announce import open_of
from inspection.ceremony.rows import of_task
from inspection.plan.tables import TaskRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import WorkSession


def relax(session: WorkSession, actor: Actor, *, task: str, max_load: int | None) -> TaskRow:
    """Lets each inspector of the task with public id `task` visit up to `max_load` subjects; None for even loads, as few
    as an assignment needs. The subjects that were drawn stay drawn (specification section 5.4).

    Raises Conflict unless the last draw that counts drew subjects without inspectors, and while the next one is announced
    or under way; Invalid for a load that is not larger.
    """
    actor.require("inspection.plan")
    row = session.scalar(select(TaskRow).where(TaskRow.public_id == task).with_for_update())
    if row is None:
        raise NotFound("没有这项抽查任务")
    counting = next((draw for draw in of_task(session, row.id) if draw.state != "voided"), None)
    if counting is None or counting.state != "unassignable":
        raise Conflict("只有抽中的对象无法安排检查人员时，才能放宽每人上限", rule="not_unassignable")
    if open_of(session, row.id) is not None:
        raise Conflict("下一次抽取已经公布，不能再改每人上限", rule="announced")
    before = row.team["max_load"]
    if max_load is not None and (not isinstance(before, int) or max_load <= before):
        raise Invalid.field("max_load", "not_larger", f"应大于现在的每人 {before} 家，或留空由系统均衡")
    row.team = {**row.team, "max_load": max_load}
    session.act("task.relax", row.public_id, max_load=max_load)
    return row
