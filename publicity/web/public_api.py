"""The same for programs. Every answer here is in /api/v1/openapi.json."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort, jsonify, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from publicity.lookup import pages
from publicity.notices import find as notices
from publicity.notices.chosen import Chosen
from publicity.notices.content import GROUNDS
from publicity.notices.find import Shown, Tombstone
from registry.kernel.access import public
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster.kinds import titles
from registry.web.api.fields import Count, Day

blueprint = Blueprint("public-api", __name__, description="公示查询：从业人员、执业机构、公示")

_MOST = 100


class PlaceSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class PeriodSchema(Schema):
    value = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True, metadata={"description": "其后第一日"})


class EngagementSchema(Schema):
    organisation = fields.Nested(PlaceSchema, required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)


class MemberSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    practising = fields.Boolean(required=True)


class ColleaguesSchema(Schema):
    organisation = fields.Nested(PlaceSchema, required=True)
    people = fields.List(fields.Nested(MemberSchema), required=True)
    more = fields.Boolean(required=True)


class LateSchema(Schema):
    title = fields.String(required=True)
    since = fields.Date(required=True, allow_none=True)
    recorded_on = fields.Date(required=True)


class DayQuery(Schema):
    on = Day(load_default=None, metadata={"description": "查询当日的登记情况；当前公示总是今天的"})


class MembersQuery(DayQuery):
    after = Count(load_default=0, metadata={"description": "上一页的 next"})


class LicenceSchema(Schema):
    profession = fields.String(required=True)
    number = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    state_since = fields.Date(required=True)
    practising = fields.Boolean(required=True)
    granted_on = fields.Date(required=True)
    organisation = fields.Nested(PlaceSchema, required=True, allow_none=True)
    states = fields.List(fields.Nested(PeriodSchema), required=True)
    numbers = fields.List(fields.Nested(PeriodSchema), required=True)
    engagements = fields.List(fields.Nested(EngagementSchema), required=True)


class BriefSchema(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    subject = fields.Dict(required=True)
    decided_on = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)
    marks = fields.List(fields.String(), required=True)
    url = fields.String(required=True)


class PractitionerSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    licences = fields.List(fields.Nested(LicenceSchema), required=True)
    on = fields.Date(required=True, allow_none=True)
    late = fields.List(
        fields.Nested(LateSchema), required=True, metadata={"description": "所查日期之后补记的"}
    )
    colleagues = fields.List(fields.Nested(ColleaguesSchema), required=True)
    notices = fields.List(fields.Nested(BriefSchema), required=True)
    more = fields.Boolean(required=True, metadata={"description": "公示未全部列出，见 /notices.json"})


class OrganisationSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    uscc = fields.String(required=True, allow_none=True)
    licence_number = fields.String(required=True, allow_none=True)
    form = fields.String(required=True, allow_none=True)
    district = fields.String(required=True)
    head = fields.String(required=True, allow_none=True)
    authority = fields.String(required=True, allow_none=True)
    established_on = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True)
    state_since = fields.Date(required=True)
    practising = fields.Boolean(required=True)
    head_office = fields.Nested(PlaceSchema, required=True, allow_none=True)
    branches = fields.List(fields.Nested(PlaceSchema), required=True)
    former_names = fields.List(fields.String(), required=True)
    states = fields.List(fields.Nested(PeriodSchema), required=True)
    on = fields.Date(required=True, allow_none=True)
    late = fields.List(fields.Nested(LateSchema), required=True)
    people = fields.List(fields.Nested(MemberSchema), required=True)
    next = fields.Integer(required=True, allow_none=True, metadata={"description": "下一页人员的 after"})
    notices = fields.List(fields.Nested(BriefSchema), required=True)
    more = fields.Boolean(required=True)


class ListQuery(Schema):
    kind = fields.String(
        load_default=None, metadata={"description": "permit、penalty、finding……；多个以逗号分开"}
    )
    calling = fields.String(
        load_default="",
        validate=validate.OneOf(("", *titles())),
        metadata={"description": "相对人的机构类别或职业"},
    )
    district = fields.String(load_default="", validate=validate.Regexp(r"^([0-9]{6})?\Z"))
    first = Day(load_default=None, metadata={"description": "公开日期自"})
    last = Day(load_default=None, metadata={"description": "公开日期至"})
    practitioner = fields.String(load_default=None, validate=validate.Length(equal=16))
    organisation = fields.String(load_default=None, validate=validate.Length(equal=16))
    limit = Count(load_default=20, validate=validate.Range(1, _MOST))
    before = Count(
        load_default=None, validate=validate.Range(0, 2**53), metadata={"description": "上一页的 next"}
    )


class ListSchema(Schema):
    results = fields.List(fields.Nested(BriefSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class VersionSchema(Schema):
    version = fields.Integer(required=True)
    action = fields.String(required=True)
    index = fields.Integer(required=True, metadata={"description": "在公共存证日志中的序号"})
    time = fields.AwareDateTime(required=True)


class ProofSchema(Schema):
    """Bytes are base64, as they are hashed; `inclusion` is the RFC 6962 audit path under `checkpoint`."""

    index = fields.Integer(required=True)
    leaf = fields.String(required=True)
    salt = fields.String(required=True, allow_none=True)
    body = fields.String(required=True, allow_none=True)
    size = fields.Integer(required=True)
    inclusion = fields.List(fields.String(), required=True)
    checkpoint = fields.String(required=True)
    how_to_verify = fields.List(fields.String(), required=True)


class NoticeSchema(Schema):
    id = fields.String(required=True)
    url = fields.String(required=True)
    record = fields.Dict(required=True, metadata={"description": "公示的全部内容，与存证日志中所存一致"})
    versions = fields.List(fields.Nested(VersionSchema), required=True)
    ledger = fields.Nested(ProofSchema, required=True)


class TombstoneSchema(Schema):
    id = fields.String(required=True)
    gone = fields.Boolean(required=True)
    ground = fields.String(required=True, validate=validate.OneOf(tuple(GROUNDS)))
    date = fields.Date(required=True)
    document_number = fields.String(metadata={"description": "仅在依法须说明撤下理由时"})
    versions = fields.List(fields.Nested(VersionSchema), required=True)
    ledger = fields.Nested(ProofSchema, required=True)


@blueprint.route("/practitioners/<string(length=16):public_id>.json")
@public
@blueprint.arguments(DayQuery, location="query", error_status_code=400)
@blueprint.response(200, PractitionerSchema)
def practitioner(query: Mapping[str, Any], public_id: str) -> dict[str, Any]:
    """一名从业人员：执业许可及其状态（今天或过去某日）、同事、当前公示"""
    with work().read() as session:
        page = pages.practitioner(session, public_id, on=_past(session, query))
    if page.practitioner.id != public_id:
        merged = redirect(url_for("public-api.practitioner", public_id=page.practitioner.id), 301)
        merged.headers["Cache-Control"] = "no-cache"
        abort(merged)
    return {**vars(page), **vars(page.practitioner), "notices": [brief(shown) for shown in page.notices]}


@blueprint.route("/organisations/<string(length=16):public_id>.json")
@public
@blueprint.arguments(MembersQuery, location="query", error_status_code=400)
@blueprint.response(200, OrganisationSchema)
def organisation(query: Mapping[str, Any], public_id: str) -> dict[str, Any]:
    """一家执业机构：登记事项及其状态（今天或过去某日）、人员、当前公示"""
    with work().read() as session:
        page = pages.organisation(
            session, public_id, on=_past(session, query), after=min(query["after"], 2**53)
        )
    return {**vars(page), **vars(page.organisation), "notices": [brief(shown) for shown in page.notices]}


def _past(session: WorkSession, query: Mapping[str, Any]) -> date | None:
    return pages.day(query["on"].isoformat() if query["on"] else "", today=session.today)


@blueprint.route("/notices.json")
@public
@blueprint.arguments(ListQuery, location="query", error_status_code=400)
@blueprint.response(200, ListSchema)
@blueprint.alt_response(404, description="没有所问的人员或机构")
def index(query: Mapping[str, Any]) -> dict[str, Any]:
    """当前公示，最近公开的在前"""
    whose = [(name, query[name]) for name in ("practitioner", "organisation") if query[name]]
    with work().read() as session:
        listed = pages.notice_list(
            session,
            chosen=Chosen(
                tuple(kind for kind in (query["kind"] or "").split(",") if kind),
                query["calling"],
                query["district"],
                query["first"],
                query["last"],
            ),
            subject=whose[0] if whose else None,
            before=query["before"],
            limit=query["limit"],
        )
    return {"results": [brief(shown) for shown in listed.notices], "next": listed.next}


class WithdrawnSchema(Schema):
    id = fields.String(required=True)
    ground = fields.String(required=True, validate=validate.OneOf(tuple(GROUNDS)))
    date = fields.Date(required=True)
    document_number = fields.String(required=True, allow_none=True)
    url = fields.String(required=True)


class WithdrawnListSchema(Schema):
    results = fields.List(fields.Nested(WithdrawnSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class PageQuery(Schema):
    limit = Count(load_default=20, validate=validate.Range(1, _MOST))
    before = Count(load_default=None, validate=validate.Range(0, 2**53))


@blueprint.route("/notices/withdrawn.json")
@public
@blueprint.arguments(PageQuery, location="query", error_status_code=400)
@blueprint.response(200, WithdrawnListSchema)
def withdrawn(query: Mapping[str, Any]) -> dict[str, Any]:
    """依法撤下并说明理由的公示，最近公开的在前"""
    with work().read() as session:
        listed, following = notices.withdrawn(session, **query)
    results = [
        {
            "id": one.public_id,
            "ground": one.ground,
            "date": one.ended_on,
            "document_number": one.document_number,
            "url": url_for("public.notice", public_id=one.public_id),
        }
        for one in listed
    ]
    return {"results": results, "next": following}


@blueprint.route("/notices/<string(length=16):public_id>.json")
@public
@blueprint.alt_response(410, schema=TombstoneSchema, success=True)
@blueprint.response(200, NoticeSchema)
def notice(public_id: str) -> ResponseReturnValue | dict[str, Any]:
    """一条公示及其存证；结束后为 410 和撤下说明"""
    with work().read() as session:
        page = pages.notice(session, public_id)
    shown = page.notice
    common = {"id": shown.public_id, "versions": _versions(shown), "ledger": page.proof.document()}
    if isinstance(shown, Shown):
        return {**common, "url": url_for("public.notice", public_id=shown.public_id), "record": shown.body}
    ended = {**common, "gone": True, "ground": shown.ground, "date": shown.ended_on}
    if shown.document_number:
        ended["document_number"] = shown.document_number
    return make_response(jsonify(TombstoneSchema().dump(ended)), 410)


def brief(shown: Shown) -> dict[str, Any]:
    """A notice as lists have it (BriefSchema)."""
    return {
        "id": shown.public_id,
        "kind": shown.kind,
        "title": shown.title,
        "subject": shown.subject,
        "decided_on": shown.decided_on,
        "until": shown.until,
        "marks": shown.body["marks"],
        "url": url_for("public.notice", public_id=shown.public_id),
    }


def _versions(shown: Shown | Tombstone) -> list[dict[str, Any]]:
    return [
        {"version": version.number, "action": version.action, "index": version.position, "time": version.at}
        for version in shown.versions
    ]
