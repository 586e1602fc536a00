"""Who may go to a re-check: at least two holders of valid certificates, none of them recused (行政处罚法第四十二条、第四十三条)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from inspection.plan.find import certificate_of
from inspection.plan.tables import InspectorRow, RecusalRow
from inspection.visits.after.terms import terms
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.faults import FieldFault, Refused
from registry.kernel.work import WorkSession


def require_member(session: WorkSession, actor: Actor, inspectors: Sequence[str]) -> None:
    """Raises Refused (`not_of_the_team`) for staff who did not go themselves."""
    if actor.kind == "staff" and certificate_of(session, actor.id) not in inspectors:
        raise Refused("复查情况由参加复查的检查人员记录", rule="not_of_the_team")


def faults(session: WorkSession, visit: VisitRow, inspectors: Sequence[str], *, on: date) -> list[FieldFault]:
    """What forbids these certificates to go to the subject of `visit` on the day `on`."""
    law = terms()
    known = {
        row.certificate: row
        for row in session.scalars(select(InspectorRow).where(InspectorRow.certificate.in_(inspectors)))
    }
    valid = [row for row in known.values() if row.valid_until >= on and (row.ended_on or on) >= on]
    found = []
    if len(set(inspectors)) < law.inspectors:
        found.append(
            FieldFault(
                "inspectors", "too_few", f"检查人员不得少于 {law.inspectors} 人（{law.inspectors_basis}）"
            )
        )
    if len(valid) < len(set(inspectors)):
        found.append(
            FieldFault("inspectors", "not_certified", f"检查人员须持有效的执法证件（{law.inspectors_basis}）")
        )
    recused = session.scalar(
        select(RecusalRow.id)
        .where(
            RecusalRow.inspector_id.in_([row.id for row in valid]),
            RecusalRow.ended_at.is_(None),
            or_(
                *(
                    column == subject
                    for column, subject in (
                        (RecusalRow.organisation_id, visit.selection.organisation_id),
                        (RecusalRow.practitioner_id, visit.selection.practitioner_id),
                    )
                    if subject is not None
                )
            ),
        )
        .limit(1)
    )
    if recused is not None:
        found.append(FieldFault("inspectors", "recused", f"所选人员应当回避（{law.recusal_basis}）"))
    return found
