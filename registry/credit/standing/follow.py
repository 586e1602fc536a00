"""Follows the roster, which knows nothing of standing: a further profession has a course of its own."""

from itertools import islice

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from registry.credit.standing import keep
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession
from registry.roster.tables import PractitionerRow

_ACTS = ("roster.enrol", "roster.merge")


def follow(session: WorkSession) -> None:
    """The closing step of every write: whoever was enrolled or merged and has events gets their course computed anew."""
    named = iter({act.record for act in session.acts if act.verb in _ACTS})
    record = aliased(PractitionerRow)
    own = (record.id == PractitionerRow.id) | (record.merged_into_id == PractitionerRow.id)
    with_events = exists().where(EventRow.practitioner_id == record.id, own)
    while some := list(islice(named, keep.CHUNK)):
        rows = select(PractitionerRow.id).where(PractitionerRow.public_id.in_(some), with_events)
        keep.refresh(session, practitioners=session.scalars(rows).all())
