"""What happens to those on the roster, for programs: states, transfers, changed and corrected particulars."""

from collections.abc import Mapping
from dataclasses import fields as of
from datetime import date
from typing import Any, ClassVar

from marshmallow import fields, validate

from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster import amend, enrol, find, kinds, listing
from registry.roster.amend import Grounds
from registry.roster.drafts import NewOrganisation
from registry.web.api.fields import EXAMPLE_ID, Body, Day, Flag, public_id, text
from registry.web.api.roster import (
    DISTRICT,
    EDIT,
    LICENCE_STATE,
    STATE,
    RosterOrganisationSchema,
    RosterPractitionerSchema,
    concern,
    organisation,
    place_named,
    practitioner,
)

__all__ = ["concern"]  # with the endpoints below on it

_ID_TYPE = validate.OneOf(kinds.ID_TYPES)
_TOLD = {field.name for field in of(NewOrganisation)}


class LicenceStateChangeSchema(Body):
    example: ClassVar = {"state": "suspended", "on": "2026-11-10", "reason": "沪司罚决〔2026〕9号"}

    state = fields.String(required=True, validate=LICENCE_STATE)
    on = Day(required=True, metadata={"description": "自哪一天起"})
    reason = text(200, shortest=1, required=True, metadata={"description": "依据，如决定书文号"})
    destination = text(
        100, load_default=None, allow_none=True, metadata={"description": "转往外地的，转往的地方"}
    )


class OrganisationStateChangeSchema(Body):
    example: ClassVar = {"state": "rectifying", "on": "2026-11-10", "reason": "沪司改〔2026〕1号"}

    state = fields.String(required=True, validate=STATE)
    on = Day(required=True, metadata={"description": "自哪一天起"})
    reason = text(200, shortest=1, required=True, metadata={"description": "依据，如决定书文号"})


class TransferSchema(Body):
    example: ClassVar = {"organisation": EXAMPLE_ID, "on": "2026-11-10"}

    organisation = public_id(required=True, allow_none=True, metadata={"description": "转入机构的 id"})
    on = Day(required=True)
    licence_number = text(
        64, load_default=None, allow_none=True, metadata={"description": "新执业证号，末六位不变"}
    )


class GroundsSchema(Body):
    """Why something of the roster reads otherwise from a day on, or never was as it stands (`correction`)."""

    on = Day(load_default=None, allow_none=True, metadata={"description": "自哪一天起；更正不填"})
    reason = text(200, shortest=1, required=True, metadata={"description": "依据，如变更核准文书号"})
    correction = Flag(load_default=False, metadata={"description": "更正笔误：原来的内容从未成立"})


class OrganisationAmendmentSchema(GroundsSchema):
    """Of the particulars, those that are given change."""

    example: ClassVar = {"name": "上海新立正律师事务所", "on": "2026-11-10", "reason": "沪司许〔2026〕7号"}

    name = text(200, shortest=1)
    uscc = text(40, allow_none=True)
    licence_number = text(64, allow_none=True)
    form = text(40, allow_none=True)
    district = fields.String(validate=DISTRICT)
    head = text(100, allow_none=True)
    head_office = public_id(allow_none=True)
    authority = text(200, allow_none=True)
    address = text(200, allow_none=True)
    phone = text(40, allow_none=True)
    established_on = Day(allow_none=True)


class PractitionerAmendmentSchema(GroundsSchema):
    """Of the particulars, those that are given change."""

    example: ClassVar = {"name": "单永", "on": "2026-11-10", "reason": "户籍更名证明"}

    name = text(200, shortest=1)
    id_type = fields.String(validate=_ID_TYPE)
    id_number = text(40, metadata={"description": "加密保存，不再给出"})
    phone = text(40)
    authoritative = Flag(load_default=False, metadata={"description": "已与证件原件核对，校验位不符的照收"})


@concern.act(
    "/organisations/<string(length=16):public_id>/states",
    permission=EDIT,
    body=OrganisationStateChangeSchema,
    shows=organisation,
    answer=RosterOrganisationSchema,
    lock=listing.lock_organisation,
)
def change_organisation_state(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """变更机构状态

    自所给之日起进入新的状态；以前的状态留在历史中。
    """
    place = find.organisation(session, public_id)
    enrol.change_organisation_state(session, session.actor, organisation=place, **given)
    return public_id


@concern.act(
    "/practitioners/<string(length=16):public_id>/licences/<string(length=16):licence_id>/states",
    permission=EDIT,
    body=LicenceStateChangeSchema,
    shows=practitioner,
    answer=RosterPractitionerSchema,
    lock=listing.lock_practitioner,
)
def change_licence_state(
    session: WorkSession, given: Mapping[str, Any], public_id: str, licence_id: str
) -> str:
    """变更执业状态

    自所给之日起进入新的状态；终止的许可只能恢复为正常执业。
    """
    licence = _licence(session, public_id, licence_id)
    enrol.change_state(session, session.actor, licence=licence, **given)
    return public_id


@concern.act(
    "/practitioners/<string(length=16):public_id>/licences/<string(length=16):licence_id>/transfers",
    permission=EDIT,
    body=TransferSchema,
    shows=practitioner,
    answer=RosterPractitionerSchema,
    lock=listing.lock_practitioner,
)
def transfer(session: WorkSession, given: Mapping[str, Any], public_id: str, licence_id: str) -> str:
    """变更执业机构

    停止执业期间不得变更（律师和律师事务所违法行为处罚办法第四十七条）。
    """
    licence = _licence(session, public_id, licence_id)
    place = place_named(session, "organisation", given["organisation"])
    enrol.transfer(
        session,
        session.actor,
        licence=licence,
        organisation=place,
        on=given["on"],
        number=given["licence_number"],
    )
    return public_id


@concern.act(
    "/organisations/<string(length=16):public_id>/amendments",
    permission=EDIT,
    body=OrganisationAmendmentSchema,
    shows=organisation,
    answer=RosterOrganisationSchema,
    lock=listing.lock_organisation,
)
def amend_organisation(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """变更或更正机构的登记内容

    只变更所给的各项；原来的内容留在历史中。
    """
    found = find.organisation(session, public_id)
    told = {name: value for name, value in given.items() if name in _TOLD}
    office = (
        place_named(session, "head_office", told["head_office"])
        if "head_office" in told
        else found.head_office
    )
    present = {name: getattr(found, name) for name in _TOLD if hasattr(found, name)}
    # A number that was once kept with a doubt stands no second trial because something else changes.
    kept = "uscc" not in told and bool(found.doubts)
    named = find.head_of(session, found.id) if "head" not in told and found.head_person else None
    amend.amend_organisation(
        session,
        session.actor,
        organisation=found,
        told=NewOrganisation(
            **{**present, **told, "head_office": office, "doubts": (), "authoritative": kept}
        ),
        head_person=named,
        grounds=_grounds(given),
    )
    return public_id


@concern.act(
    "/practitioners/<string(length=16):public_id>/amendments",
    permission=EDIT,
    body=PractitionerAmendmentSchema,
    shows=practitioner,
    answer=RosterPractitionerSchema,
    lock=listing.lock_practitioner,
)
def amend_practitioner(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """变更或更正人员的登记内容

    只变更所给的各项；原来的内容留在历史中。
    """
    found = find.practitioner(session, public_id)
    amend.amend_practitioner(
        session,
        session.actor,
        practitioner=found,
        name=given.get("name", found.name),
        id_type=given.get("id_type", found.id_type),
        id_number=given.get("id_number", ""),
        phone=given.get("phone", ""),
        authoritative=given["authoritative"],
        grounds=_grounds(given),
    )
    return public_id


def _grounds(given: Mapping[str, Any]) -> Grounds:
    on: date | None = given["on"]
    return Grounds(on=on, reason=given["reason"], correction=given["correction"])


def _licence(session: WorkSession, public_id: str, licence_id: str) -> find.Licence:
    """An address that mixes two people is no address."""
    person = find.practitioner(session, public_id)
    found = next((licence for licence in person.licences if licence.public_id == licence_id), None)
    if found is None:
        raise NotFound("没有这份执业许可")
    return found
