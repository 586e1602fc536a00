"""What waits for one person, out of all work lists: mine, due today, overdue; and who takes which duty upon themselves.

The lists themselves belong to whoever contributes them (registry.kernel.part.Worklist); a duty is on its list for as
long as it is to be done, so taking one is a note beside it and never changes the case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from registry.accounts import staff
from registry.accounts.tables import DutyTakeRow, StaffRow
from registry.kernel.access import Actor, Permission
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession

Urgency = Literal["overdue", "today", "soon", "later", "open"]
SOON = 3
"""Days ahead that a duty counts as coming up soon."""
MOST = 1_000
"""Duties read of one list: nobody works through more, and the page says that there are more."""


@dataclass(frozen=True)
class Waiting:
    """A duty as one person sees it. `kind` is its list's title, `owner` the public id of whoever took it."""

    kind: str
    permission: str
    key: str
    duty: Duty
    owner: str | None
    owner_name: str | None
    mine: bool

    @property
    def theirs(self) -> bool:
        """Whether a colleague has taken it."""
        return self.owner is not None and not self.mine

    def urgency(self, today: date) -> Urgency:
        due = self.duty.due
        if due is None:
            return "open"
        left = (due - today).days
        return "overdue" if left < 0 else "today" if left == 0 else "soon" if left <= SOON else "later"


@dataclass(frozen=True)
class Counts:
    """How many duties are one's own, due today, overdue, and there at all; what a colleague took is not one's own worry."""

    mine: int
    today: int
    overdue: int
    all: int


def waiting(
    session: WorkSession, actor: Actor, worklists: Iterable[Worklist], *, limit: int = MOST
) -> list[Waiting]:
    """Everything that the actor may do and is not barred from, the earliest due first, up to `limit` of each list.

    As many queries as the lists need, and two more.
    """
    found = [
        (worklist, duty, key(worklist.title, duty))
        for worklist in worklists
        if actor.may(worklist.permission)
        for duty in worklist.open(session, limit)
        if actor.id not in duty.barred
    ]
    taken = _taken(session, [own for _, duty, own in found if duty.owner is None])
    owners = {own: duty.owner or taken.get(own) for _, duty, own in found}
    names = staff.names(session, {owner for owner in owners.values() if owner})
    listed = [
        Waiting(
            worklist.title,
            worklist.permission,
            own,
            duty,
            owners[own],
            names.get(owners[own] or ""),
            owners[own] == actor.id,
        )
        for worklist, duty, own in found
    ]
    return sorted(listed, key=lambda one: (one.duty.due or date.max, one.duty.since, one.key))


def counts(listed: Sequence[Waiting], today: date) -> Counts:
    own = [one for one in listed if not one.theirs]
    return Counts(
        sum(one.mine for one in listed),
        sum(one.urgency(today) == "today" for one in own),
        sum(one.urgency(today) == "overdue" for one in own),
        len(listed),
    )


def key(kind: str, duty: Duty) -> str:
    """Names a duty by its list and its page, so that the next step of the same case is another duty."""
    place = {"kind": kind, "endpoint": duty.endpoint, "values": dict(duty.values)}
    return sha256(canonical(place)).hexdigest()[:32]


def take(session: WorkSession, actor: Actor, *, duty: Waiting) -> None:
    """The actor does this duty. Once more changes nothing; raises Conflict if a colleague was quicker."""
    _give(session, actor, duty, to=actor.id)


def hand_over(
    session: WorkSession, actor: Actor, *, duty: Waiting, to: str, permissions: Iterable[Permission]
) -> None:
    """Gives one's own duty, or one that nobody has taken, to a colleague (public id).

    Raises Invalid for a colleague who may not do it: no permission, account ended, or barred.
    """
    try:
        colleague = staff.find(session, to)
    except NotFound:
        raise Invalid.field("to", "required", "请选择接办人") from None
    able = colleague.ended_at is None and colleague.actor(permissions).may(duty.permission)
    if not able or to in duty.duty.barred:
        raise Invalid.field("to", "not_able", "这位同事不能办理此事，请另选一位")
    _give(session, actor, duty, to=to)


def give_back(session: WorkSession, actor: Actor, *, duty: Waiting) -> None:
    """The duty is anybody's again. Raises Refused if it is not the actor's own."""
    if not duty.mine or duty.duty.owner is not None:
        raise Refused("只有承办人可以放回", rule="not_owner")
    session.execute(delete(DutyTakeRow).where(DutyTakeRow.key == duty.key))
    session.act("duty.give_back", duty.key)


def able(session: WorkSession, duty: Waiting, permissions: Iterable[Permission]) -> list[staff.Staff]:
    """Colleagues who could do it."""
    held = tuple(permissions)
    return [
        one
        for one in staff.everybody(session)
        if one.ended_at is None
        and one.public_id not in duty.duty.barred
        and one.public_id != duty.owner
        and one.actor(held).may(duty.permission)
    ]


def _give(session: WorkSession, actor: Actor, duty: Waiting, *, to: str) -> None:
    if duty.duty.owner is not None:
        raise Conflict("此事已由专人承办", rule="taken")
    row = session.scalar(select(DutyTakeRow).where(DutyTakeRow.key == duty.key).with_for_update())
    person = session.scalars(select(StaffRow).where(StaffRow.public_id == to)).one()
    if row is not None and row.staff_id == person.id:
        return
    if row is not None and not duty.mine:
        raise Conflict("此事已由同事承办", rule="taken")
    if row is None:
        session.add(DutyTakeRow(key=duty.key, staff_id=person.id, taken_at=session.now))
    else:
        row.staff_id, row.taken_at = person.id, session.now
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("此事已由同事承办", rule="taken") from None
    session.act("duty.take" if to == actor.id else "duty.hand_over", duty.key, staff=to)


def _taken(session: WorkSession, keys: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for first in range(0, len(keys), 5_000):
        some = keys[first : first + 5_000]
        rows = session.execute(
            select(DutyTakeRow.key, StaffRow.public_id)
            .join(StaffRow, StaffRow.id == DutyTakeRow.staff_id)
            .where(DutyTakeRow.key.in_(some))
        )
        found.update({row.key: row.public_id for row in rows})
    return found
