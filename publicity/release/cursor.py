"""How far a follower of the audit book has read. Positions are gapless, so none can appear behind a cursor."""

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite

from publicity.release.tables import Cursor
from registry.kernel.work import WorkSession
from registry.ledger.tables import EntryRow

RECORDED = "credit.record"


def position(session: WorkSession, name: str) -> int:
    """Where the follower reads on; the start of the book when it has never read."""
    return session.scalar(select(Cursor.position).where(Cursor.name == name)) or 0


def ahead(session: WorkSession, position: int, *, limit: int) -> Sequence[Row[int, str]]:
    """The next events recorded, as (position, record), in the order of the book."""
    found = select(EntryRow.position, EntryRow.record).where(
        EntryRow.book == "audit", EntryRow.position >= position, EntryRow.action == RECORDED
    )
    return session.execute(found.order_by(EntryRow.position).limit(limit)).all()


def locked(session: WorkSession, name: str) -> Cursor:
    """The cursor, held until the unit of work ends; made at the start of the book when there is none."""
    held = select(Cursor).where(Cursor.name == name).with_for_update()
    row = session.scalar(held)
    if row is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        # Two first runs at once: the second waits here for the first to commit, and then finds its row.
        session.execute(dialect.insert(Cursor).values(name=name, position=0).on_conflict_do_nothing())
        row = session.scalars(held).one()
    return row
