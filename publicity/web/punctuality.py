"""公开及时率: how punctual the office is, month by month, for everybody."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields

from publicity.lookup.files import Table
from publicity.notices import punctuality
from publicity.notices.find import DAYS_TO_WITHDRAW
from publicity.notices.punctuality import Board, Figures
from publicity.release.terms import OTHERWISE, TO_PUBLISH
from publicity.web.files import FORMS, sent
from registry.kernel.access import public
from registry.kernel.host import work
from registry.web import charts

blueprint = Blueprint("punctuality", __name__)
api = ApiBlueprint("punctuality-api", __name__, description="公开及时率")

HEADINGS = (
    "分组",
    "名称",
    "应公开（撤下）",
    "按期",
    "逾期完成",
    "逾期未完成",
    "及时率",
    "核对的许可和处罚",
    "要素齐全",
    "合规率",
)


def percent(share: float | None) -> str:
    """One decimal, never rounded up to a hundred: one late item of thousands is still one."""
    return "—" if share is None else f"{int(share * 1000) / 10:.1f}%"


def _board() -> Board:
    with work().read() as session:
        return punctuality.board(session)


@blueprint.get("/punctuality")
@public
def page() -> ResponseReturnValue:
    board = _board()
    series = [gettext("按期"), gettext("逾期")]
    rows = [(one.name[2:], [one.in_time, one.late + one.overdue]) for one in board.by_month]
    return render_template(
        "publicity/punctuality.html",
        board=board,
        months=[f"{month:%Y-%m}" for month in board.months],
        chart=charts.bars(gettext("每月到期的公开和撤下"), rows, series),
        percent=percent,
        days={"double": TO_PUBLISH["penalty"], "otherwise": OTHERWISE, "withdraw": DAYS_TO_WITHDRAW},
    )


@blueprint.get(f"/punctuality.{FORMS}")
@public
def file(form: str) -> Response:
    return sent(Table("punctuality", "公示及时率", HEADINGS, list(_lines(_board()))), form)


def _lines(board: Board) -> Iterator[tuple[str | int, ...]]:
    yield _line("合计", board.total)
    for title, listed in (("月份", board.by_month), ("类别", board.by_group), ("处室", board.by_section)):
        yield from (_line(title, one) for one in listed)


def _line(title: str, one: Figures) -> tuple[str | int, ...]:
    counted = (one.due, one.in_time, one.late, one.overdue)
    return (
        title,
        one.name,
        *counted,
        percent(one.timeliness),
        one.judged,
        one.complete,
        percent(one.compliance),
    )


class PunctualityFiguresSchema(Schema):
    name = fields.String(required=True)
    due = fields.Integer(required=True, metadata={"description": "期限已到的，和期限未到已经完成的"})
    in_time = fields.Integer(required=True, metadata={"description": "按期完成"})
    late = fields.Integer(required=True, metadata={"description": "逾期完成"})
    overdue = fields.Integer(required=True, metadata={"description": "逾期未完成"})
    timeliness = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "及时率：按期 ÷（按期＋逾期完成＋逾期未完成）"},
    )
    judged = fields.Integer(required=True, metadata={"description": "核对过要素的许可和处罚"})
    complete = fields.Integer(required=True, metadata={"description": "其中要素齐全的"})
    compliance = fields.Float(
        required=True, allow_none=True, metadata={"description": "合规率：要素齐全 ÷ 核对过的"}
    )


class LateMonthsSchema(Schema):
    section = fields.String(required=True)
    late = fields.List(fields.Integer(), required=True, metadata={"description": "与 months 逐月对应"})


class PunctualitySchema(Schema):
    on = fields.Date(required=True)
    months = fields.List(fields.Date(), required=True)
    total = fields.Nested(PunctualityFiguresSchema, required=True)
    by_month = fields.List(fields.Nested(PunctualityFiguresSchema), required=True)
    by_group = fields.List(fields.Nested(PunctualityFiguresSchema), required=True)
    by_section = fields.List(fields.Nested(PunctualityFiguresSchema), required=True)
    late_by_section = fields.List(fields.Nested(LateMonthsSchema), required=True)


@api.route("/punctuality.json")
@public
@api.response(200, PunctualitySchema)
def document() -> Mapping[str, Any]:
    """公开及时率：近十二个月的及时率、合规率，按月份、类别、处室；只有件数"""
    board = _board()
    return {
        "on": board.on,
        "months": board.months,
        "total": board.total,
        "by_month": board.by_month,
        "by_group": board.by_group,
        "by_section": board.by_section,
        "late_by_section": [
            {"section": section, "late": late} for section, late in board.late_by_section.items()
        ],
    }
