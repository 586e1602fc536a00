"""How far a follower of the audit book has read. Positions are gapless, so none can appear behind a cursor."""

from collections.abc import Callable, Sequence

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite

from publicity.release.tables import Cursor
from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession
from registry.ledger import book
from registry.ledger.tables import EntryRow

RECORDED = "credit.record"
BATCH = 500
# Moving the cursor over acts of others is housekeeping, done when so many are behind it that skipping them costs time.
_LAG = 2000


def follow(work: Work, name: str, take_in: Callable[[WorkSession], int]) -> int:
    """Has `take_in` read on, one unit of work of the job `name` after the other, until no event is ahead of its cursor.
    Returns the sum of what it gave."""
    taken = 0
    while True:
        with work.read() as session:
            read = position(session, name)
            something = bool(ahead(session, read, limit=1))
            size = book.head(session, "audit").size
        if not something:
            break
        with work.write(Actor.job(name)) as session:
            taken += take_in(session)
    if size - read > _LAG:
        with work.housekeeping() as session:
            cursor = locked(session, name)
            cursor.position = max(cursor.position, size)
    return taken


def position(session: WorkSession, name: str) -> int:
    """Where the follower reads on; the start of the book when it has never read."""
    return session.scalar(select(Cursor.position).where(Cursor.name == name)) or 0


def ahead(session: WorkSession, position: int, *, limit: int = BATCH) -> Sequence[Row[int, str]]:
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
