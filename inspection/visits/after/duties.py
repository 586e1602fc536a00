"""What follows visits on the work lists: what was sent back, orders, re-checks, hand-overs."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, exists, select

from inspection.plan.tables import InspectorRow
from inspection.visits import find as visits
from inspection.visits.after import find, handover, rectification
from inspection.visits.after.tables import HandoverRow, RecheckRow, RectificationRow
from inspection.visits.find import VisitPage
from inspection.visits.tables import VisitRow
from registry.accounts.tables import StaffRow
from registry.kernel.clock import local_day
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession


def _returned(session: WorkSession, limit: int) -> list[Duty]:
    """Those alone may record again who are of the team."""
    certificates = {
        row.public_id: row.certificate
        for row in session.execute(
            select(StaffRow.public_id, InspectorRow.certificate).outerjoin(
                InspectorRow, InspectorRow.staff_id == StaffRow.id
            )
        )
    }
    listed, _ = visits.worklist(session, states=["returned"], limit=limit)
    return [
        _visit_duty(
            session,
            visit,
            frozenset(who for who, number in certificates.items() if number not in visit.inspectors),
        )
        for visit in listed
    ]


def _unordered(session: WorkSession, limit: int) -> list[Duty]:
    """Closed visits whose measure is an order that nobody has issued."""
    return _without(session, "rectify", ~exists().where(RectificationRow.visit_id == VisitRow.id), limit)


def _unsent(session: WorkSession, limit: int) -> list[Duty]:
    kinds = {"transfer": "case", "notify": "notify"}
    found: list[Duty] = []
    for measure, kind in kinds.items():
        missing = ~exists().where(HandoverRow.visit_id == VisitRow.id, HandoverRow.kind == kind)
        found += _without(session, measure, missing, limit)
    return found[:limit]


def _rechecks(session: WorkSession, limit: int) -> list[Duty]:
    """Orders to be checked again: due when the subject's time or the office's after its report is over."""
    return [
        _order_duty(one, due.day, provisional=due.provisional)
        for one, due in find.to_recheck(session, limit=limit)
    ]


def _to_confirm(session: WorkSession, limit: int) -> list[Duty]:
    recorded = {
        row.public_id: row.recorded_by
        for row in session.execute(
            select(RectificationRow.public_id, RecheckRow.recorded_by)
            .join(RecheckRow, RecheckRow.rectification_id == RectificationRow.id)
            .where(RecheckRow.state == "recorded")
        )
    }
    return [
        _order_duty(one, None, barred=frozenset({recorded[one.public_id]}))
        for one in find.rectifications(session, states=("rechecked",), limit=limit)
    ]


def _handovers(*states: str) -> Callable[[WorkSession, int], list[Duty]]:
    def open_(session: WorkSession, limit: int) -> list[Duty]:
        proposed = {
            row.public_id: row.proposed_by
            for row in session.execute(
                select(HandoverRow.public_id, HandoverRow.proposed_by).where(HandoverRow.state == "proposed")
            )
        }
        return [
            Duty(
                title=f"{one.subject_name} · {one.kind_title}",
                endpoint="handovers.page",
                values={"public_id": one.public_id},
                since=one.since,
                due=one.due_on,
                provisional=one.due_provisional,
                barred=frozenset({proposed[one.public_id]} if one.public_id in proposed else ()),
            )
            for one in find.handovers(session, states=states, limit=limit)
        ]

    return open_


def _without(session: WorkSession, measure: str, missing: ColumnElement[bool], limit: int) -> list[Duty]:
    ids = session.scalars(
        select(VisitRow.public_id)
        .where(VisitRow.state == "closed", VisitRow.measure == measure, missing)
        .order_by(VisitRow.id)
        .limit(limit)
    ).all()
    return [_visit_duty(session, visit, frozenset()) for visit in visits.some(session, ids)]


def _visit_duty(session: WorkSession, visit: VisitPage, barred: frozenset[str]) -> Duty:
    return Duty(
        title=f"{visit.subject_name} · {visit.task_title}",
        endpoint="inspection.visit",
        values={"public_id": visit.public_id},
        since=local_day(visit.closed_at or visit.recorded_at or session.now),
        due=visit.publish_by.day if visit.publish_by and visit.state == "returned" else None,
        provisional=bool(visit.publish_by and visit.publish_by.provisional),
        barred=barred,
    )


def _order_duty(
    one: find.Listed, due: date | None, *, provisional: bool = False, barred: frozenset[str] = frozenset()
) -> Duty:
    return Duty(
        title=f"{one.subject_name} · {one.number}",
        endpoint="after.rectification_page",
        values={"public_id": one.public_id},
        since=one.since,
        due=due,
        provisional=provisional,
        barred=barred,
    )


WORKLISTS = (
    Worklist("检查：退回补正", "visit.record", _returned),
    Worklist("责令改正：下达通知书", rectification.ORDER, _unordered),
    Worklist("责令改正：复查", "visit.record", _rechecks),
    Worklist("责令改正：复核复查结果", "visit.review", _to_confirm),
    Worklist("案件线索：提出移送或抄告", handover.PROPOSE, _unsent),
    Worklist("案件线索：批准移送", handover.DECIDE, _handovers("proposed")),
    Worklist("案件线索：立案和办理结果", handover.HANDLE, _handovers("sent", "filed")),
)
