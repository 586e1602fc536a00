"""Reads of what follows visits, for pages and papers: frozen values, no rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from inspection.ceremony.tables import DrawRow, SelectionRow
from inspection.plan.tables import TaskRow
from inspection.visits.after import handover, rectification
from inspection.visits.after.clock import deadlines
from inspection.visits.after.tables import HandoverRow, RecheckRow, RectificationRow
from inspection.visits.after.terms import on, terms
from inspection.visits.codes import table
from inspection.visits.find import subject_name
from inspection.visits.tables import VisitRow
from registry.credit.casework import steps
from registry.credit.casework.steps import Step
from registry.credit.tables import EventRow
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.kernel.workdays import Deadline, add_workdays
from registry.roster.tables import OrganisationRow, PractitionerRow


@dataclass(frozen=True)
class Recheck:
    """One re-check. `remaining` are the titles of what was still not put right."""

    public_id: str
    checked_on: date
    inspectors: Sequence[str]
    corrected: bool
    remaining: Sequence[str]
    note: str
    state: str
    recorded_by: str
    confirmed_at: datetime | None
    event: str | None


@dataclass(frozen=True)
class Listed:
    """One line of the lists of orders and hand-overs. `due_on` is the last day of the step that waits, None when none does."""

    id: int
    public_id: str
    visit: str
    subject_name: str
    task_title: str
    kind_title: str
    number: str | None
    state: str
    state_title: str
    since: date
    due_on: date | None
    due_provisional: bool = False


@dataclass(frozen=True)
class Rectification:
    """责令改正 as its page shows it. `problems` are the titles of its codes, `recheck_by` the last day for the re-check."""

    listed: Listed
    codes: Sequence[str]
    problems: Sequence[str]
    demands: str
    issued_on: date
    due_on: date
    longest: date
    extendable: bool
    reported_on: date | None
    recheck_by: Deadline
    closed_on: date | None
    rechecks: Sequence[Recheck]
    steps: Sequence[Step]

    def overdue(self, today: date) -> bool:
        """Whether its day is over and nothing was heard."""
        return self.listed.state == "open" and today > self.due_on


@dataclass(frozen=True)
class Handover:
    """移送 or 抄告 as its page shows it. `penalty` is the event (public id) that came of it, with its document number."""

    listed: Listed
    kind: str
    authority: str
    facts: str
    evidence: Sequence[str]
    proposed_by: str
    sent_on: date | None
    case_number: str | None
    filed_on: date | None
    outcome_title: str | None
    penalty: str | None
    penalty_number: str | None
    closed_on: date | None
    steps: Sequence[Step]


def rectifications(
    session: WorkSession,
    *,
    states: Sequence[str] = tuple(rectification.STATES),
    overdue: bool = False,
    visit: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[Listed]:
    """Orders in these states, the newest first; with `overdue` those alone whose day is over."""
    wanted = _orders().where(RectificationRow.state.in_(states))
    if overdue:
        wanted = wanted.where(RectificationRow.state == "open", RectificationRow.due_on < session.today)
    return [
        _order(row)
        for row in session.execute(_paged(wanted, RectificationRow.id, visit, before).limit(limit))
    ]


def to_recheck(session: WorkSession, *, limit: int) -> list[tuple[Listed, Deadline]]:
    """Orders that wait for a re-check, because the subject reported or its time is over, with the last day for it."""
    rows = session.execute(
        _orders()
        .where(
            or_(
                RectificationRow.state == "reported",
                and_(RectificationRow.state == "open", RectificationRow.due_on < session.today),
            )
        )
        .order_by(RectificationRow.id)
        .limit(limit)
    ).all()
    ends = {
        found.RectificationRow.id: (
            found.RectificationRow.reported_on or found.RectificationRow.due_on,
            on(terms().rectifications, found.RectificationRow.issued_on).recheck,
        )
        for found in rows
    }
    counted = deadlines(session, ends.values())
    return [(_order(found), counted[ends[found.RectificationRow.id]]) for found in rows]


def one_rectification(session: WorkSession, public_id: str) -> Rectification:
    """One order. Raises NotFound."""
    found = session.execute(_orders().where(RectificationRow.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("没有这份责令改正通知书")
    row, known = found.RectificationRow, table()
    term = on(terms().rectifications, row.issued_on)
    return Rectification(
        listed=_order(found),
        codes=row.codes,
        problems=known.titles(row.codes),
        demands=session.keys.decrypt(row.demands, rectification.DEMANDS),
        issued_on=row.issued_on,
        due_on=row.due_on,
        longest=date.fromordinal(row.issued_on.toordinal() + term.most),
        extendable=row.state == "open" and row.extensions < term.extensions and session.today <= row.due_on,
        reported_on=row.reported_on,
        recheck_by=add_workdays(session, row.reported_on or row.due_on, term.recheck),
        closed_on=row.closed_on,
        rechecks=_rechecks(session, row.id),
        steps=steps.of(session, public_id),
    )


def handovers(
    session: WorkSession,
    *,
    states: Sequence[str] = tuple(handover.STATES),
    overdue: bool = False,
    visit: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[Listed]:
    """Hand-overs in these states, the newest first; with `overdue` those alone whose term is over."""
    wanted = _handovers().where(HandoverRow.state.in_(states))
    if overdue:
        wanted = wanted.where(HandoverRow.state.in_(handover.WAITING), HandoverRow.due_on < session.today)
    return [
        _handed(row) for row in session.execute(_paged(wanted, HandoverRow.id, visit, before).limit(limit))
    ]


def one_handover(session: WorkSession, public_id: str) -> Handover:
    """One hand-over. Raises NotFound."""
    found = session.execute(_handovers().where(HandoverRow.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("没有这次移送")
    row = found.HandoverRow
    outcome = terms().outcomes.get(row.outcome or "")
    return Handover(
        listed=_handed(found),
        kind=row.kind,
        authority=row.authority,
        facts=session.keys.decrypt(row.facts, handover.FACTS),
        evidence=row.evidence,
        proposed_by=row.proposed_by,
        sent_on=row.sent_on,
        case_number=row.case_number,
        filed_on=row.filed_on,
        outcome_title=outcome.title if outcome else "已收到" if row.outcome else None,
        penalty=found.penalty,
        penalty_number=found.penalty_number,
        closed_on=row.closed_on,
        steps=steps.of(session, public_id),
    )


def _rechecks(session: WorkSession, order: int) -> list[Recheck]:
    rows = session.execute(
        select(RecheckRow, EventRow.public_id.label("event"))
        .outerjoin(EventRow, EventRow.id == RecheckRow.event_id)
        .where(RecheckRow.rectification_id == order)
        .order_by(RecheckRow.id.desc())
    )
    return [
        Recheck(
            row.public_id,
            row.checked_on,
            row.inspectors,
            row.corrected,
            table().titles(row.codes),
            session.keys.decrypt(row.note, rectification.NOTE),
            row.state,
            row.recorded_by,
            row.confirmed_at,
            event,
        )
        for row, event in rows
    ]


def _orders() -> Select[*tuple[Any, ...]]:
    return _of_visits(
        select(
            RectificationRow,
            VisitRow.public_id.label("visit"),
            subject_name.label("subject"),
            TaskRow.title.label("task"),
        ).join(VisitRow, VisitRow.id == RectificationRow.visit_id)
    )


def _handovers() -> Select[*tuple[Any, ...]]:
    return _of_visits(
        select(
            HandoverRow,
            VisitRow.public_id.label("visit"),
            subject_name.label("subject"),
            TaskRow.title.label("task"),
            EventRow.public_id.label("penalty"),
            EventRow.document_number.label("penalty_number"),
        ).join(VisitRow, VisitRow.id == HandoverRow.visit_id)
    ).outerjoin(EventRow, EventRow.id == HandoverRow.event_id)


def _of_visits(found: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        found.join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == SelectionRow.organisation_id)
        .outerjoin(PractitionerRow, PractitionerRow.id == SelectionRow.practitioner_id)
    )


def _paged(
    found: Select[*tuple[Any, ...]], id_: Any, visit: str | None, before: int | None
) -> Select[*tuple[Any, ...]]:
    wanted: list[ColumnElement[bool]] = []
    if visit is not None:
        wanted.append(VisitRow.public_id == visit)
    if before is not None:
        wanted.append(id_ < before)
    return found.where(*wanted).order_by(id_.desc())


def _order(found: Row[*tuple[Any, ...]]) -> Listed:
    row = found.RectificationRow
    return Listed(
        row.id,
        row.public_id,
        found.visit,
        found.subject,
        found.task,
        "责令改正",
        row.number,
        row.state,
        rectification.STATES[row.state],
        row.issued_on,
        row.due_on if row.state in rectification.WAITING else None,
    )


def _handed(found: Row[*tuple[Any, ...]]) -> Listed:
    row = found.HandoverRow
    return Listed(
        row.id,
        row.public_id,
        found.visit,
        found.subject,
        found.task,
        handover.KINDS[row.kind],
        row.case_number,
        row.state,
        handover.STATES[row.state],
        local_day(row.proposed_at),
        row.due_on if row.state in handover.WAITING else None,
        row.due_provisional,
    )
