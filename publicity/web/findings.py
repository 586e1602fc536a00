"""/inspections: what random inspections found, by task, for people and programs."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields, validate

from inspection.web import sheets
from publicity.lookup import findings
from publicity.lookup.findings import RESULTS, Asked, Finding
from registry.kernel.access import public
from registry.kernel.host import settings, work
from registry.web.api.fields import Count
from registry.web.roster import districts

blueprint = Blueprint("findings", __name__, template_folder="templates")
api = ApiBlueprint("findings-api", __name__, description="双随机抽查结果，按任务")

PAGE = 50
_MOST_IN_A_FILE = 5_000
_MOST = 100


@blueprint.get("/inspections")
@public
def index() -> ResponseReturnValue:
    asked, before = Asked.given(request.args), _number(request.args.get("before"), 2**53)
    with work().read() as session:
        listed, following = findings.results(session, asked, limit=PAGE, before=before)
        choices = findings.choices(session)
    chosen = {name: value for name, value in vars(asked).items() if value is not None}
    return render_template(
        "publicity/findings.html",
        listed=listed,
        following=following,
        before=before,
        chosen=chosen,
        years=[(year, gettext("%(year)d 年", year=year)) for year in choices["years"]],
        matters=list(choices["matters"].items()),
        districts=districts(),
        results=[(code, gettext(title)) for code, title in RESULTS.items()],
    )


@blueprint.get("/inspections.<any(csv, xlsx):form>")
@public
def file(form: str) -> Response:
    """The latest results under the same filters; the rest is had year by year."""
    with work().read() as session:
        listed, _ = findings.results(session, Asked.given(request.args), limit=_MOST_IN_A_FILE)
    rows = [one.cells(settings().bureau) for one in listed]
    if form == "csv":
        return sheets.csv_answer("inspections", findings.HEADINGS, rows)
    return sheets.xlsx_answer("inspections", "抽查结果", findings.HEADINGS, rows)


class FindingsQuery(Schema):
    year = Count(load_default=None, validate=validate.Range(findings.FIRST, findings.LAST))
    matter = fields.String(
        load_default=None, validate=validate.Length(1, 32), metadata={"description": "抽查事项编号"}
    )
    district = fields.String(
        load_default=None, validate=validate.Regexp(r"[0-9]{6}\Z"), metadata={"description": "GB/T 2260"}
    )
    result = fields.String(load_default=None, validate=validate.OneOf(tuple(RESULTS)))
    limit = Count(load_default=20, validate=validate.Range(1, _MOST))
    before = Count(
        load_default=None, validate=validate.Range(0, 2**53), metadata={"description": "上一页的 next"}
    )


class FindingItemSchema(Schema):
    seqno = fields.Integer(required=True)
    item = fields.String(required=True, data_key="raninsItemName", metadata={"description": "抽查事项名称"})
    result = fields.String(required=True, data_key="raninsCheckResName", metadata={"description": "检查结果"})


class FindingSchema(Schema):
    """In the names of the national enterprise publicity system (gsxt)."""

    plan_number = fields.String(required=True, allow_none=True, data_key="raninsPlanId")
    plan_title = fields.String(required=True, data_key="raninsPlaneName")
    task_code = fields.String(required=True, data_key="raninsTaskId")
    task_title = fields.String(required=True, data_key="raninsTaskName")
    type_title = fields.String(
        required=True, data_key="raninsTypeName", validate=validate.OneOf(("定向", "不定向"))
    )
    authority = fields.String(required=True, data_key="insAuth", metadata={"description": "抽查机关"})
    completed_on = fields.Date(required=True, data_key="insDate", metadata={"description": "完成日期"})
    details = fields.List(fields.Nested(FindingItemSchema), required=True)
    subject = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    recheck = fields.Boolean(required=True, metadata={"description": "责令改正后的复查"})
    marks = fields.List(fields.String(), required=True)
    notice = fields.String(required=True, metadata={"description": "公示的编号，见 /notices/{id}"})


class FindingsSchema(Schema):
    results = fields.List(fields.Nested(FindingSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


@api.route("/inspections.json")
@public
@api.arguments(FindingsQuery, location="query", error_status_code=400)
@api.response(200, FindingsSchema)
def index_json(query: Mapping[str, Any]) -> dict[str, Any]:
    """双随机抽查结果，按任务；字段沿用国家企业信用信息公示系统的名称"""
    asked = Asked(query["year"], query["matter"], query["district"], query["result"])
    with work().read() as session:
        listed, following = findings.results(session, asked, limit=query["limit"], before=query["before"])
    return {"results": [_line(one) for one in listed], "next": following}


def _line(one: Finding) -> dict[str, Any]:
    return {
        "plan_number": one.plan_number,
        "plan_title": one.plan_title,
        "task_code": one.task_code,
        "task_title": one.task_title,
        "type_title": one.type_title,
        "authority": settings().bureau,
        "completed_on": one.notice.decided_on,
        "details": one.details,
        "subject": one.notice.subject,
        "recheck": one.recheck,
        "marks": one.notice.marks,
        "notice": one.notice.public_id,
    }


def _number(text: str | None, most: int) -> int | None:
    if not text or not (text.isascii() and text.isdigit() and len(text) < 17):
        return None
    return int(text) if int(text) <= most else None
