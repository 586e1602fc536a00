"""The public lists: matters, annual plans, inspectors by certificate number, objects by stratum; pages and files."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from inspection.plan import find as plan
from inspection.plan import objects, strata
from inspection.plan.annual import find as plans
from inspection.plan.directory import find as directory
from inspection.plan.find import MatterPage
from inspection.plan.matters import find as matters
from inspection.visits import progress
from inspection.web import sheets
from registry.kernel.access import public
from registry.kernel.delimited import Cell
from registry.kernel.host import work

blueprint = Blueprint("lists", __name__, template_folder="templates")

PAGE = 50
MATTER = (
    "编号",
    "抽查事项",
    "抽查内容",
    "检查对象",
    "事项类别",
    "检查方式",
    "检查依据",
    "依据的版本",
    "抽查比例",
    "抽查频次",
    "完成时限",
    "施行日期",
)
_INSPECTOR = (
    "执法证号",
    "检查范围",
    "可任组长",
    "所在区",
    "证件有效期至",
    "请假",
    "回避的机构",
    "回避的从业人员数",
)


@blueprint.get("/matters/<string:code>")
@public
def matter(code: str) -> ResponseReturnValue:
    with work().read() as session:
        return render_template(
            "inspection/plan/matter.html", versions=matters.history(session, code), today=session.today
        )


@blueprint.get("/matters.csv")
@public
def matters_csv() -> Response:
    return sheets.csv_answer("matters", MATTER, _matters())


@blueprint.get("/matters.xlsx")
@public
def matters_xlsx() -> Response:
    return sheets.xlsx_answer("matters", "随机抽查事项清单", MATTER, _matters())


@blueprint.get("/inspection-plans")
@public
def plan_list() -> ResponseReturnValue:
    with work().read() as session:
        return render_template("inspection/plan/public_plans.html", plans=plans.plans(session))


@blueprint.get("/inspection-plans/<string:number>")
@public
def plan_page(number: str) -> ResponseReturnValue:
    """The version in force, or with `?version=` an earlier one."""
    with work().read() as session:
        versions = plans.versions(session, number)
        asked = request.args.get("version", "")
        shown = next((one for one in versions if str(one.version) == asked), versions[0])
        return render_template(
            "inspection/plan/public_plan.html",
            plan=shown,
            versions=versions,
            headings=plans.HEADINGS,
            progress=progress.of_plan(session, number, shown.entries),
            today=session.today,
        )


@blueprint.get("/inspection-plans/<string:number>.csv")
@public
def plan_csv(number: str) -> Response:
    return sheets.csv_answer(f"plan-{number}", plans.HEADINGS, _plan_cells(number))


@blueprint.get("/inspection-plans/<string:number>.xlsx")
@public
def plan_xlsx(number: str) -> Response:
    return sheets.xlsx_answer(f"plan-{number}", "年度抽查计划", plans.HEADINGS, _plan_cells(number))


@blueprint.get("/inspectors")
@public
def inspectors() -> ResponseReturnValue:
    after = request.args.get("after")
    with work().read() as session:
        listed, following = directory.listed(session, on=session.today, limit=PAGE, after=after)
        return render_template(
            "inspection/plan/public_inspectors.html",
            inspectors=listed,
            following=following,
            after=after,
            today=session.today,
        )


@blueprint.get("/inspectors.csv")
@public
def inspectors_csv() -> Response:
    return sheets.csv_answer("inspectors", _INSPECTOR, _inspector_cells())


@blueprint.get("/inspectors.xlsx")
@public
def inspectors_xlsx() -> Response:
    return sheets.xlsx_answer("inspectors", "检查人员名录", _INSPECTOR, _inspector_cells())


@blueprint.get("/inspection-objects")
@public
def object_list() -> ResponseReturnValue:
    with work().read() as session:
        return render_template(
            "inspection/plan/public_objects.html",
            counts=objects.counts(session, on=session.today),
            rule=strata.rule(session.today),
            today=session.today,
        )


def _matters() -> Sequence[Sequence[str]]:
    with work().read() as session:
        return [matter_cells(one) for one in plan.matters(session, on=session.today)[0]]


def matter_cells(one: MatterPage) -> Sequence[str]:
    """One version under MATTER."""
    return (
        one.code,
        one.name,
        one.content,
        one.object_title,
        one.category,
        one.method,
        one.basis,
        one.basis_version,
        one.rate,
        one.frequency,
        one.complete_by,
        one.valid_from.isoformat(),
    )


def _plan_cells(number: str) -> Sequence[Sequence[str]]:
    with work().read() as session:
        return [entry.cells() for entry in plans.versions(session, number)[0].entries]


def _inspector_cells() -> Sequence[Sequence[Cell]]:
    with work().read() as session:
        listed, _ = directory.listed(session, on=session.today)
    return [
        (
            one.certificate,
            "、".join(one.kinds),
            "是" if one.lead else "否",
            one.district,
            one.valid_until.isoformat(),
            "、".join(f"{leave.starts_on} 至 {leave.ends_on}" for leave in one.leaves),
            "、".join(name for _, name in one.organisations),
            one.persons or None,
        )
        for one in listed
    ]
