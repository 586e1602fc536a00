"""Reads delegations: who stands in for whom today, and the office's list of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from publicity.release.delegation import rules
from publicity.release.delegation.arrange import REASON
from publicity.release.delegation.tables import DelegationEndRow, DelegationRow
from publicity.release.states import STEPS, step_named
from registry.accounts import staff
from registry.accounts.staff import Staff
from registry.accounts.tables import StaffRoleRow, StaffRow
from registry.kernel.clock import local_day
from registry.kernel.work import WorkSession


@dataclass(frozen=True)
class Delegation:
    """A delegation as its page shows it. `state`: running, coming or over."""

    public_id: str
    absent: str
    absent_id: str
    delegate: str
    delegate_id: str
    steps: Sequence[str]
    from_on: date
    until_on: date
    agreed_by: str
    reason: str
    set_at: datetime
    ended_on: date | None
    state: str


def stood_in_for(session: WorkSession, actor: str) -> Mapping[str, Sequence[str]]:
    """By step, for whom the actor (public id) may take it today, in the order in which it was arranged.

    A delegation is worth what both still hold: it rests while either has left or lost the post it was made for.
    """
    found: dict[str, list[str]] = {}
    rows = session.scalars(
        _not_ended().where(
            DelegationRow.delegate == actor,
            DelegationRow.from_on <= session.today,
            DelegationRow.until_on >= session.today,
        )
    ).all()
    held = _roles(session, {actor, *(row.absent for row in rows)}) if rows else {}
    for row in rows:
        for name in row.steps:
            theirs = step_named(name).roles & held.get(row.absent, frozenset())
            if theirs and rules.DEPUTIES.get(name, frozenset()) & held.get(actor, frozenset()):
                found.setdefault(name, []).append(row.absent)
    return found


def deputies(session: WorkSession) -> list[str]:
    """Public ids of everybody who stands in for somebody today."""
    today = session.today
    running = _not_ended().where(DelegationRow.from_on <= today, DelegationRow.until_on >= today)
    return sorted({row.delegate for row in session.scalars(running)})


def delegations(session: WorkSession, *, limit: int) -> list[Delegation]:
    """The last `limit` delegations, the newest first."""
    rows = session.scalars(select(DelegationRow).order_by(DelegationRow.id.desc()).limit(limit)).all()
    ended = select(DelegationEndRow).where(DelegationEndRow.delegation_id.in_([row.id for row in rows]))
    ends = {end.delegation_id: end for end in session.scalars(ended)}
    people = {one for row in rows for one in (row.absent, row.delegate, row.agreed_by)}
    names = staff.names(session, people)
    return [_delegation(session, row, ends.get(row.id), names) for row in rows]


def choices(session: WorkSession) -> Mapping[str, list[Staff]]:
    """Whom a delegation may be about: `absent`, `delegate` and `agreed_by` by their posts."""
    active = [person for person in staff.everybody(session) if person.ended_at is None]
    theirs = frozenset[str]().union(*(step.roles for step in STEPS))
    standing_in = frozenset[str]().union(*rules.DEPUTIES.values())
    return {
        name: [person for person in active if roles.intersection(person.roles)]
        for name, roles in (("absent", theirs), ("delegate", standing_in), ("agreed_by", rules.AGREED_BY))
    }


def _not_ended() -> Select[DelegationRow]:
    ended = select(DelegationEndRow).where(DelegationEndRow.delegation_id == DelegationRow.id)
    return select(DelegationRow).where(~ended.exists()).order_by(DelegationRow.id)


def _roles(session: WorkSession, people: set[str]) -> dict[str, frozenset[str]]:
    held: dict[str, frozenset[str]] = {}
    rows = session.execute(
        select(StaffRow.public_id, StaffRoleRow.role)
        .join(StaffRoleRow, StaffRoleRow.staff_id == StaffRow.id)
        .where(StaffRow.public_id.in_(people), StaffRow.ended_at.is_(None))
    )
    for person, role in rows:
        held[person] = held.get(person, frozenset()) | {role}
    return held


def _delegation(
    session: WorkSession, row: DelegationRow, end: DelegationEndRow | None, names: Mapping[str, str]
) -> Delegation:
    today = session.today
    over = end is not None or row.until_on < today
    return Delegation(
        public_id=row.public_id,
        absent=names.get(row.absent, ""),
        absent_id=row.absent,
        delegate=names.get(row.delegate, ""),
        delegate_id=row.delegate,
        steps=[step_named(name).title for name in row.steps],
        from_on=row.from_on,
        until_on=row.until_on,
        agreed_by=names.get(row.agreed_by, ""),
        reason=session.keys.decrypt(row.reason, REASON) if row.reason else "",
        set_at=row.set_at,
        ended_on=local_day(end.ended_at) if end else None,
        state="over" if over else "coming" if row.from_on > today else "running",
    )
