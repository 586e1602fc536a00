"""Carries a draw out: the record is published and its visits are opened in one transaction."""

from collections.abc import Mapping

from sqlalchemy import select

from inspection.ceremony import conduct
from inspection.ceremony.tables import Draw, Selection
from inspection.visits.tables import Visit
from registry.kernel.access import Actor
from registry.kernel.work import WorkSession


def carry_out(session: WorkSession, actor: Actor, *, draw_id: str, record: Mapping[str, object]) -> Draw:
    """`ceremony.conduct.publish`, and one visit for each selected organisation. Raises as publish does."""
    draw = conduct.publish(session, actor, draw_id=draw_id, record=record)
    session.flush()
    for selection in session.scalars(select(Selection).where(Selection.draw_id == draw.id).order_by(Selection.id)):
        session.add(Visit(public_id=session.new_id(), selection_id=selection.id, state="assigned"))
    return draw
