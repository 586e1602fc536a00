"""Recusal and replacement at a visit: asked for by the team, or by the office for the subject; a second person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from inspection.ceremony import sealed, selections, substitute
from inspection.ceremony.rows import refuse_programs
from inspection.ceremony.substitute import GROUNDS, STATES
from inspection.ceremony.tables import DrawRow, SelectionRow, SubstitutionRow
from inspection.visits import joint
from inspection.visits.find import subject_name
from inspection.visits.findings import locked, refuse_stranger
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.roster import kinds
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow

ASK, DECIDE = "visit.ask", "visit.substitute"


@dataclass(frozen=True)
class Request:
    """A request as the page of the visit shows it; `reason` is for the office alone."""

    public_id: str
    inspector: str | None
    whole: bool
    ground_title: str
    reason: str
    state: str
    state_title: str
    asked_at: datetime
    asked_by: str


def ask(
    session: WorkSession, actor: Actor, *, visit: str, seat: int | None, ground: str, reason: str
) -> SubstitutionRow:
    """Asks for another inspector on a seat (0 first), or for another subject (None), before anything was recorded.

    An inspector asks for their own visits, the office for all. Raises as `ceremony.substitute.ask`, and Conflict once
    a finding is on record, and for a subject said to have ended that the register still has.
    """
    refuse_programs(actor)
    actor.require(ASK)
    row = locked(session, visit)
    if row.state != "assigned":
        raise Conflict("检查结果已记录，不能再更换", rule="state")
    if not actor.may(DECIDE) and not actor.may("visit.ask_for_subject"):
        refuse_stranger(session, actor, row)
    # Two people who agree could otherwise take anybody out of a draw whom the register has in it.
    if seat is None and ground == "ended" and _registered(session, row.selection):
        raise Conflict("名录中该对象没有注销、吊销或迁出，请先办理其状态变更", rule="still_registered")
    return substitute.ask(session, actor, selection=row.selection, seat=seat, ground=ground, reason=reason)


def _registered(session: WorkSession, selection: SelectionRow) -> bool:
    if selection.practitioner_id is None:
        states, table = select(OrganisationRow.state), kinds.ORGANISATION_STATES
        found = session.scalars(states.where(OrganisationRow.id == selection.organisation_id))
    else:
        profession, table = selection.draw.task.matter.object_kind, kinds.LICENCE_STATES
        licences = select(LicenceRow.state).where(LicenceRow.practitioner_id == selection.practitioner_id)
        found = session.scalars(licences.where(LicenceRow.profession == profession))
    return any(not table[state].ended for state in found)


def decide(session: WorkSession, actor: Actor, *, substitution: str, granted: bool) -> str:
    """The second person's answer; granted, the seed says who comes in. Gives the visit (public id) to go on with: the
    same one, or that of the subject which came in its place.

    Raises as `ceremony.substitute.grant`, and Conflict once a finding is on record.
    """
    refuse_programs(actor)
    actor.require(DECIDE)
    row = session.scalars(
        select(VisitRow)
        .join(SubstitutionRow, SubstitutionRow.selection_id == VisitRow.selection_id)
        .where(SubstitutionRow.public_id == substitution)
        .with_for_update(of=VisitRow)
    ).one_or_none()
    if row is not None:
        sealed.refuse_blind(session, row.selection)
    if not granted or row is None:
        substitute.refuse(session, actor, substitution=substitution)
        return row.public_id if row is not None else ""
    if row.state != "assigned":
        raise Conflict("检查结果已记录，不能再更换", rule="state")
    entry = substitute.grant(session, actor, substitution=substitution)
    if entry["seat"] is not None:
        team = substitute.team_of(sealed.record_of(session, row.selection.draw), entry["unit"])
        row.selection.inspectors = [one for one in team if one is not None]
        return row.public_id
    row.state = "replaced"
    if entry["unit_in"] is None:
        return row.public_id
    return _come_in(session, row.selection.draw, entry["unit_in"], entry["inspectors"]).public_id


def seats(session: WorkSession, visit: str) -> list[str | None]:
    """The team of a visit by seats, None where nobody could take one."""
    found = session.execute(
        select(DrawRow, SelectionRow.unit)
        .join(SelectionRow, SelectionRow.draw_id == DrawRow.id)
        .join(VisitRow, VisitRow.selection_id == SelectionRow.id)
        .where(VisitRow.public_id == visit)
    ).one()
    return substitute.team_of(sealed.record_of(session, found.DrawRow), found.unit)


def requests(session: WorkSession, visit: str) -> list[Request]:
    """The requests about a visit, the latest first."""
    rows = session.scalars(
        select(SubstitutionRow)
        .join(VisitRow, VisitRow.selection_id == SubstitutionRow.selection_id)
        .where(VisitRow.public_id == visit)
        .order_by(SubstitutionRow.id.desc())
    )
    return [
        Request(
            public_id=row.public_id,
            inspector=row.inspector,
            whole=row.seat is None,
            ground_title=GROUNDS[row.ground],
            reason=substitute.reason(session, row),
            state=row.state,
            state_title=STATES[row.state],
            asked_at=row.asked_at,
            asked_by=row.asked_by,
        )
        for row in rows
    ]


def _come_in(session: WorkSession, draw: DrawRow, unit: str, team: Sequence[str]) -> VisitRow:
    [selection] = selections.add(session, draw, {unit: team})
    joint.join(session, [selection])
    visit = VisitRow(public_id=session.new_id(), selection_id=selection.id, state="assigned")
    session.add(visit)
    return visit


def _open(session: WorkSession, limit: int) -> list[Duty]:
    rows = session.execute(
        select(SubstitutionRow, VisitRow.public_id, subject_name)
        .join(VisitRow, VisitRow.selection_id == SubstitutionRow.selection_id)
        .join(SelectionRow, SelectionRow.id == SubstitutionRow.selection_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == SelectionRow.organisation_id)
        .outerjoin(PractitionerRow, PractitionerRow.id == SelectionRow.practitioner_id)
        .where(SubstitutionRow.state == "asked")
        .order_by(SubstitutionRow.id)
        .limit(limit)
    )
    return [
        Duty(
            title=f"{name} · {GROUNDS[row.ground]}",
            endpoint="inspection.visit",
            values={"public_id": visit},
            since=local_day(row.asked_at),
            barred=frozenset({row.asked_by}),
        )
        for row, visit, name in rows
    ]


WORKLIST = Worklist("检查：回避和更换", DECIDE, _open)
