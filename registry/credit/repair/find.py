"""Reads requests for repair: one with its conditions and steps, lists, and what waits for whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select

from registry.credit import catalogue, disclosure
from registry.credit import find as credit
from registry.credit.casework import identity, steps
from registry.credit.casework.steps import Step
from registry.credit.repair import handle, rules, states
from registry.credit.repair.tables import RepairRow
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.roster.find import Found


@dataclass(frozen=True)
class Listed:
    """A request in a list: for which event of whom, in which state, due when."""

    id: int
    public_id: str
    event: str
    subject_name: str
    event_title: str
    document_number: str | None
    state: str
    applied_on: date
    due_on: date | None
    due_provisional: bool

    @property
    def state_title(self) -> str:
        return states.STATES[self.state]


@dataclass(frozen=True)
class Repair:
    """One request as its page and papers show it. `barred` may not take the decision (four eyes)."""

    listed: Listed
    event: credit.Event
    regime: rules.Regime
    conditions: tuple[rules.Condition, ...]
    received_at: datetime
    identified_by: str
    duties: str
    contact: str
    pledge: str | None
    extended: bool
    steps: tuple[Step, ...]
    barred: frozenset[str]
    ended: disclosure.End | None

    @property
    def identified_by_title(self) -> str:
        return identity.TITLES[self.identified_by]

    @property
    def ready(self) -> bool:
        """Whether every condition is met."""
        return all(condition.met for condition in self.conditions)

    @property
    def decision(self) -> Step | None:
        """The step that ended the request."""
        ends = ("grant", "refuse", "decline")
        return next((step for step in reversed(self.steps) if step.step in ends), None)

    def may(self, actor: Actor, step: str) -> bool:
        """Whether the actor may take the step now."""
        move = states.MOVES[step]
        if self.listed.state not in move.before or not actor.may(move.permission):
            return False
        if step == "extend" and self.extended:
            return False
        return not (step in ("grant", "refuse") and actor.id in self.barred)


@dataclass(frozen=True)
class Prospect:
    """What may be said of an event's repair before anybody asked: the guide's content.

    `why_not` is None when a request may be made today; `first` the first day for one, None for as soon as the duty is done.
    """

    event: credit.Event
    regime: rules.Regime
    conditions: tuple[rules.Condition, ...]
    first: date | None
    why_not: str | None


def repair(session: WorkSession, public_id: str) -> Repair:
    """Raises NotFound."""
    row = session.execute(_repairs().where(RepairRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这件信用修复申请")
    stored: RepairRow = row.RepairRow
    event = credit.event(session, row.EventRow.public_id)
    wording = handle.wording(session, stored)
    return Repair(
        listed=_listed(row),
        event=event,
        regime=rules.of(stored.applied_on),
        conditions=handle.conditions(session, stored, event),
        received_at=stored.received_at,
        identified_by=stored.identified_by,
        duties=wording["duties"],
        contact=wording["contact"],
        pledge=stored.pledge,
        extended=stored.extended,
        steps=tuple(steps.of(session, public_id)),
        barred=handle.barred(session, stored, event.public_id),
        ended=disclosure.ended(session, [event.id]).get(event.id),
    )


def prospect(session: WorkSession, event: str) -> Prospect:
    """Raises NotFound, and Conflict (`not_repairable`) for a kind of event that knows no repair."""
    found = credit.event(session, event)
    if found.kind.code not in rules.KINDS:
        raise Conflict(f"“{found.kind.title}”不适用信用修复", rule="not_repairable")
    regime = rules.of(session.today)
    try:
        handle.admit(session, found)
        why_not = None
    except Conflict as refused:
        why_not = refused.title
    given = rules.conditions(found.term, regime, today=session.today)
    return Prospect(found, regime, given, rules.from_day(found.term), why_not)


def repairs(
    session: WorkSession, *, state: str = "", overdue: bool = False, before: int | None = None, limit: int
) -> list[Listed]:
    """Requests in one state ("open" for all that wait, "" for all), the newest first, from before row id `before`."""
    found = _repairs().order_by(RepairRow.id.desc()).limit(limit)
    if state == "open":
        found = found.where(RepairRow.state.in_(states.OPEN))
    elif state:
        found = found.where(RepairRow.state == state)
    if overdue:
        found = found.where(RepairRow.due_on < session.today)
    if before is not None:
        found = found.where(RepairRow.id < before)
    return [_listed(row) for row in session.execute(found)]


def of_subject(session: WorkSession, subject: Found) -> list[Listed]:
    """The requests of one registered subject, the newest first."""
    own = EventRow.organisation_id if subject.kind == "organisation" else EventRow.practitioner_id
    found = _repairs().where(own == subject.id).order_by(RepairRow.id.desc())
    return [_listed(row) for row in session.execute(found)]


def of_event(session: WorkSession, event: str) -> list[Listed]:
    """The requests for one event (public id), the newest first."""
    found = _repairs().where(EventRow.public_id == event).order_by(RepairRow.id.desc())
    return [_listed(row) for row in session.execute(found)]


def _waiting(state: str, what: str) -> Callable[[WorkSession, int], Sequence[Duty]]:
    def open_(session: WorkSession, limit: int) -> Sequence[Duty]:
        found = _repairs().where(RepairRow.state == state).order_by(RepairRow.due_on, RepairRow.id)
        duties = []
        for row in session.execute(found.limit(limit)):
            one = _listed(row)
            decision = state == "accepted"
            duties.append(
                Duty(
                    title=f"{what}：{one.subject_name}，{one.document_number or one.event_title}",
                    endpoint="repairs.repair",
                    values={"public_id": one.public_id},
                    since=one.applied_on,
                    due=one.due_on,
                    provisional=one.due_provisional,
                    barred=handle.barred(session, row.RepairRow, one.event) if decision else frozenset(),
                )
            )
        return duties

    return open_


WORKLISTS = (
    Worklist("信用修复受理", states.ACCEPT, _waiting("applied", "信用修复待受理")),
    Worklist("信用修复决定", states.DECIDE, _waiting("accepted", "信用修复待决定")),
)


def _repairs() -> Select[Any, Any]:
    return select(RepairRow, EventRow).join(EventRow, EventRow.id == RepairRow.event_id)


def _listed(row: Row[Any, Any]) -> Listed:
    stored: RepairRow = row.RepairRow
    event: EventRow = row.EventRow
    return Listed(
        id=stored.id,
        public_id=stored.public_id,
        event=event.public_id,
        subject_name=event.subject_name,
        event_title=catalogue.kind(event.kind).title,
        document_number=event.document_number,
        state=stored.state,
        applied_on=stored.applied_on,
        due_on=stored.due_on,
        due_provisional=stored.due_provisional,
    )
