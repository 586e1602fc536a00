"""Follows the roster, which knows nothing of standing: a further profession has a course of its own."""

from itertools import islice

from sqlalchemy import Select, exists, select

from registry.credit.standing import keep
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession
from registry.roster.tables import LicenceRow, PractitionerRow


def follow(session: WorkSession) -> None:
    """The closing step of every write: whoever got a licence in it, and has events, has their courses computed anew."""
    named = iter({act.record for act in session.acts if act.verb == "roster.enrol"})
    while some := list(islice(named, keep.CHUNK)):
        keep.refresh(
            session, practitioners=session.scalars(_WITH_EVENTS.where(PractitionerRow.public_id.in_(some)))
        )
    if any(act.verb == "import" and act.detail.get("kind") == "practitioners" for act in session.acts):
        # An import is one act and names nobody; its licences bear its moment.
        licensed = exists().where(
            LicenceRow.practitioner_id == PractitionerRow.id, LicenceRow.enrolled_at == session.now
        )
        keep.refresh(session, practitioners=session.scalars(_WITH_EVENTS.where(licensed)))


_WITH_EVENTS: Select[int] = select(PractitionerRow.id).where(
    exists().where(EventRow.practitioner_id == PractitionerRow.id)
)
