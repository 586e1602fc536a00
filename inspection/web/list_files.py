"""Lists and records of inspections as CSV and xlsx, where a page of theirs has no file of its own."""

from collections.abc import Sequence

from flask import Blueprint, Response

from inspection.ceremony import find as draws
from inspection.ceremony import frames
from inspection.ceremony import listed as listed_draws
from inspection.ceremony.find import DrawPage
from inspection.plan import objects, strata
from inspection.plan.annual import find as plans
from inspection.plan.matters import find as matters
from inspection.web import sheets
from inspection.web.frames import HEADINGS as FRAME
from inspection.web.frames import cells as frame_cells
from inspection.web.lists import MATTER, matter_cells
from registry.kernel.access import public
from registry.kernel.clock import local_text
from registry.kernel.delimited import Cell
from registry.kernel.host import settings, work

FORMS = "<any(csv, xlsx):form>"
MOST_DRAWS = 5_000
_DRAWS = ("编号", "任务", "状态", "名录基准日", "抽取时间", "地址")
_DRAWN = ("序号", "检查对象", "执业证号", "层", "定向", "检查人员（执法证号）", "签")
_PLANS = ("编号", "年度", "计划", "项目", "牵头处室", "版本", "公布时间", "地址")
_VERSIONS = (*MATTER, "失效日期", "修改原因", "移出原因")

blueprint = Blueprint("list-files", __name__)


@blueprint.get(f"/draws.{FORMS}")
@public
def draw_list(form: str) -> Response:
    """The latest draws, the voided ones too."""
    with work().read() as session:
        listed, _ = listed_draws.draws(session, on=session.today, limit=MOST_DRAWS)
    rows = [
        (
            one.public_id,
            one.title,
            one.state_title,
            one.as_of.isoformat(),
            local_text(one.drawn_at) if one.drawn_at else "",
            f"{settings().public_url}/draws/{one.public_id}",
        )
        for one in listed
    ]
    return _sent(form, "draws", "双随机抽取", _DRAWS, rows)


@blueprint.get(f"/draws/<string(length=16):public_id>.{FORMS}")
@public
def draw(public_id: str, form: str) -> Response:
    """Who was drawn and who inspects them, as the page has it; empty before the draw, and while it is sealed."""
    with work().read() as session:
        page = draws.draw_page(session, public_id, on=session.today)
    return _sent(form, f"draw-{public_id}", "抽取结果", _DRAWN, _drawn(page))


def _drawn(page: DrawPage) -> list[Sequence[str]]:
    return [
        (
            str(number),
            one.name,
            one.person.licence_number if one.person else "",
            one.stratum,
            "是" if one.mandatory else "",
            "、".join(one.team),
            one.ticket,
        )
        for number, one in enumerate(page.chosen, start=1)
    ]


@blueprint.get("/draws/<string(length=16):public_id>/frame.xlsx")
@public
def frame(public_id: str) -> Response:
    with work().read() as session:
        found = frames.frame(session, public_id, committed=True)
    return _sent("xlsx", f"frame-{public_id}", "名录", FRAME, [frame_cells(unit) for unit in found.units])


@blueprint.get(f"/inspection-plans.{FORMS}")
@public
def plan_list(form: str) -> Response:
    with work().read() as session:
        listed = plans.plans(session)
    rows = [
        (
            one.number,
            str(one.year),
            one.title,
            len(one.entries),
            one.section,
            str(one.version),
            local_text(one.published_at) if one.published_at else "",
            f"{settings().public_url}/inspection-plans/{one.number}",
        )
        for one in listed
    ]
    return _sent(form, "inspection-plans", "年度抽查计划", _PLANS, rows)


@blueprint.get(f"/inspection-objects.{FORMS}")
@public
def object_list(form: str) -> Response:
    with work().read() as session:
        rule, counted = strata.rule(session.today), objects.counts(session, on=session.today)
    levels = [str(level) for level in rule.ids]
    rows: list[Sequence[Cell]] = [
        (
            one.title,
            *(one.strata.get(level, 0) for level in rule.ids),
            one.practising,
            one.others,
        )
        for one in counted
    ]
    headings = ("检查对象", *levels, "执业中合计", "不在执业状态")
    return _sent(form, "inspection-objects", "检查对象名录库", headings, rows)


@blueprint.get(f"/matters/<string:code>.{FORMS}")
@public
def matter(code: str, form: str) -> Response:
    """All versions of a matter, the latest first."""
    with work().read() as session:
        versions = matters.history(session, code)
    rows = [
        (
            *matter_cells(one),
            one.valid_until.isoformat() if one.valid_until else "",
            one.change_reason or "",
            one.ended_reason or "",
        )
        for one in versions
    ]
    return _sent(form, "matter-versions", "抽查事项的各版本", _VERSIONS, rows)


def _sent(
    form: str, name: str, title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Response:
    if form == "csv":
        return sheets.csv_answer(name, headings, rows)
    return sheets.xlsx_answer(name, title, headings, rows)
