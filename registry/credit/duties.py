"""What the record of credit puts on the work lists."""

from sqlalchemy import select

from registry.credit import catalogue
from registry.credit.tables import EventRow
from registry.kernel.clock import local_day
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession


def _incomplete(session: WorkSession, limit: int) -> list[Duty]:
    """Events that lack what the national platform wants, the earliest decision first.

    The term of the report is that of the publication, whose release has it; here nothing is due by itself.
    """
    columns = (EventRow.public_id, EventRow.kind, EventRow.subject_name, EventRow.document_number)
    rows = session.execute(
        select(*columns, EventRow.recorded_at)
        .where(EventRow.incomplete)
        .order_by(EventRow.decided_on, EventRow.id)
        .limit(limit)
    )
    return [
        Duty(
            title=f"{catalogue.kind(row.kind).title} {row.document_number or ''} · {row.subject_name}",
            endpoint="credit.event",
            values={"public_id": row.public_id},
            since=local_day(row.recorded_at),
        )
        for row in rows
    ]


INCOMPLETE = Worklist("补全报送信用平台的信息", "credit.record", _incomplete)
