"""What inspections put on the work lists: visits to make, and findings that wait for a second pair of eyes."""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from inspection.plan.tables import InspectorRow
from inspection.visits import find, replace
from inspection.visits.find import VisitPage
from registry.accounts.tables import StaffRow
from registry.kernel.clock import local_day
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession


def _to_make(session: WorkSession, limit: int) -> list[Duty]:
    """Everybody is barred who is not of the team."""
    certificates = {
        row.public_id: row.certificate
        for row in session.execute(
            select(StaffRow.public_id, InspectorRow.certificate).outerjoin(
                InspectorRow, InspectorRow.staff_id == StaffRow.id
            )
        )
    }
    return _duties(
        session,
        "assigned",
        limit,
        lambda visit: frozenset(
            person for person, certificate in certificates.items() if certificate not in visit.inspectors
        ),
    )


def _to_close(session: WorkSession, limit: int) -> list[Duty]:
    return _duties(session, "recorded", limit, lambda visit: frozenset({visit.recorded_by or ""}))


def _duties(
    session: WorkSession, state: str, limit: int, barred: Callable[[VisitPage], frozenset[str]]
) -> list[Duty]:
    visits: Sequence[VisitPage] = find.worklist(session, states=[state], limit=limit)[0]
    return [
        Duty(
            title=f"{visit.subject_name} · {visit.task_title}",
            endpoint="inspection.visit",
            values={"public_id": visit.public_id},
            since=local_day(visit.recorded_at or visit.drawn_at or session.now),
            due=visit.publish_by.day if visit.publish_by else visit.deadline,
            provisional=visit.publish_by is not None and visit.publish_by.provisional,
            barred=barred(visit),
        )
        for visit in visits
    ]


WORKLISTS = (
    Worklist("检查：记录结果", "visit.record", _to_make),
    Worklist("检查：复核办结", "visit.review", _to_close),
    replace.WORKLIST,
)
