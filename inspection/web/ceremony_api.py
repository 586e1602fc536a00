"""The ceremony of a draw for programs, and for parties who use one in their own session: /api/v1/draws and its visits.

A program may announce, freeze, commit and draw. Chance, voiding and substitution want a person: their endpoints take the
session of a member of staff (with the CSRF token of any page in `X-CSRFToken`) and answer a program's token with 403,
`people_only`. What each may do is asked by the use case, as on the pages.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from inspection.ceremony import announce, conduct, stand, substitute, void
from inspection.ceremony.stand import Stand
from inspection.ceremony.tables import AnnouncementRow, DrawRow
from inspection.visits import assign, replace
from inspection.visits import find as visits
from inspection.visits.tables import VisitRow
from registry.kernel.faults import Fault, Invalid, NotFound
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web.api.fields import EXAMPLE_ID, Body, Flag, public_id, text
from registry.web.api.filters import lock
from registry.web.api.ground import Concern
from registry.web.api.scopes import Scope

SCOPES = (
    Scope("draws:read", "读取抽取和检查的办理情况", frozenset({"draw.read", "visit.read"})),
    Scope(
        "draws:conduct",
        "公布抽取、冻结名录、提交存证、执行抽取；随机源、作废、回避和更换须由本人在会话中办理",
        frozenset({"draw.read", "visit.read", "draw.freeze", "draw.commit", "draw.run"}),
    ),
)

concern = Concern("ceremony", "双随机抽取的办理", offered=SCOPES)

_DRAW = "/draws/<string(length=16):public_id>"
_VISIT = "/visits/<string(length=16):public_id>"
_ID = validate.Regexp(r"^[A-Za-z0-9._-]{1,64}\Z", error="String does not match expected pattern.")
_KIND = validate.OneOf(("dice", "beacon", "reveal"))
_BEACON = ("source", "round", "due")
_announced = lock(AnnouncementRow, "没有公布过这次抽取")
_frozen = lock(DrawRow, "没有这次抽取")


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


class SubstitutionRequestSchema(Schema):
    """The reason stays inside, as on no public page either."""

    id = public_id(attribute="public_id", required=True)
    whole = fields.Boolean(required=True, metadata={"description": "更换检查对象，而不是检查人员"})
    inspector = fields.String(required=True, allow_none=True)
    ground_title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(substitute.STATES)))
    asked_at = fields.AwareDateTime(required=True)


class InspectionVisitSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    draw = public_id(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(visits.STATES)))
    subject_kind = fields.String(required=True, validate=validate.OneOf(("organisation", "practitioner")))
    subject = public_id(attribute="subject_id", required=True)
    name = fields.String(attribute="subject_name", required=True)
    deadline = fields.Date(required=True)
    seats = fields.List(
        fields.String(allow_none=True), required=True, metadata={"description": "执法证号，按席位；空缺为空"}
    )
    requests = fields.List(fields.Nested(SubstitutionRequestSchema), required=True)


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


@concern.read(_DRAW, permission="draw.read", answer=CeremonySchema)
def ceremony(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Stand:
    """一次抽取办到哪一步

    自公布抽取编号起；结果和记录见 /draws/{public_id}.json。
    """
    return stand.stand(session, public_id, on=session.today)


@concern.act(
    "/draws", permission="draw.freeze", body=AnnouncementSchema, shows=ceremony, answer=CeremonySchema
)
def announce_draw(session: WorkSession, given: Mapping[str, Any]) -> str:
    """公布抽取编号和随机源计划

    提供随机源的须是在职的见证人，写用户名；接口客户端不能作为其中一方。
    """
    plan = [_item(item, f"plan[{place}]") for place, item in enumerate(given["plan"])]
    made = announce.announce(
        session, session.actor, task=given["task"], plan=plan, supersedes=given["supersedes"]
    )
    return made.public_id


@concern.act(
    f"{_DRAW}/call-off",
    permission="draw.freeze",
    body=StepSchema,
    shows=ceremony,
    answer=CeremonySchema,
    lock=_announced,
)
def call_off(session: WorkSession, _given: Mapping[str, Any], public_id: str) -> str:
    """撤回公布的抽取

    只在名录冻结之前。
    """
    announce.call_off(session, session.actor, draw_id=public_id)
    return public_id


@concern.act(
    f"{_DRAW}/commitments",
    permission="draw.read",
    body=HandOverSchema,
    shows=ceremony,
    answer=CeremonySchema,
    lock=_announced,
    people=True,
)
def hand_over(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """提交承诺值

    由计划中的揭示方在本人的会话中提交；接口客户端一律 403（people_only）。
    """
    announce.hand_over(session, session.actor, draw_id=public_id, commitment=given["commitment"])
    return public_id


@concern.act(
    f"{_DRAW}/freeze",
    permission="draw.freeze",
    body=StepSchema,
    shows=ceremony,
    answer=CeremonySchema,
    lock=_announced,
)
def freeze(session: WorkSession, _given: Mapping[str, Any], public_id: str) -> str:
    """冻结名录

    承诺值齐了才能冻结；冻结之后不能丢弃。
    """
    conduct.freeze(session, session.actor, draw_id=public_id)
    return public_id


@concern.act(
    f"{_DRAW}/commit",
    permission="draw.commit",
    body=StepSchema,
    shows=ceremony,
    answer=CeremonySchema,
    lock=_frozen,
)
def commit(session: WorkSession, _given: Mapping[str, Any], public_id: str) -> str:
    """名录提交存证"""
    conduct.commit(session, session.actor, draw_id=public_id)
    return public_id


@concern.act(
    f"{_DRAW}/chance",
    permission="draw.read",
    body=SupplySchema,
    shows=ceremony,
    answer=CeremonySchema,
    lock=_frozen,
    people=True,
)
def supply(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """提供一项随机源

    由计划中的一方在本人的会话中按次序提供，提供后不能更改；接口客户端一律 403（people_only）。
    """
    conduct.supply(session, session.actor, draw_id=public_id, **given)
    return public_id


def _computed(public_id: str) -> Mapping[str, object]:
    with work().read() as session:
        given = conduct.inputs(session, public_id)
    return conduct.compute(given)


@concern.act(
    f"{_DRAW}/run",
    permission="draw.run",
    body=StepSchema,
    shows=ceremony,
    answer=CeremonySchema,
    lock=_frozen,
    ahead=_computed,
)
def run(
    session: WorkSession, _given: Mapping[str, Any], public_id: str, ahead: Mapping[str, object] | Fault
) -> str:
    """抽取

    一次请求，只发生一次：再发同一键得到同样的回答，用别的键再发为 409。
    """
    session.actor.require("draw.run")
    if isinstance(ahead, Fault):
        raise ahead
    assign.carry_out(session, session.actor, draw_id=public_id, record=ahead)
    return public_id


@concern.act(
    f"{_DRAW}/void",
    permission="draw.read",
    body=VoidProposalSchema,
    shows=ceremony,
    answer=CeremonySchema,
    lock=_frozen,
    people=True,
)
def propose_void(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """申请作废

    只限规定的情形，由本系统自行查核；须由另一人确认。接口客户端一律 403（people_only）。
    """
    void.propose(session, session.actor, draw_id=public_id, **given)
    return public_id


@concern.act(
    f"{_DRAW}/void/confirm",
    permission="draw.read",
    body=StepSchema,
    shows=ceremony,
    answer=CeremonySchema,
    lock=_frozen,
    people=True,
)
def confirm_void(session: WorkSession, _given: Mapping[str, Any], public_id: str) -> str:
    """确认作废

    由申请人以外的人；接口客户端一律 403（people_only）。
    """
    void.confirm(session, session.actor, draw_id=public_id)
    return public_id


@concern.read(_VISIT, permission="visit.read", answer=InspectionVisitSchema)
def visit(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一次检查的人员和更换情况"""
    found = visits.visit(session, public_id)
    return {
        **vars(found),
        "seats": replace.seats(session, public_id),
        "requests": replace.requests(session, public_id),
    }


@concern.act(
    f"{_VISIT}/substitutions",
    permission="visit.read",
    body=AskingSchema,
    shows=visit,
    answer=InspectionVisitSchema,
    lock=lock(VisitRow, "没有这次检查"),
    people=True,
)
def ask_substitution(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """申请回避或更换检查对象

    接口客户端一律 403（people_only）。
    """
    replace.ask(session, session.actor, visit=public_id, **given)
    return public_id


@concern.act(
    f"{_VISIT}/substitutions/<string(length=16):substitution>/decision",
    permission="visit.read",
    body=DecisionSchema,
    shows=visit,
    answer=InspectionVisitSchema,
    lock=lock(VisitRow, "没有这次检查"),
    people=True,
)
def decide_substitution(
    session: WorkSession, given: Mapping[str, Any], public_id: str, substitution: str
) -> str:
    """决定回避或更换

    由申请人以外的人；同意时谁来接替由种子确定。更换检查对象后，所答的是接替对象的检查。接口客户端一律 403（people_only）。
    """
    if substitution not in {one.public_id for one in replace.requests(session, public_id)}:
        raise NotFound("没有这项更换申请")
    return (
        replace.decide(session, session.actor, substitution=substitution, granted=given["granted"])
        or public_id
    )


def _item(given: Mapping[str, Any], path: str) -> dict[str, str]:
    """An item of the plan as `announce` takes it. Raises Invalid: a beacon has a source, round and moment, nothing else has."""
    for name in _BEACON:
        if (given["kind"] == "beacon") != (name in given):
            raise Invalid.field(f"{path}.{name}", "beacon", "来源、期号和公布时间用于公共随机源，且缺一不可")
    return {name: value.isoformat() if name == "due" else str(value) for name, value in given.items()}
