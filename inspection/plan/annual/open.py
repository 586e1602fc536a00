"""Opens tasks: from an entry of the plan in force, or outside it with a ground."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from inspection.plan import draft
from inspection.plan.annual.drafts import in_force
from inspection.plan.annual.tables import PlanEntryRow, PlanRow, TaskOriginRow
from inspection.plan.tables import MatterRow, TaskRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession

SEALED = "insp_task_origins.reason"


def planned(session: WorkSession, actor: Actor, *, entry: str, deadline: date, **task: Any) -> TaskRow:
    """A task of the planned inspection with public id `entry`: its matters in the versions of today, its scope.

    `task` as in `plan.draft.create_task`, without matters. Raises Conflict for an entry that a later version of the plan
    replaced, outside its days, and once all its draws were opened; Invalid for a deadline after the entry's.
    """
    found = session.scalar(select(PlanEntryRow).where(PlanEntryRow.public_id == entry).with_for_update())
    if found is None:
        raise NotFound("没有这一计划项目")
    held = in_force(session, found.plan.number)
    if held is None or held.id != found.plan_id:
        raise Conflict("计划已调整，请从现行计划中选择", rule="replaced")
    if not found.starts_on <= session.today <= found.ends_on:
        raise Conflict(
            f"该项目的实施期间为 {found.starts_on} 至 {found.ends_on}，今天不在其内", rule="outside_window"
        )
    if opened(session, held.number).get(found.code, 0) >= found.times:
        raise Conflict("该项目计划的抽查次数已全部开展", rule="all_opened")
    if deadline > found.ends_on:
        raise Invalid.field("deadline", "after_plan", f"不得晚于计划的完成时限 {found.ends_on}")
    first, *further = [_current(session, matter, session.today) for matter in found.matters]
    row = draft.create_task(session, actor, matter=first, further=further, deadline=deadline, **task)
    row.scope = found.scope
    session.add(TaskOriginRow(task_id=row.id, entry_id=found.id))
    return row


def ad_hoc(session: WorkSession, actor: Actor, *, ground: str, reason: str, **task: Any) -> TaskRow:
    """A task outside the plan (临时任务). `ground` is public, `reason` sealed; `task` as in `plan.draft.create_task`."""
    faults = []
    if ground not in grounds():
        faults.append(FieldFault("ground", "unknown_ground", "请选择不在年度计划内的理由"))
    if not reason.strip():
        faults.append(FieldFault("reason", "missing", "请写明情况，只供内部查看"))
    if faults:
        raise Invalid("临时任务填写有误", faults)
    row = draft.create_task(session, actor, **task)
    session.add(
        TaskOriginRow(task_id=row.id, ground=ground, reason=session.keys.encrypt(reason.strip(), SEALED))
    )
    return row


def opened(session: WorkSession, number: str) -> Mapping[str, int]:
    """How many tasks were opened from each entry (code) of a plan, through all its versions."""
    rows = session.execute(
        select(PlanEntryRow.code, func.count().label("tasks"))
        .join(TaskOriginRow, TaskOriginRow.entry_id == PlanEntryRow.id)
        .join(PlanRow, PlanRow.id == PlanEntryRow.plan_id)
        .where(PlanRow.number == number)
        .group_by(PlanEntryRow.code)
    )
    return {row.code: row.tasks for row in rows}


@cache
def grounds() -> Mapping[str, str]:
    """Why a task may be opened outside the plan, by code."""
    table: Mapping[str, str] = tomllib.loads(Path(__file__).with_name("origins.toml").read_text())["grounds"]
    return table


def _current(session: WorkSession, matter: MatterRow, on: date) -> str:
    """The version of a matter's code that stands on the list, or the planned one, which create_task then refuses."""
    standing = session.scalars(select(MatterRow).where(MatterRow.code == matter.code))
    return next((row.public_id for row in standing if row.in_force(on)), matter.public_id)
