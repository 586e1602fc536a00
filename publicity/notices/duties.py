"""What publicity puts on the work lists: the next step of every release, and notices whose ground fell away."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import load_only

from publicity.notices import amend
from publicity.notices import find as notices
from publicity.release import find as releases
from publicity.release import hands
from publicity.release.delegation import find as delegations
from publicity.release.draft import title_of_kind
from publicity.release.states import PERMISSIONS, STEPS, STOPPABLE, Step, may_take, step_after
from publicity.release.tables import Release
from registry.accounts import staff
from registry.accounts.roles import permissions_of
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession

_LOOKED_AT = 500


def _open(step: Step) -> Callable[[WorkSession, int], Sequence[Duty]]:
    def listed(session: WorkSession, limit: int) -> list[Duty]:
        rows = _releases(session, Release.state == step.before, limit)
        taken = hands.of(session, [row.id for row in rows])
        return [_duty(row, barred=hands.barred(taken[row.id], step.name)) for row in rows]

    return listed


def _stood_in(session: WorkSession, limit: int) -> list[Duty]:
    """What waits for those who stand in for somebody today; nobody else's, so it has an owner from the start."""
    return [
        _duty(row, owner=deputy)
        for deputy in delegations.deputies(session)
        for row in _releases(session, releases.waiting_for(session, Actor("staff", deputy, "")), limit)
    ]


def _nobodys(session: WorkSession, limit: int) -> list[Duty]:
    """Releases whose next step is nobody's: whoever could take it had a hand in another. Among the first that are due."""
    rows = _releases(session, Release.state.in_([step.before for step in STEPS]), _LOOKED_AT)
    taken = hands.of(session, [row.id for row in rows])
    able = [
        (one.public_id, permissions_of(one.roles, PERMISSIONS))
        for one in staff.everybody(session)
        if one.ended_at is None
    ]
    absent = {deputy: delegations.stood_in_for(session, deputy) for deputy in delegations.deputies(session)}
    found = []
    for row in rows:
        step = step_after(row.state)
        if step is None or any(
            may_take(
                step,
                actor=who,
                permissions=permissions,
                taken=taken[row.id],
                absent=absent.get(who, {}).get(step.name, ()),
            )
            for who, permissions in able
        ):
            continue
        duty = _duty(row)
        found.append(
            replace(
                duty,
                title=f"{duty.title} · 有权{step.title}的人都已办理过本件的其他步骤，请安排人员",
                endpoint="staff.people",
                values={},
            )
        )
    return found[:limit]


def _releases(session: WorkSession, condition: ColumnElement[bool], limit: int) -> Sequence[Release]:
    wanted = select(Release).where(condition).order_by(Release.due_on, Release.id).limit(limit)
    return session.scalars(
        wanted.options(
            load_only(
                Release.public_id,
                Release.kind,
                Release.state,
                Release.title,
                Release.subject,
                Release.drafted_at,
                Release.due_on,
                Release.due_provisional,
            )
        )
    ).all()


def _duty(row: Release, *, barred: frozenset[str] = frozenset(), owner: str | None = None) -> Duty:
    name = (row.subject or {}).get("name")
    return Duty(
        title=" · ".join(text for text in (row.title or title_of_kind(row.kind), name) if text),
        endpoint="release.release",
        values={"public_id": row.public_id},
        since=local_day(row.drafted_at),
        # The clock stops with publication; the archive has no term of law.
        due=row.due_on if row.state in STOPPABLE else None,
        provisional=row.due_provisional,
        owner=owner,
        barred=barred,
    )


def _fallen(session: WorkSession, limit: int) -> list[Duty]:
    return [
        Duty(
            title=f"{one.notice.title} · {one.notice.subject['name']}",
            endpoint="release.notice",
            values={"public_id": one.notice.public_id},
            since=one.annulled_on,
            due=one.due.day,
            provisional=one.due.provisional,
        )
        for one in notices.fallen(session, limit=limit)
    ]


WORKLISTS = (
    *(Worklist(f"公开流程：{step.title}", step.permission, _open(step)) for step in STEPS),
    Worklist("公开流程：无人可以办理", staff.ADMINISTER, _nobodys),
    Worklist("代办的公开流程", "release.read", _stood_in),
    Worklist("撤下依据已撤销的公示", "notice.withdraw", _fallen),
    Worklist("按更正后的记录更正公示", "notice.correct", amend.waiting),
)
