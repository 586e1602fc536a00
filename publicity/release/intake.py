"""The intake follows the audit book and proposes each releasable fact exactly once.

It reads with a cursor of its own, because the registry knows nobody above it. The cursor's row is locked while it reads
on, and the unique event of a release is the net beneath: however often and wherever it runs, no fact is proposed twice
and none is left out.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from publicity.release import decide, draft
from publicity.release.tables import Cursor, Release
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.work import Work, WorkSession
from registry.kernel.workdays import Deadline
from registry.ledger import book

CURSOR = "intake"
_BATCH = 500
_FOLLOWED = frozenset({"credit.record", "credit.annul"})


def run(work: Work) -> Mapping[str, int]:
    """The job `intake`: everything recorded since it last ran. Returns how many releases were drafted."""
    drafted = 0
    while True:
        with work.read() as session:
            position = session.scalar(select(Cursor.position).where(Cursor.name == CURSOR)) or 0
            ahead = book.read(session, "audit", start=position, limit=_BATCH, on=session.today)
        if not any(leaf.action in _FOLLOWED for leaf in ahead):
            if len(ahead) < _BATCH:
                # The cursor waits for something to do: moving it would be an act, and that act's leaf the next to pass.
                return {"drafted": drafted}
            with work.housekeeping() as session:
                _locked(session).position = position + len(ahead)
            continue
        with work.write(Actor.job("intake")) as session:
            drafted += take_in(session)


def take_in(session: WorkSession) -> int:
    """Drafts a release for each releasable event among the next entries of the audit book; returns how many."""
    cursor = _locked(session)
    leaves = book.read(session, "audit", start=cursor.position, limit=_BATCH, on=session.today)
    events = [leaf.record for leaf in leaves if leaf.action in _FOLLOWED]
    dues: dict[tuple[str, object], Deadline] = {}
    drafted = 0
    for event in _new_events(session, events):
        if event.kind == "annulment" and event.target_id is not None:
            _stop(session, event.target_id)
        elif draft.releasable(session, event, today=session.today):
            kind = draft.kind_of(event)
            key = (kind, event.decided_on)
            dues[key] = dues.get(key) or draft.due(session, kind, event.decided_on)
            row = draft.draft(session, event, due=dues[key])
            session.act("release.draft", row.public_id, event=event.public_id)
            drafted += 1
    cursor.position += len(leaves)
    session.act("release.intake", CURSOR, through=cursor.position, drafted=drafted)
    return drafted


def _new_events(session: WorkSession, public_ids: list[str]) -> list[EventRow]:
    """The events in the order of the book, without those that have a release already."""
    taken = select(Release.event_id)
    rows = session.scalars(
        select(EventRow).where(EventRow.public_id.in_(public_ids), EventRow.id.not_in(taken))
    ).all()
    by_id = {row.public_id: row for row in rows}
    return [by_id[public_id] for public_id in dict.fromkeys(public_ids) if public_id in by_id]


def _stop(session: WorkSession, event_id: int) -> None:
    row = session.scalar(select(Release).where(Release.event_id == event_id).with_for_update())
    if row is not None and decide.unpublished(row):
        decide.stop(session, session.actor, row, reason="原记录已被撤销")


def _locked(session: WorkSession) -> Cursor:
    """The cursor, held until the unit of work ends; made at the start of the book when there is none."""
    locked = select(Cursor).where(Cursor.name == CURSOR).with_for_update()
    row = session.scalar(locked)
    if row is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        # Two first runs at once: the second waits here for the first to commit, and then finds its row.
        session.execute(dialect.insert(Cursor).values(name=CURSOR, position=0).on_conflict_do_nothing())
        row = session.scalars(locked).one()
    return row
