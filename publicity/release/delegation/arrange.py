"""Sets up a delegation and ends it early. Nobody gives themselves another's step, and nobody gets one that their post
may not stand in for."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from publicity.release.delegation import rules
from publicity.release.delegation.tables import DelegationEndRow, DelegationRow
from publicity.release.states import STEPS
from registry.accounts import staff
from registry.accounts.staff import Staff
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession

ARRANGE = "release.delegate"
REASON = "pub_delegations.reason"
LONGEST_REASON = 500
_STEPS = {step.name: step for step in STEPS}


def arrange(
    session: WorkSession,
    actor: Actor,
    *,
    absent: str,
    delegate: str,
    steps: Sequence[str],
    from_on: date | None,
    until_on: date | None,
    agreed_by: str,
    reason: str = "",
) -> str:
    """设立代办; gives its public id. `absent`, `delegate` and `agreed_by` are public ids of staff.

    Raises Refused (`permission`, `own_gain`), Conflict (`overlap`) or Invalid naming every field that the rules refuse:
    who is no longer here, a step that was never the absent person's or that the delegate's post may not stand in for.
    The act is `release.delegate`.
    """
    actor.require(ARRANGE)
    if actor.id == delegate:
        raise Refused("代办不能由代办人自己设立", rule="own_gain")
    # The two persons are the lock, in one order: whoever arranges something else for either waits, and nobody deadlocks.
    both = select(StaffRow.id).where(StaffRow.public_id.in_((absent, delegate)))
    session.execute(both.order_by(StaffRow.id).with_for_update())
    away, deputy, agreeing = (_person(session, one) for one in (absent, delegate, agreed_by))
    faults = [
        *_person_faults(away, deputy, agreeing),
        *_step_faults(away, deputy, steps),
        *_day_faults(session.today, from_on, until_on),
    ]
    if len(reason) > LONGEST_REASON:
        faults.append(FieldFault("reason", "too_long", f"不超过 {LONGEST_REASON} 字"))
    if faults or from_on is None or until_on is None:
        raise Invalid("代办填写有误，请更正后重新提交", faults)
    _no_overlap(session, absent, delegate, steps, from_on, until_on)
    row = DelegationRow(
        public_id=session.new_id(),
        absent=absent,
        delegate=delegate,
        steps=[name for name in _STEPS if name in steps],
        from_on=from_on,
        until_on=until_on,
        agreed_by=agreed_by,
        reason=session.keys.encrypt(reason.strip(), REASON) if reason.strip() else None,
        set_by=actor.id,
        set_at=session.now,
    )
    session.add(row)
    session.act(
        "release.delegate",
        row.public_id,
        absent=absent,
        delegate=delegate,
        steps=row.steps,
        from_on=from_on.isoformat(),
        until_on=until_on.isoformat(),
        agreed_by=agreed_by,
    )
    return row.public_id


def end(session: WorkSession, actor: Actor, *, delegation: str) -> None:
    """结束代办 before its last day: by whoever arranges, or by the two persons themselves.

    Raises NotFound, Refused, Conflict (`ended`). The act is `release.delegate.end`.
    """
    row = session.scalar(select(DelegationRow).where(DelegationRow.public_id == delegation).with_for_update())
    if row is None:
        raise NotFound("没有这项代办")
    if actor.id not in (row.absent, row.delegate):
        actor.require(ARRANGE)
    if session.get(DelegationEndRow, row.id) is not None or row.until_on < session.today:
        raise Conflict("这项代办已经结束", rule="ended")
    session.add(DelegationEndRow(delegation_id=row.id, ended_by=actor.id, ended_at=session.now))
    session.act("release.delegate.end", row.public_id)


def _person(session: WorkSession, public_id: str) -> Staff | None:
    try:
        found = staff.find(session, public_id)
    except NotFound:
        return None
    return found if found.ended_at is None else None


def _person_faults(away: Staff | None, deputy: Staff | None, agreeing: Staff | None) -> list[FieldFault]:
    faults = [
        FieldFault(field, "required", "请选择在岗的工作人员")
        for field, person in (("absent", away), ("delegate", deputy), ("agreed_by", agreeing))
        if person is None
    ]
    if away and deputy and away.public_id == deputy.public_id:
        faults.append(FieldFault("delegate", "same", "代办人不能是本人"))
    if agreeing and deputy and agreeing.public_id == deputy.public_id:
        faults.append(FieldFault("agreed_by", "own_gain", "代办人不能同意由自己代办"))
    elif agreeing and not rules.AGREED_BY.intersection(agreeing.roles):
        faults.append(FieldFault("agreed_by", "role", "须由处室负责人或者分管局领导同意"))
    return faults


def _step_faults(away: Staff | None, deputy: Staff | None, steps: Sequence[str]) -> list[FieldFault]:
    if not steps or any(name not in _STEPS for name in steps):
        return [FieldFault("steps", "required", "请选择代办的步骤")]
    faults = []
    for step in (_STEPS[name] for name in steps):
        if away and not step.roles.intersection(away.roles):
            faults.append(FieldFault("steps", "not_theirs", f"“{step.title}”不由{away.name}办理，不能代办"))
        if deputy and step.roles.intersection(deputy.roles):
            faults.append(
                FieldFault("steps", "own_right", f"{deputy.name}本来就可以办理“{step.title}”，不用代办")
            )
        elif deputy and not rules.DEPUTIES.get(step.name, frozenset()).intersection(deputy.roles):
            faults.append(FieldFault("steps", "unlawful", f"{deputy.name}的岗位不能代办“{step.title}”"))
    return faults


def _day_faults(today: date, from_on: date | None, until_on: date | None) -> list[FieldFault]:
    if from_on is None or until_on is None:
        return [
            FieldFault(field, "required", "请填写日期，如 2026-12-01")
            for field, day in (("from_on", from_on), ("until_on", until_on))
            if day is None
        ]
    if from_on < today:
        return [FieldFault("from_on", "past", "代办从今天或者以后开始")]
    if until_on < from_on:
        return [FieldFault("until_on", "order", "结束日期不能早于开始日期")]
    if until_on - from_on >= timedelta(days=rules.LONGEST_DAYS):
        return [FieldFault("until_on", "too_long", f"一次代办不超过 {rules.LONGEST_DAYS} 天")]
    return []


def _no_overlap(
    session: WorkSession, absent: str, delegate: str, steps: Sequence[str], from_on: date, until_on: date
) -> None:
    """Raises Conflict where in those days somebody stands in already, the delegate is away, or whoever is away stands in for
    another."""
    running = select(DelegationRow).where(
        DelegationRow.absent.in_((absent, delegate)) | (DelegationRow.delegate == absent),
        DelegationRow.from_on <= until_on,
        DelegationRow.until_on >= from_on,
        ~select(DelegationEndRow).where(DelegationEndRow.delegation_id == DelegationRow.id).exists(),
    )
    for row in session.scalars(running):
        if row.absent == delegate:
            raise Conflict("代办人在这段时间自己也不在岗，由别人代办", rule="overlap")
        if row.delegate == absent:
            raise Conflict("不在岗的人在这段时间代别人办理，请先结束那项代办", rule="overlap")
        if set(row.steps).intersection(steps):
            raise Conflict("这段时间的同一步骤已经有人代办，请先结束原来的代办", rule="overlap")
