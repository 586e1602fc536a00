"""Staff pages of the annual plan: its drafts and entries, its publication, how far it has come."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from inspection.plan import find as plan
from inspection.plan import strata
from inspection.plan.annual import drafts
from inspection.plan.annual import find as plans
from inspection.plan.annual.find import EntryPage, PlanPage
from inspection.plan.matters import find as matters
from inspection.plan.matters.drafts import PUBLISH
from inspection.visits import progress
from inspection.web import plan_forms
from inspection.web.forms import told
from registry.accounts.staff import names
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault, NotFound
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster.kinds import district_name
from registry.web.charts import bars
from registry.web.roster import districts

blueprint = Blueprint("plans", __name__, url_prefix="/staff/inspection/plans", template_folder="templates")


@blueprint.app_template_filter("directed")
def directed(entry: EntryPage) -> str:
    """Whom a planned inspection is about, in the reader's language: districts and strata (定向), or everybody."""
    layers = [gettext("%(name)s 层", name=name) for name in entry.strata]
    words = [*(district_name(code) for code in entry.districts), *layers]
    scope = gettext("、").join(words)
    said: str = gettext("定向：%(scope)s", scope=scope) if scope else gettext("不定向")
    return said


@blueprint.get("")
@requires("draw.read")
def index() -> ResponseReturnValue:
    with work().read() as session:
        return render_template("inspection/plan/plans.html", plans=plans.plans(session, drafts=True))


@blueprint.route("/new", methods=["GET", "POST"])
@requires("inspection.plan")
def new() -> ResponseReturnValue:
    values: Mapping[str, Any] = request.form
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            typed = plan_forms.Typed(request.form)
            year = typed.number("year")
            typed.checked("年度计划填写有误")
            with work().write(current_actor()) as session:
                row = drafts.start(
                    session,
                    session.actor,
                    number=typed.text("number"),
                    year=year,
                    title=typed.text("title"),
                    section=typed.text("section"),
                )
        except Fault as refused:
            faults = told(refused)
        else:
            return redirect(url_for("plans.page", public_id=row.public_id), 303)
    else:
        with work().read() as session:
            following = session.today.year + (session.today.month > 9)
        values = {"year": following, "title": f"{following} 年度随机抽查计划", "number": f"{following}-SSJ"}
    page = render_template("inspection/plan/plan_form.html", values=values, faults=faults)
    return page, 422 if faults else 200


@blueprint.get("/<string(length=16):public_id>")
@requires("draw.read")
def page(public_id: str) -> ResponseReturnValue:
    return _page(public_id)


def _page(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read() as session:
        shown = plans.plan(session, public_id)
        came = progress.of_plan(session, shown.number, shown.entries) if shown.state == "published" else []
        answer = render_template(
            "inspection/plan/plan.html",
            plan=shown,
            headings=plans.HEADINGS,
            progress=came,
            chart=bars(
                "计划进度（次）",
                [(one.code, (one.planned, one.drawn, one.done)) for one in came],
                ("计划抽查", "已抽取", "已办结"),
            ),
            people=names(session, [shown.drafted_by]),
            values=request.form,
            faults=told(refused) if refused else {},
            today=session.today,
        )
    return answer, refused.status if refused else 200


@blueprint.route("/<string(length=16):public_id>/entries/new", methods=["GET", "POST"])
@requires("inspection.plan")
def add_entry(public_id: str) -> ResponseReturnValue:
    return _entry_form(public_id, None)


@blueprint.route("/<string(length=16):public_id>/entries/<string:code>", methods=["GET", "POST"])
@requires("inspection.plan")
def change_entry(public_id: str, code: str) -> ResponseReturnValue:
    return _entry_form(public_id, code)


def _entry_form(public_id: str, code: str | None) -> ResponseReturnValue:
    values: Mapping[str, Any] = request.form
    chosen = {name: request.form.getlist(name) for name in ("matters", "districts", "strata")}
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            entry = plan_forms.entry(request.form)
            with work().write(current_actor()) as session:
                drafts.put(session, session.actor, plan=public_id, entry=entry)
        except Fault as refused:
            faults = told(refused)
        else:
            flash(f"第 {entry.code} 项已保存。", "good")
            return redirect(url_for("plans.page", public_id=public_id), 303)
    with work().read() as session:
        shown = plans.plan(session, public_id)
        if request.method == "GET":
            values, chosen = _begun(session, shown, code)
        listed = [*plan.matters(session, on=session.today)[0], *matters.coming(session, on=session.today)]
        answer = render_template(
            "inspection/plan/entry_form.html",
            plan=shown,
            code=code,
            values=values,
            chosen=chosen,
            faults=faults,
            matters=listed,
            districts=districts(),
            strata=strata.rule(session.today).strata,
        )
    return answer, 422 if faults else 200


def _begun(
    session: WorkSession, shown: PlanPage, code: str | None
) -> tuple[Mapping[str, Any], dict[str, list[str]]]:
    """What the form of an entry begins with. Raises NotFound for a code that the plan has not."""
    if code is None:
        number = max((int(entry.code) for entry in shown.entries), default=0) + 1
        values = {"code": f"{number:02}", "times": "1", "section": shown.section}
        return values, {"matters": [], "districts": [], "strata": []}
    entry: EntryPage | None = next((one for one in shown.entries if one.code == code), None)
    if entry is None:
        raise NotFound("计划中没有这一项")
    return vars(entry), {
        "matters": [matter.public_id for matter in entry.matters],
        "districts": list(entry.districts),
        "strata": list(entry.strata),
    }


@blueprint.post("/<string(length=16):public_id>/entries/<string:code>/drop")
@requires("inspection.plan")
def drop_entry(public_id: str, code: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            drafts.drop(session, session.actor, plan=public_id, code=code)
    except Fault as refused:
        return _page(public_id, refused)
    flash(f"第 {code} 项已从拟稿中删除。", "good")
    return redirect(url_for("plans.page", public_id=public_id), 303)


@blueprint.post("/<string(length=16):public_id>/publish")
@requires(PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            drafts.publish(session, session.actor, plan=public_id)
    except Fault as refused:
        return _page(public_id, refused)
    flash("年度计划已公布，并写入公开存证日志。", "good")
    return redirect(url_for("plans.page", public_id=public_id), 303)


@blueprint.post("/<string(length=16):public_id>/discard")
@requires("inspection.plan")
def discard(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            drafts.discard(session, session.actor, plan=public_id)
    except Fault as refused:
        return _page(public_id, refused)
    flash("拟稿已放弃。", "good")
    return redirect(url_for("plans.index"), 303)


@blueprint.post("/<string(length=16):public_id>/amend")
@requires("inspection.plan")
def amend(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            shown = plans.plan(session, public_id)
            row = drafts.amend(
                session, session.actor, number=shown.number, reason=request.form.get("reason", "")
            )
    except Fault as refused:
        return _page(public_id, refused)
    flash("调整稿已建立，现行计划的各项已带入。", "good")
    return redirect(url_for("plans.page", public_id=row.public_id), 303)
