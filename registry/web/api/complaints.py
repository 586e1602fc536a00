"""Complaints for programs: the 12348 hotline hands them over and asks what became of them."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from registry.credit.complaint import find, handle, states, terms
from registry.credit.record import Subject
from registry.credit.subjects import Described, bind
from registry.kernel.work import WorkSession
from registry.roster.cells import read_code, read_text
from registry.web.api import subjects
from registry.web.api.fields import Body, Day, Flag, PageQuery, public_id, text
from registry.web.api.filters import alone, behind
from registry.web.api.ground import Concern
from registry.web.api.looks import LookUp, noted
from registry.web.api.rights import StepSchema
from registry.web.api.scopes import PERSONAL
from registry.web.api.shapes import SubjectSchema

concern = Concern("complaints", "投诉：12348 热线等移交的投诉及其办理")

_CHANNEL = validate.OneOf(tuple(terms.CHANNELS))
_WORDS = {"description": "加密保存；匿名投诉留空"}


class ComplaintLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    number = fields.String(required=True, metadata={"description": "移交方的编号"})
    channel = fields.String(required=True, validate=_CHANNEL)
    subject = fields.Nested(SubjectSchema, required=True)
    received_on = fields.Date(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(states.STATES)))
    due_on = fields.Date(required=True, allow_none=True)
    due_provisional = fields.Boolean(required=True)
    outcome = fields.String(required=True, allow_none=True, validate=validate.OneOf(tuple(states.OUTCOMES)))
    ground = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(tuple(terms.GROUNDS)),
        metadata={"description": "不予受理的理由"},
    )
    concluded_on = fields.Date(required=True, allow_none=True)
    event = fields.String(required=True, allow_none=True, metadata={"description": "查实后的信用事件"})


class ComplaintSchema(ComplaintLineSchema):
    registered_at = fields.AwareDateTime(required=True)
    extended = fields.Boolean(required=True, metadata={"description": "已延长办理期限"})
    steps = fields.List(fields.Nested(StepSchema), required=True)


class ComplaintWordingSchema(Schema):
    id = public_id(required=True)
    complainant = fields.String(required=True, metadata={"description": "匿名投诉为空"})
    contact = fields.String(required=True)
    facts = fields.String(required=True)
    notes = fields.List(fields.String(), required=True, metadata={"description": "各步骤所写，依次"})


class ComplaintsQuery(PageQuery):
    state = fields.String(
        load_default=None,
        validate=validate.OneOf(("open", *states.STATES)),
        metadata={"description": "open 为未办结"},
    )
    channel = fields.String(load_default=None, validate=_CHANNEL)
    number = fields.String(load_default=None, validate=validate.Length(min=1, max=64))
    overdue = Flag(load_default=False)
    subject = public_id(load_default=None, metadata={"description": "不能与其余条件同时使用"})


class AccusedSchema(Body):
    """Somebody of the roster by `id`, or as the complaint describes them."""

    id = public_id(load_default=None)
    name = text(200, load_default="")
    uscc = text(40, load_default="", metadata={"description": "机构的统一社会信用代码"})
    licence = text(64, load_default="", metadata={"description": "人员的执业证号"})

    @validates_schema
    def _named(self, given: Mapping[str, Any], **_more: Any) -> None:
        if not given["id"] and not given["name"].strip():
            raise ValidationError("请给出 id，或者名称", "name")


class NewComplaintSchema(Body):
    example: ClassVar = {
        "number": "GD20261120001",
        "channel": "12348",
        "received_on": "2026-11-20",
        "subject": {"name": "单勇", "licence": "13101201010000001"},
        "complainant": "",
        "contact": "",
        "facts": "收取费用后开庭没有到场。",
    }

    number = text(64, shortest=1, required=True, metadata={"description": "移交方的编号；同一编号只登记一次"})
    channel = fields.String(required=True, validate=_CHANNEL)
    received_on = Day(required=True)
    subject = fields.Nested(AccusedSchema, required=True)
    complainant = text(200, load_default="", metadata=_WORDS)
    contact = text(200, load_default="", metadata=_WORDS)
    facts = text(4000, shortest=1, required=True, metadata={"description": "加密保存"})


@concern.listing(
    "/complaints",
    permission=states.READ,
    item=ComplaintLineSchema,
    query=ComplaintsQuery,
    key=attrgetter("id"),
)
def complaints(
    session: WorkSession, asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[find.Listed]:
    """投诉

    最近登记的在前；number 为移交方的编号。
    """
    if subject := subjects.asked_for(session, asked["subject"]):
        alone(asked, "subject", "state", "channel", "number", "overdue")
        return behind(find.of_subject(session, subject), after, limit)
    chosen = {name: asked[name] or "" for name in ("state", "channel", "number")}
    return find.complaints(session, **chosen, overdue=asked["overdue"], before=after, limit=limit)


@concern.read("/complaints/<string(length=16):public_id>", permission=states.READ, answer=ComplaintSchema)
def complaint(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一件投诉

    办到哪一步、结果如何。投诉人和投诉内容在 wording 中。
    """
    found = find.complaint(session, public_id)
    return {**vars(found), **vars(found.listed)}


@concern.look_up(
    "/complaints/<string(length=16):public_id>/wording",
    permission=PERSONAL,
    answer=ComplaintWordingSchema,
    query=LookUp,
)
def wording(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """投诉人和投诉内容

    每次读取都记入审计记录。
    """
    found = find.complaint(session, public_id)
    noted(session, asked, "complaint.view", public_id)
    notes = [step.note for step in found.steps if step.note]
    return {**vars(found), "id": public_id, "notes": notes}


@concern.act(
    "/complaints",
    permission=states.RECEIVE,
    body=NewComplaintSchema,
    shows=complaint,
    answer=ComplaintSchema,
)
def receive(session: WorkSession, given: Mapping[str, Any]) -> str:
    """移交一件投诉

    同一编号、同一内容再次移交得到原来的登记；内容不同则拒绝。
    """
    texts = {name: given[name].strip() for name in ("number", "complainant", "contact", "facts")}
    new = handle.NewComplaint(
        **texts,
        channel=given["channel"],
        received_on=given["received_on"],
        subject=_accused(session, given["subject"]),
    )
    return handle.receive(session, session.actor, complaint=new).public_id


def _accused(session: WorkSession, given: Mapping[str, Any]) -> Subject:
    if given["id"]:
        found = subjects.named(session, given["id"], path="subject.id")
        if found.kind == "organisation":
            return Subject(organisation=found.id, name=found.name)
        return Subject(practitioner=found.id, name=found.name)
    described = Described(
        read_text(given["name"]), uscc=read_code(given["uscc"]), licence=read_code(given["licence"])
    )
    return bind(session, [described])[0]
