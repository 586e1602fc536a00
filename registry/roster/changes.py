"""What happens to those on the roster: states and transfers. A past period gets its last day and stays."""

from datetime import date

from sqlalchemy import select, update

from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.identifiers import parse_lawyer_licence
from registry.kernel.work import WorkSession
from registry.roster import index, kinds, particulars
from registry.roster.admission import workplace_faults
from registry.roster.cells import read_text
from registry.roster.drafts import Identified, check_number, lawyer_serial
from registry.roster.tables import (
    EngagementRow,
    LicenceNumberRow,
    LicenceRow,
    LicenceStateRow,
    OrganisationRow,
    OrganisationStateRow,
    PractitionerRow,
)

EDIT = "roster.edit"


def change_state(
    session: WorkSession,
    actor: Actor,
    *,
    licence: Identified,
    state: str,
    on: date,
    reason: str,
    destination: str | None = None,
) -> None:
    """Puts a licence into another state from the day `on`; `reason` is told to staff (a decision's number, say).

    One that is moved out of the city (`moved_out`) needs its `destination`. An ended licence comes back only to practising (the ending was annulled), and only if no other licence of the person
    stands against it. Raises NotFound, Invalid naming fields, Conflict.
    """
    actor.require(EDIT)
    row = _licence(session, licence)
    reason = _check_change(session, kinds.LICENCE_STATES, row, state, on, reason)
    destination = _destination(row, state, destination)
    if row.ended_on is not None:
        if state != "practising":
            raise Conflict("执业许可已终止，只能恢复为正常执业", rule="ended")
        _refuse_overlap(session, row)
    session.execute(
        update(LicenceStateRow)
        .where(LicenceStateRow.licence_id == row.id, LicenceStateRow.until.is_(None))
        .values(until=on)
    )
    session.add(
        LicenceStateRow(
            licence_id=row.id, state=state, since=on, until=None, reason=reason, recorded_at=session.now
        )
    )
    ended = kinds.LICENCE_STATES[state].ended
    if ended:
        _leave(session, row, on)
    elif row.ended_on is not None:
        _join(session, row, on)
    row.state, row.state_since, row.state_reason = state, on, reason
    row.ended_on, row.destination = on if ended else None, destination
    session.flush()
    session.act(
        "roster.state", _person(session, row), licence=row.public_id, state=state, since=on.isoformat()
    )


def change_organisation_state(
    session: WorkSession, actor: Actor, *, organisation: Identified, state: str, on: date, reason: str
) -> None:
    """Puts an organisation into another state from the day `on`. The licences of its people are changed one by one.

    Raises NotFound, Invalid naming fields, Conflict.
    """
    actor.require(EDIT)
    row = session.execute(
        select(OrganisationRow).where(OrganisationRow.id == organisation.id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("名册中没有此机构")
    reason = _check_change(session, kinds.ORGANISATION_STATES, row, state, on, reason)
    if row.ended_on is not None:
        if state != "normal":
            raise Conflict("机构已终止，只能恢复为正常", rule="ended")
        _refuse_namesake(session, row)
    session.execute(
        update(OrganisationStateRow)
        .where(OrganisationStateRow.organisation_id == row.id, OrganisationStateRow.until.is_(None))
        .values(until=on)
    )
    session.add(
        OrganisationStateRow(
            organisation_id=row.id, state=state, since=on, until=None, reason=reason, recorded_at=session.now
        )
    )
    row.state, row.state_since, row.state_reason = state, on, reason
    row.ended_on = on if kinds.ORGANISATION_STATES[state].ended else None
    session.flush()
    session.act("roster.state", row.public_id, state=state, since=on.isoformat())


def transfer(
    session: WorkSession,
    actor: Actor,
    *,
    licence: Identified,
    organisation: Identified | None,
    on: date,
    number: str | None = None,
    category: str | None = None,
) -> None:
    """Moves a licence to another organisation, under a new `number` where one was issued; both histories go on.

    A lawyer's new number keeps the last six digits and may change the category. A suspended lawyer may not move
    (律师和律师事务所违法行为处罚办法第四十七条). Raises NotFound, Invalid naming fields, Conflict.
    """
    actor.require(EDIT)
    row = _licence(session, licence)
    if row.ended_on is not None:
        raise Conflict("执业许可已终止，不能变更执业机构", rule="ended")
    if row.profession == "lawyer" and row.state == "suspended":
        raise Conflict(
            "停止执业处罚期限未满，不得申请变更执业机构（律师和律师事务所违法行为处罚办法第四十七条）",
            rule="suspended",
        )
    faults = _check_day(session, on, _last_change(session, row))
    tidy, doubts = row.number, row.doubts
    if number and number != row.number:
        tidy, wrong, doubts = check_number(row.profession, number)
        faults += wrong or _check_new_number(session, row, tidy)
        category = category or _category(row, tidy)
    category = category or row.category
    target = session.get(OrganisationRow, organisation.id) if organisation is not None else None
    faults += _check_target(row, target, category, tidy)
    if faults:
        raise Invalid("；".join(fault.message for fault in faults), faults)
    _leave(session, row, on)
    row.organisation_id = target.id if target is not None else None
    _join(session, row, on)
    if tidy != row.number:
        _renumber(session, row, tidy, on)
    if category != row.category:
        particulars.add(
            session,
            {"licence_id": row.id},
            {"category": (row.category, category)},
            known=(),
            on=on,
            reason="变更执业机构或执业证号",
            correction=False,
        )
    row.category, row.doubts = category, doubts
    if row.state == "transferring":
        session.execute(
            update(LicenceStateRow)
            .where(LicenceStateRow.licence_id == row.id, LicenceStateRow.until.is_(None))
            .values(until=on)
        )
        session.add(
            LicenceStateRow(
                licence_id=row.id,
                state="practising",
                since=on,
                until=None,
                reason="转所完成",
                recorded_at=session.now,
            )
        )
        row.state, row.state_since, row.state_reason = "practising", on, "转所完成"
    session.flush()
    place = target.public_id if target is not None else None
    session.act(
        "roster.transfer",
        _person(session, row),
        licence=row.public_id,
        organisation=place,
        since=on.isoformat(),
    )


def _licence(session: WorkSession, licence: Identified) -> LicenceRow:
    row = session.execute(
        select(LicenceRow).where(LicenceRow.id == licence.id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("名册中没有此执业许可")
    return row


def _person(session: WorkSession, row: LicenceRow) -> str:
    return session.execute(
        select(PractitionerRow.public_id).where(PractitionerRow.id == row.practitioner_id)
    ).scalar_one()


def _check_change(
    session: WorkSession,
    states: kinds.States,
    row: LicenceRow | OrganisationRow,
    state: str,
    on: date,
    reason: str,
) -> str:
    faults = _check_day(session, on, row.state_since)
    if state not in states:
        faults.append(FieldFault("state", "unknown-state", "状态未知"))
    reason = read_text(reason)
    if not reason:
        faults.append(FieldFault("reason", "required", "请写明状态变更的依据，如决定书文号"))
    elif len(reason) > 200:
        faults.append(FieldFault("reason", "too-long", "依据超过 200 字"))
    if faults:
        raise Invalid("；".join(fault.message for fault in faults), faults)
    if state == row.state:
        raise Conflict(f"当前状态已是“{states[state].title}”", rule="same-state")
    return reason


def _destination(row: LicenceRow, state: str, told: str | None) -> str | None:
    if state != "moved_out":
        return None
    if row.profession == "lawyer" and row.state == "suspended":
        raise Conflict(
            "停止执业处罚期限未满，不得申请变更执业机构（律师和律师事务所违法行为处罚办法第四十七条）",
            rule="suspended",
        )
    destination = read_text(told or "")
    if not destination:
        raise Invalid.field("destination", "required", "请填写转往的地方")
    if len(destination) > 100:
        raise Invalid.field("destination", "too-long", "转往的地方超过 100 字")
    return destination


def _check_day(session: WorkSession, on: date, last: date) -> list[FieldFault]:
    if on > session.today:
        return [FieldFault("on", "future", "日期晚于今天")]
    if on < last:
        return [FieldFault("on", "before-current", f"日期早于上一次变更（{last.isoformat()}）")]
    return []


def _last_change(session: WorkSession, row: LicenceRow) -> date:
    engaged = session.scalars(
        select(EngagementRow.since).where(EngagementRow.licence_id == row.id, EngagementRow.until.is_(None))
    ).first()
    numbered = session.scalars(
        select(LicenceNumberRow.since).where(
            LicenceNumberRow.licence_id == row.id, LicenceNumberRow.until.is_(None)
        )
    ).first()
    moving = row.state_since if row.state == "transferring" else row.granted_on
    return max(engaged or row.granted_on, numbered or row.granted_on, moving)


def _check_new_number(session: WorkSession, row: LicenceRow, number: str) -> list[FieldFault]:
    serial = lawyer_serial(row.profession, number)
    if row.serial and serial != row.serial:
        return [FieldFault("licence_number", "serial-changed", f"末六位终身不变，应为 {row.serial}")]
    taken = session.scalars(
        select(LicenceNumberRow.id)
        .join(LicenceRow, LicenceRow.id == LicenceNumberRow.licence_id)
        .where(
            LicenceNumberRow.number == number,
            LicenceRow.profession == row.profession,
            LicenceRow.id != row.id,
        )
        .limit(1)
    ).first()
    return [FieldFault("licence_number", "number-taken", "此号码属于名册中另一执业证")] if taken else []


def _category(row: LicenceRow, number: str) -> str | None:
    named = parse_lawyer_licence(number).category if row.profession == "lawyer" else ""
    return named or row.category


def _check_target(
    row: LicenceRow, target: OrganisationRow | None, category: str | None, number: str
) -> list[FieldFault]:
    profession = kinds.PROFESSIONS[row.profession]
    if target is None:
        if category in profession.outside:
            return []
        return [FieldFault("organisation", "required", "应登记执业机构")]
    if target.ended_on is not None:
        return [FieldFault("organisation", "organisation-ended", "此机构已终止")]
    if target.id == row.organisation_id and number == row.number:
        return [FieldFault("organisation", "nothing-changes", "执业机构和执业证号都没有变化")]
    if category in profession.outside:
        return [FieldFault("organisation", "works-outside", f"{category}律师在本单位执业，不登记执业机构")]
    found = workplace_faults(profession, category, target.kind)
    return [FieldFault("organisation", rule, message) for rule, message in found]


def _leave(session: WorkSession, row: LicenceRow, on: date) -> None:
    session.execute(
        update(EngagementRow)
        .where(EngagementRow.licence_id == row.id, EngagementRow.until.is_(None))
        .values(until=on)
    )


def _join(session: WorkSession, row: LicenceRow, on: date) -> None:
    if row.organisation_id is not None:
        session.add(
            EngagementRow(
                licence_id=row.id,
                practitioner_id=row.practitioner_id,
                organisation_id=row.organisation_id,
                since=on,
                until=None,
                recorded_at=session.now,
            )
        )


def _renumber(session: WorkSession, row: LicenceRow, number: str, on: date) -> None:
    session.execute(
        update(LicenceNumberRow)
        .where(LicenceNumberRow.licence_id == row.id, LicenceNumberRow.until.is_(None))
        .values(until=on)
    )
    session.add(
        LicenceNumberRow(licence_id=row.id, number=number, since=on, until=None, recorded_at=session.now)
    )
    row.number, row.serial = number, lawyer_serial(row.profession, number) or row.serial
    index.add_terms(session, row.practitioner_id, {number})


def _refuse_overlap(session: WorkSession, row: LicenceRow) -> None:
    """A restored licence must not run beside one that excludes it. Raises Conflict."""
    for other in session.scalars(
        select(LicenceRow).where(
            LicenceRow.practitioner_id == row.practitioner_id,
            LicenceRow.id != row.id,
            LicenceRow.ended_on.is_(None),
        )
    ):
        if reason := kinds.incompatible(row.profession, other.profession):
            title = kinds.PROFESSIONS[other.profession].title
            raise Conflict(f"此人现持有{title}执业许可，不能恢复（{reason}）", rule="overlap")


def _refuse_namesake(session: WorkSession, row: OrganisationRow) -> None:
    same = (OrganisationRow.kind == row.kind) & (OrganisationRow.name_key == row.name_key)
    if row.uscc:
        same |= OrganisationRow.uscc == row.uscc
    found = session.scalars(
        select(OrganisationRow.id)
        .where(OrganisationRow.ended_on.is_(None), OrganisationRow.id != row.id, same)
        .limit(1)
    ).first()
    if found is not None:
        raise Conflict("已有同名或同代码的机构在册，不能恢复", rule="name-taken")
