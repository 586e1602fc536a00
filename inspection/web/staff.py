"""Staff pages: the plan, the ceremony of a draw, visits."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inspection.ceremony import conduct
from inspection.ceremony import find as draws
from inspection.plan import draft
from inspection.plan import find as plan
from inspection.visits import assign, codes, findings
from inspection.visits import find as visits
from registry.accounts.staff import everybody
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import FieldFault, Invalid
from registry.kernel.host import work
from registry.web.forms import faults_by_path

blueprint = Blueprint("inspection", __name__, url_prefix="/staff", template_folder="templates")

_STRATA = ("A", "B", "C", "D")
_DEFAULTS = {"A": ("5", "1"), "B": ("15", "1"), "C": ("40", "1"), "D": ("100", "0")}


@blueprint.get("/inspection")
@requires("draw.read")
def overview() -> ResponseReturnValue:
    with work().read() as session:
        listed, following = draws.draws(session, limit=50)
        tasks = plan.tasks(session)
        return render_template(
            "inspection/overview.html", draws=listed, following=following, tasks=tasks, today=session.today
        )


@blueprint.get("/inspection/matters")
@requires("draw.read")
def matters() -> ResponseReturnValue:
    with work().read() as session:
        return render_template(
            "inspection/matters.html", matters=plan.matters(session, on=session.today), staff=True
        )


@blueprint.get("/inspection/inspectors")
@requires("draw.read")
def inspectors() -> ResponseReturnValue:
    with work().read() as session:
        listed = plan.inspectors(session, on=session.today)
    return render_template("inspection/inspectors.html", inspectors=listed)


@blueprint.route("/inspection/tasks/new", methods=["GET", "POST"])
@requires("inspection.plan")
def new_task() -> ResponseReturnValue:
    faults: Mapping[str, list[str]] = {}
    if request.method == "POST":
        try:
            fields = _task_fields(request.form)
            with work().write(current_actor()) as session:
                task = draft.create_task(session, session.actor, **fields)
            return redirect(url_for("inspection.task", public_id=task.public_id), 303)
        except Invalid as invalid:
            faults = faults_by_path(invalid)
    with work().read() as session:
        listed = plan.matters(session, on=session.today)
    page = render_template(
        "inspection/new_task.html",
        matters=listed,
        values=request.form,
        faults=faults,
        strata=_STRATA,
        defaults=_DEFAULTS,
    )
    return page, 422 if faults else 200


@blueprint.get("/inspection/tasks/<public_id>")
@requires("draw.read")
def task(public_id: str) -> ResponseReturnValue:
    return _task_page(public_id, {})


@blueprint.post("/inspection/tasks/<public_id>/freeze")
@requires("draw.freeze")
def freeze(public_id: str) -> ResponseReturnValue:
    parties = [name for name in request.form.getlist("by") if name]
    try:
        with work().write(current_actor()) as session:
            draw = conduct.freeze(
                session,
                session.actor,
                task=public_id,
                plan=[{"kind": "dice", "by": name} for name in parties],
                supersedes=request.form.get("supersedes") or None,
            )
    except Invalid as invalid:
        return _task_page(public_id, faults_by_path(invalid))
    flash("名录已冻结。请核对后提交存证。", "good")
    return redirect(url_for("inspection.draw", public_id=draw.public_id), 303)


def _task_page(public_id: str, faults: Mapping[str, list[str]]) -> ResponseReturnValue:
    with work().read() as session:
        page = render_template(
            "inspection/task.html",
            task=plan.task(session, public_id),
            draws=draws.of_task(session, public_id),
            witnesses=[
                (member.username, f"{member.name}（{member.section}）")
                for member in everybody(session)
                if "witness" in member.roles and member.ended_at is None
            ],
            faults=faults,
            today=session.today,
        )
    return page, 422 if faults else 200


@blueprint.get("/inspection/draws/<public_id>")
@requires("draw.read")
def draw(public_id: str) -> ResponseReturnValue:
    return _draw_page(public_id, {})


@blueprint.post("/inspection/draws/<public_id>/commit")
@requires("draw.commit")
def commit(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        conduct.commit(session, session.actor, draw_id=public_id)
    flash("名录摘要已写入公开存证日志，可以开始掷骰子。", "good")
    return redirect(url_for("inspection.draw", public_id=public_id), 303)


@blueprint.post("/inspection/draws/<public_id>/chance")
@requires("draw.chance")
def chance(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            conduct.supply(
                session,
                session.actor,
                draw_id=public_id,
                position=_number(request.form.get("position", ""), "position"),
                value=request.form.get("value", ""),
                nonce=request.form.get("nonce") or None,
            )
    except Invalid as invalid:
        return _draw_page(public_id, faults_by_path(invalid))
    return redirect(url_for("inspection.draw", public_id=public_id), 303)


@blueprint.post("/inspection/draws/<public_id>/run")
@requires("draw.run")
def run(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        given = conduct.inputs(session, public_id)
    record = conduct.compute(given)
    with work().write(current_actor()) as session:
        assign.carry_out(session, session.actor, draw_id=public_id, record=record)
    flash("抽取完成，记录已公开。", "good")
    return redirect(url_for("inspection.draw", public_id=public_id), 303)


@blueprint.post("/inspection/draws/<public_id>/void")
@requires("draw.void")
def void(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            if request.form.get("confirm"):
                conduct.confirm_void(session, session.actor, draw_id=public_id)
            else:
                conduct.propose_void(
                    session,
                    session.actor,
                    draw_id=public_id,
                    ground=request.form.get("ground", ""),
                    note=request.form.get("note", "").strip(),
                    party=request.form.get("party") or None,
                )
    except Invalid as invalid:
        return _draw_page(public_id, faults_by_path(invalid))
    return redirect(url_for("inspection.draw", public_id=public_id), 303)


def _draw_page(public_id: str, faults: Mapping[str, list[str]]) -> ResponseReturnValue:
    with work().read() as session:
        page = render_template(
            "inspection/staff_draw.html",
            draw=draws.draw_page(session, public_id, on=session.today),
            me=conduct.username(session, current_actor()),
            grounds=conduct.VOID_GROUNDS,
            faults=faults,
            values=request.form,
            today=session.today,
        )
    return page, 422 if faults else 200


@blueprint.get("/visits")
@requires("visit.read")
def visit_list() -> ResponseReturnValue:
    mine = request.args.get("mine") == "1"
    with work().read() as session:
        listed = visits.visits(session, staff=current_actor().id if mine else None)
        return render_template("inspection/visits.html", visits=listed, mine=mine, today=session.today)


@blueprint.get("/visits/<public_id>")
@requires("visit.read")
def visit(public_id: str) -> ResponseReturnValue:
    return _visit_page(public_id, {})


@blueprint.post("/visits/<public_id>")
@requires("visit.record")
def record_visit(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            findings.note_finding(
                session,
                session.actor,
                visit=public_id,
                visited_on=_day(form.get("visited_on", ""), "visited_on"),
                codes=form.getlist("codes"),
                measure=form.get("measure", ""),
                note=form.get("note", "").strip(),
            )
    except Invalid as invalid:
        return _visit_page(public_id, faults_by_path(invalid))
    flash("检查结果已记录，等待另一人复核。", "good")
    return redirect(url_for("inspection.visit", public_id=public_id), 303)


@blueprint.post("/visits/<public_id>/close")
@requires("visit.review")
def close_visit(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        findings.close(session, session.actor, visit=public_id)
    flash("检查已办结，结果已记入信用记录并进入公开流程。", "good")
    return redirect(url_for("inspection.visit", public_id=public_id), 303)


def _visit_page(public_id: str, faults: Mapping[str, list[str]]) -> ResponseReturnValue:
    with work().read() as session:
        page = render_template(
            "inspection/visit.html",
            visit=visits.visit(session, public_id),
            table=codes.table(),
            values=request.form,
            faults=faults,
            today=session.today,
        )
    return page, 422 if faults else 200


def _task_fields(form: Mapping[str, str]) -> dict[str, Any]:
    """The form's texts as the use case wants them. Raises Invalid naming every field that is not a number or a day."""
    faults: list[FieldFault] = []

    def number(path: str, *, optional: bool = False, scale: int = 1) -> int | None:
        try:
            return None if optional and not form.get(path) else _number(form.get(path, ""), path, scale)
        except Invalid as invalid:
            faults.extend(invalid.fields)
            return None

    strata = [
        {
            "id": name,
            "rate_bp": number(f"rate_{name}", scale=100),
            "min": number(f"min_{name}"),
            "max": number(f"max_{name}", optional=True),
        }
        for name in _STRATA
    ]
    size, reserve = number("size"), number("reserve")
    max_load, cap = number("max_load", optional=True), number("yearly_cap", optional=True)
    try:
        deadline = _day(form.get("deadline", ""), "deadline")
    except Invalid as invalid:
        faults.extend(invalid.fields)
    if faults:
        raise Invalid("抽查任务填写有误", faults)
    return {
        "code": form.get("code", "").strip(),
        "title": form.get("title", ""),
        "matter": form.get("matter", ""),
        "strata": strata,
        "reserve": reserve,
        "team": {
            "size": size,
            "lead_required": "lead_required" in form,
            "cross_district": "cross_district" in form,
            "max_load": max_load,
        },
        "yearly_cap": cap,
        "deadline": deadline,
    }


def _number(text: str, path: str, scale: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Invalid.field(path, "not_a_number", "请填写非负整数")
    return int(text) * scale


def _day(text: str, path: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid.field(path, "not_a_date", "请填写日期") from error
