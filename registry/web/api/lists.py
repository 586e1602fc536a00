"""Red and black lists, and the question what follows from them: may this firm enter the mediation roster?

A listing is proposed and decided by people alone (国办发〔2020〕49号), so there is nothing to post.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from marshmallow import Schema, fields, validate

from registry.credit.listing import find, moves
from registry.credit.listing.lists import BOOK
from registry.credit.measures import TABLE
from registry.credit.measures import check as checks
from registry.credit.measures.rules import EFFECTS, Purpose
from registry.kernel.work import WorkSession
from registry.web.api import subjects
from registry.web.api.fields import Day, PageQuery, Query, public_id
from registry.web.api.filters import alone, behind
from registry.web.api.ground import Concern
from registry.web.api.looks import LookUp, noted
from registry.web.api.scopes import PERSONAL
from registry.web.api.shapes import SUBJECT_KINDS, SubjectSchema

concern = Concern("lists", "名单（守信激励、失信惩戒）和资格核查")

_LIST = validate.OneOf(tuple(BOOK.titles()))


class ListingLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    list = fields.String(attribute="list_code", required=True, validate=_LIST)
    title = fields.String(attribute="list_title", required=True)
    colour = fields.String(required=True, validate=validate.OneOf(tuple(moves.STATES)))
    subject = fields.Nested(SubjectSchema, required=True)
    state = fields.String(required=True)
    state_since = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    listed_on = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True, metadata={"description": "列入的最后一日"})
    removed_on = fields.Date(required=True, allow_none=True)
    running = fields.Boolean(required=True, metadata={"description": "今天在列"})


class ListingSchema(ListingLineSchema):
    authority = fields.String(required=True, metadata={"description": "作出决定的机关"})
    criteria = fields.List(fields.String(), required=True, metadata={"description": "符合的列入情形"})
    earliest_removal = fields.Date(
        required=True, allow_none=True, metadata={"description": "可以提前移出的第一日"}
    )
    event = fields.String(required=True, allow_none=True)


class ListingWordingSchema(Schema):
    id = public_id(required=True)
    cause = fields.String(required=True)
    facts = fields.String(required=True)
    notes = fields.List(fields.String(), required=True)


class PurposeSchema(Schema):
    code = fields.String(required=True)
    title = fields.String(required=True)
    subjects = fields.List(fields.String(validate=validate.OneOf(SUBJECT_KINDS)), required=True)


class MeasureReasonSchema(Schema):
    effect = fields.String(required=True, validate=validate.OneOf(tuple(EFFECTS)))
    text = fields.String(required=True)
    because = fields.String(required=True, metadata={"description": "所在名单或信用等级"})
    basis = fields.String(required=True, metadata={"description": "法律、法规或者政策依据"})
    until = fields.String(required=True, allow_none=True)


class MeasureAnswerSchema(Schema):
    id = public_id(required=True, metadata={"description": "核查的编号，留存备查"})
    subject = fields.Nested(SubjectSchema, required=True)
    purpose = fields.String(required=True)
    on = fields.Date(required=True)
    allowed = fields.Boolean(required=True)
    grade = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(MeasureReasonSchema), required=True)


class ListingsQuery(PageQuery):
    view = fields.String(
        load_default="listed",
        validate=validate.OneOf(tuple(find.VIEWS)),
        metadata={"description": "listed 在列、open 办理中、former 已移出、dismissed 不予列入"},
    )
    list = fields.String(load_default=None, validate=_LIST)
    subject = public_id(load_default=None, metadata={"description": "此主体的全部案件；不能与 list 同时使用"})


class CheckQuery(Query):
    subject = public_id(required=True)
    purpose = fields.String(required=True, validate=validate.OneOf(tuple(TABLE.purposes)))
    on = Day(load_default=None, metadata={"description": "哪一天的名单和等级，默认今天"})


@concern.listing(
    "/listings", permission=moves.READ, item=ListingLineSchema, query=ListingsQuery, key=attrgetter("id")
)
def listings(
    session: WorkSession, asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[find.Listed]:
    """名单

    默认为现在在列的。
    """
    if subject := subjects.asked_for(session, asked["subject"]):
        alone(asked, "subject", "list")
        return behind(find.of(session, subject), after, limit)
    return find.listings(
        session, view=asked["view"], list_code=asked["list"] or "", before=after, limit=limit
    )


@concern.read("/listings/<string(length=16):public_id>", permission=moves.READ, answer=ListingSchema)
def listing(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一件名单案件"""
    found = find.case(session, public_id)
    return {
        **vars(found.listed),
        "authority": found.authority,
        "criteria": found.criteria,
        "earliest_removal": found.earliest,
        "event": found.event,
    }


@concern.look_up(
    "/listings/<string(length=16):public_id>/wording",
    permission=PERSONAL,
    answer=ListingWordingSchema,
    query=LookUp,
)
def wording(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> Mapping[str, Any]:
    """一件名单案件的文字内容

    每次读取都记入审计记录。
    """
    found = find.case(session, public_id)
    noted(session, asked, "credit.view", found.listed.subject.public_id)
    notes = [step.text for step in found.steps if step.text]
    return {"id": public_id, "cause": found.cause, "facts": found.facts, "notes": notes}


@concern.listing("/measures/purposes", permission=checks.CHECK, item=PurposeSchema, key=attrgetter("code"))
def purposes(
    _session: WorkSession, _asked: Mapping[str, Any], after: str | None, limit: int
) -> Sequence[Purpose]:
    """可以核查的事项"""
    return [TABLE.purposes[code] for code in sorted(TABLE.purposes) if after is None or code > after][:limit]


@concern.look_up("/measures/check", permission=checks.CHECK, answer=MeasureAnswerSchema, query=CheckQuery)
def check(session: WorkSession, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """资格核查

    例如：这家律师事务所能否进入调解组织名册。回答连同理由和依据留存备查。
    """
    subject = subjects.named(session, asked["subject"])
    public_id = checks.check(
        session, session.actor, subject=subject, purpose=asked["purpose"], on=asked["on"]
    )
    found = checks.checked(session, public_id)
    return {**vars(found.answer), "id": public_id, "subject": found.subject, "purpose": found.purpose}
