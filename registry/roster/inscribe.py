"""Writes checked and judged drafts as rows: current values, first periods, search index. `enrol` decides what comes here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from registry.kernel.work import WorkSession
from registry.roster import admission, index, kinds
from registry.roster.drafts import EarlierNumber, NewOrganisation, NewPractitioner, lawyer_serial
from registry.roster.index import insert_rows
from registry.roster.names import fold, organisation_terms, person_terms, search_key
from registry.roster.tables import (
    EngagementRow,
    LicenceNumberRow,
    LicenceRow,
    LicenceStateRow,
    OrganisationRow,
    OrganisationStateRow,
    PractitionerRow,
)


@dataclass(frozen=True)
class Organisation:
    """An enrolled organisation. `doubts` are warnings kept about its numbers, in Chinese."""

    id: int
    public_id: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Licence:
    id: int
    public_id: str


@dataclass(frozen=True)
class Practitioner:
    """An enrolled person, with the licence that was just enrolled."""

    id: int
    public_id: str
    licence: Licence
    doubts: tuple[str, ...] = ()


def inscribe_organisations(
    session: WorkSession, drafts: Sequence[NewOrganisation], *, acts: bool
) -> list[Organisation]:
    rows = [_organisation_row(session, new) for new in drafts]
    ids = insert_rows(session, OrganisationRow, rows)
    states: list[dict[str, Any]] = []
    for id_, new, row in zip(ids, drafts, rows, strict=True):
        began = new.established_on or row["state_since"]
        states += _states("organisation_id", id_, "normal", row, began)
    session.execute(insert(OrganisationStateRow), states)
    subjects = []
    for id_, new in zip(ids, drafts, strict=True):
        key = search_key(new.name)
        subjects.append((id_, key, organisation_terms(key) | _codes(new.uscc, new.licence_number)))
    index.add(session, "organisation_id", subjects)
    made = [
        Organisation(id_, row["public_id"], new.doubts)
        for id_, row, new in zip(ids, rows, drafts, strict=True)
    ]
    if acts:
        for new, organisation in zip(drafts, made, strict=True):
            session.act("roster.enrol", organisation.public_id, kind=new.kind)
    return made


def _organisation_row(session: WorkSession, new: NewOrganisation) -> dict[str, Any]:
    state = new.state or "normal"
    since = new.state_since or (session.today if state != "normal" else new.established_on or session.today)
    return {
        "public_id": session.new_id(),
        "kind": new.kind,
        "name": new.name,
        "name_key": fold(new.name),
        "uscc": new.uscc,
        "licence_number": new.licence_number,
        "form": new.form,
        "district": new.district,
        "head": new.head,
        "head_office_id": new.head_office.id if new.head_office else None,
        "authority": new.authority,
        "address": _sealed(session, new.address, admission.ADDRESS_CONTEXT),
        "phone": _sealed(session, new.phone, admission.OFFICE_PHONE_CONTEXT),
        "state": state,
        "state_since": since,
        "state_reason": None,
        "established_on": new.established_on,
        "ended_on": since if kinds.ORGANISATION_STATES[state].ended else None,
        "doubts": list(new.doubts),
        "enrolled_at": session.now,
    }


def inscribe_practitioners(
    session: WorkSession,
    drafts: Sequence[NewPractitioner],
    verdicts: Sequence[admission.Verdict],
    *,
    acts: bool,
) -> list[Practitioner]:
    persons = _persons(session, drafts, verdicts)
    began = _first_days(session, drafts)
    rows = [_licence_row(session, new, person) for new, (person, _) in zip(drafts, persons, strict=True)]
    ids = insert_rows(session, LicenceRow, rows)
    numbers, states, engagements = [], [], []
    for id_, new, row, joined in zip(ids, drafts, rows, began, strict=True):
        numbers += _numbers(session, id_, new)
        states += _states("licence_id", id_, "practising", row, new.granted_on)
        if new.organisation is not None:
            engagements.append(
                {
                    "licence_id": id_,
                    "practitioner_id": row["practitioner_id"],
                    "organisation_id": new.organisation.id,
                    "since": min(joined, row["ended_on"] or joined),
                    "until": row["ended_on"],
                    "recorded_at": session.now,
                }
            )
    session.execute(insert(LicenceNumberRow), numbers)
    session.execute(insert(LicenceStateRow), states)
    if engagements:
        session.execute(insert(EngagementRow), engagements)
    _index(session, drafts, verdicts, persons)
    made = [
        Practitioner(person, public_id, Licence(id_, row["public_id"]), new.identity_doubts + new.doubts)
        for (person, public_id), id_, row, new in zip(persons, ids, rows, drafts, strict=True)
    ]
    if acts:
        for new, practitioner in zip(drafts, made, strict=True):
            session.act(
                "roster.enrol",
                practitioner.public_id,
                profession=new.profession,
                licence=practitioner.licence.public_id,
            )
    return made


def _persons(
    session: WorkSession, drafts: Sequence[NewPractitioner], verdicts: Sequence[admission.Verdict]
) -> list[tuple[int, str]]:
    """Row id and public id of each draft's person; those nobody knew are inserted."""
    known = [verdict.person for verdict in verdicts if verdict.person is not None]
    public_ids: dict[int, str] = {}
    if known:
        query = select(PractitionerRow.id, PractitionerRow.public_id).where(PractitionerRow.id.in_(known))
        public_ids = {row.id: row.public_id for row in session.execute(query)}
    rows: list[dict[str, Any]] = [
        {
            "public_id": session.new_id(),
            "name": new.name,
            "name_key": fold(new.name),
            "id_type": new.id_type,
            "id_number": _sealed(session, new.id_number, admission.ID_CONTEXT),
            "id_blind": session.keys.blind(new.id_number, admission.ID_CONTEXT) if new.id_number else None,
            "phone": _sealed(session, new.phone, admission.PHONE_CONTEXT),
            "doubts": list(new.identity_doubts),
            "enrolled_at": session.now,
        }
        for new, verdict in zip(drafts, verdicts, strict=True)
        if verdict.person is None
    ]
    fresh = iter(
        zip(insert_rows(session, PractitionerRow, rows), (row["public_id"] for row in rows), strict=True)
    )
    return [
        next(fresh) if verdict.person is None else (verdict.person, public_ids[verdict.person])
        for verdict in verdicts
    ]


def _licence_row(session: WorkSession, new: NewPractitioner, person: int) -> dict[str, Any]:
    state = new.state or "practising"
    since = new.state_since or (session.today if state != "practising" else new.granted_on)
    return {
        "public_id": session.new_id(),
        "practitioner_id": person,
        "profession": new.profession,
        "number": new.licence_number,
        "serial": lawyer_serial(new.profession, new.licence_number),
        "category": new.category,
        "organisation_id": new.organisation.id if new.organisation else None,
        "granted_on": new.granted_on,
        "origin": new.origin,
        "state": state,
        "state_since": since,
        "state_reason": None,
        "ended_on": since if kinds.LICENCE_STATES[state].ended else None,
        "doubts": list(new.doubts),
        "enrolled_at": session.now,
    }


def _numbers(session: WorkSession, licence: int, new: NewPractitioner) -> list[dict[str, Any]]:
    """The numbers of a licence, one behind the other; the present one holds from the move where there was one."""
    present = new.joined_on if new.earlier and new.joined_on else new.granted_on
    held = [*new.earlier, EarlierNumber(new.licence_number, present)]
    ends = [later.since for later in held[1:]] + [None]
    return [
        {
            "licence_id": licence,
            "number": one.number,
            "since": one.since,
            "until": end,
            "recorded_at": session.now,
        }
        for one, end in zip(held, ends, strict=True)
    ]


def _first_days(session: WorkSession, drafts: Sequence[NewPractitioner]) -> list[date]:
    """The first day of each engagement: as told, else the grant, but not before the organisation was."""
    places = {new.organisation.id for new in drafts if new.organisation is not None}
    query = select(OrganisationRow.id, OrganisationRow.established_on).where(OrganisationRow.id.in_(places))
    founded = {row.id: row.established_on for row in session.execute(query)} if places else {}
    days = []
    for new in drafts:
        since = founded.get(new.organisation.id) if new.organisation else None
        days.append(new.joined_on or max(new.granted_on, since or new.granted_on))
    return days


def _states(column: str, id_: int, first: str, row: dict[str, Any], began: date) -> list[dict[str, Any]]:
    """The state told, and before it the first one."""
    common = {column: id_, "reason": None, "recorded_at": row["enrolled_at"]}
    told = {**common, "state": row["state"], "since": row["state_since"], "until": None}
    if row["state"] == first or began >= row["state_since"]:
        return [told]
    before = {**common, "state": first, "since": began, "until": row["state_since"]}
    return [before, told]


def _index(
    session: WorkSession,
    drafts: Sequence[NewPractitioner],
    verdicts: Sequence[admission.Verdict],
    persons: Sequence[tuple[int, str]],
) -> None:
    subjects = []
    for new, verdict, (person, _) in zip(drafts, verdicts, persons, strict=True):
        numbers = {new.licence_number, *(former.number for former in new.earlier)}
        if verdict.person is None:
            key = search_key(new.name)
            subjects.append((person, key, person_terms(key) | numbers))
        else:
            index.add_terms(session, person, numbers)
    index.add(session, "practitioner_id", subjects)


def _codes(*numbers: str | None) -> set[str]:
    return {number for number in numbers if number}


def _sealed(session: WorkSession, text: str | None, context: str) -> bytes | None:
    return session.keys.encrypt(text, context) if text else None
