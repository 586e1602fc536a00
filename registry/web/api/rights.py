"""Objections and repairs for programs: read, and received from a portal. Decisions are taken by people, on their pages."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from registry.credit.casework import identity
from registry.credit.objection import find as objection_find
from registry.credit.objection import handle as objecting
from registry.credit.objection import states as objection_states
from registry.credit.objection.tables import ObjectionRow
from registry.credit.repair import find as repair_find
from registry.credit.repair import handle as repairing
from registry.credit.repair import states as repair_states
from registry.kernel.host import settings
from registry.kernel.work import WorkSession
from registry.web.api import subjects
from registry.web.api.fields import EXAMPLE_ID, Body, Day, Flag, PageQuery, public_id, text
from registry.web.api.filters import alone, behind, lock
from registry.web.api.ground import Concern
from registry.web.api.looks import LookUp, noted
from registry.web.api.scopes import PERSONAL

concern = Concern("rights", "异议和信用修复")

_IDENTIFIED = validate.OneOf(tuple(identity.TITLES))
_NUMBER = {"description": "提出人的证件号码、统一社会信用代码或执业证号；只用于核对，不保存"}


class StepSchema(Schema):
    """One step of a case. What was written with it is in `wording`."""

    step = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"description": "法定的最后一日"})
    late = fields.Boolean(required=True)


class CaseLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    event = public_id(required=True, metadata={"description": "所涉信用事件"})
    subject_name = fields.String(required=True)
    event_title = fields.String(required=True)
    document_number = fields.String(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"description": "下一步的最后一日"})
    due_provisional = fields.Boolean(required=True)


class ObjectionLineSchema(CaseLineSchema):
    state = fields.String(required=True, validate=validate.OneOf(tuple(objection_states.STATES)))
    received_on = fields.Date(required=True)
    outcome = fields.String(
        required=True, allow_none=True, validate=validate.OneOf(tuple(objection_states.OUTCOMES))
    )


class ObjectionSchema(ObjectionLineSchema):
    round = fields.Integer(required=True, metadata={"description": "1 为异议，2 为复核"})
    asked = fields.String(required=True, validate=validate.OneOf(tuple(objection_states.ASKED)))
    identified_by = fields.String(required=True, validate=_IDENTIFIED)
    source_unit = fields.String(required=True, allow_none=True)
    appeal_until = fields.Date(required=True, allow_none=True, metadata={"description": "申请复核的最后一日"})
    steps = fields.List(fields.Nested(StepSchema), required=True)


class ObjectionWordingSchema(Schema):
    id = public_id(required=True)
    statement = fields.String(required=True)
    contact = fields.String(required=True)
    notes = fields.List(fields.String(), required=True, metadata={"description": "各步骤所写，依次"})


class RepairLineSchema(CaseLineSchema):
    state = fields.String(required=True, validate=validate.OneOf(tuple(repair_states.STATES)))
    applied_on = fields.Date(required=True)


class ConditionSchema(Schema):
    name = fields.String(required=True)
    title = fields.String(required=True)
    basis = fields.String(required=True)
    met = fields.Boolean(required=True)


class RepairSchema(RepairLineSchema):
    identified_by = fields.String(required=True, validate=_IDENTIFIED)
    conditions = fields.List(fields.Nested(ConditionSchema), required=True)
    extended = fields.Boolean(required=True, metadata={"description": "已延长办理期限"})
    steps = fields.List(fields.Nested(StepSchema), required=True)


class RepairWordingSchema(Schema):
    id = public_id(required=True)
    duties = fields.String(required=True)
    contact = fields.String(required=True)
    notes = fields.List(fields.String(), required=True)


class CasesQuery(PageQuery):
    subject = public_id(load_default=None, metadata={"description": "不能与 state、overdue 同时使用"})
    overdue = Flag(load_default=False, metadata={"description": "只要逾期的"})


class ObjectionsQuery(CasesQuery):
    state = fields.String(
        load_default=None,
        validate=validate.OneOf(("open", *objection_states.STATES)),
        metadata={"description": "open 为未办结"},
    )


class RepairsQuery(CasesQuery):
    state = fields.String(
        load_default=None,
        validate=validate.OneOf(("open", *repair_states.STATES)),
        metadata={"description": "open 为未办结"},
    )


class NewObjectionSchema(Body):
    example: ClassVar = {
        "event": EXAMPLE_ID,
        "number": "31310000MD0000001X",
        "received_on": "2026-11-20",
        "asked": "correct",
        "statement": "罚款数额有误",
        "contact": "021-12345678",
    }

    event = public_id(required=True)
    number = text(40, shortest=1, required=True, metadata=_NUMBER)
    received_on = Day(required=True)
    asked = fields.String(required=True, validate=validate.OneOf(tuple(objection_states.ASKED)))
    statement = text(2000, shortest=1, required=True, metadata={"description": "异议的内容和理由"})
    contact = text(200, shortest=1, required=True, metadata={"description": "用于告知处理结果"})


class AppealSchema(Body):
    example: ClassVar = {"number": "31310000MD0000001X", "statement": "核查遗漏了缴款凭证"}

    number = text(40, shortest=1, required=True, metadata=_NUMBER)
    statement = text(2000, shortest=1, required=True)


class NewRepairSchema(Body):
    example: ClassVar = {
        "event": EXAMPLE_ID,
        "number": "31310000MD0000001X",
        "duties": "罚款已于 2026-05-20 缴清",
        "contact": "021-12345678",
    }

    event = public_id(required=True)
    number = text(40, shortest=1, required=True, metadata=_NUMBER)
    duties = text(2000, shortest=1, required=True, metadata={"description": "义务履行和纠正失信行为的情况"})
    contact = text(200, shortest=1, required=True, metadata={"description": "用于送达决定"})


@concern.listing(
    "/objections",
    permission=objection_states.READ,
    item=ObjectionLineSchema,
    query=ObjectionsQuery,
    key=attrgetter("id"),
)
def objections(
    session: WorkSession, asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[objection_find.Listed]:
    """异议

    最近受理的在前。
    """
    if subject := subjects.asked_for(session, asked["subject"]):
        alone(asked, "subject", "state", "overdue")
        return behind(objection_find.of_subject(session, subject), after, limit)
    return objection_find.objections(
        session, state=asked["state"] or "", overdue=asked["overdue"], before=after, limit=limit
    )


@concern.read(
    "/objections/<string(length=16):public_id>", permission=objection_states.READ, answer=ObjectionSchema
)
def objection(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一件异议"""
    found = objection_find.objection(session, public_id)
    return {**vars(found), **vars(found.listed)} | {"event": found.listed.event}


@concern.look_up(
    "/objections/<string(length=16):public_id>/wording",
    permission=PERSONAL,
    answer=ObjectionWordingSchema,
    query=LookUp,
)
def objection_wording(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一件异议的文字内容

    每次读取都记入审计记录。
    """
    found = objection_find.objection(session, public_id)
    noted(session, asked, "credit.view", found.event.subject.public_id or public_id)
    notes = [step.note for step in found.steps if step.note]
    return {"id": public_id, "statement": found.statement, "contact": found.contact, "notes": notes}


@concern.act(
    "/objections",
    permission=objection_states.RECEIVE,
    body=NewObjectionSchema,
    shows=objection,
    answer=ObjectionSchema,
)
def receive(session: WorkSession, given: Mapping[str, Any]) -> str:
    """提出异议

    由信息主体本人提出（上海市社会信用条例第三十六条）；受理之时起公示上即有异议标注。
    """
    return objecting.receive(session, session.actor, region=settings().region, **given).public_id


@concern.act(
    "/objections/<string(length=16):public_id>/appeal",
    permission=objection_states.RECEIVE,
    body=AppealSchema,
    shows=objection,
    answer=ObjectionSchema,
    lock=lock(ObjectionRow, "没有这件异议"),
)
def appeal(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """申请复核"""
    objecting.appeal(session, session.actor, objection=public_id, **given)
    return public_id


@concern.listing(
    "/repairs",
    permission=repair_states.READ,
    item=RepairLineSchema,
    query=RepairsQuery,
    key=attrgetter("id"),
)
def repairs(
    session: WorkSession, asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[repair_find.Listed]:
    """信用修复申请

    最近登记的在前。
    """
    if subject := subjects.asked_for(session, asked["subject"]):
        alone(asked, "subject", "state", "overdue")
        return behind(repair_find.of_subject(session, subject), after, limit)
    return repair_find.repairs(
        session, state=asked["state"] or "", overdue=asked["overdue"], before=after, limit=limit
    )


@concern.read("/repairs/<string(length=16):public_id>", permission=repair_states.READ, answer=RepairSchema)
def repair(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一件信用修复申请

    各项条件是否具备、依据什么（信用修复管理办法）。
    """
    found = repair_find.repair(session, public_id)
    return {**vars(found), **vars(found.listed)} | {"event": found.listed.event}


@concern.look_up(
    "/repairs/<string(length=16):public_id>/wording",
    permission=PERSONAL,
    answer=RepairWordingSchema,
    query=LookUp,
)
def repair_wording(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一件信用修复申请的文字内容

    每次读取都记入审计记录。
    """
    found = repair_find.repair(session, public_id)
    noted(session, asked, "credit.view", found.event.subject.public_id or public_id)
    notes = [step.note for step in found.steps if step.note]
    return {"id": public_id, "duties": found.duties, "contact": found.contact, "notes": notes}


@concern.act(
    "/repairs", permission=repair_states.RECEIVE, body=NewRepairSchema, shows=repair, answer=RepairSchema
)
def apply(session: WorkSession, given: Mapping[str, Any]) -> str:
    """申请信用修复

    由信息主体本人提出；未满最短公示期的，拒绝并告知自哪一天起可以申请。
    """
    return repairing.apply(session, session.actor, **given).public_id
