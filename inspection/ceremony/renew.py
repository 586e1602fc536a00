"""A task whose matters changed on the public list before anything was drawn takes the versions of today."""

from sqlalchemy import select

from inspection.ceremony.announce import open_of
from inspection.ceremony.rows import of_task
from inspection.plan.tables import MatterRow, TaskMatterRow, TaskRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import WorkSession


def outdated(session: WorkSession, task: TaskRow) -> list[MatterRow]:
    """The matters of a task in versions that do not stand on the list today: its frame would leave everybody out."""
    return [matter for matter in task.matters if not matter.in_force(session.today)]


def renew(session: WorkSession, actor: Actor, *, task: str) -> TaskRow:
    """Takes the versions of today into the task with public id `task`. What was drawn stands on the text of its day.

    Raises Conflict once a draw was announced or frozen, and when nothing changed; Invalid for a matter that is no longer
    on the list at all.
    """
    actor.require("inspection.plan")
    row = session.scalar(select(TaskRow).where(TaskRow.public_id == task).with_for_update())
    if row is None:
        raise NotFound("没有这项抽查任务")
    if of_task(session, row.id) or open_of(session, row.id) is not None:
        raise Conflict("这项任务已经公布或进行抽取，事项不能再换", rule="drawn")
    if not outdated(session, row):
        raise Conflict("各事项都是现行版本", rule="unchanged")
    lines = session.scalars(
        select(TaskMatterRow).where(TaskMatterRow.task_id == row.id).order_by(TaskMatterRow.position)
    ).all()
    for line in lines:
        matter = session.get_one(MatterRow, line.matter_id)
        versions = session.scalars(select(MatterRow).where(MatterRow.code == matter.code))
        standing = next((one for one in versions if one.in_force(session.today)), None)
        if standing is None:
            raise Invalid.field("matters", "not_in_force", f"{matter.code} 已移出清单，请另建任务")
        line.matter_id = standing.id
    row.matter_id = lines[0].matter_id
    session.flush()
    session.refresh(row, ["matter", "matters"])
    session.act("task.renew", row.public_id, matters=[matter.public_id for matter in row.matters])
    return row
