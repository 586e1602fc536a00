"""The public lists for programs. Every answer here is in /api/v1/openapi.json."""

import json
from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from inspection.plan import objects, strata
from inspection.plan.annual import find as plans
from inspection.plan.annual.find import EntryPage, PlanPage
from inspection.plan.directory import find as directory
from inspection.plan.find import MatterPage
from inspection.plan.matters import find as matters
from registry.kernel.access import public
from registry.kernel.canon import canonical
from registry.kernel.host import work
from registry.web.api.fields import Count

blueprint = Blueprint("lists-api", __name__, description="随机抽查的清单、年度计划和名录")


class VersionSchema(Schema):
    id = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    content = fields.String(required=True)
    object = fields.String(required=True, metadata={"description": "检查对象"})
    category = fields.String(required=True)
    method = fields.String(required=True)
    basis = fields.String(required=True)
    basis_version = fields.String(required=True, metadata={"description": "依据的版本"})
    rate = fields.String(required=True)
    frequency = fields.String(required=True)
    complete_by = fields.String(required=True, metadata={"description": "完成时限"})
    repeat_months = fields.Integer(
        required=True, allow_none=True, metadata={"description": "同一对象重复抽查间隔，月"}
    )
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True, metadata={"description": "此版本之后的第一天"})
    change_reason = fields.String(required=True, allow_none=True)
    ended_reason = fields.String(required=True, allow_none=True)
    log_index = fields.Integer(
        required=True, allow_none=True, metadata={"description": "在公开存证日志中的序号"}
    )


class MatterHistorySchema(Schema):
    code = fields.String(required=True)
    versions = fields.List(fields.Nested(VersionSchema), required=True)


class EntrySchema(Schema):
    code = fields.String(required=True)
    title = fields.String(required=True)
    matters = fields.List(fields.Nested(VersionSchema), required=True)
    rate = fields.String(required=True)
    times = fields.Integer(required=True, metadata={"description": "每年次数"})
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, metadata={"description": "完成时限"})
    section = fields.String(required=True, metadata={"description": "牵头处室"})
    scope = fields.String(
        required=True, allow_none=True, metadata={"description": "定向抽查的范围；为空是不定向"}
    )


class PlanSchema(Schema):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    year = fields.Integer(required=True)
    title = fields.String(required=True)
    section = fields.String(required=True)
    reason = fields.String(required=True, metadata={"description": "调整原因"})
    published_at = fields.AwareDateTime(required=True)
    log_index = fields.Integer(required=True)
    entries = fields.List(fields.Nested(EntrySchema), required=True)


class PlansSchema(Schema):
    results = fields.List(fields.Nested(PlanSchema), required=True)


class InspectorsQuery(Schema):
    limit = Count(load_default=50, validate=validate.Range(1, 200))
    after = fields.String(
        load_default=None, validate=validate.Length(max=64), metadata={"description": "上一页的 next"}
    )


class AwaySchema(Schema):
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, metadata={"description": "含当日"})


class RecusedFromSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class InspectorSchema(Schema):
    certificate = fields.String(required=True, metadata={"description": "执法证号"})
    kinds = fields.List(fields.String(), required=True)
    lead = fields.Boolean(required=True, metadata={"description": "可任组长"})
    district = fields.String(required=True)
    valid_until = fields.Date(required=True)
    leaves = fields.List(fields.Nested(AwaySchema), required=True)
    organisations = fields.List(
        fields.Nested(RecusedFromSchema), required=True, metadata={"description": "回避的机构"}
    )
    persons = fields.Integer(required=True, metadata={"description": "回避的从业人员数"})


class InspectorsSchema(Schema):
    results = fields.List(fields.Nested(InspectorSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class ObjectsSchema(Schema):
    rule = fields.String(required=True, metadata={"description": "分层规则"})
    version = fields.String(required=True)
    results = fields.List(
        fields.Dict(
            keys=fields.String(),
            metadata={"description": "kind、title、strata（各层家数）、practising、others"},
        ),
        required=True,
    )


@blueprint.route("/matters/<string:code>.json")
@public
@blueprint.response(200, MatterHistorySchema)
def matter(code: str) -> dict[str, Any]:
    """一个抽查事项的全部版本，最新的在前"""
    with work().read() as session:
        versions = matters.history(session, code)
    return {"code": code, "versions": [_version(one) for one in versions]}


@blueprint.route("/inspection-plans.json")
@public
@blueprint.response(200, PlansSchema)
def plan_list() -> dict[str, Any]:
    """现行的年度抽查计划，最近的年度在前"""
    with work().read() as session:
        return {"results": [_plan(one) for one in plans.plans(session)]}


@blueprint.route("/inspection-plans/<string:number>.json")
@public
@blueprint.response(200, PlanSchema)
def plan(number: str) -> dict[str, Any]:
    """一份年度抽查计划的现行版本"""
    with work().read() as session:
        return _plan(plans.versions(session, number)[0])


@blueprint.route("/inspectors.json")
@public
@blueprint.arguments(InspectorsQuery, location="query", error_status_code=400)
@blueprint.response(200, InspectorsSchema)
def inspectors(query: Mapping[str, Any]) -> dict[str, Any]:
    """检查人员名录，按执法证号；没有姓名，没有请假和回避的事由"""
    with work().read() as session:
        listed, following = directory.listed(
            session, on=session.today, limit=query["limit"], after=query["after"]
        )
    results = [
        {**vars(one), "organisations": [{"id": id_, "name": name} for id_, name in one.organisations]}
        for one in listed
    ]
    return {"results": results, "next": following}


@blueprint.route("/inspection-objects.json")
@public
@blueprint.response(200, ObjectsSchema)
def object_list() -> dict[str, Any]:
    """检查对象：每一类在各层的数目"""
    with work().read() as session:
        rule, counted = strata.rule(session.today), objects.counts(session, on=session.today)
    results = [{**vars(one), "practising": one.practising} for one in counted]
    return {"rule": rule.text, "version": rule.version, "results": json.loads(canonical(results))}


def _version(one: MatterPage) -> dict[str, Any]:
    return {**vars(one), "id": one.public_id, "object": one.object_title}


def _plan(one: PlanPage) -> dict[str, Any]:
    return {**vars(one), "entries": [_entry(entry) for entry in one.entries]}


def _entry(one: EntryPage) -> dict[str, Any]:
    return {**vars(one), "matters": [_version(matter) for matter in one.matters]}
