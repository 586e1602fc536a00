"""What the register lets be public of an event from now on: whether publication has ended, and what marks it carries.

Whoever publishes holds to this at once: the act `credit.disclose` names an event whose answer changed, in the same
transaction as the decision that changed it.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal, NamedTuple

from sqlalchemy import select

from registry.credit.tables import EndRow, EventRow
from registry.kernel.faults import Conflict
from registry.kernel.work import WorkSession

Ground = Literal["repaired", "removed", "deleted"]
"""信用修复, 移出名单, 异议成立予以删除."""

ACT = "credit.disclose"


class End(NamedTuple):
    """Why the publication of an event ended, and on what day."""

    ground: Ground
    on: date


def end(session: WorkSession, *, event: int, ground: Ground) -> None:
    """Ends the publication of an event (row id) from this moment on, for good.

    Raises Conflict if it has ended before.
    """
    if ended(session, [event]):
        raise Conflict("该记录已经停止公示", rule="ended")
    session.add(EndRow(event_id=event, ground=ground, ended_on=session.today))
    session.flush()
    announce(session, event)


def announce(session: WorkSession, event: int) -> None:
    """Names the act that tells whoever publishes to look again: an end, or a mark that comes or goes."""
    session.act(ACT, session.scalars(select(EventRow.public_id).where(EventRow.id == event)).one())


def ended(session: WorkSession, events: Collection[int]) -> Mapping[int, End]:
    """Those of the events (row ids) whose publication has ended."""
    rows = session.execute(
        select(EndRow.event_id, EndRow.ground, EndRow.ended_on).where(EndRow.event_id.in_(events))
    )
    return {row.event_id: End(row.ground, row.ended_on) for row in rows}
