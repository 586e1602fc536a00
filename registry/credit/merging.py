"""A merge or split of two persons' records, with what follows for their standing."""

from registry.credit import standing
from registry.kernel.access import Actor
from registry.kernel.work import WorkSession
from registry.roster import merge as records
from registry.roster.merge import Done


def confirm(session: WorkSession, actor: Actor, *, merge: str) -> Done:
    """As registry.roster.merge.confirm; the events of both are weighed anew in the same transaction."""
    done = records.confirm(session, actor, merge=merge)
    standing.refresh(session, practitioners=[done.kept, done.absorbed])
    return done
