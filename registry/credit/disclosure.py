"""What the register lets be public of an event from now on: whether publication has ended, and what marks it carries.

Whoever publishes holds to this at once: the act `credit.disclose` names an event whose answer changed, in the same
transaction as the decision that changed it.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from registry.credit import standing
from registry.credit.objection.states import OPEN
from registry.credit.objection.tables import ObjectionRow
from registry.credit.tables import EndRow, EventRow
from registry.kernel.faults import Conflict
from registry.kernel.work import WorkSession

Ground = Literal["repaired", "removed", "deleted"]
"""信用修复, 移出名单, 异议成立予以删除."""

ACT = "credit.disclose"
OBJECTED = "异议"
"""The state of a record that came in as objected to."""


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
    """Names the act that tells whoever publishes to look again: an end, or a mark that comes or goes. What it does to the
    standing of the event's subject is done here."""
    subject = (EventRow.public_id, EventRow.practitioner_id, EventRow.organisation_id)
    row = session.execute(select(*subject).where(EventRow.id == event)).one()
    session.act(ACT, row.public_id)
    standing.refresh(
        session,
        practitioners=filter(None, [row.practitioner_id]),
        organisations=filter(None, [row.organisation_id]),
    )


def ended(session: WorkSession, events: Collection[int]) -> Mapping[int, End]:
    """Those of the events (row ids) whose publication has ended."""
    rows = session.execute(
        select(EndRow.event_id, EndRow.ground, EndRow.ended_on).where(EndRow.event_id.in_(events))
    )
    return {row.event_id: End(row.ground, row.ended_on) for row in rows}


def marks(session: WorkSession, events: Collection[int]) -> Mapping[int, list[str]]:
    """The marks that each of the events (row ids) carries in public: `objection` while one is open against it.

    A record that came in as objected to elsewhere carries it too, until an objection to it has been decided here.
    """
    open_ = exists().where(ObjectionRow.event_id == EventRow.id, ObjectionRow.state.in_(OPEN))
    any_ = exists().where(ObjectionRow.event_id == EventRow.id)
    objected = select(EventRow.id).where(
        EventRow.id.in_(events), or_(open_, (EventRow.state == OBJECTED) & ~any_)
    )
    found = set(session.scalars(objected))
    return {event: ["objection"] if event in found else [] for event in events}


def annulled(session: WorkSession, events: Collection[int]) -> set[int]:
    """Those of the events (row ids) that a second event has taken back."""
    return set(session.scalars(select(EventRow.id).where(EventRow.id.in_(events), is_annulled())))


def is_annulled() -> ColumnElement[bool]:
    """The condition that a second event has taken the event back."""
    answer = aliased(EventRow)
    return exists().where(answer.target_id == EventRow.id, answer.kind == "annulment")


def was_objected_to() -> ColumnElement[bool]:
    """The condition that the event's marks may ever have changed."""
    return or_(exists().where(ObjectionRow.event_id == EventRow.id), EventRow.state == OBJECTED)
