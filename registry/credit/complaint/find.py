"""Reads complaints: one with its steps, lists, and what waits for whom. Lists never name who complained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, select

from registry.credit.casework import steps
from registry.credit.casework.steps import Step
from registry.credit.casework.tables import StepRow
from registry.credit.complaint import handle, states, terms
from registry.credit.complaint.tables import ComplaintRow
from registry.credit.find import SubjectRef
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.roster.find import Found
from registry.roster.tables import OrganisationRow, PractitionerRow

_Rows = Select[ComplaintRow, str | None, str | None, str | None]


@dataclass(frozen=True)
class Listed:
    """A complaint in a list."""

    id: int
    public_id: str
    number: str
    channel: str
    subject: SubjectRef
    received_on: date
    state: str
    due_on: date | None
    due_provisional: bool
    outcome: str | None
    ground: str | None
    concluded_on: date | None
    event: str | None

    @property
    def state_title(self) -> str:
        return states.STATES[self.state]

    @property
    def channel_title(self) -> str:
        return terms.CHANNELS[self.channel]

    @property
    def source_title(self) -> str:
        """任务来源 of an inspection that follows."""
        return terms.SOURCES[terms.source(self.channel)]

    @property
    def result(self) -> str | None:
        """How it ended, in words."""
        if self.outcome:
            return states.OUTCOMES[self.outcome]
        return f"不予受理：{terms.GROUNDS[self.ground]}" if self.ground else None


@dataclass(frozen=True)
class Complaint:
    """One complaint as its page shows it. `complainant` is "" if anonymous; `barred` may not decide (four eyes)."""

    listed: Listed
    registered_at: datetime
    complainant: str
    contact: str
    facts: str
    extended: bool
    terms: terms.Terms
    steps: tuple[Step, ...]
    barred: frozenset[str]

    def may(self, actor: Actor, step: str) -> bool:
        """Whether the actor may take the step now."""
        move = states.MOVES[step]
        deciding = step in ("conclude", "return")
        return (
            self.listed.state in move.before
            and actor.may(move.permission)
            and not (deciding and actor.id in self.barred)
            and not (step == "extend" and self.extended)
        )


def complaint(session: WorkSession, public_id: str) -> Complaint:
    """Raises NotFound."""
    row = session.execute(_complaints().where(ComplaintRow.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有这件投诉")
    stored = row[0]
    wording = handle.wording(session, stored)
    return Complaint(
        listed=_listed(row),
        registered_at=stored.registered_at,
        complainant=wording["complainant"],
        contact=wording["contact"],
        facts=wording["facts"],
        extended=stored.extended,
        terms=handle.rule(session, stored),
        steps=tuple(steps.of(session, public_id)),
        barred=handle.handlers(session, public_id),
    )


def complaints(
    session: WorkSession,
    *,
    state: str = "",
    channel: str = "",
    number: str = "",
    overdue: bool = False,
    before: int | None = None,
    limit: int,
) -> list[Listed]:
    """Complaints in one state ("open" for all that wait, "" for all), the newest first, from before row id `before`."""
    found = _complaints().order_by(ComplaintRow.id.desc()).limit(limit)
    if state == "open":
        found = found.where(ComplaintRow.state.in_(states.OPEN))
    elif state:
        found = found.where(ComplaintRow.state == state)
    if channel:
        found = found.where(ComplaintRow.channel == channel)
    if number:
        found = found.where(ComplaintRow.number == number)
    if overdue:
        found = found.where(ComplaintRow.due_on < session.today)
    if before is not None:
        found = found.where(ComplaintRow.id < before)
    return [_listed(row) for row in session.execute(found)]


def of_subject(session: WorkSession, subject: Found) -> list[Listed]:
    """The complaints about one registered subject, the newest first."""
    own = ComplaintRow.organisation_id if subject.kind == "organisation" else ComplaintRow.practitioner_id
    found = _complaints().where(own == subject.id).order_by(ComplaintRow.id.desc())
    return [_listed(row) for row in session.execute(found)]


def _waiting(
    condition: ColumnElement[bool], *, decision: bool = False
) -> Callable[[WorkSession, int], Sequence[Duty]]:
    def open_(session: WorkSession, limit: int) -> Sequence[Duty]:
        found = _complaints().where(condition).order_by(ComplaintRow.due_on, ComplaintRow.id).limit(limit)
        listed = [_listed(row) for row in session.execute(found)]
        barred = _handlers(session, [one.public_id for one in listed]) if decision else {}
        return [
            Duty(
                title=f"{one.number} · {one.subject.name}",
                endpoint="complaints.complaint",
                values={"public_id": one.public_id},
                since=one.received_on,
                due=one.due_on,
                provisional=one.due_provisional,
                barred=frozenset(barred.get(one.public_id, ())),
            )
            for one in listed
        ]

    return open_


def _handlers(session: WorkSession, complaints: Sequence[str]) -> dict[str, set[str]]:
    """As handle.handlers, for many."""
    found: dict[str, set[str]] = {}
    taken = select(StepRow.record, StepRow.actor).where(
        StepRow.record.in_(complaints), StepRow.step.in_(("accept", "investigate"))
    )
    for record, actor in session.execute(taken):
        found.setdefault(record, set()).add(actor)
    return found


WORKLISTS = (
    Worklist("投诉：决定是否受理", states.HANDLE, _waiting(ComplaintRow.state == "received")),
    Worklist("投诉：调查", states.HANDLE, _waiting(ComplaintRow.state == "accepted")),
    Worklist(
        "投诉：作出处理结果", states.DECIDE, _waiting(ComplaintRow.state == "investigated", decision=True)
    ),
    Worklist("投诉：告知结果", states.HANDLE, _waiting(ComplaintRow.state.in_(("concluded", "refused")))),
)


def _complaints() -> _Rows:
    return (
        select(ComplaintRow, PractitionerRow.public_id, OrganisationRow.public_id, EventRow.public_id)
        .outerjoin(PractitionerRow, PractitionerRow.id == ComplaintRow.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == ComplaintRow.organisation_id)
        .outerjoin(EventRow, EventRow.id == ComplaintRow.event_id)
    )


def _listed(row: Row[ComplaintRow, str | None, str | None, str | None]) -> Listed:
    stored, practitioner, organisation, event = row
    kind = "practitioner" if practitioner else "organisation" if organisation else None
    return Listed(
        id=stored.id,
        public_id=stored.public_id,
        number=stored.number,
        channel=stored.channel,
        subject=SubjectRef(kind, practitioner or organisation, stored.subject_name),
        received_on=stored.received_on,
        state=stored.state,
        due_on=stored.due_on,
        due_provisional=stored.due_provisional,
        outcome=stored.outcome,
        ground=stored.ground,
        concluded_on=stored.concluded_on,
        event=event,
    )
