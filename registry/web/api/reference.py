"""What other answers are read by: the catalogue of events, and the office's working days."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from registry.credit import catalogue
from registry.credit.catalogue_fields import TYPES
from registry.kernel import workdays
from registry.kernel.work import WorkSession
from registry.web.api.fields import Count, Day, PageQuery, Query
from registry.web.api.ground import Concern
from registry.web.api.shapes import SUBJECT_KINDS

concern = Concern("reference", "对照：信用事件目录、工作日历和期限计算")

_LONGEST = timedelta(days=800)


class FormFieldSchema(Schema):
    """One field that recording an event of the kind asks for."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    required = fields.Boolean(required=True)
    hint = fields.String(required=True, allow_none=True)
    choices = fields.List(fields.String(), required=True)
    unit = fields.String(required=True)


class EventKindSchema(Schema):
    code = fields.String(required=True)
    title = fields.String(required=True)
    polarity = fields.String(required=True, validate=validate.OneOf(("positive", "negative", "neutral")))
    subjects = fields.List(fields.String(validate=validate.OneOf(SUBJECT_KINDS)), required=True)
    basis = fields.String(required=True, metadata={"description": "法律依据"})
    releasable = fields.Boolean(required=True, metadata={"description": "可以公示"})
    offered = fields.Boolean(required=True, metadata={"description": "可以直接录入"})
    fields_ = fields.List(
        fields.Nested(FormFieldSchema), required=True, data_key="fields", attribute="fields"
    )


class DaySchema(Schema):
    day = fields.Date(required=True)
    works = fields.Boolean(required=True)
    note = fields.String(required=True, metadata={"description": "节假日或调休名称"})
    official = fields.Boolean(required=True, metadata={"description": "已按国务院办公厅通知核定"})


class DeadlineSchema(Schema):
    day = fields.Date(required=True, metadata={"description": "期限的最后一日"})
    provisional = fields.Boolean(
        required=True, metadata={"description": "所涉日期尚无国务院办公厅通知，可能变动"}
    )


class DaysQuery(PageQuery):
    since = Day(required=True)
    until = Day(required=True)

    @validates_schema
    def _bounded(self, asked: Mapping[str, date], **_more: Any) -> None:
        if not timedelta(0) <= asked["until"] - asked["since"] <= _LONGEST:
            raise ValidationError(f"应在 since 之后 {_LONGEST.days} 天以内", "until")


class DeadlineQuery(Query):
    since = Day(required=True, metadata={"description": "事件之日，不计入期限（民法典第二百零一条）"})
    days = Count(required=True, validate=validate.Range(0, 1000), metadata={"description": "工作日数"})


@concern.listing("/event-kinds", permission="credit.read", item=EventKindSchema, key=attrgetter("code"))
def event_kinds(
    _session: WorkSession, _asked: Mapping[str, Any], after: str | None, limit: int
) -> Sequence[catalogue.Kind]:
    """信用事件目录

    有哪些种类、依据什么、能否公示、录入时须填什么。
    """
    codes = sorted(code for code in catalogue.KINDS if after is None or code > after)
    return [catalogue.KINDS[code] for code in codes[:limit]]


@concern.listing(
    "/working-days", permission="roster.read", item=DaySchema, query=DaysQuery, key=attrgetter("day")
)
def working_days(
    session: WorkSession, asked: Mapping[str, Any], after: str | None, limit: int
) -> Sequence[workdays.Day]:
    """工作日历

    自 since 至 until 的每一天是否上班。
    """
    first = date.fromisoformat(after) + timedelta(days=1) if after else asked["since"]
    last = min(asked["until"], first + timedelta(days=limit - 1))
    return workdays.days_of(session, first, last)


@concern.read("/deadline", permission="roster.read", answer=DeadlineSchema, query=DeadlineQuery)
def deadline(session: WorkSession, asked: Mapping[str, Any]) -> workdays.Deadline:
    """期限计算

    自某日起若干工作日的最后一日；当日不计入。
    """
    return workdays.add_workdays(session, asked["since"], asked["days"])
