"""Credit events for programs: lists, one, its wording; recorded, corrected and annulled by second events."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from registry.credit import catalogue, correction, entry, find, pages, record
from registry.credit.columns import SCOPES
from registry.credit.entry import Entry
from registry.credit.party import party
from registry.kernel.faults import Conflict, FieldFault, Filled, Invalid
from registry.kernel.work import WorkSession
from registry.web.api import subjects
from registry.web.api.fields import EXAMPLE_ID, Body, Day, Flag, PageQuery, Typed, public_id, text
from registry.web.api.ground import Concern
from registry.web.api.looks import LookUp, noted
from registry.web.api.scopes import PERSONAL
from registry.web.api.shapes import SubjectSchema
from registry.web.credit import office

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


class EntrySchema(Body):
    """An event as its form asks for it; `/event-kinds` tells which values each kind wants."""

    decided_on = Day(required=True)
    document_number = text(128, load_default="", metadata={"description": "文书号，目录要求时必填"})
    authority = text(200, load_default="")
    summary = text(500, load_default="", metadata={"description": "目录中没有组成方式的种类须填"})
    scope = fields.String(load_default=SCOPES[0], validate=validate.OneOf(SCOPES))
    severity = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(catalogue.SEVERITIES)
    )
    simple = Flag(load_default=False)
    values = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=Typed(),
        load_default=dict,
        metadata={"description": "目录 fields 中各项的 code 和所填内容"},
    )


class NewEventSchema(EntrySchema):
    example: ClassVar = {
        "subject": EXAMPLE_ID,
        "kind": "pro_bono",
        "decided_on": "2026-06-01",
        "authority": "市律师协会",
        "values": {"service": "法律咨询", "hours": "8", "place": "南京东路街道"},
    }

    subject = public_id(required=True)
    kind = fields.String(required=True, validate=_KIND)


class CorrectionSchema(EntrySchema):
    example: ClassVar = {
        "decided_on": "2026-06-02",
        "authority": "市律师协会",
        "values": {"service": "法律咨询", "hours": "8", "place": "南京东路街道"},
        "reason": "日期抄错",
    }

    reason = text(1000, shortest=1, required=True, metadata={"description": "更正的理由"})


class AnnulmentSchema(Body):
    example: ClassVar = {"ground": "行政复议决定撤销原处罚", "on": "2026-06-30"}

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


@concern.act(
    "/credit-events", permission="credit.record", body=NewEventSchema, shows=event, answer=EventSchema
)
def add(session: WorkSession, given: Mapping[str, Any]) -> str:
    """录入一条信用事件

    与工作台的录入表相同：按目录、名册和处罚条文核对。处罚与条文不一致的（breach），须由工作人员报分管领导审核后记录。
    """
    subject = subjects.named(session, given["subject"])
    of = party(session, subject.public_id)
    kind = catalogue.kind(given["kind"])
    if kind not in catalogue.offered(of.kind, of.subjects):
        raise Invalid.field("kind", "not-offered", Filled("“%(kind)s”不能对此主体直接录入", kind=kind.title))
    read = entry.read(session, kind=kind, party=of, typed=_typed(kind, given), office=office())
    return entry.enter(session, session.actor, _sound(kind, read)).public_id


def _hold(session: WorkSession, public_id: str) -> None:
    record.locked(session, public_id)


@concern.act(
    "/credit-events/<string(length=16):public_id>/corrections",
    permission=correction.PERMISSION,
    body=CorrectionSchema,
    shows=event,
    answer=EventSchema,
    lock=_hold,
)
def correct(session: WorkSession, given: Mapping[str, Any], public_id: str) -> str:
    """更正一条信用事件

    给出更正后的全部内容；由第二条记录更正第一条，原来的内容保留（政府信息公开条例第四十一条）。
    """
    before = find.event(session, public_id)
    if before.subject.public_id is None:
        raise Conflict("记录的主体不在名册中，请撤销后重新导入", rule="unregistered")
    of = party(session, before.subject.public_id)
    read = entry.read(
        session, kind=before.kind, party=of, typed=_typed(before.kind, given), office=office(), before=before
    )
    now = _sound(before.kind, read).new
    if now is not None:
        correction.correct(session, session.actor, event=public_id, now=now, reason=given["reason"])
    return public_id


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


def _typed(kind: catalogue.Kind, given: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """A body as the form reads it: texts by field. Raises Invalid for values that the form has not."""
    if strange := sorted(set(given["values"]) - {field.code for field in kind.fields}):
        raise Invalid.field(
            f"values.{strange[0]}", "unknown-field", Filled("“%(kind)s”的录入表没有此项", kind=kind.title)
        )
    own = {
        "decided_on": given["decided_on"].isoformat(),
        "simple": "1" if given["simple"] else "",
        **{
            name: given[name] or ""
            for name in ("document_number", "authority", "summary", "scope", "severity")
        },
    }
    return {**given["values"], **{name: [value] for name, value in own.items()}}


def _sound(kind: catalogue.Kind, read: Entry) -> Entry:
    """Raises Invalid with the faults at their places in the body, and Conflict that names every breach of a statute."""
    if read.new is None:
        within = {field.code for field in kind.fields}
        faults = [
            replace(fault, path=f"values.{fault.path}") if fault.path in within else fault
            for fault in read.faults
        ]
        raise Invalid("填写有误", faults)
    if read.breaches:
        breached = Conflict("处罚与条文不一致，须由分管领导审核后记录", rule="breach")
        breached.fields = [
            FieldFault("values", breach.rule, f"{breach.article}：{breach.message}")
            for breach in read.breaches
        ]
        raise breached
    return read
