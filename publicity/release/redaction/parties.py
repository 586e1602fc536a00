"""Whom the register knows around a case: names to cover as third persons', and names that the notice shows anyway."""

from typing import Any

from sqlalchemy import Select, or_, select

from registry.credit.find import Event
from registry.kernel.work import WorkSession
from registry.roster.tables import EngagementRow, LicenceRow, OrganisationRow, PractitionerRow

MOST = 2_000
"""Names looked for in one draft; the largest firms have fewer people."""


def third_persons(session: WorkSession, event: Event) -> set[str]:
    """Everybody who practises or practised at the same firms, by name."""
    kind, public_id, _ = event.subject
    places: Select[Any]
    if kind == "organisation":
        places = select(OrganisationRow.id).where(OrganisationRow.public_id == public_id)
    elif kind == "practitioner":
        person = select(PractitionerRow.id).where(PractitionerRow.public_id == public_id).scalar_subquery()
        places = select(LicenceRow.organisation_id).where(
            LicenceRow.practitioner_id == person, LicenceRow.organisation_id.is_not(None)
        )
    else:
        return set()
    at = select(LicenceRow.practitioner_id).where(LicenceRow.organisation_id.in_(places))
    was_at = select(EngagementRow.practitioner_id).where(EngagementRow.organisation_id.in_(places))
    found = select(PractitionerRow.name).where(
        or_(PractitionerRow.id.in_(at), PractitionerRow.id.in_(was_at))
    )
    return set(session.scalars(found.limit(MOST)))


def shown_anyway(session: WorkSession, event: Event) -> set[str]:
    """The subject, who is responsible for it, and the codes that its columns show."""
    kind, public_id, name = event.subject
    names = {name, *(event.columns.get(code) for code in ("XK_FRDB", "CF_FRDB"))}
    names |= {
        text for code, text in event.columns.items() if code.endswith(("_SHXYM", "DM", "_XKBH", "_WSH"))
    }
    if kind == "organisation":
        head = select(OrganisationRow.head).where(OrganisationRow.public_id == public_id)
        names.add(session.scalar(head))
    return {one for one in names if one}
