"""Standings for programs: the grade of a subject on any day, with the reason that every event gives; grades of many."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

from marshmallow import Schema, fields, validate

from registry.credit.standing import adopt, engine, find
from registry.kernel.work import WorkSession
from registry.roster import kinds
from registry.web.api import subjects
from registry.web.api.fields import Day, PageQuery, Query, public_id
from registry.web.api.ground import Concern
from registry.web.api.shapes import SubjectSchema

concern = Concern("standings", "信用等级")

_KIND = validate.OneOf((*kinds.PROFESSIONS, *kinds.ORGANISATION_KINDS))


class StandingReasonSchema(Schema):
    """What one event gives, by which rule."""

    event = public_id(required=True)
    kind = fields.String(required=True)
    decided_on = fields.Date(required=True)
    rule = fields.String(required=True, allow_none=True)
    points = fields.Integer(required=True)
    full = fields.Integer(required=True, metadata={"description": "不计上限时的分值"})
    until = fields.Date(required=True, allow_none=True, metadata={"description": "计分的最后一日"})
    capped = fields.String(required=True, allow_none=True, metadata={"description": "使其减少的上限"})
    why = fields.String(required=True, validate=validate.OneOf(get_args(engine.Why)))
    veto = fields.String(required=True, allow_none=True)
    at_most = fields.String(required=True, allow_none=True, metadata={"description": "否决项所许的最高等级"})
    veto_until = fields.Date(required=True, allow_none=True)


class StandingPeriodSchema(Schema):
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True, metadata={"description": "其后第一日"})
    grade = fields.String(required=True)
    points = fields.Integer(required=True)


class ProfessionStandingSchema(Schema):
    kind = fields.String(required=True, validate=_KIND)
    grade = fields.String(attribute="now.grade", required=True)
    title = fields.String(attribute="now.title", required=True)
    points = fields.Integer(attribute="now.points", required=True)
    base = fields.Integer(attribute="now.base", required=True)
    by_points = fields.String(
        attribute="now.by_points", required=True, metadata={"description": "不计否决项时的等级"}
    )
    rules = fields.String(attribute="now.rules_title", required=True, metadata={"description": "所用规则"})
    reasons = fields.List(fields.Nested(StandingReasonSchema), attribute="now.reasons", required=True)
    periods = fields.List(fields.Nested(StandingPeriodSchema), required=True)


class StandingSchema(Schema):
    subject = fields.Nested(SubjectSchema, required=True)
    on = fields.Date(required=True)
    standings = fields.List(
        fields.Nested(ProfessionStandingSchema),
        required=True,
        metadata={"description": "每一职业或机构类别一项；当日没有规则的不列"},
    )


class GradeLineSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    name = fields.String(required=True)
    grade = fields.String(required=True)
    points = fields.Integer(required=True)


class StandingQuery(Query):
    subject = public_id(required=True)
    on = Day(load_default=None, metadata={"description": "哪一天的等级，默认今天"})


class GradesQuery(PageQuery):
    kind = fields.String(required=True, validate=_KIND)
    grade = fields.String(load_default=None, validate=validate.Length(min=1, max=16))
    on = Day(load_default=None)


@concern.read("/standing", permission=adopt.READ, answer=StandingSchema, query=StandingQuery)
def standing(session: WorkSession, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """信用等级及其理由

    按当日的规则由当日有效的事件算出；每条事件一项理由。
    """
    subject = subjects.named(session, asked["subject"])
    on: date = asked["on"] or session.today
    ids = {subject.kind: subject.id}
    return {"subject": subject, "on": on, "standings": find.course(session, **ids, on=on)}


@concern.listing("/standings", permission=adopt.READ, item=GradeLineSchema, query=GradesQuery)
def standings(
    session: WorkSession, asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[find.Graded]:
    """某一职业或机构类别的等级

    当日在册的全部主体，或其中某一等级的。
    """
    on = asked["on"] or session.today
    return find.listed(session, asked["kind"], grade=asked["grade"], on=on, limit=limit, after=after or 0)
