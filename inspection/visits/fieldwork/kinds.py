"""What can be noted at a visit: the form of each kind of fact, and which earlier one it takes the place of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from inspection.visits.fieldwork import checklists
from inspection.visits.fieldwork.figures import FIGURES
from registry.kernel.faults import FieldFault, Invalid
from registry.kernel.problems import schema_faults

Content = dict[str, Any]

_CODE = validate.Regexp(r"\A[A-Za-z0-9-]{1,32}\Z")
_SHORT, _LONG = validate.Length(max=500), validate.Length(max=4000)
EDGE = 1000
"""The width of the field that a signature is drawn in; points are whole numbers of it."""


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class _Appointment(_Strict):
    planned_on = fields.Date(required=True)
    note = fields.String(load_default="", validate=_SHORT)


class _CheckIn(_Strict):
    """`code` is what was scanned or typed; without one the reason says why."""

    code = fields.String(load_default="", validate=_SHORT)
    reason = fields.String(load_default="", validate=_SHORT)

    @validates_schema
    def _one_of_them(self, given: Content, **_: object) -> None:
        if not given["code"].strip() and not given["reason"].strip():
            raise ValidationError("没有检查码的，请写明原因", "reason")


class _Answer(_Strict):
    matter = fields.String(required=True, validate=_CODE)
    item = fields.String(required=True, validate=_CODE)
    value = fields.String(required=True, validate=validate.OneOf(list(checklists.table().answers)))
    note = fields.String(load_default="", validate=_LONG)


class _Text(_Strict):
    text = fields.String(required=True, validate=_LONG)


class _Statement(_Strict):
    """陈述申辩 (行政处罚法第七条): its text, or that the subject said there was none."""

    text = fields.String(load_default="", validate=_LONG)
    waived = fields.Boolean(load_default=False)

    @validates_schema
    def _said_or_waived(self, given: Content, **_: object) -> None:
        if not given["waived"] and not given["text"].strip():
            raise ValidationError("请记录陈述申辩的内容，没有的请注明", "text")


class _File(_Strict):
    digest = fields.String(required=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))
    form = fields.String(required=True, validate=validate.OneOf(("photo", "document")))
    name = fields.String(load_default="", validate=validate.Length(max=200))
    caption = fields.String(load_default="", validate=_SHORT)
    item = fields.String(load_default="", validate=validate.Length(max=80))


class _FileOff(_Strict):
    digest = fields.String(required=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))
    reason = fields.String(required=True, validate=(validate.Length(min=1), _SHORT))


class _Signature(_Strict):
    """`strokes` are lists of points in a field EDGE wide and `height` high. Who refuses to sign has a reason noted and a
    witness named (行政执法文书的通行要求). `covers` are the operations that lay before whoever signed."""

    role = fields.String(
        required=True, validate=validate.Regexp(r"\A(subject|witness|inspector:[A-Za-z0-9-]{1,64})\Z")
    )
    name = fields.String(load_default="", validate=validate.Length(max=64))
    strokes = fields.List(
        fields.List(
            fields.List(
                fields.Integer(strict=True, validate=validate.Range(0, 4 * EDGE)),
                validate=validate.Length(equal=2),
            )
        ),
        load_default=list,
        validate=validate.Length(max=FIGURES.strokes),
    )
    height = fields.Integer(strict=True, load_default=EDGE // 2, validate=validate.Range(100, 4 * EDGE))
    refused = fields.Boolean(load_default=False)
    reason = fields.String(load_default="", validate=_SHORT)
    witness = fields.String(load_default="", validate=validate.Length(max=64))
    covers = fields.List(
        fields.String(validate=validate.Length(max=36)), load_default=list, validate=validate.Length(max=2000)
    )

    @validates_schema
    def _drawn_or_refused(self, given: Content, **_: object) -> None:
        points = sum(map(len, given["strokes"]))
        if given["refused"]:
            if given["role"] != "subject":
                raise ValidationError("只有检查对象可以注明拒绝签名", "refused")
            if not given["reason"].strip():
                raise ValidationError("请写明拒绝签名的情况", "reason")
            if not given["witness"].strip():
                raise ValidationError("请写明见证人", "witness")
        elif points < FIGURES.least_points:
            raise ValidationError("请在签名框内签名", "strokes")
        if points > FIGURES.points:
            raise ValidationError("签名的笔画过多，请清除后重签", "strokes")


class _Finding(_Strict):
    """`over` is when the finding was recorded that this one takes the place of, as the phone knew it; None for the first."""

    visited_on = fields.Date(required=True)
    codes = fields.List(fields.String(), required=True)
    measure = fields.String(required=True)
    note = fields.String(load_default="", validate=_LONG)
    over = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))


class _Recusal(_Strict):
    """Who falls out, by certificate, or None for the subject itself."""

    inspector = fields.String(required=True, allow_none=True, validate=validate.Length(max=64))
    ground = fields.String(required=True)
    reason = fields.String(required=True, validate=_SHORT)


@dataclass(frozen=True)
class Kind:
    """`item` names what a fact is about: a later one about the same counts in its place."""

    code: str
    title: str
    schema: Schema
    item: Callable[[Content], str] = lambda _content: ""


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("appointment", "检查安排", _Appointment()),
        Kind("check_in", "签到", _CheckIn()),
        Kind("answer", "检查项", _Answer(), lambda content: f"{content['matter']}/{content['item']}"),
        Kind("scene", "现场情况", _Text()),
        Kind("statement", "陈述申辩", _Statement()),
        Kind("file", "照片和材料", _File(), lambda content: content["digest"]),
        Kind("file_off", "不作为材料", _FileOff(), lambda content: content["digest"]),
        Kind("signature", "签名", _Signature(), lambda content: content["role"]),
        Kind("finding", "检查结果", _Finding()),
        Kind("recusal", "申请回避或更换", _Recusal()),
    )
}
SUBSTANCE = ("answer", "scene", "statement", "file", "file_off", "finding")
"""The kinds that a signature stands under."""


def check(kind: str, content: object) -> Content:
    """What was sent, in the form of its kind, as JSON values. Raises Invalid naming each field."""
    known = KINDS.get(kind)
    if known is None:
        raise Invalid.field("kind", "unknown_kind", "手机上的页面版本过旧，请联网刷新后再试")
    try:
        loaded = known.schema.load(content)  # type: ignore[arg-type]  # anything may have been sent
    except ValidationError as refused:
        faults = schema_faults({"": refused.messages}, "zh-CN")
        raise Invalid(
            faults[0].message if faults else "填写有误",
            [FieldFault(fault.path, fault.rule, fault.message) for fault in faults],
        ) from None
    return dict(known.schema.dump(loaded))
