"""Carries a draw out: the record is published and its visits are opened in one transaction."""

from collections.abc import Mapping

from sqlalchemy import select

from inspection.ceremony import conduct
from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.work import WorkSession


def carry_out(session: WorkSession, actor: Actor, *, draw_id: str, record: Mapping[str, object]) -> DrawRow:
    """`ceremony.conduct.publish`, and one visit for each selected organisation. Raises as publish does."""
    draw = conduct.publish(session, actor, draw_id=draw_id, record=record)
    session.flush()
    for selection in session.scalars(
        select(SelectionRow).where(SelectionRow.draw_id == draw.id).order_by(SelectionRow.id)
    ):
        session.add(VisitRow(public_id=session.new_id(), selection_id=selection.id, state="assigned"))
    return draw
