"""Changes of particulars: what an organisation, a person or a licence is told to be now, from a day, for a reason.

A change holds from its day on and what was before stays; a correction says that what stands there never held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster import admission, index, kinds, particulars
from registry.roster.cells import read_text
from registry.roster.changes import EDIT
from registry.roster.drafts import (
    Identified,
    NewOrganisation,
    check_identity,
    check_name,
    check_organisation,
)
from registry.roster.names import fold
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow

_Values = dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """From which day (None with a correction), why, and whether it corrects a slip."""

    on: date | None
    reason: str
    correction: bool = False


def amend_organisation(
    session: WorkSession,
    actor: Actor,
    *,
    organisation: Identified,
    told: NewOrganisation,
    head_person: Identified | None,
    grounds: Grounds,
) -> tuple[str, ...]:
    """Makes an organisation what it is `told` to be and keeps what it was; gives the fields that changed.

    `head_person` is the person of the roster who heads it. The kind and the state stay. Raises NotFound, Invalid naming
    fields, Conflict if nothing would change, another bears the name or code, or an ended one is to be more than corrected.
    """
    actor.require(EDIT)
    row = session.execute(
        select(OrganisationRow).where(OrganisationRow.id == organisation.id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("名册中没有此机构")
    # A code that was kept with a doubt is not questioned again by a change of address.
    known_code = told.authoritative or (told.uscc or None) == row.uscc
    tidy, faults = check_organisation(replace(told, kind=row.kind, state=None, authoritative=known_code))
    faults += _office_faults(session, row, tidy)
    if tidy.established_on and tidy.established_on > session.today:
        faults.append(FieldFault("established_on", "future", "日期晚于今天"))
    changed = _differing(_organisation_before(session, row), _organisation_after(session, tidy, head_person))
    known = particulars.of_organisation(session, row.id)
    reason = _judge(
        session, grounds, changed, known, faults, first=row.established_on, ended=row.ended_on is not None
    )
    if "name" in changed or "uscc" in changed:
        _refuse_namesake(session, row, tidy)
    row.name, row.name_key, row.uscc, row.licence_number = (
        tidy.name,
        fold(tidy.name),
        tidy.uscc,
        tidy.licence_number,
    )
    row.form, row.district, row.authority = tidy.form, tidy.district, tidy.authority
    row.head, row.head_id = tidy.head, head_person.id if head_person else None
    row.head_office_id = tidy.head_office.id if tidy.head_office else None
    row.established_on, row.doubts = tidy.established_on, list(tidy.doubts)
    row.address = session.keys.encrypt(tidy.address, admission.ADDRESS_CONTEXT) if tidy.address else None
    row.phone = session.keys.encrypt(tidy.phone, admission.OFFICE_PHONE_CONTEXT) if tidy.phone else None
    _keep(session, {"organisation_id": row.id}, changed, known, grounds, reason)
    if {"name", "uscc", "licence_number"} & changed.keys():
        index.refresh_organisation(session, row.id)
    session.act("roster.amend", row.public_id, fields=sorted(changed), correction=grounds.correction)
    return tuple(changed)


def amend_practitioner(
    session: WorkSession,
    actor: Actor,
    *,
    practitioner: Identified,
    name: str,
    id_type: str,
    id_number: str = "",
    phone: str = "",
    authoritative: bool = False,
    grounds: Grounds,
) -> tuple[str, ...]:
    """Changes a person's name, identity paper or telephone; an empty number or telephone leaves what is there.

    Gives the doubts about the number. Raises as `amend_organisation`.
    """
    actor.require(EDIT)
    row = session.execute(
        select(PractitionerRow).where(PractitionerRow.id == practitioner.id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("名册中没有此人")
    name, faults = check_name(name)
    number, wrong, doubts = check_identity(id_type, id_number, authoritative=authoritative)
    faults += wrong
    phone = read_text(phone)
    if len(phone) > 40:
        faults.append(FieldFault("phone", "too-long", "内容过长"))
    before = {
        "name": row.name,
        "id_type": row.id_type,
        "id_number": session.keys.decrypt(row.id_number, admission.ID_CONTEXT) if row.id_number else None,
        "phone": session.keys.decrypt(row.phone, admission.PHONE_CONTEXT) if row.phone else None,
    }
    after = {
        "name": name,
        "id_type": id_type,
        "id_number": number or before["id_number"],
        "phone": phone or before["phone"],
    }
    changed = _differing(before, after)
    known = particulars.of_practitioner(session, row.id)[0]
    reason = _judge(
        session, grounds, changed, known, faults, first=_first_grant(session, row.id), ended=False
    )
    if "id_number" in changed:
        blind = session.keys.blind(number, admission.ID_CONTEXT)
        owner = session.scalar(select(PractitionerRow.id).where(PractitionerRow.id_blind == blind))
        if owner is not None and owner != row.id:
            raise Conflict("此证件号码已登记在另一份档案，如为同一人请合并档案", rule="id-taken")
        row.id_number, row.id_blind = session.keys.encrypt(number, admission.ID_CONTEXT), blind
        row.doubts = doubts
    if "phone" in changed:
        row.phone = session.keys.encrypt(phone, admission.PHONE_CONTEXT)
    row.name, row.name_key, row.id_type = name, fold(name), id_type
    _keep(session, {"practitioner_id": row.id}, changed, known, grounds, reason)
    if "name" in changed:
        index.refresh_practitioner(session, row.id)
    session.act("roster.amend", row.public_id, fields=sorted(changed), correction=grounds.correction)
    return tuple(doubts) if "id_number" in changed else ()


def amend_category(
    session: WorkSession, actor: Actor, *, licence: Identified, category: str, grounds: Grounds
) -> None:
    """Changes what a licence is for. A lawyer's category is part of the number and changes with it, by a transfer;
    here it is only corrected. Raises as `amend_organisation`."""
    actor.require(EDIT)
    row = session.execute(
        select(LicenceRow).where(LicenceRow.id == licence.id).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("名册中没有此执业许可")
    profession = kinds.PROFESSIONS[row.profession]
    category = read_text(category)
    faults: list[FieldFault] = []
    if profession.categories and category not in profession.categories:
        titles = "、".join(profession.categories)
        faults.append(FieldFault("category", "unknown-category", f"执业类别应为：{titles}"))
    elif len(category) > 200:
        faults.append(FieldFault("category", "too-long", "内容过长"))
    elif (category in profession.outside) != (row.organisation_id is None) and profession.outside:
        faults.append(FieldFault("category", "works-outside", "与执业机构的登记不符，请办理变更执业机构"))
    elif profession.categories and not grounds.correction:
        faults.append(
            FieldFault("category", "number-changes", "执业类别写在执业证号中，请办理变更执业机构或执业证号")
        )
    changed = _differing({"category": row.category}, {"category": category or None})
    known = particulars.of_practitioner(session, 0, [row.id])[row.id]
    reason = _judge(
        session, grounds, changed, known, faults, first=row.granted_on, ended=row.ended_on is not None
    )
    row.category = category or None
    _keep(session, {"licence_id": row.id}, changed, known, grounds, reason)
    person = session.scalar(
        select(PractitionerRow.public_id).where(PractitionerRow.id == row.practitioner_id)
    )
    session.act(
        "roster.amend",
        person or "",
        licence=row.public_id,
        fields=["category"],
        correction=grounds.correction,
    )


def _judge(
    session: WorkSession,
    grounds: Grounds,
    changed: _Values,
    known: list[particulars.Change],
    faults: list[FieldFault],
    *,
    first: date | None,
    ended: bool,
) -> str:
    """The reason tidied. Raises Invalid for what is wrong with the fields, the day or the reason, Conflict for no change."""
    reason = read_text(grounds.reason)
    if not reason:
        faults.append(FieldFault("reason", "required", "请写明依据，如变更核准文书号"))
    elif len(reason) > 200:
        faults.append(FieldFault("reason", "too-long", "依据超过 200 字"))
    if not grounds.correction:
        faults += _day_faults(session, grounds.on, changed, known, first)
    if faults:
        raise Invalid("；".join(fault.message for fault in faults), faults)
    if not changed:
        raise Conflict("填写的内容与现在登记的相同，没有变化", rule="nothing-changes")
    if ended and not grounds.correction:
        raise Conflict("已终止，登记内容只能更正，不能变更", rule="ended")
    return reason


def _day_faults(
    session: WorkSession,
    on: date | None,
    changed: _Values,
    known: list[particulars.Change],
    first: date | None,
) -> list[FieldFault]:
    if on is None:
        return [FieldFault("on", "required", "请填写变更日期")]
    if on > session.today:
        return [FieldFault("on", "future", "日期晚于今天")]
    if first and on < first:
        return [FieldFault("on", "before-beginning", f"日期早于成立或准予执业（{first.isoformat()}）")]
    for field in changed:
        last = particulars.last_change(known, field)
        if last and last.since and on < last.since:
            message = f"日期早于{last.title}的上一次变更（{last.since.isoformat()}）"
            return [FieldFault("on", "before-current", message)]
    return []


def _keep(
    session: WorkSession,
    subject: Mapping[str, int],
    changed: _Values,
    known: list[particulars.Change],
    grounds: Grounds,
    reason: str,
) -> None:
    particulars.add(
        session,
        subject,
        changed,
        known=known,
        on=grounds.on,
        reason=reason,
        correction=grounds.correction,
    )
    try:
        session.flush()
    except IntegrityError as taken:
        raise Conflict("刚刚有人登记了相同的号码或名称，请重试", rule="taken") from taken


def _differing(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> _Values:
    return {
        field: (old, after[field]) for field, old in before.items() if (old or None) != (after[field] or None)
    }


def _organisation_before(session: WorkSession, row: OrganisationRow) -> dict[str, str | None]:
    return {
        "name": row.name,
        "uscc": row.uscc,
        "licence_number": row.licence_number,
        "form": row.form,
        "district": row.district,
        "head": row.head,
        "head_person": _public_id(session, PractitionerRow, row.head_id),
        "head_office": _public_id(session, OrganisationRow, row.head_office_id),
        "authority": row.authority,
        "address": session.keys.decrypt(row.address, admission.ADDRESS_CONTEXT) if row.address else None,
        "phone": session.keys.decrypt(row.phone, admission.OFFICE_PHONE_CONTEXT) if row.phone else None,
        "established_on": row.established_on.isoformat() if row.established_on else None,
    }


def _organisation_after(
    session: WorkSession, told: NewOrganisation, head_person: Identified | None
) -> dict[str, str | None]:
    office = told.head_office
    return {
        "name": told.name,
        "uscc": told.uscc,
        "licence_number": told.licence_number,
        "form": told.form,
        "district": told.district,
        "head": told.head,
        "head_person": _public_id(session, PractitionerRow, head_person.id if head_person else None),
        "head_office": _public_id(session, OrganisationRow, office.id if office else None),
        "authority": told.authority,
        "address": told.address,
        "phone": told.phone,
        "established_on": told.established_on.isoformat() if told.established_on else None,
    }


def _public_id(
    session: WorkSession, table: type[PractitionerRow | OrganisationRow], row_id: int | None
) -> str | None:
    if row_id is None:
        return None
    return session.scalar(select(table.public_id).where(table.id == row_id))


def _office_faults(session: WorkSession, row: OrganisationRow, told: NewOrganisation) -> list[FieldFault]:
    """A head office is another organisation of the same kind, and itself no branch."""
    if told.head_office is None:
        return []
    office = session.get(OrganisationRow, told.head_office.id)
    if office is None or office.kind != row.kind:
        return [FieldFault("head_office", "wrong-kind", "总所应是同一类型的机构")]
    if office.id == row.id or office.head_office_id is not None:
        return [FieldFault("head_office", "no-head-office", "总所不能是本机构或另一家分所")]
    return []


def _refuse_namesake(session: WorkSession, row: OrganisationRow, told: NewOrganisation) -> None:
    same = (OrganisationRow.kind == row.kind) & (OrganisationRow.name_key == fold(told.name))
    if told.uscc:
        same |= OrganisationRow.uscc == told.uscc
    found = select(OrganisationRow.id).where(
        OrganisationRow.ended_on.is_(None), OrganisationRow.id != row.id, same
    )
    if row.ended_on is None and session.scalar(found.limit(1)) is not None:
        raise Conflict("已有同名或同代码的机构在册", rule="name-taken")


def _first_grant(session: WorkSession, practitioner_id: int) -> date | None:
    granted = select(LicenceRow.granted_on).where(LicenceRow.practitioner_id == practitioner_id)
    return session.scalar(granted.order_by(LicenceRow.granted_on).limit(1))
