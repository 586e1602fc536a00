"""Opens tasks: from an entry of the annual plan, or outside it with a ground; a task whose matter changed is renewed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inspection.ceremony import relax as relaxing
from inspection.ceremony import renew as renewal
from inspection.plan import find as plan
from inspection.plan import strata
from inspection.plan.annual import find as plans
from inspection.plan.annual import open as tasks
from inspection.plan.annual.find import EntryPage
from inspection.web import forms
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault, Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession

blueprint = Blueprint("tasks", __name__, url_prefix="/staff/inspection/tasks", template_folder="templates")


@blueprint.get("/start")
@requires("inspection.plan")
def start() -> ResponseReturnValue:
    """Which entry of the plan is carried out now."""
    with work().read() as session:
        entries = plans.startable(session, on=session.today)
        opened = {number: tasks.opened(session, number) for number in {entry.number for entry in entries}}
        return render_template(
            "inspection/plan/start.html", entries=entries, opened=opened, today=session.today
        )


@blueprint.route("/planned/<string(length=16):entry>", methods=["GET", "POST"])
@requires("inspection.plan")
def planned(entry: str) -> ResponseReturnValue:
    return _form(entry)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("inspection.plan")
def new() -> ResponseReturnValue:
    """A task outside the plan (临时任务)."""
    return _form(None)


def _form(entry: str | None) -> ResponseReturnValue:
    with work().read() as session:
        rule = strata.rule(session.today)
        shown = plans.entry(session, entry) if entry is not None else None
        values: Mapping[str, Any] = request.form or _begun(session, rule, shown)
        listed, _ = plan.matters(session, on=session.today)
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            public_id = _open(rule, entry)
        except Fault as refused:
            faults = forms.task_faults(refused, rule)
        else:
            flash("抽查任务已建立。", "good")
            return redirect(url_for("inspection.task", public_id=public_id), 303)
    page = render_template(
        "inspection/new_task.html",
        entry=shown,
        matters=listed,
        chosen=request.form.getlist("matters"),
        grounds=list(tasks.grounds().items()),
        values=values,
        faults=faults,
        rule=rule,
    )
    return page, 422 if faults else 200


def _open(rule: strata.Rule, entry: str | None) -> str:
    form = request.form
    fields = forms.task_fields(form, rule)
    with work().write(current_actor()) as session:
        if entry is not None:
            return tasks.planned(session, session.actor, entry=entry, **fields).public_id
        chosen = form.getlist("matters")
        if not chosen:
            raise Invalid.field("matters", "missing", "请选择抽查事项")
        return tasks.ad_hoc(
            session,
            session.actor,
            ground=form.get("ground", ""),
            reason=form.get("reason", ""),
            matter=chosen[0],
            further=chosen[1:],
            **fields,
        ).public_id


@blueprint.post("/<string(length=16):public_id>/renew")
@requires("inspection.plan")
def renew(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            renewal.renew(session, session.actor, task=public_id)
    except Fault as refused:
        flash(refused.title, "bad")
    else:
        flash("已换用现行版本的抽查事项。", "good")
    return redirect(url_for("inspection.task", public_id=public_id), 303)


@blueprint.post("/<string(length=16):public_id>/relax")
@requires("inspection.plan")
def relax(public_id: str) -> ResponseReturnValue:
    """A larger load for each inspector, where the subjects drawn could not all be staffed."""
    asked = request.form.get("max_load", "").strip()
    try:
        with work().write(current_actor()) as session:
            load = forms.whole_number(asked, "max_load") if asked else None
            relaxing.relax(session, session.actor, task=public_id, max_load=load)
    except Fault as refused:
        flash(next(iter(forms.told(refused).values()))[0], "bad")
    else:
        flash("每人上限已放宽，可以另行抽取检查人员。", "good")
    return redirect(url_for("inspection.task", public_id=public_id), 303)


def _begun(session: WorkSession, rule: strata.Rule, entry: EntryPage | None) -> Mapping[str, str]:
    values = forms.task_begins(rule)
    if entry is not None:
        number = tasks.opened(session, entry.number).get(entry.code, 0) + 1
        last: date = entry.ends_on
        values |= {
            "title": entry.title,
            "code": f"{entry.number}-{entry.code}-{number}",
            "deadline": last.isoformat(),
        }
    return values
