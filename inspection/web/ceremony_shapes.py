"""What the JSON of a ceremony looks like: tasks, draws and visits as they stand, and what each step brings."""

from typing import ClassVar

from marshmallow import Schema, fields, validate

from inspection.ceremony import stand, substitute, void
from inspection.ceremony.sealed import GROUNDS as SEAL_GROUNDS
from inspection.visits import find as visits
from registry.web.api.fields import EXAMPLE_ID, Body, Flag, PageQuery, public_id, text

_ID = validate.Regexp(r"^[A-Za-z0-9._-]{1,64}\Z", error="String does not match expected pattern.")
_KIND = validate.OneOf(("dice", "beacon", "reveal"))


class PlanItemSchema(Schema):
    position = fields.Integer(required=True)
    kind = fields.String(required=True, validate=_KIND)
    by = fields.String(required=True, metadata={"description": "提供者的用户名"})
    source = fields.String(required=True, allow_none=True)
    round = fields.String(required=True, allow_none=True)
    due = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "公共随机源的公布时间"}
    )
    commitment = fields.String(required=True, allow_none=True)
    supplied_at = fields.AwareDateTime(required=True, allow_none=True)


class VoidingSchema(Schema):
    ground = fields.String(required=True)
    title = fields.String(required=True)
    party = fields.String(required=True, allow_none=True, metadata={"description": "未提供随机源的一方"})
    at = fields.AwareDateTime(required=True, allow_none=True)


class CeremonySchema(Schema):
    id = public_id(attribute="public_id", required=True)
    task = public_id(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(stand.STATES)))
    state_title = fields.String(required=True)
    announced_at = fields.AwareDateTime(required=True, allow_none=True)
    deadline = fields.Date(required=True, allow_none=True, metadata={"description": "抽取期限"})
    overdue = fields.Boolean(required=True)
    plan = fields.List(fields.Nested(PlanItemSchema), required=True)
    frame_sha256 = fields.String(required=True, allow_none=True)
    commit_index = fields.Integer(required=True, allow_none=True)
    drawn_at = fields.AwareDateTime(required=True, allow_none=True)
    record_index = fields.Integer(required=True, allow_none=True)
    void_proposal = fields.Nested(VoidingSchema, required=True, allow_none=True)
    voided = fields.Nested(VoidingSchema, required=True, allow_none=True)
    supersedes = public_id(required=True, allow_none=True)


class DrawTaskSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    object_kind = fields.String(required=True, metadata={"description": "检查对象：机构类型或职业"})
    deadline = fields.Date(required=True, metadata={"description": "检查完成时限"})
    draw = public_id(required=True, allow_none=True, metadata={"description": "最近一次公布的抽取"})
    state = fields.String(required=True, allow_none=True, validate=validate.OneOf((*stand.STATES, None)))


class SubstitutionRequestSchema(Schema):
    """The reason stays inside, as on no public page either."""

    id = public_id(attribute="public_id", required=True)
    whole = fields.Boolean(required=True, metadata={"description": "更换检查对象，而不是检查人员"})
    inspector = fields.String(required=True, allow_none=True)
    ground_title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(substitute.STATES)))
    asked_at = fields.AwareDateTime(required=True)


class InspectionVisitLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    draw = public_id(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(visits.STATES)))
    subject_kind = fields.String(required=True, validate=validate.OneOf(("organisation", "practitioner")))
    subject = public_id(attribute="subject_id", required=True)
    name = fields.String(attribute="subject_name", required=True)
    deadline = fields.Date(required=True)


class InspectionVisitSchema(InspectionVisitLineSchema):
    seats = fields.List(
        fields.String(allow_none=True), required=True, metadata={"description": "执法证号，按席位；空缺为空"}
    )
    requests = fields.List(fields.Nested(SubstitutionRequestSchema), required=True)


class VisitsQuery(PageQuery):
    state = fields.String(load_default=None, validate=validate.OneOf(tuple(visits.STATES)))


class NewPlanItemSchema(Body):
    kind = fields.String(required=True, validate=_KIND)
    by = fields.String(required=True, validate=_ID)
    source = fields.String(validate=_ID)
    round = fields.String(validate=_ID)
    due = fields.AwareDateTime(metadata={"description": "公布时间；只用于公共随机源"})


class AnnouncementSchema(Body):
    example: ClassVar = {
        "task": EXAMPLE_ID,
        "plan": [{"kind": "dice", "by": "witness"}, {"kind": "reveal", "by": "witness2"}],
    }

    task = public_id(required=True)
    plan = fields.List(fields.Nested(NewPlanItemSchema), required=True, validate=validate.Length(1, 16))
    supersedes = public_id(
        load_default=None, allow_none=True, metadata={"description": "所取代的、已作废的抽取"}
    )
    seal_ground = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(tuple(SEAL_GROUNDS)),
        metadata={"description": "密封抽取：不预先通知的理由；为空则结果当场公开"},
    )
    depositary = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 64),
        metadata={"description": "密封抽取：封存随机数的保管人（用户名）"},
    )


class StepSchema(Body):
    """Nothing is told: which draw stands in the address."""


class HandOverSchema(Body):
    example: ClassVar = {"commitment": "0" * 64}

    commitment = fields.String(
        required=True,
        validate=validate.Regexp(r"^[0-9a-f]{64}\Z", error="String does not match expected pattern."),
    )


class SupplySchema(Body):
    example: ClassVar = {"position": 0, "value": "31415926535897932384"}

    position = fields.Integer(required=True, strict=True, validate=validate.Range(0, 15))
    value = text(512, shortest=1, required=True, metadata={"description": "点数、公共随机源的值或揭示的值"})
    nonce = text(64, load_default=None, allow_none=True, metadata={"description": "只用于揭示"})


class VoidProposalSchema(Body):
    example: ClassVar = {"ground": "frame_fault", "note": "名录漏列一家机构"}

    ground = fields.String(required=True, validate=validate.OneOf(tuple(void.GROUNDS)))
    note = text(1000, shortest=1, required=True)


class AskingSchema(Body):
    example: ClassVar = {"seat": 0, "ground": "recused", "reason": "与负责人有亲属关系"}

    seat = fields.Integer(
        required=True,
        allow_none=True,
        strict=True,
        validate=validate.Range(0, 4),
        metadata={"description": "席位，从 0 起；为空表示更换检查对象"},
    )
    ground = fields.String(required=True, validate=validate.OneOf(tuple(substitute.GROUNDS)))
    reason = text(1000, shortest=1, required=True, metadata={"description": "内部记录，不公开"})


class DecisionSchema(Body):
    example: ClassVar = {"granted": True}

    granted = Flag(required=True)
