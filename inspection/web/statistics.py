"""Statistics of inspections and annual reports: for the office, for the public, for programs."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields, validate

from inspection.papers import annual as paper
from inspection.visits.after import annual, figures, statistics
from inspection.visits.after.figures import Figures
from inspection.visits.after.statistics import Statistics
from inspection.web import forms, sheets
from registry.kernel.access import current_actor, public, requires
from registry.kernel.faults import Fault, NotFound
from registry.kernel.host import settings, work
from registry.web import charts, papers
from registry.web.api.fields import Count

blueprint = Blueprint("inspection-statistics", __name__, template_folder="templates")
api = ApiBlueprint("inspection-statistics-api", __name__, description="抽查统计和年度报告")

READ = "draw.read"
_FIRST, _LAST = 2000, 2100


@blueprint.get("/inspections/statistics")
@public
def public_page() -> ResponseReturnValue:
    return _page(public=True)


@blueprint.get("/staff/inspection/statistics")
@requires(READ)
def staff_page() -> ResponseReturnValue:
    return _page(public=False)


def _page(*, public: bool) -> str:
    with work().read() as session:
        years = statistics.years(session)
        year = _year(request.args.get("year")) or years[0]
        found = statistics.of_year(session, year, public=public)
        reports = annual.reports(session, public=public)
    return render_template(
        "inspection/statistics.html",
        found=found,
        public=public,
        year=year,
        years=sorted({*years, year}, reverse=True),
        headings=figures.HEADINGS,
        percent=figures.percent,
        charts=_charts(found),
        reports=reports,
        here="inspection-statistics.public_page" if public else "inspection-statistics.staff_page",
    )


def _charts(found: Statistics) -> dict[str, Any]:
    """Bars of what the tables beside them say. Codes stand for long names."""
    series = (gettext("已检查"), gettext("发现问题"))

    def bars(title: str, groups: list[tuple[str, Figures]]) -> Any:
        return charts.bars(
            title, [(label, [one.visited, one.with_problems]) for label, one in groups], series
        )

    return {
        "matters": bars(gettext("各抽查事项的检查"), [(one.code, one) for one in found.matters]),
        "districts": bars(gettext("各地区的检查"), [(_short(one.title), one) for one in found.districts]),
        "codes": charts.bars(
            gettext("各类检查结果"),
            [(code, [found.total.by_code[code]]) for code in found.codes],
            (gettext("件"),),
        ),
    }


def _short(district: str) -> str:
    """浦东 for 浦东新区: there is room for four characters."""
    return district.removesuffix("区").removesuffix("新")[:4]


@blueprint.get("/inspections/statistics.csv")
@public
def public_csv() -> Response:
    return _csv(_lines(public=True))


@blueprint.get("/staff/inspection/statistics.csv")
@requires(READ)
def staff_csv() -> Response:
    return _csv(_lines(public=False))


@blueprint.get("/inspections/statistics.xlsx")
@public
def public_xlsx() -> Response:
    return _xlsx(_lines(public=True))


@blueprint.get("/staff/inspection/statistics.xlsx")
@requires(READ)
def staff_xlsx() -> Response:
    return _xlsx(_lines(public=False))


def _lines(*, public: bool) -> list[list[str | int]]:
    with work().read() as session:
        year = _year(request.args.get("year")) or session.today.year
        return statistics.of_year(session, year, public=public).lines()


def _csv(lines: list[list[str | int]]) -> Response:
    return sheets.csv_answer("inspection-statistics", figures.HEADINGS, lines)


def _xlsx(lines: list[list[str | int]]) -> Response:
    return sheets.xlsx_answer("inspection-statistics", "抽查统计", figures.HEADINGS, lines)


class StatisticsQuery(Schema):
    year = Count(
        load_default=None,
        validate=validate.Range(_FIRST, _LAST),
        metadata={"description": "抽取的年度，缺省为本年"},
    )


class FiguresSchema(Schema):
    code = fields.String(required=True)
    title = fields.String(required=True)
    selected = fields.Integer(required=True, metadata={"description": "抽中（家、人次）"})
    subjects = fields.Integer(required=True, metadata={"description": "抽中的不同对象"})
    visited = fields.Integer(required=True, metadata={"description": "已检查"})
    closed = fields.Integer(required=True, metadata={"description": "结果已公开"})
    with_problems = fields.Integer(required=True, metadata={"description": "发现问题"})
    by_code = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "各检查结果代码的件数"},
    )
    ordered = fields.Integer(required=True, metadata={"description": "责令改正"})
    corrected = fields.Integer(required=True, metadata={"description": "已改正"})
    uncorrected = fields.Integer(required=True, metadata={"description": "未改正"})
    overdue = fields.Integer(required=True, metadata={"description": "逾期未报告改正"})
    handed_over = fields.Integer(required=True, metadata={"description": "移送和抄告，已办结的"})
    penalties = fields.Integer(required=True, metadata={"description": "作出行政处罚"})
    published = fields.Integer(required=True, metadata={"description": "结果公开过"})
    in_time = fields.Integer(required=True, metadata={"description": "按期公开"})
    late = fields.Integer(required=True, metadata={"description": "逾期公开或逾期未公开"})


class StatisticsSchema(Schema):
    year = fields.Integer(required=True)
    draws = fields.Integer(required=True, metadata={"description": "已公开的抽取"})
    voided = fields.Integer(required=True, metadata={"description": "作废的抽取"})
    total = fields.Nested(FiguresSchema, required=True)
    matters = fields.List(fields.Nested(FiguresSchema), required=True)
    districts = fields.List(fields.Nested(FiguresSchema), required=True)
    codes = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


@api.route("/inspections/statistics.json")
@public
@api.arguments(StatisticsQuery, location="query", error_status_code=400)
@api.response(200, StatisticsSchema)
def public_json(query: dict[str, Any]) -> Statistics:
    """一年的抽查统计：按事项、按地区；检查结果只计已公开的"""
    with work().read() as session:
        return statistics.of_year(session, query["year"] or session.today.year, public=True)


@api.route("/staff/inspection/statistics.json")
@requires(READ)
@api.arguments(StatisticsQuery, location="query", error_status_code=400)
@api.response(200, StatisticsSchema)
def staff_json(query: dict[str, Any]) -> Statistics:
    """一年的抽查统计，含尚未公开的结果"""
    with work().read() as session:
        return statistics.of_year(session, query["year"] or session.today.year, public=False)


@blueprint.post("/staff/inspection/reports")
@requires(annual.PREPARE)
def prepare() -> ResponseReturnValue:
    year = forms.whole_number(request.form.get("year", ""), "year")
    made = annual.prepare(work(), current_actor(), year=year)
    flash("年度报告已编制，请核对后由另一人公布。", "good")
    return redirect(url_for("inspection-statistics.report", public_id=made), 303)


@blueprint.get("/staff/inspection/reports/<string(length=16):public_id>")
@requires(READ)
def report(public_id: str) -> ResponseReturnValue:
    return _report(public_id)


@blueprint.post("/staff/inspection/reports/<string(length=16):public_id>/publish")
@requires(annual.PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            annual.publish(session, session.actor, report=public_id)
    except Fault as refused:
        return _report(public_id, refused)
    flash("年度报告已公布。", "good")
    return redirect(url_for("inspection-statistics.report", public_id=public_id), 303)


def _report(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read() as session:
        found = annual.report(session, public_id)
    page = render_template(
        "inspection/report.html",
        report=found,
        staffed=True,
        faults=forms.told(refused) if refused else {},
    )
    return page, refused.status if refused else 200


@blueprint.get("/inspections/reports/<int:year>")
@public
def public_report(year: int) -> ResponseReturnValue:
    with work().read() as session:
        found = annual.published(session, _known(year))
    return render_template("inspection/report.html", report=found, staffed=False, faults={})


@api.route("/inspections/reports/<int:year>.pdf")
@public
@api.response(200, papers.SCHEMA, content_type="application/pdf")
def public_report_pdf(year: int) -> Response:
    """年度双随机抽查情况报告"""
    with work().read() as session:
        found = annual.published(session, _known(year))
    return _pdf(found)


@api.route("/staff/inspection/reports/<string(length=16):public_id>.pdf")
@requires(READ)
@api.response(200, papers.SCHEMA, content_type="application/pdf")
def report_pdf(public_id: str) -> Response:
    """年度双随机抽查情况报告，未公布的标明草稿"""
    with work().read() as session:
        found = annual.report(session, public_id)
    return _pdf(found)


def _pdf(found: annual.Report) -> Response:
    sheet = paper.paper(found, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(sheet, f"inspections-{found.year}.pdf")


def _year(text: str | None) -> int | None:
    """The year of an address; what is none is not asked for."""
    known = bool(text) and text is not None and text.isascii() and text.isdigit() and len(text) == 4
    return int(text) if known and text is not None and _FIRST <= int(text) <= _LAST else None


def _known(year: int) -> int:
    if not _FIRST <= year <= _LAST:
        raise NotFound("没有这一年度的报告")
    return year
