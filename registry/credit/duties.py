"""What the record of credit puts on the work lists."""

from sqlalchemy import or_, select

from registry.credit import catalogue
from registry.credit.tables import EventRow
from registry.kernel.clock import local_day
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.roster.tables import OrganisationRow, PractitionerRow


def _incomplete(session: WorkSession, limit: int) -> list[Duty]:
    """Events of registered subjects that lack what the national platform wants, the earliest decision first.

    The term of the report is that of the publication, whose release has it; here nothing is due by itself.
    """
    rows = session.execute(
        select(
            EventRow.public_id,
            EventRow.kind,
            EventRow.subject_name,
            EventRow.document_number,
            EventRow.decided_on,
            EventRow.recorded_at,
            PractitionerRow.public_id.label("practitioner"),
            OrganisationRow.public_id.label("organisation"),
        )
        .outerjoin(PractitionerRow, PractitionerRow.id == EventRow.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == EventRow.organisation_id)
        .where(EventRow.incomplete, or_(PractitionerRow.id.is_not(None), OrganisationRow.id.is_not(None)))
        .order_by(EventRow.decided_on, EventRow.id)
        .limit(limit)
    )
    return [
        Duty(
            title=f"{catalogue.kind(row.kind).title} {row.document_number or ''} · {row.subject_name}",
            endpoint="roster.practitioner" if row.practitioner else "roster.organisation",
            values={"public_id": row.practitioner or row.organisation, "event": row.public_id},
            since=local_day(row.recorded_at),
        )
        for row in rows
    ]


INCOMPLETE = Worklist("补全报送信用平台的信息", "credit.record", _incomplete)
