"""Inspectors who cannot be there drop out by themselves: whose certificate runs out before the visit, who left, who is away.

Nobody chooses here: the directory says that somebody drops out, and the seed says who comes in (specification section 7.2).
It goes the way of a request that was granted, with its published ground; where a person's takes a second person, a job
carries out a rule, and the audit book names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from inspection.ceremony import substitute
from inspection.ceremony.tables import DrawRow, SelectionRow, SubstitutionRow
from inspection.plan.directory.presence import absent
from inspection.plan.directory.tables import LeaveRow
from inspection.plan.tables import InspectorRow, TaskRow
from inspection.visits import replace
from inspection.visits.fieldwork import find
from inspection.visits.tables import VisitRow
from registry.kernel.access import Actor
from registry.kernel.faults import Fault
from registry.kernel.work import Work, WorkSession

_REASONS: Mapping[str, str] = {
    "certificate_expired": "检查人员名录：执法证件在检查前到期",
    "unavailable": "检查人员名录：检查前已离岗或者请假",
}


@dataclass(frozen=True)
class DropOut:
    """Somebody of the team of `visit` (public id) who cannot be there; `ground` is published."""

    visit: str
    certificate: str
    ground: str


def drop_outs(session: WorkSession) -> list[DropOut]:
    """Who drops out of visits that are still to be made, seen today. The day that counts is the planned one, and the last
    day for the visit where none is planned."""
    rows = session.execute(
        select(VisitRow.id, VisitRow.public_id, SelectionRow.inspectors, TaskRow.deadline)
        .join(SelectionRow, SelectionRow.id == VisitRow.selection_id)
        .join(DrawRow, DrawRow.id == SelectionRow.draw_id)
        .join(TaskRow, TaskRow.id == DrawRow.task_id)
        .where(VisitRow.state == "assigned", DrawRow.state == "drawn")
        .order_by(VisitRow.id)
    ).all()
    planned = find.planned(session, [row.id for row in rows])
    directory = {row.certificate: row for row in session.scalars(select(InspectorRow))}
    away = _Away(session)
    found = []
    for row in rows:
        day, is_planned = planned.get(row.id, row.deadline), row.id in planned
        for certificate in row.inspectors:
            ground = _ground(directory.get(certificate), max(day, session.today), away, is_planned=is_planned)
            if ground is not None:
                found.append(DropOut(row.public_id, certificate, ground))
    return found


class _Away:
    """Who is on leave on a planned day, or for nearly all the days that are left."""

    def __init__(self, session: WorkSession) -> None:
        self._session = session
        self._leaves: Sequence[LeaveRow] = session.scalars(
            select(LeaveRow).where(LeaveRow.ended_at.is_(None), LeaveRow.ends_on >= session.today)
        ).all()
        self._until: dict[date, set[int]] = {}

    def on(self, inspector: int, day: date) -> bool:
        return any(
            one.inspector_id == inspector and one.starts_on <= day <= one.ends_on for one in self._leaves
        )

    def until(self, inspector: int, deadline: date) -> bool:
        if deadline not in self._until:
            self._until[deadline] = set(absent(self._session, as_of=self._session.today, deadline=deadline))
        return inspector in self._until[deadline]


def _ground(inspector: InspectorRow | None, day: date, away: _Away, *, is_planned: bool) -> str | None:
    if inspector is None:
        return None
    if inspector.valid_until < day:
        return "certificate_expired"
    if inspector.ended_on is not None and inspector.ended_on <= day:
        return "unavailable"
    if away.on(inspector.id, day) if is_planned else away.until(inspector.id, day):
        return "unavailable"
    return None


def settle(work: Work) -> Mapping[str, int]:
    """The nightly job. Who comes in may drop out as well, so it looks again until nobody does."""
    actor = Actor.job("certificates")
    counts = {"replaced": 0, "failed": 0}
    tried: set[DropOut] = set()
    while True:
        with work.read(actor) as session:
            waiting = [one for one in drop_outs(session) if one not in tried]
        if not waiting:
            return counts
        for one in waiting:
            tried.add(one)
            try:
                with work.write(actor) as session:
                    _replace(session, actor, one)
            except Fault:  # decided by a person meanwhile, recorded, voided: tomorrow's directory tells again
                counts["failed"] += 1
            else:
                counts["replaced"] += 1


def _replace(session: WorkSession, actor: Actor, one: DropOut) -> None:
    seat = replace.seats(session, one.visit).index(one.certificate)
    # A request about the same seat is answered by what the directory says, whatever its ground was.
    for waiting in _asked(session, one.visit, seat):
        substitute.refuse(session, actor, substitution=waiting)
    asked = replace.ask(
        session, actor, visit=one.visit, seat=seat, ground=one.ground, reason=_REASONS[one.ground]
    )
    session.flush()
    replace.decide(session, actor, substitution=asked.public_id, granted=True)


def _asked(session: WorkSession, visit: str, seat: int) -> Sequence[str]:
    return session.scalars(
        select(SubstitutionRow.public_id)
        .join(VisitRow, VisitRow.selection_id == SubstitutionRow.selection_id)
        .where(VisitRow.public_id == visit, SubstitutionRow.seat == seat, SubstitutionRow.state == "asked")
    ).all()
