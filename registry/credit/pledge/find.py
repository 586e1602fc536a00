"""Reads pledges: one with its whole wording, lists without, and those whose performance is to be found."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from registry.credit.pledge import rules, template
from registry.credit.pledge.give import ASSESS, OUTCOME_WORDING, WORDING
from registry.credit.pledge.tables import OutcomeRow, PledgeRow
from registry.credit.sealing import opened
from registry.credit.tables import EventRow
from registry.kernel.faults import NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays
from registry.roster.find import Found
from registry.roster.tables import OrganisationRow, PractitionerRow

STATES = {"due": "到期待认定", "running": "履行中", "kept": "已全部履行", "broken": "未全部履行"}


@dataclass(frozen=True)
class Listed:
    """A pledge in a list. `subject` is None for a promiser who is not on the roster; `state` is a key of STATES."""

    id: int
    public_id: str
    code: str
    subject: Found | None
    promiser_name: str
    kind: str
    given_on: date
    valid_until: date | None
    performance: str | None
    state: str

    @property
    def state_title(self) -> str:
        return self.performance or STATES[self.state]


@dataclass(frozen=True)
class Outcome:
    """What was found of the performance; `corrected` if a later finding answers it, whose `reason` says why."""

    performance: str
    unkept: str
    pursued: str
    reason: str
    assessed_on: date
    assessed_by: str
    assessed_by_code: str | None
    event: str
    actor_name: str
    recorded_at: datetime
    corrected: bool


@dataclass(frozen=True)
class Pledge:
    """A pledge as its page shows it. `promiser_hint` is the number, a person's with its middle covered."""

    listed: Listed
    promiser_kind: str
    promiser_hint: str
    reason: str
    content: str
    liability: str
    remark: str
    accepted_by: str
    accepted_by_code: str
    disclosure: str
    recorded_at: datetime
    outcomes: tuple[Outcome, ...]


def pledge(session: WorkSession, public_id: str) -> Pledge:
    """Raises NotFound."""
    found = session.execute(_pledges().where(PledgeRow.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("没有这份信用承诺")
    row: PledgeRow = found.PledgeRow
    wording = opened(session, row.wording, WORDING)
    return Pledge(
        listed=_listed(session, found),
        promiser_kind=row.promiser_kind,
        promiser_hint=_hint(row.promiser_kind, wording["promiser_code"]),
        reason=wording["reason"],
        content=wording["content"],
        liability=wording["liability"],
        remark=wording["remark"],
        accepted_by=row.accepted_by,
        accepted_by_code=row.accepted_by_code,
        disclosure=row.disclosure,
        recorded_at=row.recorded_at,
        outcomes=_outcomes(session, row.id),
    )


def pledges(
    session: WorkSession, *, state: str = "", kind: str = "", limit: int, before: int | None = None
) -> list[Listed]:
    """Pledges in one state (a key of STATES, "" for all), the newest first, from before row id `before`."""
    found = _pledges().order_by(PledgeRow.id.desc()).limit(limit)
    if state:
        found = found.where(_in_state(state, session.today))
    if kind:
        found = found.where(PledgeRow.kind == kind)
    if before is not None:
        found = found.where(PledgeRow.id < before)
    return [_listed(session, row) for row in session.execute(found)]


def pledges_of(session: WorkSession, subject: Found) -> list[Listed]:
    """The pledges of one registered subject, the newest first."""
    own = (
        PledgeRow.organisation_id if subject.kind == "organisation" else PledgeRow.practitioner_id
    ) == subject.id
    rows = session.execute(_pledges().where(own).order_by(PledgeRow.given_on.desc(), PledgeRow.id.desc()))
    return [_listed(session, row) for row in rows]


def due(session: WorkSession, limit: int) -> list[Duty]:
    """The work list 到期待认定: pledges that have run out and of whose performance nobody has said anything."""
    found = _pledges().where(_in_state("due", session.today))
    duties = []
    for row in session.execute(found.order_by(PledgeRow.valid_until, PledgeRow.id).limit(limit)):
        pledge: PledgeRow = row.PledgeRow
        ended = pledge.valid_until or session.today
        term = add_workdays(session, ended, rules.on(ended).assess_workdays)
        duties.append(
            Duty(
                title=f"认定信用承诺的履行状态：{pledge.promiser_name}（{pledge.code}）",
                endpoint="pledges.pledge",
                values={"public_id": pledge.public_id},
                since=ended,
                due=term.day,
                provisional=term.provisional,
            )
        )
    return duties


def written(session: WorkSession, *, until: date, after: date) -> list[dict[str, str]]:
    """Pledges given after one day and up to another (included), in the texts of the template, numbers in clear."""
    rows = session.scalars(
        select(PledgeRow)
        .where(PledgeRow.given_on > after, PledgeRow.given_on <= until)
        .order_by(PledgeRow.code)
    ).all()
    return [_written(session, row) for row in rows]


def _written(session: WorkSession, row: PledgeRow) -> dict[str, str]:
    texts = {
        **opened(session, row.wording, WORDING),
        "code": row.code,
        "promiser_name": row.promiser_name,
        "promiser_kind": row.promiser_kind,
        "kind": row.kind,
        "given_on": row.given_on.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
        "accepted_by": row.accepted_by,
        "accepted_by_code": row.accepted_by_code,
        "disclosure": row.disclosure,
    }
    standing = next((one for one in _outcomes(session, row.id) if not one.corrected), None)
    if standing is not None:
        texts |= {
            "performance": standing.performance,
            "unkept": standing.unkept,
            "pursued": standing.pursued,
            "assessed_on": standing.assessed_on.isoformat(),
            "assessed_by": standing.assessed_by,
            "assessed_by_code": standing.assessed_by_code or "",
        }
    return {field.name: texts.get(field.name, "") for field in template.TEMPLATE}


def _pledges() -> Select[Any, Any, Any, Any, Any]:
    return (
        select(
            PledgeRow,
            PractitionerRow.public_id.label("practitioner"),
            PractitionerRow.name.label("practitioner_name"),
            OrganisationRow.public_id.label("organisation"),
            OrganisationRow.name.label("organisation_name"),
        )
        .outerjoin(PractitionerRow, PractitionerRow.id == PledgeRow.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == PledgeRow.organisation_id)
    )


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    open_, ran_out = PledgeRow.performance.is_(None), PledgeRow.valid_until < today
    if state == "due":
        return open_ & ran_out
    if state == "running":
        return open_ & (PledgeRow.valid_until.is_(None) | (PledgeRow.valid_until >= today))
    kept = PledgeRow.performance == template.KEPT
    return kept if state == "kept" else ~kept


def _listed(session: WorkSession, found: Row[Any, Any, Any, Any, Any]) -> Listed:
    row: PledgeRow = found.PledgeRow
    subject = None
    if row.organisation_id is not None:
        subject = Found("organisation", row.organisation_id, found.organisation, found.organisation_name)
    elif row.practitioner_id is not None:
        subject = Found("practitioner", row.practitioner_id, found.practitioner, found.practitioner_name)
    if row.performance is not None:
        state = "kept" if row.performance == template.KEPT else "broken"
    else:
        state = "due" if row.valid_until is not None and row.valid_until < session.today else "running"
    return Listed(
        id=row.id,
        public_id=row.public_id,
        code=row.code,
        subject=subject,
        promiser_name=row.promiser_name,
        kind=row.kind,
        given_on=row.given_on,
        valid_until=row.valid_until,
        performance=row.performance,
        state=state,
    )


def _outcomes(session: WorkSession, pledge: int) -> tuple[Outcome, ...]:
    """The newest first."""
    rows = session.execute(
        select(OutcomeRow, EventRow.public_id.label("event"))
        .join(EventRow, EventRow.id == OutcomeRow.event_id)
        .where(OutcomeRow.pledge_id == pledge)
        .order_by(OutcomeRow.id.desc())
    ).all()
    answered = {row.OutcomeRow.answers_id for row in rows}
    return tuple(
        Outcome(
            performance=row.OutcomeRow.performance,
            assessed_on=row.OutcomeRow.assessed_on,
            assessed_by=row.OutcomeRow.assessed_by,
            assessed_by_code=row.OutcomeRow.assessed_by_code,
            event=row.event,
            actor_name=row.OutcomeRow.actor_name,
            recorded_at=row.OutcomeRow.recorded_at,
            corrected=row.OutcomeRow.id in answered,
            **opened(session, row.OutcomeRow.wording, OUTCOME_WORDING),
        )
        for row in rows
    )


def _hint(kind: str, code: str) -> str:
    return f"{code[:6]}{'*' * (len(code) - 8)}{code[-2:]}" if kind == template.PERSON else code


WORKLIST = Worklist("信用承诺到期待认定", ASSESS, due)
