"""Credit events for programs: lists, one, its wording; annulment."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from marshmallow import Schema, fields, validate

from registry.credit import catalogue, find, pages, record
from registry.credit.columns import SCOPES
from registry.kernel.work import WorkSession
from registry.web.api import subjects
from registry.web.api.fields import Body, Day, PageQuery, public_id, text
from registry.web.api.ground import Concern
from registry.web.api.looks import LookUp, noted
from registry.web.api.scopes import PERSONAL
from registry.web.api.shapes import SubjectSchema

READ = "credit.read"

concern = Concern("credit-events", "信用事件")

_KIND = validate.OneOf(tuple(catalogue.KINDS))


class EventSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    kind = fields.String(attribute="kind.code", required=True, validate=_KIND)
    title = fields.String(attribute="kind.title", required=True)
    polarity = fields.String(
        attribute="kind.polarity", required=True, validate=validate.OneOf(("positive", "negative", "neutral"))
    )
    subject = fields.Nested(SubjectSchema, required=True)
    decided_on = fields.Date(required=True, metadata={"description": "决定之日，经更正的为更正后的日期"})
    document_number = fields.String(required=True, allow_none=True, metadata={"description": "文书号"})
    authority = fields.String(required=True, allow_none=True)
    severity = fields.String(required=True, allow_none=True, validate=validate.OneOf(catalogue.SEVERITIES))
    penalties = fields.List(fields.String(), required=True, metadata={"description": "处罚种类"})
    simple = fields.Boolean(required=True, metadata={"description": "适用简易程序"})
    scope = fields.String(
        required=True, validate=validate.OneOf(SCOPES), metadata={"description": "信息使用范围"}
    )
    state = fields.String(required=True)
    releasable = fields.Boolean(required=True, metadata={"description": "可以公示"})
    repair_after = fields.Date(
        attribute="term.min_until",
        required=True,
        allow_none=True,
        metadata={"description": "最短公示期的最后一日，此前不得申请信用修复（信用修复管理办法）"},
    )
    public_until = fields.Date(
        attribute="term.max_until",
        required=True,
        allow_none=True,
        metadata={"description": "最长公示期的最后一日"},
    )
    missing = fields.List(
        fields.String(), required=True, metadata={"description": "国家平台要求而尚缺的项目"}
    )
    recorded_at = fields.AwareDateTime(required=True)
    corrected_at = fields.AwareDateTime(required=True, allow_none=True)
    target = fields.String(required=True, allow_none=True, metadata={"description": "所撤销的事件"})
    annulled_by = fields.String(required=True, allow_none=True, metadata={"description": "撤销它的事件"})


class EventWordingSchema(Schema):
    id = public_id(attribute="public_id", required=True)
    summary = fields.String(required=True)
    columns = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "双公示的 XK_、CF_ 各项，不含证件号码"},
    )
    detail = fields.Dict(keys=fields.String(), required=True)


class EventsQuery(PageQuery):
    subject = public_id(load_default=None, metadata={"description": "从业人员或执业机构的 id"})
    kind = fields.String(load_default=None, validate=_KIND)
    since = Day(load_default=None, metadata={"description": "决定日期不早于"})
    until = Day(load_default=None, metadata={"description": "决定日期不晚于"})


class AnnulmentSchema(Body):
    ground = text(1000, shortest=1, required=True, metadata={"description": "撤销的理由和依据"})
    on = Day(required=True, metadata={"description": "撤销之日"})


@concern.listing("/credit-events", permission=READ, item=EventSchema, query=EventsQuery, key=attrgetter("id"))
def events(
    session: WorkSession, asked: Mapping[str, Any], after: int | None, limit: int
) -> Sequence[find.Event]:
    """信用事件

    按主体、种类、决定日期筛选，最近入库的在前。更正并入所更正的事件。
    """
    subject = subjects.asked_for(session, asked["subject"])
    return pages.listed(
        session,
        subject=subject,
        kind=asked["kind"],
        since=asked["since"],
        until=asked["until"],
        before=after,
        limit=limit,
    )


@concern.read("/credit-events/<string(length=16):public_id>", permission=READ, answer=EventSchema)
def event(session: WorkSession, _asked: Mapping[str, Any], public_id: str) -> find.Event:
    """一条信用事件

    人写的文字（摘要、内容、依据）在 wording 中，须有 registry:personal。
    """
    return find.event(session, public_id)


@concern.look_up(
    "/credit-events/<string(length=16):public_id>/wording",
    permission=PERSONAL,
    answer=EventWordingSchema,
    query=LookUp,
)
def wording(session: WorkSession, asked: Mapping[str, Any], public_id: str) -> find.Event:
    """一条信用事件的文字内容

    每次读取都记入审计记录。
    """
    found = find.event(session, public_id)
    noted(session, asked, "credit.view", found.subject.public_id or found.public_id)
    return found


def _hold(session: WorkSession, public_id: str) -> None:
    record.locked(session, public_id)


@concern.act(
    "/credit-events/<string(length=16):public_id>/annulment",
    permission="credit.correct",
    body=AnnulmentSchema,
    shows=event,
    answer=EventSchema,
    lock=_hold,
)
def annul(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """撤销一条信用事件

    由第二条事件撤销第一条，原事件保留（行政处罚法第四十八条）。
    """
    record.annul(session, session.actor, event=public_id, **given)
    return public_id
