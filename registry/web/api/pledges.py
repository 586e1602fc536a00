"""Credit pledges for programs: on the national template, given, and found to be kept or not."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from registry.credit.pledge import find, give, template
from registry.credit.pledge.tables import PledgeRow
from registry.credit.record import Subject
from registry.kernel.work import WorkSession
from registry.web.api import subjects
from registry.web.api.fields import EXAMPLE_ID, Body, Day, PageQuery, public_id, text
from registry.web.api.filters import alone, behind, lock
from registry.web.api.ground import Concern
from registry.web.api.looks import LookUp, noted
from registry.web.api.scopes import PERSONAL
from registry.web.api.shapes import SubjectSchema

concern = Concern("pledges", "信用承诺")

_KIND = validate.OneOf(template.KINDS)
_PERFORMANCE = validate.OneOf(template.PERFORMANCES)
_DISCLOSURE = validate.OneOf(template.DISCLOSURES)


class PledgeLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    code = fields.String(required=True, metadata={"description": "承诺编码"})
    subject = fields.Nested(SubjectSchema, required=True, allow_none=True)
    promiser_name = fields.String(required=True)
    kind = fields.String(required=True, validate=_KIND)
    given_on = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    performance = fields.String(required=True, allow_none=True, validate=_PERFORMANCE)
    state = fields.String(required=True, validate=validate.OneOf(tuple(find.STATES)))


class PledgeOutcomeSchema(Schema):
    performance = fields.String(required=True, validate=_PERFORMANCE)
    assessed_on = fields.Date(required=True)
    assessed_by = fields.String(required=True)
    event = public_id(required=True)
    corrected = fields.Boolean(required=True, metadata={"description": "已由后来的认定更正"})


class PledgeSchema(PledgeLineSchema):
    promiser_kind = fields.String(required=True, validate=validate.OneOf(template.PROMISER_KINDS))
    accepted_by = fields.String(required=True)
    accepted_by_code = fields.String(required=True)
    disclosure = fields.String(required=True, validate=_DISCLOSURE)
    recorded_at = fields.AwareDateTime(required=True)
    outcomes = fields.List(fields.Nested(PledgeOutcomeSchema), required=True)


class PledgeWordingSchema(Schema):
    id = public_id(required=True)
    promiser_hint = fields.String(required=True, metadata={"description": "承诺人代码；自然人的遮盖中间各位"})
    reason = fields.String(required=True)
    content = fields.String(required=True)
    liability = fields.String(required=True)
    remark = fields.String(required=True)


class PledgesQuery(PageQuery):
    state = fields.String(load_default=None, validate=validate.OneOf(tuple(find.STATES)))
    kind = fields.String(load_default=None, validate=_KIND)
    subject = public_id(load_default=None, metadata={"description": "不能与 state、kind 同时使用"})


class NewPledgeSchema(Body):
    example: ClassVar = {
        "subject": EXAMPLE_ID,
        "kind": "主动型",
        "reason": "年度检查",
        "content": "按时公开收费标准",
        "liability": "接受失信惩戒",
        "given_on": "2026-11-10",
        "accepted_by": "示范市司法局",
        "accepted_by_code": "11310000MB00000009",
    }

    subject = public_id(required=True)
    kind = fields.String(required=True, validate=_KIND)
    reason = text(512, shortest=1, required=True, metadata={"description": "承诺事由"})
    content = text(4000, shortest=1, required=True, metadata={"description": "承诺内容"})
    liability = text(4000, shortest=1, required=True, metadata={"description": "违诺责任"})
    given_on = Day(required=True)
    valid_until = Day(load_default=None, allow_none=True)
    accepted_by = text(200, shortest=1, required=True, metadata={"description": "承诺受理单位"})
    accepted_by_code = text(18, shortest=1, required=True, metadata={"description": "其统一社会信用代码"})
    disclosure = fields.String(load_default=template.PUBLIC, validate=_DISCLOSURE)
    remark = text(512, load_default="")


class NewOutcomeSchema(Body):
    example: ClassVar = {"performance": "全部履行", "assessed_on": "2026-11-20"}

    performance = fields.String(required=True, validate=_PERFORMANCE)
    assessed_on = Day(load_default=None, allow_none=True)
    unkept = text(4000, load_default="", metadata={"description": "未履行的承诺内容"})
    pursued = text(4000, load_default="", metadata={"description": "违诺责任追究内容"})
    assessed_by = text(200, load_default="")
    assessed_by_code = text(18, load_default="")
    reason = text(1000, load_default="", metadata={"description": "重新认定的理由"})


@concern.listing(
    "/pledges", permission=give.READ, item=PledgeLineSchema, query=PledgesQuery, key=attrgetter("id")
)
def pledges(
    session: WorkSession, asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[find.Listed]:
    """信用承诺

    最近登记的在前。
    """
    if subject := subjects.asked_for(session, asked["subject"]):
        alone(asked, "subject", "state", "kind")
        own = sorted(find.pledges_of(session, subject), key=attrgetter("id"), reverse=True)
        return behind(own, after, limit)
    return find.pledges(
        session, state=asked["state"] or "", kind=asked["kind"] or "", before=after, limit=limit
    )


@concern.read("/pledges/<string(length=16):public_id>", permission=give.READ, answer=PledgeSchema)
def pledge(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一份信用承诺"""
    found = find.pledge(session, public_id)
    return {**vars(found), **vars(found.listed)}


@concern.look_up(
    "/pledges/<string(length=16):public_id>/wording",
    permission=PERSONAL,
    answer=PledgeWordingSchema,
    query=LookUp,
)
def wording(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一份信用承诺的文字内容

    每次读取都记入审计记录。
    """
    found = find.pledge(session, public_id)
    subject = found.listed.subject
    noted(session, asked, "credit.view", subject.public_id if subject else public_id)
    return {**vars(found), "id": public_id}


@concern.act("/pledges", permission=give.GIVE, body=NewPledgeSchema, shows=pledge, answer=PledgeSchema)
def promise(session: WorkSession, given: Mapping[str, Any]) -> str:
    """登记一份信用承诺

    按全国信用承诺信息采集模板；承诺编码由本系统给出。
    """
    found = subjects.named(session, given["subject"])
    subject = (
        Subject(organisation=found.id, name=found.name)
        if found.kind == "organisation"
        else Subject(practitioner=found.id, name=found.name)
    )
    return give.give(session, session.actor, **{**given, "subject": subject}).public_id


@concern.act(
    "/pledges/<string(length=16):public_id>/outcomes",
    permission=give.ASSESS,
    body=NewOutcomeSchema,
    shows=pledge,
    answer=PledgeSchema,
    lock=lock(PledgeRow, "没有这份信用承诺"),
)
def assess(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """认定信用承诺的履行状态

    认定即成为一条信用事件；再次认定须写明理由，前一次的事件随之撤销。
    """
    on = given["assessed_on"]
    values = {**given, "assessed_on": on.isoformat() if on else ""}
    reason = values.pop("reason")
    give.assess(session, session.actor, pledge=public_id, values=values, reason=reason)
    return public_id
