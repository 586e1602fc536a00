"""Steps of a case: who did what, when, within which term."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from registry.accounts import audit
from registry.credit.casework.tables import StepRow
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import FieldFault, Invalid, Refused
from registry.kernel.work import WorkSession

LONGEST = 2000
_CONTEXT = "reg_case_steps.note"


@dataclass(frozen=True)
class Step:
    """One step as it was taken. `due_on` is the last day that the law gave for it."""

    step: str
    outcome: str | None
    actor: str
    actor_name: str
    at: datetime
    due_on: date | None
    note: str

    @property
    def late(self) -> bool:
        """Whether it came after the last day of its term."""
        return self.due_on is not None and local_day(self.at) > self.due_on


def take(
    session: WorkSession,
    actor: Actor,
    record: str,
    step: str,
    *,
    due_on: date | None = None,
    outcome: str | None = None,
    note: str = "",
) -> None:
    """Adds a step to the case."""
    session.add(
        StepRow(
            record=record,
            step=step,
            outcome=outcome,
            actor=actor.id,
            actor_name=actor.name,
            at=session.now,
            due_on=due_on,
            note=session.keys.encrypt(note, _CONTEXT) if note else None,
        )
    )


def of(session: WorkSession, record: str) -> list[Step]:
    """The steps of a case in their order."""
    rows = session.scalars(select(StepRow).where(StepRow.record == record).order_by(StepRow.id))
    return [
        Step(
            row.step,
            row.outcome,
            row.actor,
            row.actor_name,
            row.at,
            row.due_on,
            session.keys.decrypt(row.note, _CONTEXT) if row.note else "",
        )
        for row in rows
    ]


def forget(session: WorkSession, record: str) -> None:
    """Deletes what was written at the steps of a case whose term is over; who did what when stays. The act is the caller's."""
    for row in session.scalars(select(StepRow).where(StepRow.record == record, StepRow.note.is_not(None))):
        row.note = None


def actors(session: WorkSession, record: str, *names: str) -> frozenset[str]:
    """Who took these steps of the case, in any round."""
    found = select(StepRow.actor).where(StepRow.record == record, StepRow.step.in_(names))
    return frozenset(session.scalars(found))


def recorders(session: WorkSession, event: str) -> frozenset[str]:
    """Who put an event (public id) on record, and who corrected it.

    Of events older than the column the audit book tells, as long as it holds the act.
    """
    own = select(EventRow.id).where(EventRow.public_id == event).scalar_subquery()
    correction = (EventRow.target_id == own) & (EventRow.kind == "correction")
    found = set(session.scalars(select(EventRow.recorded_by).where((EventRow.id == own) | correction)))
    if None in found:
        acts = audit.find(session, verb="credit.record", record=event, limit=10)
        found |= {act.actor_id for act in acts}
    return frozenset(who for who in found if who)


def bar(actor: Actor, barred: frozenset[str], *, why: str) -> None:
    """Four eyes: raises Refused (`four_eyes`) for whoever took an earlier step."""
    if actor.id in barred:
        raise Refused(why, rule="four_eyes")


def required(path: str, text: str, message: str) -> str:
    """What a person wrote, trimmed. Raises Invalid when there is nothing, or more than a page."""
    written = text.strip()
    if not written:
        raise Invalid(message, [FieldFault(path, "required", message)], rule="required")
    if len(written) > LONGEST:
        raise Invalid.field(path, "too_long", f"不超过 {LONGEST} 字")
    return written
