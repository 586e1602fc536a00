"""Whom an address or a body names: a person or an organisation of the roster, by public id alone."""

from sqlalchemy import literal, select, union_all

from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession
from registry.roster.find import Found
from registry.roster.tables import OrganisationRow, PractitionerRow


def named(session: WorkSession, public_id: str | None, *, path: str = "subject") -> Found | None:
    """The subject with this public id, None for None. Raises Invalid at `path` for an id that the roster has not."""
    if public_id is None:
        return None
    row = session.execute(
        union_all(
            *(
                select(literal(kind), table.id, table.public_id, table.name).where(
                    table.public_id == public_id
                )
                for kind, table in (("practitioner", PractitionerRow), ("organisation", OrganisationRow))
            )
        )
    ).one_or_none()
    if row is None:
        raise Invalid.field(path, "unknown-subject", "名册中没有这个主体")
    return Found(*row)
