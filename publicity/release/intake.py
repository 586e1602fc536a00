"""The intake follows the audit book and proposes each releasable fact exactly once.

It reads with a cursor of its own, because the registry knows nobody above it. The cursor's row is locked while it reads
on, and the unique event of a release is the net beneath: however often and wherever it runs, no fact is proposed twice
and none is left out.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from publicity.release import cursor as cursors
from publicity.release import draft
from publicity.release.tables import Release
from registry.credit import disclosure, find
from registry.credit.tables import EventRow
from registry.kernel.work import Work, WorkSession
from registry.kernel.workdays import Deadline

CURSOR = "intake"


def run(work: Work) -> Mapping[str, int]:
    """The job `intake`: everything recorded since it last ran. Returns how many releases were drafted."""
    return {"drafted": cursors.follow(work, CURSOR, take_in)}


def take_in(session: WorkSession) -> int:
    """Drafts a release for each releasable event among the next acts of the audit book. Returns how many were drafted."""
    cursor = cursors.locked(session, CURSOR)
    dues: dict[tuple[str, date], Deadline] = {}
    drafted = 0
    acts = cursors.ahead(session, cursor.position)
    recorded = [act.record for act in acts]
    known = _with_release(session, recorded)
    events = find.events(session, [event for event in recorded if event not in known])
    ended = disclosure.ended(session, [event.id for event in events.values()])
    proposable = {
        public_id
        for public_id, event in events.items()
        if event.id not in ended and draft.proposable(event, today=session.today)
    }
    for act in acts:
        cursor.position = act.position + 1
        if act.record in proposable:
            event = events[act.record]
            key = (draft.kind_of(event), event.decided_on)
            if key not in dues:
                dues[key] = draft.due(session, *key)
            row = draft.draft(session, event, due=dues[key])
            session.act("release.draft", row.public_id, event=event.public_id)
            drafted += 1
    session.act("release.intake", CURSOR, through=cursor.position, drafted=drafted)
    return drafted


def _with_release(session: WorkSession, events: Sequence[str]) -> set[str]:
    found = select(EventRow.public_id).join(Release, Release.event_id == EventRow.id)
    return set(session.scalars(found.where(EventRow.public_id.in_(events))))
