"""What became of a finding, for whoever publishes it: the act `visit.follow_up` names its event when the answer changes."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, func, select

from inspection.visits.after.tables import RectificationRow
from inspection.visits.tables import VisitRow
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession


def rectified(session: WorkSession, events: Collection[int]) -> set[int]:
    """Those of the events (row ids) that are findings whose last order ended with everything put right."""
    last = (
        select(func.max(RectificationRow.id))
        .join(VisitRow, VisitRow.id == RectificationRow.visit_id)
        .where(VisitRow.event_id.in_(events))
        .group_by(RectificationRow.visit_id)
    )
    found = session.scalars(
        select(VisitRow.event_id)
        .join(RectificationRow, RectificationRow.visit_id == VisitRow.id)
        .where(RectificationRow.id.in_(last), RectificationRow.state == "done")
    )
    return {event for event in found if event is not None}


def was_ordered() -> ColumnElement[bool]:
    """The condition that the event is a finding after which an order was issued."""
    return exists().where(VisitRow.event_id == EventRow.id, RectificationRow.visit_id == VisitRow.id)
