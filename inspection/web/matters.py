"""Staff pages of the list of matters: what is in force, what is prepared, a matter through its versions."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inspection.plan import find as plan
from inspection.plan.matters import drafts
from inspection.plan.matters import find as matters
from inspection.web import plan_forms
from inspection.web.forms import told
from registry.accounts.staff import names
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault
from registry.kernel.host import work
from registry.roster.kinds import titles

blueprint = Blueprint(
    "matters", __name__, url_prefix="/staff/inspection/matters", template_folder="templates"
)

METHODS = ("实地检查", "书面检查", "案卷评查", "网络监测", "专业机构辅助检查")
"""核查方式 that the form suggests; others can be typed."""


@blueprint.get("")
@requires("draw.read")
def index() -> ResponseReturnValue:
    return _list()


def _list(refused: Fault | None = None) -> ResponseReturnValue:
    with work().read() as session:
        prepared = matters.drafts(session)
        page = render_template(
            "inspection/plan/matters.html",
            matters=plan.matters(session, on=session.today)[0],
            coming=matters.coming(session, on=session.today),
            gone=matters.gone(session, on=session.today),
            drafts=prepared,
            people=names(session, [one.drafted_by for one in prepared]),
            faults=told(refused) if refused else {},
        )
    return page, refused.status if refused else 200


@blueprint.get("/<string:code>")
@requires("draw.read")
def matter(code: str) -> ResponseReturnValue:
    return _matter(code)


def _matter(code: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read() as session:
        page = render_template(
            "inspection/plan/matter.html",
            versions=matters.history(session, code),
            values=request.form,
            faults=told(refused) if refused else {},
            today=session.today,
        )
    return page, refused.status if refused else 200


@blueprint.route("/new", methods=["GET", "POST"])
@requires("inspection.plan")
def new() -> ResponseReturnValue:
    return _form(None)


@blueprint.route("/<string:code>/change", methods=["GET", "POST"])
@requires("inspection.plan")
def change(code: str) -> ResponseReturnValue:
    return _form(code)


def _form(code: str | None) -> ResponseReturnValue:
    """The form of a version; it comes back filled in with what is wrong."""
    values: Mapping[str, Any] = request.form
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            content, effective_on = plan_forms.matter(request.form)
            with work().write(current_actor()) as session:
                drafts.draft(
                    session,
                    session.actor,
                    matter=content,
                    effective_on=effective_on,
                    reason=request.form.get("reason", ""),
                )
        except Fault as refused:
            faults = told(refused)
        else:
            flash("拟稿已保存，须由另一人公布后生效。", "good")
            return redirect(url_for("matters.index"), 303)
    elif code is not None:
        with work().read() as session:
            values = vars(matters.history(session, code)[0]) | {"reason": "", "effective_on": ""}
    else:
        values = {"repeat_months": "12", "method": "实地检查", "frequency": "1 次/年"}
    page = render_template(
        "inspection/plan/matter_form.html",
        code=code,
        values=values,
        faults=faults,
        kinds=list(titles().items()),
        categories=[(name, name) for name in drafts.CATEGORIES],
        methods=METHODS,
    )
    return page, 422 if faults else 200


@blueprint.post("/<string:code>/end")
@requires("inspection.plan")
def end(code: str) -> ResponseReturnValue:
    try:
        typed = plan_forms.Typed(request.form)
        effective_on = typed.day("effective_on")
        typed.checked("移出清单填写有误")
        with work().write(current_actor()) as session:
            drafts.draft_end(
                session,
                session.actor,
                code=code,
                effective_on=effective_on,
                reason=request.form.get("reason", ""),
            )
    except Fault as refused:
        return _matter(code, refused)
    flash("移出清单的拟稿已保存，须由另一人公布后生效。", "good")
    return redirect(url_for("matters.index"), 303)


@blueprint.post("/drafts/<string(length=16):public_id>/publish")
@requires(drafts.PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            drafts.publish(session, session.actor, draft_id=public_id)
    except Fault as refused:
        return _list(refused)
    flash("已公布，并写入公开存证日志。", "good")
    return redirect(url_for("matters.index"), 303)


@blueprint.post("/drafts/<string(length=16):public_id>/discard")
@requires("inspection.plan")
def discard(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            drafts.discard(session, session.actor, draft_id=public_id)
    except Fault as refused:
        return _list(refused)
    flash("拟稿已放弃。", "good")
    return redirect(url_for("matters.index"), 303)
