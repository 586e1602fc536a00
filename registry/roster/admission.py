"""Judges drafts against what the roster holds: new, there already, or refused. Reads only; `enrol` writes.

Rows are judged a chunk at a time with a handful of queries, so that a file of 200,000 costs no more a row than one form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from registry.kernel.faults import FieldFault
from registry.kernel.work import WorkSession
from registry.roster import kinds
from registry.roster.drafts import NewOrganisation, NewPractitioner, lawyer_serial
from registry.roster.names import fold
from registry.roster.tables import LicenceNumberRow, LicenceRow, OrganisationRow, PractitionerRow

Held = Row[*tuple[Any, ...]]
"""Some columns of a stored row."""

ID_CONTEXT = "reg_practitioners.id_number"
PHONE_CONTEXT = "reg_practitioners.phone"
ADDRESS_CONTEXT = "reg_organisations.address"
OFFICE_PHONE_CONTEXT = "reg_organisations.phone"


@dataclass(frozen=True)
class Differs(FieldFault):
    """A given value that is not the roster's. `held` is what the roster has, "" where that is no text for people."""

    held: str = ""


@dataclass(frozen=True)
class Verdict:
    """`person` is the row id of somebody known who gets a further licence; `same` the public id of an equal record."""

    faults: tuple[FieldFault, ...] = ()
    same: str | None = None
    person: int | None = None


def waves(keys: Sequence[Iterable[object]]) -> list[list[int]]:
    """Positions split so that no key occurs twice in one wave: a later row is judged when the earlier one is stored."""
    split: list[list[int]] = []
    last: dict[object, int] = {}
    for position, own in enumerate(keys):
        wave = 1 + max((last.get(key, -1) for key in own), default=-1)
        last.update(dict.fromkeys(own, wave))
        if wave == len(split):
            split.append([])
        split[wave].append(position)
    return split


def organisation_keys(new: NewOrganisation) -> set[object]:
    return {("name", new.kind, fold(new.name)), *([("uscc", new.uscc)] if new.uscc else [])}


def practitioner_keys(new: NewPractitioner) -> set[object]:
    keys: set[object] = {("number", new.profession, new.licence_number)}
    if new.id_number:
        keys.add(("id", new.id_number))
    if serial := lawyer_serial(new.profession, new.licence_number):
        keys.add(("serial", serial))
    return keys


def judge_organisations(session: WorkSession, drafts: Sequence[NewOrganisation]) -> list[Verdict]:
    """One verdict for each of the drafts, which share no key."""
    codes = [new.uscc for new in drafts if new.uscc]
    names = [fold(new.name) for new in drafts]
    by_code: dict[str, Held] = {}
    by_name: dict[tuple[str, str], Held] = {}
    # Those that ended come first, so that one that still runs takes their place.
    order = (OrganisationRow.ended_on.is_(None), OrganisationRow.ended_on)
    for row in session.execute(
        select(*_ORGANISATION).where(OrganisationRow.uscc.in_(codes)).order_by(*order)
    ):
        by_code[row.uscc] = row
    for row in session.execute(
        select(*_ORGANISATION).where(OrganisationRow.name_key.in_(names)).order_by(*order)
    ):
        by_name[row.kind, row.name_key] = row
    return [
        _judge_organisation(session, new, by_code.get(new.uscc or ""), by_name.get((new.kind, key)))
        for new, key in zip(drafts, names, strict=True)
    ]


_ORGANISATION = (
    OrganisationRow.id,
    OrganisationRow.public_id,
    OrganisationRow.kind,
    OrganisationRow.name_key,
    OrganisationRow.uscc,
    OrganisationRow.form,
    OrganisationRow.district,
    OrganisationRow.head,
    OrganisationRow.authority,
    OrganisationRow.licence_number,
    OrganisationRow.established_on,
    OrganisationRow.state,
    OrganisationRow.ended_on,
    OrganisationRow.address,
    OrganisationRow.phone,
)


def _judge_organisation(
    session: WorkSession, new: NewOrganisation, by_code: Held | None, by_name: Held | None
) -> Verdict:
    faults = [
        FieldFault(path, "future", "日期晚于今天")
        for path, day in (("established_on", new.established_on), ("state_since", new.state_since))
        if day and day > session.today
    ]
    found = by_code or by_name
    if found is None or faults:
        return Verdict(tuple(faults))
    if found.ended_on and not _ends(kinds.ORGANISATION_STATES, new.state):
        if new.established_on and new.established_on >= found.ended_on:
            return Verdict()
        return Verdict((FieldFault("uscc" if by_code else "name", "ended", "名册中此机构已终止，未作更改"),))
    if by_code is None and new.uscc and found.uscc:
        return Verdict((FieldFault("name", "name-taken", "同类机构中已有此名称，统一社会信用代码不同"),))
    given = {
        name: getattr(new, name)
        for name in (
            "kind",
            "uscc",
            "form",
            "district",
            "head",
            "authority",
            "licence_number",
            "established_on",
            "state",
        )
    }
    held: dict[str, object] = {name: getattr(found, name) for name in given}
    given["name"], held["name"] = fold(new.name), found.name_key
    for name, context in (("address", ADDRESS_CONTEXT), ("phone", OFFICE_PHONE_CONTEXT)):
        given[name] = getattr(new, name)
        held[name] = session.keys.decrypt(getattr(found, name), context) if getattr(found, name) else None
    return _compare(given, held, found.public_id)


def _ends(states: Mapping[str, kinds.State], state: str | None) -> bool:
    return state is not None and states[state].ended


def _compare(given: Mapping[str, object], held: Mapping[str, object], public_id: str) -> Verdict:
    """A known key again: the same if every given value agrees; what differs wants a person and changes nothing."""
    faults = [
        Differs(path, "differs", "与名册中已登记的内容不一致，未作更改，请人工核对", _told(path, held[path]))
        for path, value in given.items()
        if value is not None and value != held[path]
    ]
    return Verdict(tuple(faults)) if faults else Verdict(same=public_id)


_READABLE = frozenset({"uscc", "form", "head", "authority", "licence_number", "category", "address", "phone"})


def _told(path: str, value: object) -> str:
    """A value of the roster as people read it; what stands there as a row id, a code or blind is not told."""
    if value is None:
        return "空"
    if isinstance(value, date):
        return value.isoformat()
    if path == "state":
        return (kinds.ORGANISATION_STATES.get(str(value)) or kinds.LICENCE_STATES[str(value)]).title
    return str(value) if path in _READABLE else ""


@dataclass
class _Known:
    """What the roster holds that bears on a chunk of drafts."""

    persons: dict[str, Held] = field(default_factory=dict)
    numbers: dict[tuple[str, str], Held] = field(default_factory=dict)
    serials: dict[str, list[Held]] = field(default_factory=dict)
    licences: dict[int, list[Held]] = field(default_factory=dict)
    workplaces: dict[int, Held] = field(default_factory=dict)


def judge_practitioners(session: WorkSession, drafts: Sequence[NewPractitioner]) -> list[Verdict]:
    """One verdict for each of the drafts, which share no key."""
    blinds = [session.keys.blind(new.id_number, ID_CONTEXT) if new.id_number else None for new in drafts]
    known = _known(session, drafts, [blind for blind in blinds if blind])
    return [
        _judge_practitioner(session, new, blind, known) for new, blind in zip(drafts, blinds, strict=True)
    ]


def _judge_practitioner(
    session: WorkSession, new: NewPractitioner, blind: str | None, known: _Known
) -> Verdict:
    today = session.today
    days = (("granted_on", new.granted_on), ("joined_on", new.joined_on), ("state_since", new.state_since))
    faults = [FieldFault(path, "future", "日期晚于今天") for path, day in days if day and day > today]
    if new.organisation is not None:
        faults += _workplace(new, known.workplaces.get(new.organisation.id))
    if faults:
        return Verdict(tuple(faults))
    person = known.persons.get(blind) if blind else None
    if person is not None and person.name_key != fold(new.name):
        return Verdict((FieldFault("id_number", "id-taken", "此证件号码已登记为另一姓名"),))
    held = known.numbers.get((new.profession, new.licence_number))
    if held is not None and not _granted_anew(new, person, held):
        return _again(new, blind, held)
    serial = lawyer_serial(new.profession, new.licence_number)
    owners = {row.practitioner_id for row in known.serials.get(serial or "", ())}
    if owners and (person is None or owners != {person.id}):
        return Verdict(
            (
                FieldFault(
                    "licence_number", "serial-taken", "末六位终身不变，已属于名册中另一执业证，可能应办理变更"
                ),
            )
        )
    for former in new.earlier:
        other = known.numbers.get((new.profession, former.number))
        if other is not None and (person is None or other.practitioner_id != person.id):
            return Verdict((FieldFault("earlier", "number-taken", "转入前的号码属于名册中另一执业证"),))
    if person is None:
        return Verdict()
    faults = list(_overlaps(new, known.licences.get(person.id, ()), today))
    return Verdict(tuple(faults), person=person.id)


def _workplace(new: NewPractitioner, found: Held | None) -> list[FieldFault]:
    profession = kinds.PROFESSIONS[new.profession]
    if found is None:
        return [FieldFault("organisation", "unknown-organisation", "名册中没有此机构")]
    return [
        FieldFault("organisation", rule, message)
        for rule, message in workplace_faults(profession, new.category, found.kind)
    ] or (
        [FieldFault("organisation", "organisation-ended", "此机构已终止")]
        if found.ended_on and not _ends(kinds.LICENCE_STATES, new.state)
        else []
    )


def workplace_faults(profession: kinds.Profession, category: str | None, kind: str) -> list[tuple[str, str]]:
    """Why a licence of this profession and category is not practised at such an organisation, as (rule, message)."""
    if kind not in profession.workplaces:
        titles = "、".join(kinds.ORGANISATION_KINDS[code].title for code in profession.workplaces)
        return [("wrong-workplace", f"{profession.title}应在{titles}执业")]
    if profession.code == "lawyer" and (kind == "legal_aid_centre") != (category == "法律援助"):
        return [("wrong-workplace", "法律援助律师在法律援助中心执业，其他律师在律师事务所执业")]
    return []


def _granted_anew(new: NewPractitioner, person: Held | None, held: Held) -> bool:
    """The same person gets the same number again after the licence had ended."""
    same = person is not None and person.id == held.practitioner_id
    return same and held.ended_on is not None and new.granted_on >= held.ended_on


def _again(new: NewPractitioner, blind: str | None, held: Held) -> Verdict:
    given = {
        "name": fold(new.name),
        "organisation": new.organisation.id if new.organisation else None,
        "id_number": blind,
        "category": new.category,
        "granted_on": new.granted_on,
        "state": new.state,
    }
    if held.number != new.licence_number:
        return Verdict((FieldFault("licence_number", "former-number", "此号码是名册中一执业证曾用的号码"),))
    stored = {
        "name": held.name_key,
        "organisation": held.organisation_id,
        "id_number": held.id_blind,
        "category": held.category,
        "granted_on": held.granted_on,
        "state": held.state,
    }
    return _compare(given, stored, held.public_id)


def _overlaps(new: NewPractitioner, licences: Iterable[Held], today: date) -> Iterable[FieldFault]:
    ends = (new.state_since or today) if _ends(kinds.LICENCE_STATES, new.state) else date.max
    for row in licences:
        reason = kinds.incompatible(new.profession, row.profession)
        if reason and new.granted_on < (row.ended_on or date.max) and row.granted_on < ends:
            title = kinds.PROFESSIONS[row.profession].title
            yield FieldFault("profession", "overlap", f"与此人的{title}执业许可时间重叠（{reason}）")


def _known(session: WorkSession, drafts: Sequence[NewPractitioner], blinds: Sequence[str]) -> _Known:
    known = _Known()
    if blinds:
        person_columns = (PractitionerRow.id, PractitionerRow.name_key, PractitionerRow.id_blind)
        for person in session.execute(select(*person_columns).where(PractitionerRow.id_blind.in_(blinds))):
            known.persons[person.id_blind] = person
    numbers = [new.licence_number for new in drafts]
    numbers += [former.number for new in drafts for former in new.earlier]
    for held in session.execute(_LICENCE_BY_NUMBER.where(LicenceNumberRow.number.in_(numbers))):
        kept = known.numbers.get((held.profession, held.any_number))
        if kept is None or kept.ended_on is not None:
            known.numbers[held.profession, held.any_number] = held
    serials = {serial for new in drafts if (serial := lawyer_serial(new.profession, new.licence_number))}
    if serials:
        serial_columns = (LicenceRow.practitioner_id, LicenceRow.serial)
        for owner in session.execute(select(*serial_columns).where(LicenceRow.serial.in_(serials))):
            known.serials.setdefault(owner.serial, []).append(owner)
    persons = [person.id for person in known.persons.values()]
    if persons:
        columns = (
            LicenceRow.practitioner_id,
            LicenceRow.profession,
            LicenceRow.granted_on,
            LicenceRow.ended_on,
        )
        for licence in session.execute(select(*columns).where(LicenceRow.practitioner_id.in_(persons))):
            known.licences.setdefault(licence.practitioner_id, []).append(licence)
    known.workplaces = _workplaces(session, drafts)
    return known


def _workplaces(session: WorkSession, drafts: Sequence[NewPractitioner]) -> dict[int, Held]:
    places = {new.organisation.id for new in drafts if new.organisation is not None}
    if not places:
        return {}
    columns = (OrganisationRow.id, OrganisationRow.kind, OrganisationRow.ended_on)
    return {row.id: row for row in session.execute(select(*columns).where(OrganisationRow.id.in_(places)))}


_LICENCE_BY_NUMBER = (
    select(
        LicenceRow.practitioner_id,
        LicenceRow.profession,
        LicenceRow.number,
        LicenceRow.organisation_id,
        LicenceRow.category,
        LicenceRow.granted_on,
        LicenceRow.ended_on,
        LicenceRow.state,
        PractitionerRow.public_id,
        PractitionerRow.name_key,
        PractitionerRow.id_blind,
        LicenceNumberRow.number.label("any_number"),
    )
    .join(PractitionerRow, PractitionerRow.id == LicenceRow.practitioner_id)
    .join(LicenceNumberRow, LicenceNumberRow.licence_id == LicenceRow.id)
)
