"""The same for programs. Every answer here is in /api/v1/openapi.json."""

from collections.abc import Mapping
from typing import Any

from flask import Response, url_for
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from inspection.ceremony import find as draws
from inspection.ceremony import listed as listed_draws
from inspection.ceremony.rows import STATES
from inspection.ceremony.sealed import GROUNDS as GROUNDS_TO_SEAL
from inspection.ceremony.void import TITLES
from inspection.plan import find as plan
from registry.kernel.access import public
from registry.kernel.host import work
from registry.web.api.fields import Count

blueprint = Blueprint("draws-api", __name__, description="双随机抽取：记录可由任何人重算")

_MOST = 100


class DrawsQuery(Schema):
    limit = Count(load_default=20, validate=validate.Range(1, _MOST))
    before = Count(
        load_default=None, validate=validate.Range(0, 2**53), metadata={"description": "上一页的 next"}
    )


class MattersQuery(Schema):
    limit = Count(load_default=20, validate=validate.Range(1, _MOST))
    after = fields.String(
        load_default=None, validate=validate.Length(max=32), metadata={"description": "上一页的 next"}
    )


class MatterSchema(Schema):
    id = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    content = fields.String(required=True)
    object = fields.String(required=True, metadata={"description": "检查对象"})
    category = fields.String(required=True, metadata={"description": "一般检查事项或重点检查事项"})
    method = fields.String(required=True)
    basis = fields.String(required=True)
    rate = fields.String(required=True)
    frequency = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True)


class MattersSchema(Schema):
    results = fields.List(fields.Nested(MatterSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class DrawBriefSchema(Schema):
    id = fields.String(required=True)
    task = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(STATES)))
    overdue = fields.Boolean(required=True, metadata={"description": "已过抽取期限而随机源不齐，视为作废"})
    as_of = fields.Date(required=True, metadata={"description": "名录基准日"})
    drawn_at = fields.AwareDateTime(required=True, allow_none=True)
    sealed = fields.Boolean(required=True, metadata={"description": "结果密封，尚未启封"})
    opening_overdue = fields.Boolean(required=True, metadata={"description": "应当启封而没有启封"})
    url = fields.String(required=True)


class DrawsSchema(Schema):
    results = fields.List(fields.Nested(DrawBriefSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class StratumSchema(Schema):
    id = fields.String(required=True)
    rate_bp = fields.Integer(required=True, metadata={"description": "抽查比例，万分之一为单位"})
    eligible = fields.Integer(required=True)
    excluded = fields.Integer(required=True)
    quota = fields.Integer(required=True)
    selected = fields.Integer(required=True)


class ChanceSchema(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(("dice", "beacon", "reveal")))
    by = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    supplied_at = fields.AwareDateTime(required=True, allow_none=True)


class OpenedPersonSchema(Schema):
    """抽中的个人。编号是 "unit|" + subject + "|" + nonce 的 SHA-256，名录在随机源之前已由此绑定"""

    subject = fields.String(required=True, metadata={"description": "冻结名录时的人员编号"})
    nonce = fields.String(required=True)
    practitioner = fields.String(required=True, metadata={"description": "现在的人员编号"})
    licence_number = fields.String(required=True)
    firm = fields.String(required=True, allow_none=True)


class SelectedSchema(Schema):
    unit = fields.String(required=True)
    name = fields.String(required=True)
    person = fields.Nested(
        OpenedPersonSchema, required=True, allow_none=True, metadata={"description": "对象是个人时"}
    )
    stratum = fields.String(required=True)
    mandatory = fields.Boolean(required=True)
    inspectors = fields.List(
        fields.String(), required=True, metadata={"description": "执法证号，按席位；无法安排时为空"}
    )


class ReserveSchema(Schema):
    unit = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "个人在递补之前只有化名"})
    stratum = fields.String(required=True)


class SubstitutedSchema(Schema):
    unit = fields.String(required=True)
    name = fields.String(required=True)
    seat = fields.Integer(
        required=True, allow_none=True, metadata={"description": "席位，从 0 起；为空表示更换检查对象"}
    )
    ground = fields.String(required=True)
    came_in = fields.List(fields.String(), required=True, metadata={"description": "由种子确定的接替者"})
    person = fields.Nested(
        OpenedPersonSchema, required=True, allow_none=True, metadata={"description": "接替的个人"}
    )


class VoidSchema(Schema):
    ground = fields.String(required=True, validate=validate.OneOf(tuple(TITLES)))
    party = fields.String(required=True, allow_none=True, metadata={"description": "未提供随机源的一方"})
    at = fields.AwareDateTime(required=True)


class RootSchema(Schema):
    version = fields.Integer(
        required=True, metadata={"description": "存证日志中的版次：2 为抽取，以后每次更换加一"}
    )
    root = fields.String(required=True, metadata={"description": "RFC 6962 树根"})
    index = fields.Integer(required=True, metadata={"description": "在公开存证日志中的序号"})
    committed_at = fields.AwareDateTime(required=True)


class SealSchema(Schema):
    ground = fields.String(required=True, validate=validate.OneOf(tuple(GROUNDS_TO_SEAL)))
    depositary = fields.String(required=True, metadata={"description": "保管封存随机数的人"})
    opens_after = fields.Date(required=True, metadata={"description": "最迟在此日之后启封"})
    closed = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True, metadata={"description": "应当启封而没有启封"})
    opened_at = fields.AwareDateTime(required=True, allow_none=True)
    roots = fields.List(fields.Nested(RootSchema), required=True)


class DrawSchema(Schema):
    id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(STATES)))
    overdue = fields.Boolean(required=True)
    task = fields.String(required=True)
    matter = fields.String(required=True)
    basis = fields.String(required=True)
    as_of = fields.Date(required=True)
    deadline = fields.Date(required=True, metadata={"description": "抽取期限"})
    visits_by = fields.Date(required=True, metadata={"description": "检查完成时限"})
    assurance = fields.String(required=True, metadata={"description": "抽取的可信性建立在什么上"})
    frame_sha256 = fields.String(required=True)
    frozen_at = fields.AwareDateTime(required=True)
    committed_at = fields.AwareDateTime(required=True, allow_none=True)
    commit_index = fields.Integer(required=True, allow_none=True)
    drawn_at = fields.AwareDateTime(required=True, allow_none=True)
    record_index = fields.Integer(required=True, allow_none=True)
    seed = fields.String(required=True, allow_none=True)
    of_persons = fields.Boolean(required=True, metadata={"description": "对象是个人，名录用化名"})
    sealed = fields.Nested(SealSchema, required=True, allow_none=True)
    units = fields.Integer(required=True, allow_none=True, metadata={"description": "密封期间为空"})
    inspectors = fields.Integer(required=True, allow_none=True, metadata={"description": "密封期间为空"})
    excluded = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "排除理由及家数"},
    )
    strata = fields.List(fields.Nested(StratumSchema), required=True)
    entropy = fields.List(fields.Nested(ChanceSchema), required=True)
    selected = fields.List(fields.Nested(SelectedSchema), required=True)
    reserves = fields.List(fields.Nested(ReserveSchema), required=True)
    substitutions = fields.List(fields.Nested(SubstitutedSchema), required=True)
    unassignable = fields.String(required=True, allow_none=True)
    voided = fields.Nested(VoidSchema, required=True, allow_none=True)
    supersedes = fields.String(required=True, allow_none=True)
    superseded_by = fields.String(required=True, allow_none=True)
    frame = fields.String(required=True, allow_none=True, metadata={"description": "名录的地址，提交存证后"})
    record = fields.String(required=True, allow_none=True, metadata={"description": "抽取记录的地址，抽取后"})
    url = fields.String(required=True)


@blueprint.route("/matters.json")
@public
@blueprint.arguments(MattersQuery, location="query", error_status_code=400)
@blueprint.response(200, MattersSchema)
def matters(query: Mapping[str, Any]) -> dict[str, Any]:
    """现行的随机抽查事项清单，按编号"""
    with work().read() as session:
        listed, following = plan.matters(
            session, on=session.today, limit=query["limit"], after=query["after"]
        )
    results = [{**vars(matter), "id": matter.public_id, "object": matter.object_title} for matter in listed]
    return {"results": results, "next": following}


@blueprint.route("/draws.json")
@public
@blueprint.arguments(DrawsQuery, location="query", error_status_code=400)
@blueprint.response(200, DrawsSchema)
def index(query: Mapping[str, Any]) -> dict[str, Any]:
    """全部抽取，最近的在前；作废的也在其中"""
    with work().read() as session:
        listed, following = listed_draws.draws(
            session, on=session.today, limit=query["limit"], before=query["before"]
        )
    results = [
        {
            **vars(draw),
            "id": draw.public_id,
            "task": draw.title,
            "sealed": draw.seal is not None and draw.seal.closed,
            "opening_overdue": draw.seal is not None and draw.seal.overdue,
            "url": url_for("draws.draw", public_id=draw.public_id),
        }
        for draw in listed
    ]
    return {"results": results, "next": following}


@blueprint.route("/draws/<string(length=16):public_id>.json")
@public
@blueprint.response(200, DrawSchema)
def draw_json(public_id: str) -> dict[str, Any]:
    """一次抽取：依据什么、抽中了谁、记录在哪里"""
    with work().read() as session:
        page = draws.draw_page(session, public_id, on=session.today)
    return {
        **vars(page),
        "id": public_id,
        "task": page.task_title,
        "basis": page.matter_basis,
        "sealed": page.seal,
        "entropy": page.plan,
        "selected": [{**vars(chosen), "inspectors": chosen.team} for chosen in page.chosen],
        "frame": _address("frame_json", public_id)
        if page.commit_index is not None and page.units is not None
        else None,
        "record": _address("record_json", public_id) if page.seed else None,
        "url": url_for("draws.draw", public_id=public_id),
    }


@blueprint.route("/draws/<string(length=16):public_id>/record.json")
@public
@blueprint.response(200, {"type": "object"}, description="double-random-draw/1 的抽取记录，规范 JSON")
def record_json(public_id: str) -> Response:
    """抽取记录：任何人可据此重算"""
    with work().read() as session:
        record = draws.record_bytes(session, public_id)
    return _document(record, f"draw-{public_id}.json")


@blueprint.route("/draws/<string(length=16):public_id>/frame.json")
@public
@blueprint.response(200, {"type": "object"}, description="冻结的名录，规范 JSON；其 SHA-256 即提交存证的摘要")
def frame_json(public_id: str) -> Response:
    """名录：自提交存证之时起公开"""
    with work().read() as session:
        frame = draws.frame_bytes(session, public_id)
    return _document(frame, f"frame-{public_id}.json")


def _address(endpoint: str, public_id: str) -> str:
    return url_for(f"draws-api.{endpoint}", public_id=public_id)


def _document(content: bytes, name: str) -> Response:
    response = Response(content, content_type="application/json")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "public, max-age=60"
    return response
