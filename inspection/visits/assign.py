"""Carries a draw out: the record is published and its visits are opened in one transaction."""

from collections.abc import Mapping

from sqlalchemy import select

from inspection.ceremony import conduct, void
from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.visits import joint
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict
from registry.kernel.work import Work, WorkSession


def draw_now(work: Work, actor: Actor, *, draw_id: str) -> DrawRow:
    """Reads, computes and carries out, each for itself, so that nobody waits for the arithmetic behind a lock.

    Raises Conflict until the chance is complete, and once the draw has happened.
    """
    with work.read() as session:
        given = conduct.inputs(session, draw_id)
    record = conduct.compute(given)
    with work.write(actor) as session:
        return carry_out(session, actor, draw_id=draw_id, record=record)


def carry_out(session: WorkSession, actor: Actor, *, draw_id: str, record: Mapping[str, object]) -> DrawRow:
    """`ceremony.conduct.publish`, and one visit for each selected unit. Raises as publish does."""
    draw = conduct.publish(session, actor, draw_id=draw_id, record=record)
    session.flush()
    drawn = session.scalars(
        select(SelectionRow).where(SelectionRow.draw_id == draw.id).order_by(SelectionRow.id)
    ).all()
    for selection in drawn:
        session.add(VisitRow(public_id=session.new_id(), selection_id=selection.id, state="assigned"))
    joint.join(session, drawn)
    return draw


def settle(work: Work) -> Mapping[str, int]:
    """The nightly job: draws whose chance is complete are drawn, and those without it by their deadline lapse.

    An officer who knows the dice and dislikes the outcome gains nothing by leaving the button alone.
    """
    actor = Actor.job("draws")
    with work.read() as session:
        awaiting = conduct.awaiting_draw(session)
        late = conduct.overdue_draws(session, on=session.today)
    drawn = sum(_done(work, actor, draw_id) for draw_id in awaiting)
    for draw_id in late:
        with work.write(actor) as session:
            void.lapse(session, actor, draw_id=draw_id)
    return {"drawn": drawn, "lapsed": len(late)}


def _done(work: Work, actor: Actor, draw_id: str) -> bool:
    try:
        draw_now(work, actor, draw_id=draw_id)
    except Conflict:  # the officer was faster
        return False
    return True
