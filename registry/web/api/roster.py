"""The roster for programs: people and organisations, enrolment, states and transfers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from registry.kernel.faults import Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster import asof, enrol, find, kinds, listing
from registry.web.api.fields import EXAMPLE_ID, Body, Day, Flag, PageQuery, Query, public_id, text
from registry.web.api.filters import alone
from registry.web.api.ground import Concern
from registry.web.api.looks import LookUp, noted
from registry.web.api.scopes import PERSONAL
from registry.web.api.shapes import PeriodSchema, WorkplaceSchema

READ = "roster.read"
EDIT = "roster.edit"

concern = Concern("roster", "名册：从业人员、执业机构、执业许可及其变更")

_PROFESSION = validate.OneOf(tuple(kinds.PROFESSIONS))
_KIND = validate.OneOf(tuple(kinds.ORGANISATION_KINDS))
LICENCE_STATE = validate.OneOf(tuple(kinds.LICENCE_STATES))
STATE = validate.OneOf(tuple(kinds.ORGANISATION_STATES))
DISTRICT = validate.Regexp(r"^[0-9]{6}\Z", error="String does not match expected pattern.")
_SEARCH = {"description": "名称、拼音、首字母、执业证号或统一社会信用代码；不能与 district、state 同时使用"}


class LicenceLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    profession = fields.String(required=True, validate=_PROFESSION)
    number = fields.String(
        required=True, metadata={"description": "执业证号；律师转所后变更，末六位终身不变"}
    )
    category = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=LICENCE_STATE)
    state_since = fields.Date(required=True)
    granted_on = fields.Date(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    organisation = fields.Nested(WorkplaceSchema, required=True, allow_none=True)


class PractitionerLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    name = fields.String(required=True)
    licences = fields.List(fields.Nested(LicenceLineSchema), required=True)


class EngagementSchema(Schema):
    organisation = fields.Nested(WorkplaceSchema, required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)


class RosterLicenceSchema(LicenceLineSchema):
    numbers = fields.List(fields.Nested(PeriodSchema), required=True)
    states = fields.List(fields.Nested(PeriodSchema), required=True)
    engagements = fields.List(fields.Nested(EngagementSchema), required=True)
    doubts = fields.List(fields.String(), required=True, metadata={"description": "号码存疑之处"})


class RosterPractitionerSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    name = fields.String(required=True)
    licences = fields.List(fields.Nested(RosterLicenceSchema), required=True)


class ContactSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    id_type = fields.String(required=True, validate=validate.OneOf(kinds.ID_TYPES))
    id_hint = fields.String(
        required=True, allow_none=True, metadata={"description": "证件号码的前六位和末两位"}
    )
    phone = fields.String(required=True, allow_none=True)


class OrganisationLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    kind = fields.String(required=True, validate=_KIND)
    name = fields.String(required=True)
    uscc = fields.String(required=True, allow_none=True)
    licence_number = fields.String(required=True, allow_none=True)
    form = fields.String(required=True, allow_none=True)
    district = fields.String(required=True)
    head = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=STATE)
    state_since = fields.Date(required=True)
    established_on = fields.Date(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)


class RosterOrganisationSchema(OrganisationLineSchema):
    authority = fields.String(required=True, allow_none=True, metadata={"description": "主管司法局"})
    address = fields.String(required=True, allow_none=True, metadata={"description": "办公地址"})
    phone = fields.String(required=True, allow_none=True, metadata={"description": "办公电话"})
    head_office = fields.Nested(WorkplaceSchema, required=True, allow_none=True)
    branches = fields.List(fields.Nested(WorkplaceSchema), required=True)
    states = fields.List(fields.Nested(PeriodSchema), required=True)
    doubts = fields.List(fields.String(), required=True, metadata={"description": "号码存疑之处"})


class OnQuery(Query):
    on = Day(
        load_default=None,
        metadata={"description": "名册在那一天怎样记载；尚未设立或尚未取得执业许可的，404（not-yet）"},
    )


class PractitionersQuery(PageQuery):
    q = fields.String(load_default="", validate=validate.Length(max=60), metadata=_SEARCH)
    profession = fields.String(load_default=None, validate=_PROFESSION)
    district = fields.String(load_default=None, validate=DISTRICT)
    state = fields.String(load_default=None, validate=LICENCE_STATE)
    organisation = public_id(load_default=None, metadata={"description": "执业机构的 id"})


class OrganisationsQuery(PageQuery):
    q = fields.String(load_default="", validate=validate.Length(max=60), metadata=_SEARCH)
    kind = fields.String(load_default=None, validate=_KIND)
    district = fields.String(load_default=None, validate=DISTRICT)
    state = fields.String(load_default=None, validate=STATE)


class NewOrganisationSchema(Body):
    example: ClassVar = {
        "kind": "law_firm",
        "name": "上海新立律师事务所",
        "district": "310101",
        "form": "普通合伙",
        "established_on": "2026-03-02",
    }

    kind = fields.String(required=True, validate=_KIND)
    name = text(200, shortest=1, required=True)
    district = fields.String(
        required=True, validate=DISTRICT, metadata={"description": "GB/T 2260 的六位代码"}
    )
    uscc = text(40, load_default=None, allow_none=True)
    form = text(40, load_default=None, allow_none=True)
    head = text(100, load_default=None, allow_none=True)
    head_office = public_id(load_default=None, allow_none=True, metadata={"description": "分支机构的总机构"})
    authority = text(200, load_default=None, allow_none=True)
    licence_number = text(64, load_default=None, allow_none=True)
    address = text(200, load_default=None, allow_none=True)
    phone = text(40, load_default=None, allow_none=True)
    established_on = Day(load_default=None, allow_none=True)
    authoritative = Flag(
        load_default=False,
        metadata={"description": "号码照证书抄录：校验位不符的照收，记入 doubts（GB 32100）"},
    )


class NewPractitionerSchema(Body):
    example: ClassVar = {
        "name": "单勇",
        "profession": "lawyer",
        "licence_number": "13101202611000005",
        "granted_on": "2026-05-06",
        "organisation": EXAMPLE_ID,
    }

    name = text(200, shortest=1, required=True)
    profession = fields.String(required=True, validate=_PROFESSION)
    licence_number = text(64, shortest=1, required=True)
    granted_on = Day(required=True)
    organisation = public_id(load_default=None, allow_none=True, metadata={"description": "执业机构的 id"})
    id_type = fields.String(load_default=kinds.RESIDENT_ID, validate=validate.OneOf(kinds.ID_TYPES))
    id_number = text(40, load_default=None, allow_none=True, metadata={"description": "加密保存，不再给出"})
    category = text(40, load_default=None, allow_none=True)
    phone = text(40, load_default=None, allow_none=True)
    joined_on = Day(load_default=None, allow_none=True)
    origin = text(
        200, load_default=None, allow_none=True, metadata={"description": "自外地转入的，转入前的执业地"}
    )
    authoritative = Flag(load_default=False)


@concern.listing("/practitioners", permission=READ, item=PractitionerLineSchema, query=PractitionersQuery)
def practitioners(
    session: WorkSession, asked: Mapping[str, Any], after: Any, limit: int
) -> Sequence[listing.PersonLine]:
    """从业人员

    按职业、所在区、执业状态、执业机构筛选，按登记先后；带 q 时按名称等查找。
    """
    if not asked["q"]:
        filters = {name: asked[name] for name in ("profession", "district", "state", "organisation")}
        return listing.people(session, **filters, after=after or 0, limit=limit)
    alone(asked, "q", "district", "state", "organisation")
    hits = find.search(
        session, asked["q"], kinds=[asked["profession"] or "practitioner"], after=after, limit=limit
    )
    lines = listing.people_by_id(session, [hit.public_id for hit in hits])
    return [replace(lines[hit.public_id], next=hit.next) for hit in hits]


@concern.read(
    "/practitioners/<string(length=16):public_id>",
    permission=READ,
    answer=RosterPractitionerSchema,
    query=OnQuery,
)
def practitioner(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> find.Practitioner:
    """一名从业人员

    全部执业许可及其号码、状态、执业机构的历史，现行的在前。
    """
    return asof.practitioner(session, public_id, on=asked["on"])


@concern.look_up(
    "/practitioners/<string(length=16):public_id>/contact",
    permission=PERSONAL,
    answer=ContactSchema,
    query=LookUp,
)
def contact(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> listing.Contact:
    """证件号码提示和联系电话

    每次读取都记入审计记录（个人信息保护法第五十四条）。
    """
    found = listing.contact(session, public_id)
    noted(session, asked, "roster.view", public_id)
    return found


@concern.listing("/organisations", permission=READ, item=OrganisationLineSchema, query=OrganisationsQuery)
def organisations(
    session: WorkSession, asked: Mapping[str, Any], after: Any, limit: int
) -> Sequence[listing.OrganisationLine]:
    """执业机构

    按类别、所在区、状态筛选，按登记先后；带 q 时按名称等查找。
    """
    if not asked["q"]:
        filters = {name: asked[name] for name in ("kind", "district", "state")}
        return listing.organisations(session, **filters, after=after or 0, limit=limit)
    alone(asked, "q", "district", "state")
    hits = find.search(session, asked["q"], kinds=[asked["kind"] or "organisation"], after=after, limit=limit)
    lines = listing.organisations_by_id(session, [hit.public_id for hit in hits])
    return [replace(lines[hit.public_id], next=hit.next) for hit in hits]


@concern.read(
    "/organisations/<string(length=16):public_id>",
    permission=READ,
    answer=RosterOrganisationSchema,
    query=OnQuery,
)
def organisation(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> find.Organisation:
    """一家执业机构

    登记事项、总机构和分支机构、状态的历史。
    """
    return asof.organisation(session, public_id, on=asked["on"])


@concern.act(
    "/organisations",
    permission=EDIT,
    body=NewOrganisationSchema,
    shows=organisation,
    answer=RosterOrganisationSchema,
)
def enrol_organisation(session: WorkSession, given: Mapping[str, Any]) -> str:
    """登记一家执业机构"""
    draft = {**given, "head_office": place_named(session, "head_office", given["head_office"])}
    return enrol.enrol_organisation(session, session.actor, **draft).public_id


@concern.act(
    "/practitioners",
    permission=EDIT,
    body=NewPractitionerSchema,
    shows=practitioner,
    answer=RosterPractitionerSchema,
)
def enrol_practitioner(session: WorkSession, given: Mapping[str, Any]) -> str:
    """登记一名从业人员

    证件号码已在册的人得到一份新的执业许可；与现有许可不能并存的，拒绝（律师法第十条、公证法第二十三条）。
    """
    draft = {**given, "organisation": place_named(session, "organisation", given["organisation"])}
    return enrol.enrol_practitioner(session, session.actor, **draft).public_id


def place_named(session: WorkSession, path: str, given: str | None) -> find.Organisation | None:
    if given is None:
        return None
    try:
        return find.organisation(session, given)
    except NotFound as unknown:
        raise Invalid.field(path, "unknown-organisation", "名册中没有这家机构") from unknown
