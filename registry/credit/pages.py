"""Credit events in a list for programs: by subject, kind and days, the latest on record first, walked along their key."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import case, select
from sqlalchemy.orm import aliased

from registry.credit import find
from registry.credit.find import Event
from registry.credit.tables import EventRow
from registry.kernel.work import WorkSession
from registry.roster.find import Found


def listed(
    session: WorkSession,
    *,
    subject: Found | None = None,
    kind: str | None = None,
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[Event]:
    """Up to `limit` events from before row id `before`; corrections are in what they correct.

    `since` and `until` (both included) hold for the day of the decision as it reads after its last correction.
    """
    corrected = aliased(EventRow)
    decided_on = case((corrected.id.is_not(None), corrected.decided_on), else_=EventRow.decided_on)
    found = select(EventRow.public_id).where(EventRow.kind != "correction")
    if since or until:
        found = found.outerjoin(corrected, find.is_latest(corrected))
    if subject is not None:
        own = EventRow.organisation_id if subject.kind == "organisation" else EventRow.practitioner_id
        found = found.where(own == subject.id)
    if kind:
        found = found.where(EventRow.kind == kind)
    if since:
        found = found.where(decided_on >= since)
    if until:
        found = found.where(decided_on <= until)
    if before is not None:
        found = found.where(EventRow.id < before)
    public_ids = session.scalars(found.order_by(EventRow.id.desc()).limit(limit)).all()
    events = find.events(session, public_ids)
    return [events[public_id] for public_id in public_ids]
