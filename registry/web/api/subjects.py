"""Whom an address or a body names: a person or an organisation of the roster, by public id alone."""

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import aliased

from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.roster.find import Found
from registry.roster.tables import OrganisationRow, PractitionerRow


def named(session: WorkSession, public_id: str, *, path: str = "subject") -> Found:
    """The subject with this public id; a person whose record was merged into another's is that one.

    Raises Invalid at `path` for an id that the roster has not.
    """
    kept = aliased(PractitionerRow)
    person = (
        select(literal("practitioner"), kept.id, kept.public_id, kept.name)
        .join(PractitionerRow, kept.id == func.coalesce(PractitionerRow.merged_into_id, PractitionerRow.id))
        .where(PractitionerRow.public_id == public_id)
    )
    place = select(
        literal("organisation"), OrganisationRow.id, OrganisationRow.public_id, OrganisationRow.name
    ).where(OrganisationRow.public_id == public_id)
    row = session.execute(union_all(person, place)).one_or_none()
    if row is None:
        raise Invalid.field(path, "unknown-subject", "名册中没有这个主体")
    return Found(*row)


def asked_for(session: WorkSession, public_id: str | None) -> Found | None:
    """As `named`, None where nobody is asked for."""
    return named(session, public_id) if public_id else None
