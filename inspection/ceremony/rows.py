"""What every act of the ceremony reads of a draw, under its lock, and the states it may stand in."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.ceremony.tables import AnnouncementRow, ChanceRow, DrawRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, NotFound, Refused

# A beacon's value is public, so one person's silence does not keep it out: for a day it is the planned party's to enter,
# afterwards every witness's, and only then may two people say that it was not supplied.
BEACON_IS_ONES_OWN = timedelta(days=1)

STATES = {
    "frozen": "名录已冻结",
    "committed": "已提交存证，等待随机源",
    "ready": "随机源已齐，等待抽取",
    "drawn": "已抽取",
    "unassignable": "已抽取对象，检查人员无法安排",
    "sealed": "已抽取，结果密封",
    "voided": "已作废",
}


def refuse_programs(actor: Actor) -> None:
    """Chance and second opinions come from people, each in a session of their own: whoever holds the token of a program
    could otherwise be a party, or a second pair of eyes, that nobody sees. Raises Refused."""
    if actor.kind == "client":
        raise Refused("须由本人登录后在自己的会话中办理，接口客户端不能代替", rule="people_only")


def locked(session: Session, draw_id: str) -> DrawRow:
    """The draw's row, held until the unit of work ends. Raises NotFound."""
    row = session.scalar(select(DrawRow).where(DrawRow.public_id == draw_id).with_for_update())
    if row is None:
        raise NotFound("没有这次抽取")
    return row


def frame_of(row: DrawRow) -> dict[str, Any]:
    return json.loads(row.frame)  # type: ignore[no-any-return]


def chance_of(session: Session, row: DrawRow) -> Sequence[ChanceRow]:
    """The supplied items in the plan's order."""
    return session.scalars(
        select(ChanceRow).where(ChanceRow.draw_id == row.id).order_by(ChanceRow.position)
    ).all()


def beacon_due(session: Session, row: DrawRow) -> datetime | None:
    """When the first public beacon of the plan is published, None for a plan without one. From then on anybody may
    know its value, whether or not somebody has entered it here."""
    plan = session.scalar(select(AnnouncementRow.plan).where(AnnouncementRow.public_id == row.public_id))
    return min((datetime.fromisoformat(item["due"]) for item in plan or () if "due" in item), default=None)


def chance_began(session: Session, row: DrawRow, *, at: datetime) -> bool:
    """Whether chance for the draw existed at this moment: something was supplied to it, or a beacon that it was
    committed to had been published. What was known cannot be made unknown, so much depends on it."""
    if chance_of(session, row):
        return True
    due = beacon_due(session, row)
    return row.commit_index is not None and due is not None and at >= due


def of_task(session: Session, task_id: int) -> list[DrawRow]:
    """All draws of the task (row id), the last one first: of these only the last may be live or have counted."""
    return list(
        session.scalars(select(DrawRow).where(DrawRow.task_id == task_id).order_by(DrawRow.id.desc()))
    )


def overdue(state: str, deadline: date, *, on: date) -> bool:
    """Whether a draw counts as voided on the day `on` (specification section 8).

    Once its chance is complete anybody can compute the outcome, so it does not lapse any more: whoever dislikes the
    outcome could otherwise wait for the deadline and draw again.
    """
    return state in ("frozen", "committed") and on > deadline


def expect(row: DrawRow, state: str, *, on: date) -> None:
    """Raises Conflict unless the draw stands in `state` and may still be carried out on the day `on`."""
    if row.state != state:
        raise Conflict(f"本次抽取当前状态为“{STATES[row.state]}”，不能进行此操作", rule="state")
    if overdue(row.state, row.deadline, on=on):
        raise Conflict("已超过抽取期限，本次抽取视为作废", rule="overdue")
