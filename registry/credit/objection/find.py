"""Reads objections: one with its steps, lists, and what waits for whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from registry.credit import catalogue
from registry.credit import find as credit
from registry.credit.casework import identity, steps
from registry.credit.casework.steps import Step
from registry.credit.objection import handle, states, terms
from registry.credit.objection.tables import ObjectionRow
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.roster.find import Found


@dataclass(frozen=True)
class Listed:
    """An objection in a list: about which event of whom, in which state, due when."""

    id: int
    public_id: str
    event: str
    subject_name: str
    event_title: str
    document_number: str | None
    state: str
    received_on: date
    due_on: date | None
    due_provisional: bool
    outcome: str | None

    @property
    def state_title(self) -> str:
        return states.STATES[self.state]

    @property
    def open(self) -> bool:
        return self.state in states.OPEN

    @property
    def outcome_title(self) -> str | None:
        return states.OUTCOMES[self.outcome] if self.outcome else None


@dataclass(frozen=True)
class Objection:
    """One objection as its page and papers show it. `barred` may not take the decision that waits (four eyes)."""

    listed: Listed
    event: credit.Event
    round: int
    received_at: datetime
    identified_by: str
    asked: str
    statement: str
    contact: str
    source_unit: str | None
    appeal_until: date | None
    terms: terms.Terms
    steps: tuple[Step, ...]
    barred: frozenset[str]

    @property
    def identified_by_title(self) -> str:
        return identity.TITLES[self.identified_by]

    @property
    def asked_title(self) -> str:
        return states.ASKED[self.asked]

    @property
    def decision(self) -> Step | None:
        """The latest decision, of whichever round."""
        return next((step for step in reversed(self.steps) if step.step in ("decide", "review")), None)

    def may(self, actor: Actor, step: str) -> bool:
        """Whether the actor may take the step now."""
        move = states.MOVES[step]
        return (
            self.listed.state in move.before
            and actor.may(move.permission)
            and not (step in ("decide", "review") and actor.id in self.barred)
        )


def objection(session: WorkSession, public_id: str) -> Objection:
    """Raises NotFound."""
    row = session.execute(_objections().where(ObjectionRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这件异议")
    stored: ObjectionRow = row.ObjectionRow
    wording = handle.wording(session, stored)
    event = credit.event(session, row.EventRow.public_id)
    return Objection(
        listed=_listed(row),
        event=event,
        round=stored.round,
        received_at=stored.received_at,
        identified_by=stored.identified_by,
        asked=stored.asked,
        statement=wording["statement"],
        contact=wording["contact"],
        source_unit=stored.source_unit,
        appeal_until=stored.appeal_until,
        terms=terms.of(stored.region, stored.received_on),
        steps=tuple(steps.of(session, public_id)),
        barred=handle.barred(session, stored, event.public_id),
    )


def objections(
    session: WorkSession, *, state: str = "", overdue: bool = False, before: int | None = None, limit: int
) -> list[Listed]:
    """Objections in one state ("open" for all that wait, "" for all), the newest first, from before row id `before`."""
    found = _objections().order_by(ObjectionRow.id.desc()).limit(limit)
    if state == "open":
        found = found.where(ObjectionRow.state.in_(states.OPEN))
    elif state:
        found = found.where(ObjectionRow.state == state)
    if overdue:
        found = found.where(ObjectionRow.due_on < session.today)
    if before is not None:
        found = found.where(ObjectionRow.id < before)
    return [_listed(row) for row in session.execute(found)]


def of_subject(session: WorkSession, subject: Found) -> list[Listed]:
    """The objections of one registered subject, the newest first."""
    own = EventRow.organisation_id if subject.kind == "organisation" else EventRow.practitioner_id
    found = _objections().where(own == subject.id).order_by(ObjectionRow.id.desc())
    return [_listed(row) for row in session.execute(found)]


def of_event(session: WorkSession, event: str) -> list[Listed]:
    """The objections to one event (public id), the newest first."""
    found = _objections().where(EventRow.public_id == event).order_by(ObjectionRow.id.desc())
    return [_listed(row) for row in session.execute(found)]


def _waiting(
    condition: ColumnElement[bool], what: str, *, decision: bool = False
) -> Callable[[WorkSession, int], Sequence[Duty]]:
    def open_(session: WorkSession, limit: int) -> Sequence[Duty]:
        found = _objections().where(condition).order_by(ObjectionRow.due_on, ObjectionRow.id).limit(limit)
        duties = []
        for row in session.execute(found):
            one = _listed(row)
            duties.append(
                Duty(
                    title=f"{what}：{one.subject_name}，{one.document_number or one.event_title}",
                    endpoint="objections.objection",
                    values={"public_id": one.public_id},
                    since=one.received_on,
                    due=one.due_on,
                    provisional=one.due_provisional,
                    barred=handle.barred(session, row.ObjectionRow, one.event) if decision else frozenset(),
                )
            )
        return duties

    return open_


WORKLISTS = (
    Worklist("异议分办", states.HANDLE, _waiting(ObjectionRow.state == "marked", "异议待分办")),
    Worklist(
        "异议处理决定",
        states.DECIDE,
        _waiting(ObjectionRow.state.in_(("own", "transferred")), "异议待决定", decision=True),
    ),
    Worklist("异议告知", states.HANDLE, _waiting(ObjectionRow.state == "decided", "异议结果待告知")),
    Worklist(
        "异议复核决定", states.REVIEW, _waiting(ObjectionRow.state == "appealed", "复核待决定", decision=True)
    ),
)


def _objections() -> Select[Any, Any]:
    return select(ObjectionRow, EventRow).join(EventRow, EventRow.id == ObjectionRow.event_id)


def _listed(row: Row[Any, Any]) -> Listed:
    stored: ObjectionRow = row.ObjectionRow
    event: EventRow = row.EventRow
    return Listed(
        id=stored.id,
        public_id=stored.public_id,
        event=event.public_id,
        subject_name=event.subject_name,
        event_title=catalogue.kind(event.kind).title,
        document_number=event.document_number,
        state=stored.state,
        received_on=stored.received_on,
        due_on=stored.due_on,
        due_provisional=stored.due_provisional,
        outcome=stored.outcome,
    )
